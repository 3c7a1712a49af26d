// What the network says at a place of the plane.
import { post } from "./packing.js";
import { $, field } from "./page.js";
import { patience } from "./patience.js";
import { placeText } from "./place.js";
import { MOMENT, read } from "./state.js";

const LARGE = 1e6; // characters of a network that is not posted again for every frame

/** Probe asks one question at a time; of those that come meanwhile the last one counts. */
export class Probe {
  /** @type {Place | null} the place that is read */
  place = null;
  #output = $("probe");
  #hint = this.#output.innerHTML;
  #isAsking = false;
  #isAskedAgain = false;

  /** @param {Runs} runs */
  constructor(runs) {
    runs.on("swap", () => {
      if (field("network").value.length < LARGE) this.#ask();
    });
  }

  /** Reads another place from now on. @param {Place} place */
  read(place) {
    this.place = place;
    this.#ask();
  }

  /** Reads no place any more. */
  leave() {
    this.place = null;
    this.#output.innerHTML = this.#hint;
  }

  async #ask() {
    if (!this.place || document.hidden) return;
    this.#isAskedAgain = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    const answer = await predict(this.place).catch(() => ""); // the next move asks again
    if (answer && this.place) this.#output.innerHTML = answer;
    await new Promise((next) => setTimeout(next, 100));
    this.#isAsking = false;
    if (this.#isAskedAgain) this.#ask();
  }
}

/** @param {Place} place */
async function predict(place) {
  const reply = await post("predict", {
    method: "POST",
    body: new URLSearchParams({ ...read(MOMENT), probe: placeText(place) }),
    headers: { Accept: "text/html", "HX-Request": "true" },
    signal: patience(5000),
  });
  const text = reply.ok ? await reply.text() : "";
  return text.startsWith("<span") ? text : ""; // not a portal's page
}
