// The values of weights and biases, and of the run, where they are read.
import { $, field, legible, on } from "./page.js";

const view = $("network-view");
const inspector = $("inspector");
const echoes = document.getElementsByClassName("echo"); // as it is at any time

/** Readout shows the values of the parameter that is pointed at and of the inspector. */
export class Readout {
  /** @type {{ path: string, label: string } | null} */
  #pointed = null;
  #drawn = "";

  constructor() {
    on(view, "pointerover", (target) => this.#point(target));
    on(view, "focusin", (target) => this.#point(target));
    view.addEventListener("pointerleave", () => this.#point(null));
  }

  /** Shows the values of the network that the page has now. */
  update() {
    const drawn = Array.from(view.querySelectorAll("[data-label]"), (unit) => {
      return unit.getAttribute("data-label");
    }).join();
    if (drawn !== this.#drawn) {
      // What was pointed at, or is open, is a unit of another network.
      this.#drawn = drawn;
      this.#pointed = null;
      inspector.close();
    }
    this.#show();
    for (const echo of echoes) {
      echo.textContent =
        document.getElementById(echo.getAttribute("data-echo") ?? "")?.textContent ?? "";
    }
  }

  /** @param {Element | null} target */
  #point(target) {
    const unit = /** @type {HTMLElement | null | undefined} */ (target?.closest("[data-path]"));
    const { path, label = "" } = unit?.dataset ?? {};
    this.#pointed = path ? { path, label } : null;
    this.#show();
  }

  #show() {
    const pointed = this.#pointed;
    if (!pointed) $("readout").textContent = "";
    if (!pointed && !inspector.open) return;
    const network = JSON.parse(field("network").value);
    for (const input of inspector.querySelectorAll("input")) {
      const { path } = input.dataset;
      const isEdited = input === document.activeElement;
      if (path && !isEdited) input.value = valueAt(network, path);
    }
    if (pointed)
      $("readout").textContent = `${pointed.label} ${legible(valueAt(network, pointed.path))}`;
  }
}

/** Returns the text of a number in a network. @param {any} network @param {string} path */
function valueAt(network, path) {
  const value = path.split(".").reduce((inside, key) => inside?.[key], network) ?? NaN;
  return String(Number(value.toPrecision(4)));
}
