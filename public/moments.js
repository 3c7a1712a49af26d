// The moments of a run: whole states, thinned by halves as it grows. The one shown is the state that the page has.
import { $, read, write, MOMENT } from "./page.js";
import { ask, train, queued } from "./requests.js";

const MOST = 256, ROOM = 48e6; // moments, and characters of their networks
let run = [], at = 0;
const apart = () => (run.length > 2 ? run[1].step - run[0].step : 1); // the updates between two moments
export const all = () => [...run];
export const latest = () => run.at(-1).state;
export const behind = () => at < run.length - 1;
export function record() { // the state that the page has is the newest moment
  const step = Number($("picture").dataset.step), state = read(MOMENT), last = run.at(-1);
  if (behind() && step === run[at].step) return label();
  for (const name of MOMENT) if (state[name] === last?.state[name]) state[name] = last.state[name]; // one string, held once
  if (last && step < last.step) run = []; // a new run
  else if (last && (step === last.step || (run.length > 2 && last.step - run.at(-2).step < apart()))) run.pop();
  run.push({ step, state });
  const crowded = () => run.length > MOST || run.length * state.network.length > ROOM;
  while (run.length > 3 && crowded()) run = run.filter((_, i) => i % 2 === 0 || i === run.length - 1);
  at = run.length - 1;
  label();
}
// branch cuts off what came after the moment that is shown; keep gets all there was.
export function branch(keep) {
  if (!behind()) return;
  keep({ ...latest(), ...read(["history"]) }, run);
  run = run.slice(0, at + 1);
}
export const reinstate = (moments) => ([run, at] = [moments, moments.length - 1]);
function label() {
  const text = behind() ? `Step ${run[at].step} of ${run.at(-1).step}` : `Step ${run.at(-1).step}, the latest`;
  Object.assign($("moments"), { max: run.length - 1, value: at, disabled: run.length < 2, ariaValueText: text });
  $("moment").textContent = text;
  $("continue").disabled = !behind();
}
const show = () => write(run[at].state);
function look(i) {
  at = Math.max(0, Math.min(run.length - 1, i));
  label();
  train(false);
  if (!queued(show)) ask("edit", { act: "restore" }, { begin: show, still: true, after: label });
}
export const step = (by) => look(at + by);
$("moments").addEventListener("input", ({ target }) => look(Number(target.value)));
