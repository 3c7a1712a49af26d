// The keys of the page, wherever no control needs them.
import { closeModeless, modal, open } from "./dialogs.js";
import { $, isEmbedded } from "./page.js";
import { endPresent, togglePresent } from "./present.js";
import { take } from "./tools.js";

// Controls that need letters, the space bar, and the other keys.
const WRITING = "input:not([type=radio], [type=checkbox], [type=range]), select, textarea";
const PRESSING = "button, a, summary, input, select";
const MOVING = "input, select, textarea, #panel-body:focus";

/** Binds the keys. @param {Runs} runs @param {Timeline} timeline */
export function bindKeys(runs, timeline) {
  /** What each key does, unless it returns false. @type {Record<string, () => unknown>} */
  const actions = {
    " ": () => runs.toggle(),
    s: () => $("one-step").click(),
    r: () => $("reset").click(),
    p: () => !isEmbedded && togglePresent(),
    "?": () => !isEmbedded && open("help"),
    ArrowLeft: () => timeline.step(-1),
    ArrowRight: () => timeline.step(1),
    Escape: () => closeModeless() || endPresent(),
  };
  for (let place = 0; place < 10; place++) actions[place] = () => take(place);
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const target = /** @type {Element} */ (event.target);
    if (ctrlKey || metaKey) {
      const undoesText = target.matches("input:not([type]), textarea");
      if (key === "z" && !undoesText) timeline.undo();
      return;
    }
    if (altKey || !actions[key] || isOff(event) || isTaken(key, target)) return;
    if (actions[key]() !== false) event.preventDefault();
  });
}

/** Reports whether a key is held down or turned off. @param {KeyboardEvent} event */
function isOff({ key, repeat }) {
  return (repeat && !key.startsWith("Arrow")) || (key.length === 1 && !$("keys").checked);
}

/** Reports whether the focus needs a key. @param {string} key @param {Element} target */
function isTaken(key, target) {
  if (modal()) return true;
  if (key === "Escape") return false;
  return Boolean(target.closest(ownersOf(key)));
}

/** @param {string} key */
function ownersOf(key) {
  if (/^[a-z\d?]$/.test(key)) return WRITING;
  return key === " " ? PRESSING : MOVING;
}
