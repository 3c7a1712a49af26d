// The page as one card, in a frame of a page of somebody else.
import { recipeOfPage } from "./address.js";
import { field } from "./page.js";
import { stateHash } from "./share.js";

/** Lets the page around the card know how high it is, and leads to the whole page. @param {Runs} runs */
export function bindEmbed(runs) {
  if (parent !== window) tellHeight();
  runs.on("state", async (state) => {
    if (state !== "idle") return;
    const recipe = recipeOfPage();
    const hash = recipe ? "" : await stateHash("");
    const query = recipe || field("lesson").value;
    document.querySelector("header a")?.setAttribute("href", `./?${query}${hash}`);
  });
}

/**
 * Posts the height to the page around. A frame that follows it has no bar to scroll, whose width would
 * change the height again.
 */
function tellHeight() {
  const { body, documentElement } = document;
  let height = 0;
  const post = () => {
    height = Math.ceil(body.getBoundingClientRect().height);
    // Whoever it is: a page that is not named has no card.
    parent.postMessage({ type: "nnvisu_height", height }, "*");
  };
  post(); // also where the frame is out of sight, in which the observer rests
  new ResizeObserver(post).observe(body);
  addEventListener("resize", () => {
    if (innerHeight === height) documentElement.classList.add("follows");
  });
}
