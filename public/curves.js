// The values of the curves under the pointer, out of the history that the state has.
import { $, form, field } from "./page.js";

const body = $("panel-body");
let along = null; // the place of the pointer from 0 to 1, on every chart
const text = (v) => (v === undefined || v < 0 ? "–" : Number(v.toPrecision(3)).toString());
function show() {
  if (along === null) return;
  const history = { step: [], ...JSON.parse(field("history").value || "{}") };
  if (!history.step.length) return;
  for (const svg of body.querySelectorAll(".chart > svg")) {
    const [x0, x1, step0, step1] = ["x0", "x1", "step0", "step1"].map((name) => Number(svg.dataset[name]));
    const away = (step) => Math.abs(step - step0 - along * (step1 - step0));
    const i = history.step.reduce((best, step, j) => (away(step) < away(history.step[best]) ? j : best), 0);
    const x = x0 + ((history.step[i] - step0) / (step1 - step0)) * (x1 - x0), cursor = svg.querySelector(".cursor");
    for (const [name, value] of Object.entries({ x1: x, x2: x, visibility: "visible" })) cursor.setAttribute(name, value);
    const [figure, at] = [svg.parentNode, (output) => text(history[output.dataset.for]?.[i])];
    figure.querySelectorAll(".curve-value").forEach((output) => (output.textContent = at(output)));
    figure.querySelector(".curve-moment").textContent = `step ${history.step[i]}`;
  }
}
body.addEventListener("pointermove", ({ target, clientX }) => {
  const svg = target.closest(".chart > svg");
  if (!svg) return;
  const box = svg.getBoundingClientRect(), x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
  along = Math.max(0, Math.min(1, (x - svg.dataset.x0) / (svg.dataset.x1 - svg.dataset.x0)));
  show();
});
body.addEventListener("pointerleave", () => (along = null));
form.addEventListener("htmx:after:swap", show);
