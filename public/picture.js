// What the server computed, drawn: the plane, the heat maps of the units, and the values of weights where they are read.
import { $, field } from "./page.js";

const plane = document.querySelector("#plane canvas"), view = $("network-view");
const palettes = {}; // red, green and blue of colours as pixels have them, by the text that they come in
const palette = (text) => (palettes[text] ??= Uint32Array.from(atob(text).match(/.../gs), (rgb) =>
  0xff000000 + rgb.charCodeAt(0) + rgb.charCodeAt(1) * 256 + rgb.charCodeAt(2) * 65536));
// fill draws cells, each a character for the step from the colour before. Canvases stay in the page, which images would not.
function fill(canvas, colours, cells, from = 0) {
  const image = new ImageData(canvas.width, canvas.height), pixels = new Uint32Array(image.data.buffer), n = colours.length;
  for (let i = 0, colour = 0, code; i < pixels.length; i++)
    pixels[i] = colours[(colour = (colour + (code = cells.charCodeAt(from + i)) - (code > 126 ? 129 : 95) + n) % n)];
  canvas.getContext("2d").putImageData(image, 0, 0);
}
const heat = (canvas, levels, from) => fill(canvas, palette(canvas.closest("[data-ramp]").dataset.ramp), levels, from);
export function paint() {
  let { cells, maps } = $("picture").dataset, from = 0;
  fill(plane, palette(view.querySelector("[data-palette]").dataset.palette), cells);
  const labels = [...view.querySelectorAll("[data-label]")].map((e) => e.dataset.label).join();
  if (drawn !== (drawn = labels)) pointed = $("inspector").close() ?? null; // it shows a unit of another network
  for (const canvas of view.querySelectorAll("canvas")) {
    const own = canvas.dataset.map; // an input's never changes
    if (own) canvas.painted ||= !heat(canvas, own);
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
