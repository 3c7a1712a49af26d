// The tools of the palette: classes or values to draw, and the eraser.
import { $, form } from "./page.js";

/** @returns {HTMLInputElement[]} */
function all() {
  return [...form.querySelectorAll(/** @type {"input"} */ ("[name=tool]"))];
}

/** Reports whether points cannot be drawn. */
export function isLocked() {
  return "locked" in $("plane").dataset;
}

/** Returns the tool in hand or, for the other button of a mouse, the next one to draw with. */
export function toolInHand(isOther = false) {
  const tools = all();
  const held = tools.find(({ checked }) => checked) ?? tools[0];
  const drawing = tools.filter((tool) => !erases(tool));
  return isOther ? drawing[(drawing.indexOf(held) + 1) % drawing.length] : held;
}

/** Reports whether a tool takes points away. @param {HTMLInputElement} tool */
export function erases({ value }) {
  return value === "erase";
}

/** Takes a tool in hand: by its place, from 1, or 0 for the eraser. @param {number} place */
export function take(place) {
  const tools = all();
  const tool = place ? tools[place - 1] : tools.find(erases);
  const isOffered = tool && (!place || !erases(tool)) && !isLocked();
  if (isOffered) tool.click();
  return Boolean(isOffered);
}

/** Marks the tool that the other button of a mouse draws with. @param {Runs} runs */
export function bindTools(runs) {
  const mark = () => {
    const other = toolInHand(true);
    for (const tool of all()) tool.parentElement?.classList.toggle("other", tool === other);
  };
  runs.on("swap", mark);
  runs.on("settled", mark); // the tool in hand may have been set after the swap
  form.addEventListener("change", mark);
  mark();
}
