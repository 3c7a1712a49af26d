// A large picture of a unit, with its scale.
import { $, on } from "./page.js";
import { unitCanvases } from "./picture.js";

const COLOURS = "_" + "`".repeat(63); // one after another, as Picture reads them

const lens = $("lens");
const [picture, scale] = lens.querySelectorAll("canvas");
const [low, high] = lens.querySelectorAll("span");
const caption = /** @type {HTMLElement} */ (lens.querySelector("figcaption"));

/** Lens shows the unit that was pointed at last, or had the focus. Escape takes it away. */
export class Lens {
  #painter;
  #hint = caption.textContent ?? "";
  #id = ""; // of the unit

  /** @param {import("./picture.js").Picture} painter */
  constructor(painter) {
    this.#painter = painter;
    for (const type of ["pointerover", "focusin"]) {
      on(document, type, (target) => this.#show(target.closest?.(".unit")?.id));
    }
    addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide(), true);
  }

  /** Shows what the unit answers now. */
  update() {
    const unit = document.getElementById(this.#id);
    const canvas = unit?.querySelector("canvas");
    if (!unit || !canvas) {
      if (this.#id) this.#hide();
      return;
    }
    picture.getContext("2d")?.drawImage(canvas, 0, 0);
    const ramp = canvas.closest("[data-ramp]")?.getAttribute("data-ramp");
    this.#painter.fill(scale, ramp, COLOURS);
    const most = largestOf(canvas);
    say(low, unit.dataset.low ?? `−${most}`);
    say(high, unit.dataset.high ?? most);
    say(caption, unit.dataset.name ?? "");
    lens.classList.add("shows");
  }

  /** @param {string | undefined} id */
  #show(id) {
    if (!id || id === this.#id) return;
    this.#id = id;
    this.update();
  }

  #hide() {
    this.#id = "";
    lens.classList.remove("shows");
    picture.getContext("2d")?.clearRect(0, 0, picture.width, picture.height);
    say(caption, this.#hint);
  }
}

/** Returns the largest size on the picture of a hidden unit. @param {HTMLCanvasElement} canvas */
function largestOf(canvas) {
  const hidden = Array.from(unitCanvases()).filter((other) => !other.closest("[data-high]"));
  return $("picture").dataset.scales?.split(" ")[hidden.indexOf(canvas)] ?? "";
}

/** @param {Element} element @param {string} text */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
