// The tour, whose radio buttons go from stop to stop.
import { $, turnOff } from "./page.js";

const tour = $("tour");
const next = $("tour-next");

/** Marks what the chosen stop is about, and goes there, or to the top of the page. */
function mark() {
  const stop = /** @type {HTMLElement} */ (tour.querySelector(":checked + section"));
  const target = document.getElementById(stop.dataset.target ?? "");
  document.querySelector(".toured")?.classList.remove("toured");
  target?.classList.add("toured");
  (target ?? document.body).scrollIntoView();
  turnOff(next, !stop.nextElementSibling);
}

/** Lets the tour go through the page. Its title has the focus when it begins. */
export function bindTour() {
  tour.addEventListener("change", mark);
  $("tour-title").addEventListener("focus", mark);
  next.addEventListener("click", () => {
    const stop = tour.querySelector(":checked + section")?.nextElementSibling;
    if (stop instanceof HTMLInputElement) stop.click();
  });
}
