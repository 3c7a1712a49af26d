// What is said of a run to whoever does not see it.
import { $ } from "./page.js";

const APART = 10_000; // milliseconds from sentence to sentence while it trains

/** Says the result on a pause and after a change, and now and then while it trains. @param {Runs} runs */
export function bindSpeech(runs) {
  let before = "";
  let said = 0;
  let step = $("step").textContent;
  const say = (/** @type {string} */ what) => {
    step = $("step").textContent;
    const values = Array.from($("measures").children).slice(2); // behind epoch and step
    const words = values.map(({ children: [name, value] }) => {
      return `${name.textContent?.toLowerCase()} ${value.textContent}`;
    });
    $("said").textContent = `${what} ${step}: ${words.join(", ")}.`;
    said = performance.now();
  };
  runs.on("state", (state) => {
    if (state === "idle" && before === "training") say("Paused at step");
    else if (state === "idle" && step !== $("step").textContent) say("Step");
    if (state === "training" && before !== state) said = performance.now();
    before = state;
  });
  runs.on("swap", () => {
    if (before === "training" && performance.now() - said > APART) say("Step");
  });
}
