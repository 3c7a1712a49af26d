// The values of the curves under the pointer.
import { $, field, legible } from "./page.js";

const body = $("panel-body");

/**
 * Writes a value as the server writes the newest one.
 * @param {number | undefined} value
 * @param {string | undefined} as "%" for a share, "size" for a size of any order, or the units in which
 *   a loss is a typical error
 */
function asText(value, as) {
  if (value === undefined || value < 0) return "–";
  if (as === "%") return `${(value < 1 ? Math.min(99.9, value * 100) : 100).toFixed(1)} %`;
  if (as) {
    const isSize = as === "size";
    if (isSize && value && (value < 1e-4 || value >= 1e6)) {
      return legible(value.toExponential().replace("+", ""));
    }
    const shown = isSize ? value : Number((Math.sqrt(2 * value) * Number(as)).toPrecision(3));
    return shown.toLocaleString("en", { maximumFractionDigits: 9 }).replaceAll(",", "\u202f");
  }
  return value >= 1e4 || (value && value < 1e-4)
    ? legible(value.toExponential(2))
    : value.toFixed(4);
}

/** Curves shows a cursor on every chart where the pointer is on one. */
export class Curves {
  /** @type {number | null} where the pointer is, from 0 to 1 */
  #along = null;

  /** @param {Runs} runs */
  constructor(runs) {
    runs.on("swap", () => this.#show());
    body.addEventListener("pointermove", (event) => this.#point(event));
    body.addEventListener("pointerleave", () => {
      this.#along = null;
    });
  }

  /** @param {PointerEvent} event */
  #point({ target, clientX }) {
    const chart = /** @type {Element} */ (target).closest(".chart > svg");
    if (!(chart instanceof SVGSVGElement)) return;
    const box = chart.getBoundingClientRect();
    const { x: left, width } = chart.viewBox.baseVal;
    const x = left + ((clientX - box.left) / box.width) * width;
    const [x0, x1] = axisOf(chart);
    this.#along = Math.max(0, Math.min(1, (x - x0) / (x1 - x0)));
    this.#show();
  }

  #show() {
    if (this.#along === null) return;
    /** @type {Curve} */
    const history = { step: [], ...JSON.parse(field("history").value || "{}") };
    if (!history.step.length) return;
    for (const chart of body.querySelectorAll(".chart > svg")) {
      showCursor(/** @type {SVGSVGElement} */ (chart), history, this.#along);
    }
  }
}

/** @param {SVGSVGElement} chart */
function axisOf({ dataset: { x0, x1, step0, step1 } }) {
  return [x0, x1, step0, step1].map(Number);
}

/**
 * Shows the sample nearest to a place.
 * @param {SVGSVGElement} chart
 * @param {Curve} history
 * @param {number} along
 */
function showCursor(chart, history, along) {
  const figure = /** @type {HTMLElement} */ (chart.parentNode);
  if (figure.dataset.of) history = /** @type {any} */ (history)[figure.dataset.of];
  if (!history) return;
  const [x0, x1, step0, step1] = axisOf(chart);
  const sample = nearest(history.step, step0 + along * (step1 - step0));
  const step = history.step[sample];
  const x = String(x0 + ((step - step0) / (step1 - step0)) * (x1 - x0));
  const cursor = chart.querySelector(".cursor");
  cursor?.setAttribute("x1", x);
  cursor?.setAttribute("x2", x);
  cursor?.setAttribute("visibility", "visible");
  for (const output of figure.querySelectorAll(".curve-value")) {
    const { for: column = "", as } = /** @type {HTMLElement} */ (output).dataset;
    const [name, layer] = column.split(".");
    const values = /** @type {any} */ (layer ? history[name]?.[Number(layer)] : history[name]);
    output.textContent = asText(values?.[sample], as);
  }
  const moment = /** @type {Element} */ (figure.querySelector(".curve-moment"));
  const [unit] = (moment.textContent ?? "").split(" "); // that of the axis
  moment.textContent = `${unit} ${history[unit][sample]}`;
}

/** Returns the index of the nearest number. @param {number[]} numbers @param {number} wanted */
function nearest(numbers, wanted) {
  const distances = numbers.map((number) => Math.abs(number - wanted));
  return distances.indexOf(Math.min(...distances));
}
