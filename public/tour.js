// The tour, whose radio buttons go from stop to stop.
import { $, turnOff } from "./page.js";

const tour = $("tour");
const [back, next] = [$("tour-back"), $("tour-next")];
const stops = [...tour.querySelectorAll("input")];

/** Marks what the chosen stop is about, and returns that, or the page. */
function mark() {
  const stop = /** @type {HTMLElement} */ (tour.querySelector(":checked + section"));
  const target = document.getElementById(stop.dataset.target ?? "");
  document.querySelector(".toured")?.classList.remove("toured");
  target?.classList.add("toured");
  turnOff(back, stops[0].checked);
  turnOff(next, !stop.nextElementSibling);
  return target ?? document.body;
}

/** Lets the tour go through the page. Its title has the focus when it begins. */
export function bindTour() {
  const go = () => mark().scrollIntoView({ block: "nearest" });
  tour.addEventListener("change", go);
  $("tour-title").addEventListener("focus", go);
  mark();
  const goBy = (/** @type {number} */ by) => {
    stops[stops.findIndex(({ checked }) => checked) + by]?.click();
  };
  back.addEventListener("click", () => goBy(-1));
  next.addEventListener("click", () => goBy(1));
  tour.addEventListener("close", () => {
    const focused = document.activeElement ?? document.body;
    if (focused !== document.body && !tour.contains(focused)) return; // someone works beside the tour
    $("train").focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}
