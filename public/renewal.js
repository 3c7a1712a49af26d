// How the page makes way for another release of itself.

const TRIES = 4; // at once, as the next replica may be of this release
const EVERY = 5000; // milliseconds between two reloads
const RELOADS = 5; // in a row
const KEY = "nnvisu_renewal";

/**
 * Renewal is a transport. When all it meets is of another release it saves what the page shows and
 * loads the page again. What was under way goes on after that.
 */
export class Renewal {
  #transport;
  #browser;
  #tell;
  #past;
  #count;
  #save = () => {};
  #training = false;

  /**
   * @param {Transport} transport
   * @param {Pick<Window, "sessionStorage" | "location">} browser
   * @param {Tell} tell
   */
  constructor(transport, browser, tell) {
    this.#transport = transport;
    this.#browser = browser;
    this.#tell = tell;
    this.#past = this.#read();
    this.#count = this.#past.count ?? 0;
    transport.on("swap", () => {
      this.#count = 0; // a server of this release has answered
    });
  }

  /** Listens to the transport. @type {Transport["on"]} */
  on(name, listener) {
    this.#transport.on(name, listener);
  }

  /** Ends the stream under way. */
  stop() {
    this.#transport.stop();
  }

  /** Gives up what is under way as a failure, if it is that silent. @param {number} silence */
  giveUp(silence) {
    this.#transport.giveUp(silence);
  }

  /** Posts the form, a few times if the server is of another release. @param {Job} job */
  async send(job) {
    let answer = await this.#transport.send(job);
    for (let i = 1; isForeign(answer) && i < TRIES; i++) {
      answer = await this.#transport.send(job);
    }
    if (isForeign(answer)) this.#renew(job);
    return answer;
  }

  /**
   * Goes on with what the page before this one had under way. The state is there already.
   * @param {Runs} runs
   * @param {() => void} save stores what the page shows
   */
  resume(runs, save) {
    this.#save = save;
    runs.on("wish", (on) => {
      this.#training = on;
    });
    const { at, job, training } = this.#past;
    if (at) this.#write({ at, count: this.#count }); // the rest is done once
    if (job?.values.controls) this.#tell("The page was renewed. Your last setting was not taken.");
    else if (job) runs.ask(job.path, job.values, job);
    if (training) runs.train(true);
  }

  /** Loads the page again, but not often. @param {Job} job that nobody did */
  #renew(job) {
    const now = Date.now();
    if (Math.abs(now - (this.#past.at ?? 0)) < EVERY) return; // it is tried again, after a while
    this.#past = { at: now, count: this.#count + 1, training: this.#training };
    if (!job.streams) this.#past.job = job;
    this.#save();
    if (this.#count < RELOADS && this.#write(this.#past)) this.#browser.location.reload();
    else this.#tell("The server has a new release. Load this page again; nothing is lost.");
  }

  /** @returns {{ at?: number, count?: number, training?: boolean, job?: Job }} */
  #read() {
    try {
      return JSON.parse(this.#browser.sessionStorage.getItem(KEY) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }

  /** Reports whether there was room. @param {object} past */
  #write(past) {
    try {
      this.#browser.sessionStorage.setItem(KEY, JSON.stringify(past));
      return true;
    } catch {
      return false;
    }
  }
}

/** Reports whether a server of another release answered. @param {Answer} answer */
function isForeign({ again, why }) {
  return again && why === "release";
}
