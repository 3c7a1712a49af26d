// The address of the page: its lesson and the recipe of its run, or a link to a state.
import { canPack, unpack } from "./packing.js";
import { $, field, isEmbedded, tell } from "./page.js";

const REST = 500; // milliseconds; some browsers allow 100 changes in 30 seconds

/** The notice of a link that the server did not open. */
const refusal = $("notice").querySelector(".problem");

let wrong = ""; // with the last link to a state

/** Reports whether the page says that it could not open its address, which can be tried again. */
export function isRefused() {
  return Boolean(refusal?.isConnected);
}

/** Keeps the recipe of the run in the address while the page is at rest. @param {Runs} runs */
export function bindAddress(runs) {
  goHome();
  let timer = 0;
  runs.on("state", (state) => {
    clearTimeout(timer);
    if (state === "idle") timer = setTimeout(showRecipe, REST);
  });
  addEventListener("beforeprint", () => {
    const recipe = recipeNow();
    const page = location.origin + location.pathname;
    $("run-link").textContent = recipe ? `${page}?${textOf(recipe)}` : "";
  });
}

/** A page that answers a form, as a run of a sweep does, takes the address of the lab: links begin there. */
function goHome() {
  const home = new URL("./", location.href).pathname;
  if (!isEmbedded && location.pathname !== home) history.replaceState(history.state, "", home);
}

/**
 * Puts the recipe of the run into the address. If it has none, the address stays what it was. So does
 * a link that could not be opened, while that is said: it is to be mended or followed again.
 */
export function showRecipe() {
  const recipe = recipeNow();
  if (recipe && !isRefused()) replace(recipe);
}

/** Returns the recipe that leads to what is shown, or null. */
function recipeNow() {
  const { value, dataset } = field("recipe");
  const step = Number($("picture").dataset.step);
  if (!value || step > Number(dataset.most)) return null;
  const recipe = new URLSearchParams(value);
  if (step) recipe.set("steps", String(step));
  const speed = field("frame_steps").value;
  if (speed !== "1") recipe.set("frame_steps", speed);
  return recipe;
}

/** Returns the recipe of what is shown with the lesson of the page, as a query, or "". */
export function recipeOfPage() {
  const recipe = recipeNow();
  return recipe ? textOf(withLesson(recipe)) : "";
}

/** @param {URLSearchParams} query */
function withLesson(query) {
  for (const [name, value] of new URLSearchParams(field("lesson").value)) query.set(name, value);
  return query;
}

/** Returns a query as people read it. @param {URLSearchParams} query */
function textOf(query) {
  return String(query).replaceAll("%2C", ",");
}

/** Leaves in the address nothing but the lesson. */
export function forgetRecipe() {
  replace(new URLSearchParams());
}

/** @param {URLSearchParams} query */
function replace(query) {
  if (isEmbedded) return; // that of a card is how its storage is found
  const text = textOf(withLesson(query));
  const address = location.pathname + (text && `?${text}`);
  if (address !== location.pathname + location.search + location.hash) {
    history.replaceState(history.state, "", address);
  }
}

/**
 * Puts together a query that has &#38; for an ampersand, which browsers cut there. Reports whether
 * the page is left for it.
 */
export function rejoin() {
  const { hash, pathname, search } = location;
  const ampersand = /&#(0*38|x0*26);/gi;
  const rest = `&${hash}`;
  if (!search || rest.search(ampersand)) return false; // 0 is the begin
  location.replace(pathname + search + rest.replaceAll(ampersand, "&"));
  return true;
}

/** Marks this entry of the browser's history as that of a stored state. @param {string} mark */
export function markEntry(mark) {
  if (history.state !== mark) history.replaceState(mark, "");
}

/**
 * Reports whether this entry of the browser's history is that of a stored state.
 * @param {string | undefined} mark that was stored with it
 */
export function isMarked(mark) {
  const [visit] = performance.getEntriesByType("navigation");
  const { type } = /** @type {PerformanceNavigationTiming} */ (visit);
  // Browsers may keep the mark where a link on this page to itself was followed.
  if (type === "navigate" && document.referrer === location.href) return false;
  if (isEmbedded) return Boolean(mark); // its room is for it alone
  // Chromium drops it if the address changes while the page is being loaded again.
  const isDropped = type === "reload" && history.state === null && Boolean(mark);
  return mark === history.state || isDropped;
}

/**
 * Takes the state out of a link in the address. Returns its text, "" if the link is damaged, or null
 * if there is none.
 */
export async function takeState() {
  const packed = location.hash.match(/^#state=([^&?]*)/)?.[1];
  if (packed === undefined) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  if ($("told").textContent === wrong) tell(""); // of the link before
  wrong = canPack
    ? "This link is damaged: it cannot be opened. What you had is still here."
    : "This browser is too old to open the state in this link.";
  const text = await unpack(packed).catch((error) => {
    if (error instanceof RangeError) wrong = error.message;
    return "";
  });
  if (text.startsWith("{")) return text;
  tell(wrong);
  return "";
}
