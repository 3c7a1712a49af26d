// What the controls of the form ask for.
import { traits } from "./acts.js";
import { modal } from "./dialogs.js";
import { $, form, isOff, on, setValue, tell, valueOf } from "./page.js";

/** Controls turns what the user does with the form into jobs. */
export class Controls {
  #runs;
  #undo;
  /** @type {Map<string, string | boolean>} what the user sets while an answer is on its way */
  #touched = new Map();

  /** @param {Runs} runs @param {() => void} undo */
  constructor(runs, undo) {
    this.#runs = runs;
    this.#undo = undo;
    runs.on("send", (job) => this.#sent(job));
    runs.on("swap", () => {
      this.#keepTouched();
      sayOnce();
      markErrors();
    });
    form.addEventListener("submit", (event) => this.#submit(event));
    on(form, "input", (control) => this.#touch(control));
    on(form, "change", (control) => this.#change(control));
    on(form, "click", (target) => this.#click(target));
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    const button = /** @type {HTMLButtonElement} */ (event.submitter);
    if ("native" in button.dataset) return; // a download
    event.preventDefault();
    if ("default" in button.dataset) return; // the Return key: the change has been sent
    if (isOff(button)) return;
    commit();
    const path = button.getAttribute("formaction") ?? "edit";
    const dialog = "doneCloses" in button.dataset ? button.closest("dialog") : null;
    const values = { [button.name]: button.value };
    this.#runs.ask(path, values, {
      ...traits(button),
      after: (refused) => {
        if (!refused) dialog?.close();
      },
    });
  }

  /** @param {Control} target */
  #change(target) {
    const { change, path, restart } = target.dataset;
    document.getElementById(`${target.id}-error`)?.replaceChildren();
    markErrors();
    if (path) this.#runs.act(target, { parameter: path, value: target.value });
    else if (change) {
      const controls = takesSettings(change) ? "1" : "";
      this.#runs.act(target, { controls, changed: target.name });
    } else if (restart !== undefined) this.#runs.stop();
  }

  /** @param {Element} target */
  #click(target) {
    if (isOff(target.closest("button"))) return;
    if (target.closest("#train")) {
      commit();
      this.#runs.toggle();
    } else if (target.closest("#undo, [data-undo]")) this.#undo();
    else if (target.closest("#continue")) this.#runs.train(true);
    else if (target.closest("[data-close]")) {
      $("notice").replaceChildren();
      tell("");
    }
  }

  /** Takes away the errors that a job can mend: of the settings, it may read one alone. @param {Job} job */
  #sent({ path, values }) {
    this.#touched.clear();
    const one = values.controls && values.changed ? `[id="${values.changed}-error"]` : "";
    form.querySelectorAll(`[data-clears="${values.act ?? path}"]${one}`).forEach((error) => {
      error.textContent = "";
    });
    markErrors();
  }

  /** @param {Control} target */
  #touch(target) {
    if (!target.id) return;
    this.#touched.delete(target.id); // the last one of radio buttons counts
    this.#touched.set(target.id, valueOf(target));
  }

  #keepTouched() {
    for (const [id, value] of this.#touched) {
      const control = /** @type {Control | null} */ (document.getElementById(id));
      if (control) setValue(control, value);
    }
  }
}

/** Takes away a notice that stands beside its controls as well, and brings the first into view. */
function sayOnce() {
  const notice = $("notice").querySelector("[data-beside]");
  if (!notice) return;
  const all = notice.getAttribute("data-beside")?.split(" ") ?? [];
  const beside = all.map((id) => document.getElementById(id));
  const place = modal() ?? form;
  if (beside.some((error) => !error?.getClientRects().length || !place.contains(error))) return;
  $("notice").replaceChildren();
  beside[0]?.scrollIntoView({ block: "nearest" });
}

/** Takes what is written in a field: some browsers leave the focus there for a click elsewhere. */
function commit() {
  const field = document.activeElement;
  if (field?.matches("#lab input:not([type])")) /** @type {HTMLElement} */ (field).blur();
}

/** Says which controls have an error beside them. */
function markErrors() {
  for (const error of form.querySelectorAll(".field-error")) {
    const control = document.getElementById(error.id.slice(0, -"-error".length));
    if (error.textContent) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
}

/** Reports whether an act is that of the Return key. @param {string} act */
function takesSettings(act) {
  return form.querySelector("button[data-default]")?.getAttribute("value") === act;
}
