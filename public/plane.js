// The plane: strokes of the pointer or the keyboard become points.
import { $, field } from "./page.js";
import { placeText } from "./probe.js";

/** @type {Record<string, Place>} */
const MOVES = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const plane = $("plane");

/** Plane draws, and reads the place that is pointed at. */
export class Plane {
  #runs;
  #probe;
  /** @type {Place[] | null} the places of the stroke under way */
  #stroke = null;

  /** @param {Runs} runs @param {Probe} probe */
  constructor(runs, probe) {
    this.#runs = runs;
    this.#probe = probe;
    plane.addEventListener("pointerdown", (event) => this.#begin(event));
    plane.addEventListener("pointermove", (event) => {
      const place = placeOf(event);
      if (this.#stroke) this.#draw(place);
      this.#probe.read(inside(place));
    });
    plane.addEventListener("pointerup", () => {
      if (this.#stroke) this.#send(this.#stroke);
    });
    plane.addEventListener("pointercancel", () => {
      this.#stroke = null;
      this.#clear();
    });
    plane.addEventListener("keydown", (event) => this.#press(event));
    plane.addEventListener("pointerleave", () => this.#leave());
    plane.addEventListener("blur", () => this.#leave());
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (event.button) return;
    plane.setPointerCapture(event.pointerId);
    this.#stroke = [];
    this.#draw(placeOf(event));
  }

  /** Adds a place to the stroke, unless one is near. @param {Place} place */
  #draw([x, y]) {
    const stroke = this.#stroke ?? [];
    if (Math.abs(x) > 1 || Math.abs(y) > 1) return; // the pointer is held, but outside
    const apart = field("tool").value === "erase" ? 0.03 : 0.09;
    if (!stroke.some(([px, py]) => Math.hypot(x - px, y - py) < apart)) stroke.push([x, y]);
    $("stroke").setAttribute("d", stroke.map(([px, py]) => `M${px} ${-py}h0`).join(""));
  }

  /** @param {Place[]} stroke */
  #send(stroke) {
    this.#stroke = null;
    if ("locked" in plane.dataset || !stroke.length) {
      this.#clear();
      return;
    }
    const values = { stroke: stroke.map(placeText).join(" "), tool: field("tool").value };
    this.#runs.act(plane, values, { after: () => this.#clear() });
  }

  /** Hides the stroke, but not the next one. */
  #clear() {
    if (!this.#stroke) $("stroke").setAttribute("d", "");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const move = MOVES[event.key];
    if (!move && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.#probe.place ??= [0, 0];
    const [x, y] = this.#probe.place;
    if (!move) {
      this.#send([[x, y]]);
      return;
    }
    const by = event.shiftKey ? 0.01 : 0.05;
    const next = inside([x + by * move[0], y + by * move[1]]);
    const [cx, cy] = next;
    $("crosshair").setAttribute("d", `M${cx - 0.05} ${-cy}h.1M${cx} ${-cy - 0.05}v.1`);
    this.#probe.read(next);
  }

  #leave() {
    if (this.#stroke) return;
    $("crosshair").setAttribute("d", "");
    this.#probe.leave();
  }
}

/** Returns where the pointer is. @param {PointerEvent} event @returns {Place} */
function placeOf({ clientX, clientY }) {
  const { left, top, width, height } = plane.getBoundingClientRect();
  return [(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height];
}

/** Returns the nearest place of the plane. @param {Place} place @returns {Place} */
function inside([x, y]) {
  return [Math.max(-1, Math.min(1, x)), Math.max(-1, Math.min(1, y))];
}
