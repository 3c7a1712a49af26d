// The drawing of the network: as many units as there is room for.
import { $, field } from "./page.js";

const ROOM = 2; // rem that a unit takes of the height, with the gap
const REST = 200; // milliseconds in which a window that is being resized rests

const view = $("network-view");

/** Units lets the drawing have as many units as there is room for, and shows the rest on demand. */
export class Units {
  #runs;
  #asked = 0; // how many there was room for when the server was asked last
  #timer = 0;

  /** @param {Runs} runs */
  constructor(runs) {
    this.#runs = runs;
    this.#measure();
  }

  /** Asks for other drawings from now on, where those would show other units. */
  watch() {
    new ResizeObserver(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fit(), REST);
    }).observe(view);
  }

  /** Measures how many units there is room for, and posts that from now on. */
  #measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const height = view.querySelector(".drawing")?.clientHeight ?? 0;
    const rows = Math.floor(height / ROOM / rem);
    if (rows) field("rows").value = String(rows);
    return rows;
  }

  #fit() {
    const rows = this.#measure();
    if (!rows || rows === this.#asked) return; // more would be too many for the server
    /** @type {HTMLElement | null} */
    const drawing = view.querySelector(".drawing");
    const isWider = rows > Number(drawing?.dataset.rows) && view.querySelector(".more");
    const columns = Array.from(view.querySelectorAll(".column"), (e) => e.childElementCount);
    if (!isWider && Math.max(...columns) <= Math.max(10, rows)) return;
    this.#asked = rows;
    this.#runs.act(view);
  }
}
