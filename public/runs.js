// The queue of requests, one at a time with the whole state.
import { traits } from "./acts.js";
import { Emitter } from "./emitter.js";
import { isReady, Lookout } from "./lookout.js";
import { Outage } from "./outage.js";

const STUCK = 3000; // milliseconds of silence of a try that was sent too early

/**
 * Runs sends changes in turn, and trains in between while the user wishes it.
 * @extends {Emitter<RunEvents>}
 */
export class Runs extends Emitter {
  #transport;
  #tell;
  /** @type {Job[]} */
  #queue = [];
  /** @type {Job | null} */
  #job = null;
  #training = false; // the wish, whatever is under way
  #outage;

  /**
   * @param {Transport} transport
   * @param {Tell} tell
   */
  constructor(transport, tell, outage = new Outage(new Lookout(isReady))) {
    super();
    this.#transport = transport;
    this.#tell = tell;
    this.#outage = outage;
    outage.back = () => transport.giveUp(STUCK);
    transport.on("silent", (since) => this.#lack("slow", since));
    transport.on("swap", ({ again }) => {
      this.emit("swap", this.#job);
      if (this.#job && !again) this.#show(this.#job);
    });
  }

  /**
   * Queues a change. Training stops for it, and goes on from its answer.
   * @param {string} path
   * @param {Values} values
   * @param {Options} options
   */
  ask(path, values, options = {}) {
    if (options.stops) this.train(false);
    this.#queue.push({ path, values, ...options });
    this.stop();
    this.#work();
  }

  /**
   * Asks for the act of an element.
   * @param {{ dataset: DOMStringMap }} element
   * @param {Values} values
   * @param {Options} options
   */
  act(element, values = {}, options = {}) {
    const { act, change } = element.dataset;
    this.ask("edit", { act: act ?? change, ...values }, { ...traits(element), ...options });
  }

  /** Reports whether a job with this begin waits for its turn. @param {() => void} begin */
  isQueued(begin) {
    return this.#queue.some((job) => job.begin === begin);
  }

  /** Begins or ends to train. @param {boolean} on */
  train(on) {
    this.#training = on;
    this.emit("wish", on);
    if (on) this.#work();
    else this.stop();
  }

  /** Begins to train, or ends it. */
  toggle() {
    this.train(!this.#training);
  }

  /** Ends a stream or a wait. Training goes on by itself while it is wished. */
  stop() {
    this.#outage.wake();
    if (this.#job?.streams) this.#transport.stop();
  }

  /** Tries again at once, if something is under way that is not answered. */
  retry() {
    this.#outage.hurry();
    this.#transport.giveUp(0);
  }

  #work() {
    if (this.#job) return;
    this.#turns().catch((error) => {
      this.#tell(`Something went wrong in this page: ${error.message}`);
      const job = this.#job;
      if (this.#queue[0] === job) this.#queue.shift();
      this.#job = null;
      this.train(false);
      this.#work();
      job?.after?.(500); // what it is waited for with must not stay
    });
  }

  async #turns() {
    this.#job = this.#next();
    while (this.#job) {
      await this.#turn(this.#job);
      this.#job = this.#next();
    }
    this.#outage.end();
    this.emit("state", "idle");
  }

  /** @returns {Job | null} */
  #next() {
    if (this.#queue.length) return this.#queue[0];
    return this.#training ? { path: "train", values: {}, streams: true } : null;
  }

  /** @param {Job} job */
  async #turn(job) {
    job.begin?.(job);
    delete job.begin; // a second try has begun already
    this.emit("send", job);
    if (!this.#outage.isOn) this.#say(job);
    const answer = await this.#transport.send(job);
    if (answer.again) return this.#wait(answer);
    this.#outage.end();
    if (!job.streams) this.#queue.shift();
    else if (answer.ended) this.train(false);
    this.emit("answered", job);
    job.after?.(answer.refused);
    this.emit("settled", job);
  }

  /** @param {Job} job whose server is there */
  #show(job) {
    this.#outage.end();
    this.#say(job);
  }

  /** @param {Job} job */
  #say(job) {
    this.emit("state", job.streams ? "training" : "working");
  }

  /** @param {Answer} answer that is none */
  async #wait(answer) {
    const wait = this.#outage.fail(answer);
    if (this.#outage.isOn) this.#lack(answer.why, this.#outage.since);
    await this.#outage.wait(wait);
  }

  /** @param {Lack["why"]} why @param {number} since */
  #lack(why, since) {
    this.emit("lack", { why, since });
    this.emit("state", "waiting");
  }
}
