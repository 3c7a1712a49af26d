// The colours of the page: those of the system, light or dark.
import { $ } from "./page.js";

const KEY = "nnvisu_theme"; // in the storage of the browser; guard.js reads it before the first paint
const THEMES = ["light", "dark"]; // classes that the style sheet knows
const { classList } = document.documentElement;

/** Lets the user choose the colours, in all tabs. */
export function bindTheme() {
  $("theme").value = THEMES.find((name) => classList.contains(name)) ?? "";
  $("theme").addEventListener("change", () => {
    show($("theme").value);
    try {
      localStorage.setItem(KEY, $("theme").value);
    } catch {
      // Then they hold for this page.
    }
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== KEY) return;
    $("theme").value = newValue ?? "";
    show($("theme").value);
  });
}

/** @param {string} theme "" for that of the system */
function show(theme) {
  for (const name of THEMES) classList.toggle(name, name === theme);
}
