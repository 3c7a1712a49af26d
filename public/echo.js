// Strokes as they will be, until the server's answer shows what they made.
import { $ } from "./page.js";
import { erases } from "./tools.js";

const UNIT = 1e4; // of the drawing of the points, in a unit of the plane

/** Echo shows what is being drawn, or was sent, over the points that the server has drawn. */
export class Echo {
  /** @type {Map<Stroke, number>} in their order, each with how many of its places are shown */
  #strokes = new Map();
  #points = $("plane-points");
  #drawn = this.#points.cloneNode(true); // by the server

  /** @param {Runs} runs */
  constructor(runs) {
    runs.on("swap", () => this.#strokes.size && this.#show());
  }

  /** Shows a stroke as it is now: it is new, or has more places. @param {Stroke} stroke */
  show(stroke) {
    if (!this.#strokes.has(stroke)) this.#strokes.set(stroke, 0);
    this.#show();
  }

  /** Takes a stroke away: it was answered, or is not to be sent. @param {Stroke | null} stroke */
  hide(stroke) {
    if (!stroke || !this.#strokes.delete(stroke)) return;
    this.#points.replaceChildren(...this.#drawn.cloneNode(true).childNodes);
    this.#begin();
    this.#show();
  }

  #begin() {
    for (const stroke of this.#strokes.keys()) this.#strokes.set(stroke, 0);
  }

  /** Adds what is not shown yet, so that a long stroke costs no more than its places. */
  #show() {
    const points = $("plane-points");
    if (points !== this.#points) {
      this.#points = points;
      this.#drawn = points.cloneNode(true);
      this.#begin();
    }
    for (const [stroke, shown] of this.#strokes) {
      const { tool, places } = stroke;
      const more = { tool, places: places.slice(shown) };
      if (!more.places.length) continue;
      if (erases(tool)) erase(points, more);
      else points.append(markersOf(points, more));
      this.#strokes.set(stroke, places.length);
    }
  }
}

/**
 * Returns markers of a tool at the places of a stroke.
 * @param {HTMLElement} points
 * @param {Stroke} stroke
 */
function markersOf(points, { tool, places }) {
  const icon = tool.parentElement?.querySelector("path");
  const scale = Number(points.dataset.scale);
  const marker = (icon?.getAttribute("d") ?? "")
    .replace(/-?\d+/g, (number) => ` ${Math.round(Number(number) * scale)}`)
    .replace("M", "m");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("class", "point");
  path.setAttribute("fill", icon?.getAttribute("fill") ?? "");
  path.setAttribute(
    "d",
    places.map(([x, y]) => `M${Math.round(x * UNIT)} ${Math.round(-y * UNIT)}${marker}`).join(""),
  );
  return path;
}

/**
 * Takes away the markers within reach of the places of a stroke.
 * @param {HTMLElement} points
 * @param {Stroke} stroke
 */
function erase(points, { tool, places }) {
  const reach = Number(tool.dataset.reach);
  for (const path of points.querySelectorAll("path")) {
    const markers = path.getAttribute("d")?.match(/M[^M]*/g) ?? [];
    const left = markers.filter((marker) => {
      const [x, y] = middleOf(marker);
      return !places.some(([px, py]) => Math.hypot(x - px, y - py) <= reach);
    });
    if (left.length < markers.length) path.setAttribute("d", left.join(""));
  }
}

/** Returns the middle of a marker: its corners lie around it. @param {string} marker @returns {Place} */
function middleOf(marker) {
  const numbers = marker.match(/-?[\d.]+/g)?.map(Number) ?? [];
  let [x, y, sumX, sumY] = [0, 0, 0, 0];
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i]; // from the corner before
    y += numbers[i + 1];
    sumX += x;
    sumY += y;
  }
  const unit = (UNIT * numbers.length) / 2;
  return [sumX / unit, -sumY / unit];
}
