// What the page says about its requests.
import { $ } from "./page.js";

/** Shows what a queue of requests does. @param {Runs} runs */
export function showStatus(runs) {
  runs.on("state", (state) => {
    document.body.dataset.state = state;
  });
  runs.on("wish", (on) => $("train").setAttribute("aria-pressed", String(on)));
  runs.on("send", ({ streams }) => {
    const live = streams ? "off" : "polite"; // nobody can listen to 25 a second
    $("probe").ariaLive = live;
    $("readout").ariaLive = live;
  });
}
