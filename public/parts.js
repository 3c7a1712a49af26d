// The parts of the page that its lesson hides and locks.
import { forgetRecipe } from "./address.js";
import { $, field, form } from "./page.js";

let shown = field("lesson").value;

/** Hides and locks parts when another lesson is opened, and puts it into the address. @param {Runs} runs */
export function bindParts(runs) {
  runs.on("swap", () => {
    const text = field("lesson").value;
    if (text === shown) return;
    shown = text;
    show(new URLSearchParams(text));
    forgetRecipe(); // which is put back when the page is at rest
  });
}

/** @param {URLSearchParams} lesson */
function show(lesson) {
  const hides = lesson.get("hide")?.split(",") ?? [];
  const locks = lesson.get("lock")?.split(",") ?? [];
  /** @type {NodeListOf<HTMLElement>} */
  const parts = form.querySelectorAll("[data-part]");
  for (const part of parts) {
    const name = String(part.dataset.part);
    const isLocked = locks.includes(name);
    part.hidden = hides.includes(name);
    part.querySelector(".lock-note")?.toggleAttribute("hidden", !isLocked);
    for (const e of part.querySelectorAll(".lockable")) e.toggleAttribute("inert", isLocked);
  }
  const draws = !hides.includes("data") && !locks.includes("data");
  $("plane").toggleAttribute("data-locked", !draws);
  $("lesson").hidden = !$("lesson").childElementCount;
}
