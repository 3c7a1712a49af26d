// The tour, whose radio buttons go from stop to stop.
import { $ } from "./page.js";

const tour = $("tour");

/** Marks what the chosen stop is about. */
function mark() {
  const stop = /** @type {HTMLElement} */ (tour.querySelector(":checked + section"));
  document.querySelector(".toured")?.classList.remove("toured");
  document.getElementById(stop.dataset.target ?? "")?.classList.add("toured");
}

/** Lets the tour mark the parts of the page. */
export function bindTour() {
  tour.addEventListener("change", mark);
  mark();
}
