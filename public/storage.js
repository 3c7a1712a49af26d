// The mirror of the state in the browser's storage. A tab's own storage comes first: two tabs are two runs.
import { $, form, STATE, read, write, property, tell } from "./page.js";
import { ask, train, keep } from "./requests.js";
import { unpack } from "./share.js";
import { record, behind, latest } from "./moments.js";

const STORES = ["sessionStorage", "localStorage"];
const keyOf = (name) => `nnvisu_${name === "network" ? "weights" : name}`;
const tooLong = {}; // lengths for which a store had no room
// Each value by itself: what has no room starts anew, the rest stays.
function put(store, key, value) {
  try {
    window[store].removeItem(key);
    if (!(value.length >= tooLong[store + key])) window[store].setItem(key, value);
  } catch (error) {
    tooLong[store + key] = value.length;
    tell(`This browser does not store all of the state (${error.name}). All else works, but a reload loses what is not stored.`);
  }
}
const switches = () => [...form.querySelectorAll("[data-keep]")]; // of the page, and no part of the run
const label = (e) => (e.id || e.name) + (e.type === "radio" ? e.value : "");
let saving = 0;
export function save() {
  clearTimeout(saving);
  saving = 0;
  const page = JSON.stringify(Object.fromEntries(switches().map((e) => [label(e), e[property(e)]])));
  const state = { ...read(), ...(behind() ? latest() : {}) }; // not a moment that is only looked at
  for (const store of STORES) Object.entries({ page, ...state }).forEach(([name, value]) => put(store, keyOf(name), value));
}
export const saveSoon = () => (saving ||= setTimeout(save, 1000));
function load() {
  try {
    const store = STORES.map((name) => window[name]).find((s) => STATE.some((name) => s.getItem(keyOf(name))));
    if (!store) return {};
    const state = Object.fromEntries(STATE.map((name) => [name, store.getItem(keyOf(name)) ?? ""]));
    if (!state.network) state.history = ""; // it had no room
    return { state, page: JSON.parse(store.getItem(keyOf("page")) ?? "{}") };
  } catch {
    return {}; // that it cannot be used is said when it is written
  }
}
// restore shows what the page's address holds, or else what was stored last. It returns true if there is neither.
export async function restore() {
  const first = read(), { state, page } = load(), packed = location.hash.match(/^#state=(.+)/)?.[1];
  const parts = [...new URLSearchParams(location.search)].filter(([name]) => name === "hide" || name === "lock");
  history.replaceState(null, "", location.pathname + (parts.length ? `?${new URLSearchParams(parts)}` : "")); // for a reload
  const before = () => {
    write(state);
    const apply = () => switches().forEach((e) => (e[property(e)] = page[label(e)] ?? e[property(e)]));
    apply(); // and again when the palette is there
    const after = (refused) => ([400, 413, 422].includes(refused) ? setAside(state, first) : apply(), record());
    ask("edit", { act: "restore" }, { still: true, after });
  };
  const opened = packed && (await unpack(packed).catch(() => ""));
  if (packed && !opened) tell("This link is damaged: its state cannot be unpacked.");
  else if (packed || "opened" in document.body.dataset) {
    if (state) keep(state); // Undo brings it back
    const after = (refused) => (refused && state ? before() : record());
    if (opened) return ask("edit", { act: "open", opened, network: "", data: "", history: "" }, { still: true, after });
    return record(), $("until_step").value && train(true), false;
  }
  if (state) return before();
  record();
  return !packed;
}
function setAside(state, first) {
  write(first);
  tell("The state stored in this browser cannot be used. It was set aside, not deleted; this is a new start.");
  for (const [name, value] of Object.entries(state)) put("localStorage", `${keyOf(name)}_set_aside`, value);
  if (Object.keys(tooLong).some((name) => name.endsWith("_set_aside"))) STORES.length = 1; // it stays where it is
}
