// What the page says about its requests.
import { $ } from "./page.js";

const GOES_ON = " Nothing is lost; trying again…";

/** What is said before and after the time. @type {Record<string, [string, string]>} */
const WORDS = {
  gone: ["No answer", "." + GOES_ON],
  slow: ["No answer yet", ". Nothing is lost; still waiting…"],
  busy: ["No room on the server", "." + GOES_ON],
  fault: ["The server has failed", "." + GOES_ON],
  release: ["The server is being renewed", "." + GOES_ON],
  portal: [
    "Something before the server has answered",
    ". Is there a login page of this network?" + GOES_ON,
  ],
};

/** Shows what a queue of requests does. @param {Runs} runs */
export function showStatus(runs) {
  let timer = 0;
  runs.on("state", (state) => {
    document.body.dataset.state = state;
    const live = state === "training" ? "off" : "polite"; // nobody can listen to 25 a second
    $("probe").setAttribute("aria-live", live);
    $("readout").setAttribute("aria-live", live);
    if (state === "waiting") return;
    clearInterval(timer);
    if (document.activeElement === $("retry")) $("connection").focus(); // the button goes
  });
  runs.on("lack", ({ why, since }) => {
    const [before, after] = WORDS[why];
    $("lack").textContent = before;
    $("lack-rest").textContent = after;
    const count = () => {
      $("lack-time").textContent = time(performance.now() - since);
    };
    count();
    clearInterval(timer);
    timer = setInterval(count, 1000);
  });
  runs.on("wish", (on) => $("train").setAttribute("data-trains", String(on)));
  const retry = () => {
    if (document.body.dataset.state === "waiting" && !document.hidden) runs.retry();
  };
  $("retry").addEventListener("click", retry);
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", retry);
}

/** Returns a time in words, or nothing for a moment. @param {number} ms */
function time(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 2) return "";
  return seconds < 100 ? ` for ${seconds} s` : ` for ${Math.floor(seconds / 60)} min`;
}
