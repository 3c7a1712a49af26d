// The values of the curves under the pointer.
import { $, field, grouped, legible } from "./page.js";

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
    return grouped(shown);
  }
  return value >= 1e4 || (value && value < 1e-4)
    ? legible(value.toExponential(2))
    : value.toFixed(4);
}

/** Curves shows a cursor on every chart where the pointer is on one. */
export class Curves {
  /** @type {number | null} where the pointer is, from 0 to 1 */
  #along = null;
  /** @type {{ text: string, history: Curve }} the pinned run, and what its field holds */
  #pinned = { text: "", history: { step: [] } };

  /** @param {Runs} runs @param {Timeline} timeline */
  constructor(runs, timeline) {
    runs.on("swap", () => this.#show());
    body.addEventListener("pointermove", (event) => this.#point(event));
    body.addEventListener("pointerleave", () => {
      this.#along = null;
    });
    body.addEventListener("click", (event) => {
      const step = this.#point(event);
      if (step !== null) timeline.show(step);
    });
  }

  /**
   * Points at a place of a chart, and returns the step that is there.
   * @param {MouseEvent} event
   */
  #point({ target, clientX }) {
    const chart = /** @type {Element} */ (target).closest(".chart > svg");
    if (!(chart instanceof SVGSVGElement)) return null;
    const box = chart.getBoundingClientRect();
    const { x: left, width } = chart.viewBox.baseVal;
    const x = left + ((clientX - box.left) / box.width) * width;
    const [x0, x1, step0, step1] = axisOf(chart);
    this.#along = Math.max(0, Math.min(1, (x - x0) / (x1 - x0)));
    this.#show();
    return step0 + this.#along * (step1 - step0);
  }

  #show() {
    if (this.#along === null) return;
    const history = curvesOf(field("history").value);
    if (!history.step.length) return;
    const text = field("pinned").value;
    if (text !== this.#pinned.text) {
      this.#pinned = { text, history: curvesOf(JSON.stringify(JSON.parse(text || "{}").history)) };
    }
    for (const chart of body.querySelectorAll(".chart > svg")) {
      const shown = /** @type {SVGSVGElement} */ (chart);
      showCursor(shown, history, this.#pinned.history, this.#along);
    }
  }
}

/** Reads curves. @param {string | undefined} text @returns {Curve} */
function curvesOf(text) {
  return { step: [], ...JSON.parse(text || "{}") };
}

/** @param {SVGSVGElement} chart */
function axisOf({ dataset: { x0, x1, step0, step1, pinned0, pinned1 } }) {
  return [x0, x1, step0, step1, pinned0, pinned1].map(Number);
}

/**
 * Shows the sample nearest to a place, and that of the pinned run at the same place.
 * @param {SVGSVGElement} chart
 * @param {Curve} history
 * @param {Curve} pinned
 * @param {number} along
 */
function showCursor(chart, history, pinned, along) {
  const figure = /** @type {HTMLElement} */ (chart.parentNode);
  if (figure.dataset.of) history = /** @type {any} */ (history)[figure.dataset.of];
  if (!history) return;
  const [x0, x1, step0, step1, pinned0, pinned1] = axisOf(chart);
  const sample = nearest(history.step, step0 + along * (step1 - step0));
  const place = (history.step[sample] - step0) / (step1 - step0);
  const wanted = pinned0 + place * (pinned1 - pinned0);
  const ended = pinned.step[pinned.step.length - 1] < wanted;
  const beside = ended ? -1 : nearest(pinned.step, wanted);
  const x = String(x0 + place * (x1 - x0));
  const cursor = chart.querySelector(".cursor");
  cursor?.setAttribute("x1", x);
  cursor?.setAttribute("x2", x);
  cursor?.setAttribute("visibility", "visible");
  for (const output of figure.querySelectorAll(".curve-value")) {
    const { for: column = "", as, pinned: of } = /** @type {HTMLElement} */ (output).dataset;
    const [name, layer] = column.split(".");
    const run = /** @type {any} */ (of === undefined ? history : pinned);
    const values = layer ? run[name]?.[Number(layer)] : run[name];
    output.textContent = asText(values?.[of === undefined ? sample : beside], as);
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
