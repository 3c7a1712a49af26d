// The page around the cards: what docs/embedding.md tells its readers to write, and questions.
const heights = [];
const answers = {};
let questions = 0;

addEventListener("message", ({ data, source }) => {
  const frames = [...document.querySelectorAll("iframe")];
  const i = frames.findIndex((frame) => frame.contentWindow === source);
  if (data?.type === "nnvisu_height") {
    frames[i].height = data.height;
    heights[i] = data.height;
  }
  if (data?.answers) answers[data.answers] = data.view;
});

/** Asks a frame what it shows, after a click; returns null if nobody answers. */
globalThis.ask = async (i, click, wait = 3000) => {
  const asks = ++questions;
  document.querySelectorAll("iframe")[i].contentWindow.postMessage({ asks, click }, "*");
  for (const end = performance.now() + wait; performance.now() < end && !answers[asks];) {
    await new Promise((next) => setTimeout(next, 20));
  }
  return answers[asks] ? { ...answers[asks], told: heights[i] ?? 0 } : null;
};
