// The tour, whose radio buttons go from stop to stop.
import { $, turnOff } from "./page.js";

const tour = $("tour");
const next = $("tour-next");

/** @returns {HTMLElement} what the chosen stop is about, or the page */
function mark() {
  const stop = /** @type {HTMLElement} */ (tour.querySelector(":checked + section"));
  document.querySelector(".toured")?.classList.remove("toured");
  const target = document.getElementById(stop.dataset.target ?? "");
  target?.classList.add("toured");
  turnOff(next, !stop.nextElementSibling);
  return target ?? document.body;
}

/** Lets the tour mark the parts of the page, and bring them into view. */
export function bindTour() {
  tour.addEventListener("change", () => mark().scrollIntoView({ block: "center" }));
  next.addEventListener("click", () => {
    const stop = tour.querySelector(":checked + section")?.nextElementSibling;
    if (stop instanceof HTMLInputElement) stop.click();
  });
  mark();
}
