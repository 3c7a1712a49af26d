// Dialogs: what opens and closes them.
import { $, form, on } from "./page.js";

const MODAL = "dialog[open]:not([data-modeless])";

/** Returns the dialog that has the page to itself, if there is one. */
export function modal() {
  return document.querySelector(MODAL);
}

/** Shows a dialog. A modeless one leaves the page in use; any other takes the place of the one before. @param {string} id */
export function open(id) {
  const dialog = /** @type {HTMLDialogElement} */ ($(id));
  if (dialog.open) return;
  if ("modeless" in dialog.dataset) dialog.show();
  else {
    /** @type {HTMLDialogElement | null} */ (modal())?.close();
    dialog.showModal();
  }
  // Not by autofocus: without script, the dialogs stand open below the page.
  /** @type {HTMLElement | null} */ (dialog.querySelector("h2[tabindex]"))?.focus();
  if (modal()) $("notice").replaceChildren(); // it was said
  moveNotices();
}

/** Closes the dialogs that leave the page in use, and reports whether there was one. */
export function closeModeless() {
  const dialogs = document.querySelectorAll("dialog[open][data-modeless]");
  dialogs.forEach((dialog) => /** @type {HTMLDialogElement} */ (dialog).close());
  return dialogs.length > 0;
}

/** Lets buttons and the network's edges open dialogs, and buttons close them. @param {Runs} runs */
export function bindDialogs(runs) {
  on(document, "click", (target) => {
    const opens = target.closest("[data-open]")?.dataset.open;
    const act = target.closest("[data-open-act]")?.dataset.openAct;
    if (target.closest("[data-close-dialog]")) target.closest("dialog").close();
    if (opens) open(opens);
    if (act) runs.ask("edit", { act }, { looks: true });
  });
  explainAtRest(runs);
  document.addEventListener("close", closed, true);
  if (!("closedBy" in HTMLDialogElement.prototype)) form.addEventListener("click", closeBeside);
}

/** Explains the next step, if one is explained, when training ends. @param {Runs} runs */
function explainAtRest(runs) {
  let before = "";
  runs.on("state", (state) => {
    const point = document.getElementById("point");
    if (point && state === "idle" && before === "training") queueMicrotask(() => runs.act(point)); // all have heard of it
    if (state !== "waiting") before = state;
  });
}

/** @param {Event} event */
function closed({ target }) {
  /** @type {HTMLElement} */ (target).querySelector("[data-forget]")?.replaceChildren();
  moveNotices();
}

/** Puts the notices where they can be reached: into a dialog that has the page to itself. */
function moveNotices() {
  const dialog = modal();
  if (dialog) dialog.append($("notices"));
  else $("lesson").before($("notices"));
}

/** Closes a dialog for a click beside it, as browsers do that know closedby. @param {MouseEvent} event */
function closeBeside({ target, clientX, clientY, detail }) {
  if (!detail || !(target instanceof HTMLDialogElement) || target !== modal()) return;
  const { left, right, top, bottom } = target.getBoundingClientRect();
  const isInside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  if (!isInside) target.close();
}
