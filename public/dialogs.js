// Dialogs: what opens and closes them.
import { $, form, on } from "./page.js";

/** Shows a dialog. A modeless one leaves the page in use. @param {string} id */
export function open(id) {
  const dialog = /** @type {HTMLDialogElement} */ ($(id));
  if (dialog.open) return;
  if ("modeless" in dialog.dataset) dialog.show();
  else dialog.showModal();
  // No autofocus: without script, where dialogs are parts of the page, it would scroll there.
  /** @type {HTMLElement | null} */ (dialog.querySelector("h2[tabindex]"))?.focus();
}

/** Closes the dialogs that leave the page in use, which the browser does not. */
export function closeModeless() {
  for (const dialog of document.querySelectorAll("dialog")) {
    if ("modeless" in dialog.dataset) dialog.close();
  }
}

/** Lets buttons and the network's edges open dialogs, and buttons close them. @param {Runs} runs */
export function bindDialogs(runs) {
  on(document, "click", (target) => {
    const opens = target.closest("[data-open]")?.dataset.open;
    const act = target.closest("[data-open-act]")?.dataset.openAct;
    if (target.closest("[data-close-dialog]")) target.closest("dialog").close();
    if (opens) open(opens);
    if (act) {
      open("inspector");
      runs.ask("edit", { act }, { looks: true });
    }
  });
  document.addEventListener("toggle", moveNotices, true);
}

/** Puts the notices where they can be reached. @param {Event} event */
function moveNotices({ target }) {
  if (!(target instanceof HTMLDialogElement)) return;
  (target.matches(":modal") ? target : form).append($("notices"));
}
