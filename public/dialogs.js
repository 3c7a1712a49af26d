// Dialogs, the tour and the keys.
import { $, form } from "./page.js";
import { ask, toggle, undo } from "./requests.js";
import * as moments from "./moments.js";

// open shows a dialog. A modeless one leaves the page in use, so that one sees what a weight does.
export const open = (id) => $(id).open || ("modeless" in $(id).dataset ? $(id).show() : $(id).showModal());
document.addEventListener("toggle", ({ target }) => // notices go where they can be reached
  target.tagName === "DIALOG" && (target.matches(":modal") ? target : form).append($("notices")), true);
document.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-open]"), edge = target.closest("[data-open-act]");
  if (target.closest("[data-close-dialog]")) target.closest("dialog").close();
  if (opens) open(opens.dataset.open);
  if (edge) open("inspector"), ask("edit", { act: edge.dataset.openAct }, { still: true });
});
// Keys work wherever they are not a control's own.
const KEYS = {
  " ": toggle, s: () => $("one-step").click(), r: () => $("reset").click(), "?": () => open("help"),
  ArrowLeft: () => moments.step(-1), ArrowRight: () => moments.step(1),
  Escape: () => document.querySelectorAll("dialog[data-modeless][open]").forEach((dialog) => dialog.close()),
};
document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event, pressed = ctrlKey || metaKey;
  if (pressed && key === "z" && !target.matches("input:not([type]), textarea")) return undo();
  const typed = "input:not([type=radio], [type=checkbox], [type=range]), select, textarea";
  const own = /^[a-z?]$/.test(key) ? typed : key === " " ? "button, a, summary, input, select" : "input, select, textarea";
  if (pressed || altKey || !KEYS[key] || (event.repeat && !key.startsWith("Arrow")) || (key.length === 1 && !$("keys").checked)) return;
  if (target.closest("dialog:modal") || (target.closest(own) && key !== "Escape")) return;
  event.preventDefault();
  KEYS[key]();
});
