// Showing the page to others: large, and nothing but what is looked at.
import { $ } from "./page.js";

const KEY = "nnvisu_present"; // in the storage of the tab; guard.js reads it before the first paint
const { classList } = document.documentElement;
const button = $("present");

/** Begins or ends the presentation. */
export function togglePresent() {
  const on = classList.toggle("present");
  try {
    if (on) sessionStorage.setItem(KEY, "1");
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then a reload ends it.
  }
  press();
  $("said").textContent = on
    ? "Presenting: large, with the network, the result and one view. Escape ends it."
    : "The presentation is over: all of the page is here again.";
  if (!document.activeElement?.getClientRects().length) button.focus(); // what had it is gone
  scrollTo(0, 0);
}

/** Ends the presentation, and reports whether there was one. */
export function endPresent() {
  const was = classList.contains("present");
  if (was) togglePresent();
  return was;
}

/** Lets the button present. */
export function bindPresent() {
  button.addEventListener("click", togglePresent);
  press();
}

function press() {
  button.setAttribute("aria-pressed", String(classList.contains("present")));
}
