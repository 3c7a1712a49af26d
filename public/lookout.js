// Whether the server is back.
import { patience } from "./patience.js";

const PAUSE = 500; // milliseconds between two questions, more or less
const PATIENCE = 1500;

/** Reports whether one is ready. */
export async function isReady() {
  try {
    const reply = await fetch("readyz", { cache: "no-store", signal: patience(PATIENCE) });
    return reply.ok && (await reply.text()).startsWith("ready");
  } catch {
    return false;
  }
}

/** Lookout asks for a server that is gone: that costs nothing, while a try has the whole state. */
export class Lookout {
  #isReady;
  #timer = 0;

  /** @param {() => Promise<boolean>} ask */
  constructor(ask) {
    this.#isReady = ask;
  }

  /** Begins to ask. @param {() => void} back is called whenever the server has come back */
  start(back) {
    if (!this.#timer) this.#ask(back, true);
  }

  /** Asks no more. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** @param {() => void} back @param {boolean} wasGone */
  #ask(back, wasGone) {
    const wait = PAUSE * (0.6 + 0.8 * Math.random());
    const timer = setTimeout(async () => {
      const isThere = await this.#isReady();
      if (this.#timer === timer && isThere && wasGone) back();
      if (this.#timer === timer) this.#ask(back, !isThere);
    }, wait);
    this.#timer = timer;
  }
}
