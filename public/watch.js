// Silence on a line.

const TICK = 1000; // milliseconds
const COMPUTING = 3; // times as long as a stream other requests may be silent
const SLOWEST = 32; // bytes that the slowest line takes in a millisecond
const LONGEST = 60_000; // milliseconds that a server waits for a body

/** Watch tells when nothing comes, and when the line is taken for broken. */
export class Watch {
  #quiet;
  #hear;
  #now;
  #timer = 0;
  #heard = 0;
  #patience = 0; // milliseconds of silence that are borne
  #broken = 0; // answers in a row that never came

  /**
   * @param {() => number} quiet the milliseconds of silence after which a stream is broken
   * @param {(silence: number, isBroken: boolean) => void} hear is called every second of silence
   */
  constructor(quiet, hear, now = () => performance.now()) {
    this.#quiet = quiet;
    this.#hear = hear;
    this.#now = now;
  }

  /** For how long nothing has come, in milliseconds; 0 while nobody waits. */
  get silence() {
    return this.#timer ? this.#now() - this.#heard : 0;
  }

  /**
   * Begins to wait for an answer. One that was late gets twice the time when it is asked for again.
   * @param {boolean} streams
   * @param {number} size the bytes that are sent first
   */
  expect(streams, size) {
    this.#patience = this.#quiet() * (streams ? 1 : COMPUTING * 2 ** this.#broken);
    this.#patience += Math.min(LONGEST, size / SLOWEST);
    this.#start();
  }

  /** Something has come. */
  heard() {
    this.#heard = this.#now();
  }

  /** Nothing more is waited for. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  /** The answer was whole. */
  succeed() {
    this.#broken = 0;
  }

  /**
   * Returns a response that is watched while somebody waits for its bytes. A large event takes long
   * on a slow line, but its bytes come.
   * @param {Response} response
   */
  over(response) {
    this.stop();
    const reader = response.body?.getReader();
    if (!reader) return response;
    this.#patience = this.#quiet();
    const bytes = new ReadableStream(
      {
        pull: async (controller) => {
          this.#start();
          const { done, value } = await reader.read().finally(() => this.stop());
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(bytes, response);
  }

  #start() {
    this.heard();
    this.#timer ||= setInterval(() => this.#tick(), TICK);
  }

  #tick() {
    const { silence } = this;
    if (silence < this.#quiet()) return;
    const isBroken = silence >= this.#patience;
    if (isBroken) this.#broken++;
    this.#hear(silence, isBroken);
  }
}
