// The entry: what the controls do. The script carries the state and paints it; all that is computed, the server computes.
import { $, form, tell } from "./page.js";
import { ask, train, toggle, stop, undo } from "./requests.js";
import { save, saveSoon, restore } from "./storage.js";
import { paint } from "./picture.js";
import { open } from "./dialogs.js";
import "./plane.js";
import "./curves.js";

document.documentElement.classList.add("script");
form.addEventListener("submit", (event) => {
  const { name, value, dataset } = event.submitter;
  if ("native" in dataset) return; // a download
  event.preventDefault();
  if (value === "settings") return; // the return key: the change has been sent
  if (["reset", "reseed", "recover"].includes(value)) train(false);
  const dialog = "doneCloses" in dataset && event.submitter.closest("dialog");
  const more = { still: "still" in dataset, after: (refused) => dialog && !refused && dialog.close() };
  ask(event.submitter.getAttribute("formaction") ?? "edit", { [name]: value }, more);
});
form.addEventListener("change", ({ target }) => {
  const { change, restart, path, still } = target.dataset;
  $(`${target.id}-error`)?.replaceChildren();
  if (path) ask("edit", { act: change, parameter: path, value: target.value });
  else if (change) ask("edit", { act: change, controls: change === "settings" ? "1" : "" }, { still: still !== undefined });
  else if (restart !== undefined) stop();
  saveSoon();
});
form.addEventListener("click", ({ target }) => {
  if (target.closest("#train")) toggle();
  else if (target.closest("#undo, [data-undo]")) undo();
  else if (target.closest("#continue")) train(true);
  else if (target.closest("[data-close]")) $("notice").replaceChildren(), tell("");
});
for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, save);
paint();
if (await restore()) open("tour"); // a first visit
