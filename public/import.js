// The import: a table that is written, pasted, chosen or dropped is previewed.
import { open } from "./dialogs.js";
import { $, field, form, on, tell } from "./page.js";
import { STATE } from "./state.js";

const PAUSE = 400; // milliseconds after the last key

// A preview does not depend on the state.
const STATELESS = Object.fromEntries(STATE.map((name) => [name, ""]));

/** Import asks for a preview of a table as soon as it is there. */
export class Import {
  #runs;
  #timer = 0;
  #newest = 0; // a file takes time to be read, in which another or a text may come
  #begin = () => clearTimeout(this.#timer);

  /** @param {Runs} runs */
  constructor(runs) {
    this.#runs = runs;
    on(form, "input", (control) => {
      if (control === field("table_text")) this.#write();
    });
    on(form, "change", (control) => {
      if (control === field("table_file")) this.#take(control.files[0]);
    });
    for (const type of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(type, (event) => this.#drag(/** @type {DragEvent} */ (event)));
    }
  }

  /** The text has changed: it counts, and no file. */
  #write() {
    this.#newest++;
    field("table_file").value = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#preview(), PAUSE);
  }

  /** Takes a file that is dragged over the page. The browser would leave the page for it. @param {DragEvent} event */
  #drag(event) {
    const { type, target, dataTransfer } = event;
    if (!dataTransfer?.types.includes("Files")) return;
    if (/** @type {Element} */ (target).matches("[type=file]")) return; // which takes it itself
    event.preventDefault();
    const isTaken = !("locked" in $("plane").dataset);
    document.body.toggleAttribute("data-drop", isTaken && type === "dragover");
    if (!isTaken || type !== "drop") return;
    open("import");
    this.#take(dataTransfer.files[0]);
  }

  /** Keeps a file as it is now: it may be changed or removed before it is sent. @param {File | undefined} file */
  async #take(file) {
    const kept = new DataTransfer();
    const mine = ++this.#newest;
    if (file) {
      const bytes = await file.arrayBuffer().catch(() => new ArrayBuffer(0)); // such as a folder
      if (mine !== this.#newest) return;
      if (bytes.byteLength) kept.items.add(new File([bytes], file.name));
      else tell(`${file.name} is empty, or cannot be read.`);
    }
    field("table_file").files = kept.files;
    this.#preview();
  }

  #preview() {
    if (this.#runs.isQueued(this.#begin)) return;
    this.#runs.act(field("table_file"), STATELESS, { begin: this.#begin });
  }
}
