// How requests reach the server: by htmx, or by WebSocket.
import { Emitter } from "./emitter.js";
import { Lag } from "./lag.js";
import { packed } from "./packing.js";
import { field, form, tell } from "./page.js";
import { readable, RELEASE } from "./release.js";
import { converse } from "./socket.js";
import { judge, refusal, unanswered } from "./verdict.js";
import { Watch } from "./watch.js";

const FAULTS = 5; // tries of what makes a server of ours fail

/** Returns the milliseconds of silence of a broken line. The form has a control named dataset. */
function quiet() {
  return 1000 * Number(form.getAttribute("data-silence"));
}

/** Returns how many files a field has; undefined if it is not for files. @param {string} name */
function files(name) {
  return field(name)?.files?.length;
}

/**
 * Transport sends one request at a time. An event swap follows each part put into the page. An
 * event silent says since when nothing has come of an answer that may take its time.
 * @extends {Emitter<{ swap: Answer, silent: number }>}
 */
export class Transport extends Emitter {
  #answer = unanswered();
  #streams = false;
  #watch = new Watch(quiet, (silence, isBroken) => {
    if (isBroken) this.giveUp(0);
    else this.emit("silent", performance.now() - silence);
  });
  #faults = 0; // in a row
  #size = 0; // bytes of what was sent last
  #lag = new Lag();
  #leave = () => {}; // ends a conversation over a socket

  constructor() {
    super();
    /** @param {string} name @param {(detail: HtmxDetail, event: Event) => void} listener */
    const on = (name, listener) => {
      form.addEventListener(name, (event) => {
        listener(/** @type {CustomEvent} */ (event).detail, event);
      });
    };
    on("htmx:config:request", ({ ctx }) => {
      ctx.fetch = (url, request) => this.#fetch(url, request);
      // With a long task in the address this is more than proxies take of a header.
      delete ctx.request.headers["HX-Current-URL"];
    });
    on("htmx:after:request", ({ ctx }, event) => {
      if (!this.#isShown(ctx)) event.preventDefault();
    });
    on("htmx:error", () => {
      this.#answer.again = true;
    });
    on("done", ({ data }) => this.#done(data));
    on("htmx:sse:before:message", (detail) => {
      if (this.#lag.isLate(detail.message)) this.stop(); // it is asked for anew
      const shown = this.#screen().then(() => {
        detail.cancelled = this.#answer.stopped;
      });
      detail.waitUntil(shown);
    });
    on("htmx:after:swap", () => {
      this.#faults = 0;
      this.emit("swap", this.#answer);
    });
  }

  /**
   * Posts the form without bulky fields that the job does not need, and returns how that ended.
   * @param {Job} job
   */
  async send({ path, values, sends = [], streams = false }) {
    const answer = unanswered();
    this.#answer = answer;
    this.#streams = streams;
    const bulky = form.getAttribute("data-bulky")?.split(" ") ?? [];
    const spared = bulky.filter((name) => !sends.includes(name) || files(name) === 0);
    values = { controls: "", ...Object.fromEntries(spared.map((name) => [name, ""])), ...values };
    // Only a form in parts takes a file.
    form.enctype = sends.some(files) ? "multipart/form-data" : "";
    const overSocket = streams && field("transport").value === "websocket";
    if (!overSocket) values = { ...values, draw_ms: String(this.#lag.begin()) };
    if (overSocket) await this.#converse(values);
    else await htmx.ajax("POST", path, { source: form, target: form, swap: "none", values });
    this.#watch.stop();
    if (answer.refused) answer.ended = true;
    if (streams) answer.again = !answer.ended && !answer.stopped;
    return answer;
  }

  /** Ends the stream under way. What it has sent is not shown any more. */
  stop() {
    this.#answer.stopped = true;
    this.#hangUp();
  }

  /** Gives up what is under way as a failure, if it is that silent. @param {number} silence */
  giveUp(silence) {
    if (this.#watch.silence < silence) return;
    this.#answer.again = true;
    this.#answer.silence = this.#watch.silence;
    this.#hangUp();
  }

  #hangUp() {
    this.#leave();
    htmx.trigger(form, "htmx:abort");
  }

  /** @type {typeof fetch} */
  async #fetch(url, request = {}) {
    const sent = await packed(request);
    this.#size = new Blob([/** @type {BlobPart} */ (sent.body)]).size;
    this.#watch.expect(this.#streams, this.#size);
    return this.#watch.over(readable(await fetch(url, sent)));
  }

  /** Takes a whole answer, and reports whether it is put into the page. @param {HtmxDetail["ctx"]} ctx */
  #isShown({ response: { status, headers }, text }) {
    const answer = this.#answer;
    answer.why = judge(status, text, this.#streams);
    if (answer.why === "fault" && ++this.#faults >= FAULTS) answer.why = "refused";
    answer.again = !["good", "refused"].includes(answer.why);
    answer.after = Number(headers.get("Retry-After")) || 0;
    if (answer.again) return false; // the page says so itself
    this.#watch.succeed();
    if (answer.why === "good") return true;
    answer.refused = status;
    const isOurs = text.includes("<hx-partial");
    if (!isOurs) tell(refusal(status, this.#size));
    return isOurs;
  }

  /**
   * Takes a message that is no frame, and reports whether the stream is over: it says why. After
   * limit, shutdown and busy it goes on.
   * @param {string} text
   */
  #done(text) {
    const { reason, retry_after: after = 1 } = JSON.parse(text);
    if (!reason) return false; // a sign of life
    this.#answer.ended = ["steps", "target", "error"].includes(reason);
    this.#answer.why = reason === "release" ? reason : "busy";
    this.#answer.after = reason === "busy" ? after : 0;
    return true;
  }

  /**
   * Lets a frame wait for the screen: each is seen, and a slow page slows its stream.
   * @returns {Promise<unknown>}
   */
  #screen() {
    return new Promise((next) => {
      if (this.#answer.stopped)
        next(undefined); // many may wait to be dropped
      else if (!document.hidden) requestAnimationFrame(next);
      // Also where the page is hidden before there is a frame of the screen.
      setTimeout(next, document.hidden ? 50 : 1000);
    });
  }

  /** Streams over a WebSocket: the form goes out, fragments come back. @param {Values} values */
  async #converse(values) {
    /** @type {Promise<unknown>} */
    let last = Promise.resolve();
    const message = JSON.stringify({ ...Object.fromEntries(new FormData(form)), ...values });
    let isOurs = false; // the server has named the release of this page
    const { ended, leave, acknowledge } = converse(message, (data) => {
      this.#watch.heard();
      if (data.startsWith("{")) {
        isOurs ||= JSON.parse(data).release === RELEASE;
        if (this.#done(data)) leave();
        return;
      }
      if (!isOurs) {
        this.#done('{"reason":"release"}');
        leave();
        return;
      }
      last = last
        .then(() => this.#screen())
        .then(() => {
          if (this.#answer.stopped) return undefined;
          return htmx.swap({ sourceElement: form, swap: "none", text: data });
        })
        .finally(acknowledge);
    });
    this.#leave = leave;
    this.#watch.expect(true, message.length);
    await ended;
    await last.catch(() => {});
  }
}
