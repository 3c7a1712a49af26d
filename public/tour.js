// The tour, whose radio buttons go from stop to stop.
import { $ } from "./page.js";

const tour = $("tour");

/** Marks what the chosen stop is about, and goes there. */
function mark() {
  const stop = /** @type {HTMLElement} */ (tour.querySelector(":checked + section"));
  const target = document.getElementById(stop.dataset.target ?? "");
  document.querySelector(".toured")?.classList.remove("toured");
  target?.classList.add("toured");
  target?.scrollIntoView();
}

/** Lets the tour go through the page. Its title has the focus when it begins. */
export function bindTour() {
  tour.addEventListener("change", mark);
  $("tour-title").addEventListener("focus", mark);
}
