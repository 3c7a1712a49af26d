// A time in which the server does not answer: when to try again.
import { backoff } from "./backoff.js";

const LASTING = 1000; // milliseconds of answers after which the back-off begins anew

/** Outage lets each try wait for its turn. */
export class Outage {
  #lookout;
  #now;
  #failures = 0;
  #answers = Infinity; // since when there are answers again
  /** When it began. */
  since = 0;
  /** It is worth a word: more than one try has failed, or it takes its time. */
  isOn = false;
  /** Ends a wait. */
  wake = () => {};
  /** Is called when the server is back. */
  back = () => {};

  /** @param {Pick<import("./lookout.js").Lookout, "start" | "stop">} lookout */
  constructor(lookout, now = () => performance.now()) {
    this.#lookout = lookout;
    this.#now = now;
  }

  /** A try failed. Returns the milliseconds until the next one. @param {Answer} answer */
  fail({ why, after, silence }) {
    const now = this.#now();
    if (now - this.#answers > LASTING) this.#failures = 0;
    this.#answers = Infinity;
    if (!this.isOn) this.since = now - silence;
    this.isOn ||= this.#failures > 0 || after > 0 || silence > 0 || why === "portal";
    if (why === "gone" || why === "portal") this.#lookout.start(() => this.#isBack());
    else this.#lookout.stop();
    return backoff(this.#failures++, after);
  }

  /** Waits until a time is over, or for wake. @param {number} wait in milliseconds */
  wait(wait) {
    return new Promise((done) => {
      this.wake = () => done(undefined);
      setTimeout(done, wait);
    });
  }

  /** Lets the next try be soon. */
  hurry() {
    this.#failures = 0;
    this.wake();
  }

  /** A try came through. */
  end() {
    this.isOn = false;
    this.#answers = Math.min(this.#answers, this.#now());
    this.#lookout.stop();
  }

  #isBack() {
    this.hurry();
    this.back();
  }
}
