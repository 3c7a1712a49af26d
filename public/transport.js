// How requests reach the server: by htmx, or by WebSocket.
import { Emitter } from "./emitter.js";
import { post } from "./packing.js";
import { field, form, tell } from "./page.js";
import { tab } from "./tab.js";

const NOBODY = [502, 503, 504]; // statuses of a server that is not there, or has no room

/**
 * Transport sends one request at a time. An event swap follows each part put into the page.
 * @extends {Emitter<{ swap: Answer }>}
 */
export class Transport extends Emitter {
  #answer = unanswered();
  /** @type {WebSocket | null} */
  #socket = null;

  constructor() {
    super();
    /** @param {string} name @param {(detail: HtmxDetail) => void} listener */
    const on = (name, listener) => {
      form.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
    };
    on("htmx:config:request", ({ ctx }) => {
      ctx.fetch = post;
    });
    on("htmx:response:error", ({ ctx }) => this.#failed(ctx));
    on("htmx:error", () => {
      this.#answer.again = true;
    });
    on("done", ({ data }) => this.#done(data));
    on("htmx:sse:before:message", (detail) => {
      const shown = this.#screen().then(() => {
        detail.cancelled = this.#answer.stopped;
      });
      detail.waitUntil(shown);
    });
    on("htmx:after:swap", () => this.emit("swap", this.#answer));
  }

  /**
   * Posts the form without bulky fields that the job does not need, and returns how that ended.
   * @param {Job} job
   */
  async send({ path, values, sends = [], streams }) {
    const answer = unanswered();
    this.#answer = answer;
    const bulky = form.dataset.bulky?.split(" ") ?? [];
    const spared = bulky.filter((name) => !sends.includes(name)).map((name) => [name, ""]);
    values = { controls: "", ...Object.fromEntries(spared), ...values };
    if (streams && field("transport").value === "websocket") await this.#converse(values);
    else await htmx.ajax("POST", path, { source: form, target: form, swap: "none", values });
    if (answer.refused) answer.ended = true;
    if (streams) answer.again = !answer.ended && !answer.stopped;
    return answer;
  }

  /** Ends the stream under way. What it has sent is not shown any more. */
  stop() {
    this.#answer.stopped = true;
    this.#socket?.close();
    htmx.trigger(form, "htmx:abort");
  }

  /** @param {HtmxDetail["ctx"]} ctx */
  #failed(ctx) {
    const { status, headers } = ctx.response;
    this.#answer.after = Number(headers.get("Retry-After")) || 0;
    this.#answer.again = NOBODY.includes(status);
    this.#answer.refused = this.#answer.again ? 0 : status;
    if (this.#answer.refused && !ctx.text.includes("<hx-partial")) {
      tell(`The server, or something before it, answered ${status}.`);
    }
    if (this.#answer.again) ctx.text = ""; // the page says so itself
  }

  /** @param {string} text why a stream is over; after limit, shutdown and busy it goes on */
  #done(text) {
    const { reason } = JSON.parse(text);
    this.#answer.ended = ["steps", "target", "error"].includes(reason);
    this.#answer.after = reason === "busy" ? 1 : 0;
  }

  /**
   * Lets a frame wait for the screen: each is seen, and a slow page slows its stream.
   * @returns {Promise<unknown>}
   */
  #screen() {
    return new Promise((next) => {
      if (this.#answer.stopped) next(undefined);
      else if (document.hidden) setTimeout(next, 50);
      else requestAnimationFrame(next);
    });
  }

  /** Streams over a WebSocket: the form goes out, fragments come back. @param {Values} values */
  async #converse(values) {
    /** @type {Promise<unknown>} */
    let last = Promise.resolve();
    const address = new URL(`ws/page?tab=${tab}`, document.baseURI);
    const socket = new WebSocket(address.href.replace(/^http/, "ws"));
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ ...Object.fromEntries(new FormData(form)), ...values }));
    };
    socket.onmessage = ({ data }) => {
      if (data.startsWith("{")) {
        this.#done(data);
        socket.close();
        return;
      }
      last = last
        .then(() => this.#screen())
        .then(() => {
          if (this.#answer.stopped) return undefined;
          return htmx.swap({ sourceElement: form, swap: "none", text: data });
        });
    };
    await new Promise((closed) => {
      socket.onclose = closed;
    });
    await last.catch(() => {});
  }
}

/** @returns {Answer} */
function unanswered() {
  return { again: false, after: 0, refused: 0, ended: false, stopped: false };
}
