// How far a stream of events lags behind its server.

const MOST = 1000; // milliseconds that frames may lag
const SPARE = 1.5; // times the interval at which frames come
const CALM = 30_000; // milliseconds without a lag, after which frames may come faster
const SHORT = 80; // milliseconds between frames that are as good as none

/**
 * Lag sees when frames come later and later, as on a line that is slower than its server while a
 * proxy keeps what waits. The stream is then to be asked for anew, with frames further apart.
 */
export class Lag {
  /** The least milliseconds between two frames to ask for. */
  apart = 0;
  #first = 0;
  #frames = 0;
  #least = Infinity;

  /** A stream begins; returns how far apart its frames are to be. */
  begin() {
    this.#frames = 0;
    this.#least = Infinity;
    return this.apart;
  }

  /**
   * Takes a message, and reports whether to ask for the stream anew. A hidden page is slow itself.
   * @param {{ event: string, id: string }} message that is a frame if it has no event; the id is
   *     that of the newest frame
   */
  isLate({ event, id }) {
    if (document.hidden) this.begin();
    return !event && !document.hidden && this.take(Number(id));
  }

  /**
   * Takes a frame, and reports whether to ask for the stream anew.
   * @param {number} sent when it was drawn, by the clock of the stream, in milliseconds
   */
  take(sent, now = performance.now()) {
    if (!this.#frames) this.#first = now;
    const all = now - this.#first;
    this.#least = Math.min(this.#least, now - sent);
    if (now - sent - this.#least > MOST) this.apart = Math.round((all / this.#frames) * SPARE);
    else if (this.apart && all > CALM) this.apart = this.apart > SHORT ? this.apart >> 1 : 0;
    else {
      this.#frames++;
      return false;
    }
    return true;
  }
}
