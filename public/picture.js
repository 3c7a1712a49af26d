// What the server computed, drawn: the plane, the heat maps of the units, and the values of weights where they are read.
import { $, field } from "./page.js";

const plane = document.querySelector("#plane canvas"), view = $("network-view");
// fill draws cells of which colour gives red, green and blue. Canvases stay in the page, which images would not.
function fill(canvas, colour) {
  const image = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : colour(i >> 2, i % 4);
  canvas.getContext("2d").putImageData(image, 0, 0);
}
function heat(canvas, levels, from) { // one character a cell, from "?" up, is a place on the ramp
  const colours = atob(canvas.closest("[data-ramp]").dataset.ramp);
  return fill(canvas, (cell, part) => colours.charCodeAt(3 * (levels.charCodeAt(from + cell) - 63) + part));
}
export function paint() {
  const { cells, maps } = $("picture").dataset, bytes = atob(cells);
  fill(plane, (cell, part) => bytes.charCodeAt(3 * cell + part));
  const labels = [...view.querySelectorAll("[data-label]")].map((e) => e.dataset.label).join();
  if (drawn !== (drawn = labels)) pointed = $("inspector").close() ?? null; // it shows a unit of another network
  let from = 0;
  for (const canvas of view.querySelectorAll("canvas")) {
    const own = canvas.dataset.map; // an input's never changes
    if (own) canvas.painted ||= !heat(canvas, own, 0);
    else heat(canvas, maps, from), (from += canvas.width * canvas.height);
  }
  show();
}
// show puts the current values where weights are read: the readout and the inspector.
let pointed = null, drawn;
function show() {
  const inputs = [...document.querySelectorAll("#inspector[open] [data-path]")].filter((e) => e !== document.activeElement);
  if (!pointed) $("readout").textContent = "";
  if (!pointed && !inputs.length) return;
  const network = JSON.parse(field("network").value);
  const value = (path) => path.split(".").reduce((inside, key) => inside?.[key], network) ?? NaN;
  for (const input of inputs) input.value = Number(value(input.dataset.path).toPrecision(4));
  if (pointed) $("readout").textContent = `${pointed.label} ${Number(value(pointed.path).toPrecision(4))}`;
}
for (const event of ["pointerover", "focusin", "pointerleave"]) view.addEventListener(event, ({ target }) => {
  const at = event === "pointerleave" ? null : target.closest("[data-path]");
  pointed = at?.dataset.path ? { ...at.dataset } : null;
  show();
});
