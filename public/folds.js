// Groups of settings that are folded away until somebody needs them.
import { form } from "./page.js";

/** @type {NodeListOf<HTMLDetailsElement>} */
const folds = form.querySelectorAll("details[data-keep]");

/** Opens a fold when a setting in it leaves its default, or is wrong. @param {Runs} runs */
export function bindFolds(runs) {
  const before = new Map(Array.from(folds, (fold) => [fold, needsOf(fold)]));
  runs.on("swap", () => {
    for (const fold of folds) {
      const needs = needsOf(fold);
      // What was there before, the user has seen and may have folded away.
      if (needs.some((need) => !before.get(fold)?.includes(need))) fold.open = true;
      before.set(fold, needs);
    }
  });
}

/** Returns why a fold is to be open. @param {Element} fold */
function needsOf(fold) {
  const needs = fold.querySelectorAll("[data-needed], .field-error:not(:empty)");
  return Array.from(needs, (need) => need.id + (need.id && need.textContent));
}
