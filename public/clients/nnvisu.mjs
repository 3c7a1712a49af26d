// A client of nnvisu, the playground for small neural networks, for browsers and Node.js. It needs
// nothing else.
//
//   import { Client } from "./nnvisu.mjs";
//
//   const lab = new Client("http://localhost:8888");
//   let state = await lab.new("spiral", { hidden_layers: [8, 8], seed: 3 });
//   for await (state of lab.train(state, { steps: 300, every: 100 })) console.log(`${state}`);
//   console.log(await lab.predict(state, [[0.5, 0]]));
//
// The server makes a state of a run into a later state and keeps nothing. So a state is a value here:
// it can be kept, saved, compared, and trained on twice. Training goes on through lost connections
// and servers that stop, and its result has the same bytes.

/**
 * @typedef {{ x: number, y: number, label?: number }} Point a place from -1 to 1, and its class or target
 * @typedef {[number, number, number?]} Row the same: x, y, label
 * @typedef {Record<string, unknown>} Config members of config, by the names that docs/api.md has
 * @typedef {Record<string, string>} Texts JSON by member
 * @typedef {{ loss?: number, accuracy?: number, test_loss?: number, test_accuracy?: number }} Metrics
 *
 * @typedef {object} Options
 * @property {number} [patience] for how many seconds to try again when no server answers, or is busy: 60
 * @property {number} [timeout] after how many seconds of silence a connection is lost: 15
 * @property {boolean} [compress] whether to compress requests: not within one machine
 *
 * @typedef {object} Recipe
 * @property {number} [points] of the data set
 * @property {number} [noise] of the data set
 * @property {number} [label_noise] of the data set
 * @property {number} [data_seed] of the data set, if it is not the member seed of config
 *
 * @typedef {object} Cell a run of a sweep
 * @property {Record<string, any>} values those of the members that differ
 * @property {State} [state] if there is one
 * @property {NNVisuError} [error] why there is none
 *
 * @typedef {object} Training
 * @property {number} [steps] updates in all: 0 is as many as you take
 * @property {number} [every] updates between two states: 1
 * @property {number} [interval] the least number of seconds between two states: 0
 * @property {AbortSignal} [signal] ends it
 */

/** NNVisuError is what the server refuses, with its reason. */
export class NNVisuError extends Error {
  /** Seconds that the server asks to wait, or 0. */
  retryAfter = 0;
  /** The last state whose numbers are finite, if the code is "diverged". @type {State | undefined} */
  state;

  /**
   * @param {string} code what kind of error it is, such as "invalid", from the table in docs/api.md
   * @param {string} reason what is wrong; it names the limit
   * @param {string} field what is to blame, such as "config.learning_rate", or ""
   * @param {number} status that of HTTP, or 0 inside a stream
   */
  constructor(code, reason, field = "", status = 0) {
    super(field ? `${field} ${reason}` : reason);
    this.name = "NNVisuError";
    this.code = code;
    this.reason = reason;
    this.field = field;
    this.status = status;
  }

  /** Whether the same request may succeed later. */
  get isPassing() {
    const { code, status } = this;
    return code === "lost" || code === "busy" || [408, 425, 429].includes(status) || status >= 500;
  }
}

/**
 * State is a moment of a run: what was chosen, the network and the points. Nothing changes a state.
 * It keeps the JSON that the server wrote, so that it has the same bytes wherever it goes.
 */
export class State {
  #texts;

  /** @param {Texts} texts @param {Metrics} metrics */
  constructor(texts, metrics = {}) {
    this.#texts = texts;
    /** The measures of the training points and of those held out; empty before the first update. */
    this.metrics = Object.freeze({ ...metrics });
    /** How many updates were made. */
    this.step = Number(/"step"\s*:\s*(\d+)/.exec(texts.network)?.[1] ?? 0); // no other member has this name
    Object.freeze(this);
  }

  /** Every choice. @returns {Config} */
  get config() {
    return JSON.parse(this.#texts.config);
  }

  /** Weights, biases, the moments of the optimizer, step and epoch. @returns {Record<string, any>} */
  get network() {
    return JSON.parse(this.#texts.network);
  }

  /** The points. @returns {Point[]} */
  get data() {
    return JSON.parse(this.#texts.data);
  }

  /** How the run began and what was done in it, for replay. @returns {string | undefined} */
  get journal() {
    return JSON.parse(this.#texts.journal ?? '""') || undefined;
  }

  /** The mean loss of the training points. */
  get loss() {
    return this.metrics.loss;
  }

  /** The share of the training points that are right; undefined for a regression. */
  get accuracy() {
    return this.metrics.accuracy;
  }

  /**
   * Returns the state with other members of config. It goes on from the same network; with another
   * optimizer, without moments. It has no journal, which would not tell of this. The next request checks
   * the members.
   * @param {Config} config
   */
  replace(config) {
    const before = this.config;
    const after = { ...before, ...config };
    const network = members(this.#texts.network);
    if (after.optimizer !== before.optimizer) delete network.optimizer;
    /** @type {Texts} */
    const texts = {
      ...this.#texts,
      config: JSON.stringify(after),
      network: object(network),
    };
    delete texts.journal;
    return new State(texts, this.metrics);
  }

  /** For the client: the state with another network. @param {string} network JSON @param {Metrics} metrics */
  later(network, metrics = {}) {
    /** @type {Texts} */
    const texts = { ...this.#texts, network };
    delete texts.history; // the curves up to the state before
    if (this.journal) texts.journal = JSON.stringify(this.journal.split(".")[0]); // so is what it claims
    return new State(texts, metrics);
  }

  /** For the client: the JSON of a request; what is undefined is left out. @param {Record<string, unknown>} more */
  message(more) {
    const { config, network, data } = this.#texts;
    /** @type {Texts} */
    const texts = { config, network, data };
    for (const [name, value] of Object.entries(more)) {
      if (value === undefined) delete texts[name];
      else texts[name] = JSON.stringify(value);
    }
    return object(texts);
  }

  /** Returns the file that the page opens, and that parse reads. */
  stringify() {
    return object({ type: '"nnvisu_state"', version: "1", ...this.#texts }) + "\n";
  }

  /** Whether config, network and data are the same, bit for bit. @param {State} other */
  equals(other) {
    return this.message({}) === other.message({});
  }

  toString() {
    return [
      `step ${this.step}`,
      ...Object.entries(this.metrics).map((entry) => entry.join(" ")),
    ].join(", ");
  }
}

/** Reads the file of a state, as the page or State.stringify has written it. @param {string} text */
export function parse(text) {
  const { type, version } = JSON.parse(text);
  if (type !== "nnvisu_state" || version !== 1) {
    throw new TypeError("this is not the file of a state, version 1");
  }
  /** @type {Texts} */
  const texts = { config: "{}", network: "{}", data: "[]", ...members(text) };
  delete texts.type;
  delete texts.version;
  return new State(texts);
}

/** Client is a client of one server, or of several that stand for each other. */
export class Client {
  #urls;
  #compress;

  /**
   * @param {string | string[]} urls addresses of replicas; after a failure the next one is asked
   * @param {Options} options
   */
  constructor(urls = "http://localhost:8888", { patience = 60, timeout = 15, compress } = {}) {
    this.#urls = [urls].flat().map((url) => String(url).replace(/\/+$/, ""));
    const wrong = this.#urls.find((url) => !/^https?:\/\/[^/?#]/.test(url));
    if (!this.#urls.length) throw new TypeError("urls must have at least one address");
    if (wrong !== undefined) {
      throw new TypeError(`urls must each begin with http:// or https://; got "${wrong}"`);
    }
    if (!(timeout > 0)) throw new RangeError(`timeout must be greater than 0; got ${timeout}`);
    this.patience = patience;
    this.timeout = timeout;
    const isHere = this.#urls.every((url) => LOCAL.test(new URL(url).hostname));
    this.#compress = compress ?? !isHere;
  }

  /**
   * Returns the first state of a run, on a data set or on points of your own. The members seed and
   * classes of config are also for the data set.
   * @param {string | Iterable<Point | Row>} data
   * @param {Config & Recipe} config
   * @param {AbortSignal} [signal]
   */
  async new(data, { points, noise, label_noise, data_seed, ...config } = {}, signal) {
    let drawn;
    if (typeof data === "string") {
      const { seed = undefined, classes = undefined } = config;
      const texts = await this.#dataset(
        data,
        { points, noise, label_noise, classes, seed: data_seed ?? seed },
        signal,
      );
      config = { task: JSON.parse(texts.task), ...config };
      drawn = texts.data;
    } else {
      drawn = JSON.stringify(Array.from(data, pointOf));
    }
    const message = object({ format: '"state"', config: JSON.stringify(config), data: drawn });
    return parse(await this.#ask("/export", message, signal));
  }

  /**
   * Returns the points of a data set. The parameters are points, classes, noise,
   * label_noise and seed.
   * @param {string} dataset @param {Record<string, unknown>} parameters @param {AbortSignal} [signal]
   * @returns {Promise<Point[]>}
   */
  async data(dataset, parameters = {}, signal) {
    return JSON.parse((await this.#dataset(dataset, parameters, signal)).data);
  }

  /**
   * Returns the state that is a number of updates later.
   * @param {State} state @param {number} steps @param {AbortSignal} [signal]
   */
  async step(state, steps = 1, signal) {
    try {
      return resultOf(state, await this.#ask("/step", state.message({ steps }), signal));
    } catch (error) {
      throw settled(error, state);
    }
  }

  /**
   * Yields the state after every so many updates. After a lost connection, a server that stops or that
   * is busy, it goes on from the newest state.
   * @param {State} state
   * @param {Training} options
   * @returns {AsyncGenerator<State, void, void>}
   */
  async *train(state, { steps = 0, every = 1, interval = 0, signal } = {}) {
    if (!(Number.isInteger(steps) && steps >= 0)) {
      throw new NNVisuError("invalid", `must be a whole number from 0 on; got ${steps}`, "steps");
    }
    const end = state.step + steps;
    const longest = LONGEST_STREAM - (LONGEST_STREAM % Math.max(every, 1)) || LONGEST_STREAM; // of whole frames
    const outage = this.#outage(signal);
    const counts = { frame_steps: every, frame_ms: Math.round(1000 * interval) };
    while (!steps || state.step < end) {
      const message = state.message({
        steps: steps && Math.min(end - state.step, longest),
        ...counts,
      });
      try {
        for await (const text of this.#answers("/train", message, "train_step_result", signal)) {
          state = resultOf(state, text);
          outage.end();
          yield state;
        }
      } catch (error) {
        await outage.wait(settled(error, state));
      }
    }
  }

  /**
   * Yields runs of so many updates that differ by one or two members of config, row by row. Each begins
   * anew, with the points and all other members of the state. A member has a list of its values, or a
   * range: { from: 0.001, to: 1, count: 4, scale: "log" }. After a lost connection the sweep is made
   * again, and goes on with the next cell.
   * @param {State} state @param {number} steps @param {Record<string, any>} over @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<Cell, void, void>}
   */
  async *sweep(state, steps, over, signal) {
    const message = state.message({ steps, over, network: undefined });
    const outage = this.#outage(signal);
    for (let made = 0; ;) {
      let at = 0;
      try {
        for await (const text of this.#answers("/sweep", message, "sweep_cell", signal)) {
          if (at++ < made) continue;
          made++;
          outage.end();
          yield cellOf(state, text);
        }
        return;
      } catch (error) {
        await outage.wait(error);
      }
    }
  }

  /**
   * Returns the probabilities of the classes, or the value of a regression, at each place.
   * @param {State} state @param {Iterable<Point | Row>} points @param {AbortSignal} [signal]
   * @returns {Promise<number[][]>}
   */
  async predict(state, points, signal) {
    const places = Array.from(points, placeOf);
    const outputs = [];
    for (let first = 0; first < places.length; first += AT_ONCE) {
      const message = state.message({ data: places.slice(first, first + AT_ONCE) });
      /** @type {{ outputs: number[][] }} */
      const answer = JSON.parse(await this.#ask("/predict", message, signal));
      outputs.push(...answer.outputs);
    }
    return outputs;
  }

  /**
   * Returns where each layer puts points, by default those of the state, and a grid of the plane. layers
   * has the input first and the output last, each with its name, units, axes, points and grid; grid has
   * the places of the plane that it is of. docs/api.md says what they are.
   * @param {State} state @param {Iterable<Point | Row>} [points] @param {AbortSignal} [signal]
   * @returns {Promise<Record<string, any>>}
   */
  async layers(state, points, signal) {
    const other = points && { data: Array.from(points, placeOf) };
    return told(await this.#ask("/layers", state.message({ ...other }), signal));
  }

  /**
   * Returns how the next update changes a weight or bias, such as "weights.0.1.0", number by number. By
   * default it is the one with the largest gradient. point is the index of the point that is followed, by
   * default the first of the batch. docs/api.md says what the members are.
   * @param {State} state @param {{ parameter?: string, point?: number, signal?: AbortSignal }} options
   * @returns {Promise<Record<string, any>>}
   */
  async explain(state, { parameter, point, signal } = {}) {
    return told(await this.#ask("/explain", state.message({ parameter, point }), signal));
  }

  /**
   * Returns the state that a journal leads to: its text, or the link that the page's Share makes. One of
   * another release is refused as "release", unless anyway: then it may lead to another state.
   * @param {string} journal @param {{ anyway?: boolean, signal?: AbortSignal }} options
   */
  async replay(journal, { anyway = false, signal } = {}) {
    const [, text] = /[?&]journal=([\w-]+)/.exec(journal) ?? [journal, journal];
    return parse(await this.#ask("/replay", JSON.stringify({ journal: text, anyway }), signal));
  }

  /**
   * Returns by their names what runs that are handed in claim, and what they come to. A hand-in is a
   * journal, a link with one, or the text of a file that was saved. lesson is the link that they should
   * have begun with, or a goal alone.
   * @param {Record<string, string>} handIns @param {{ lesson?: string, signal?: AbortSignal }} options
   * @returns {Promise<Record<string, any>>}
   */
  async verify(handIns, { lesson = "", signal } = {}) {
    const all = Object.entries(handIns).map(([name, text]) => ({ name, text }));
    const body = JSON.stringify({ hand_ins: all, lesson });
    const { hand_ins: rows } = JSON.parse(await this.#ask("/verify", body, signal));
    return Object.fromEntries(rows.map((/** @type {any} */ row) => [row.name, row]));
  }

  /**
   * Returns the network as a program: pytorch, numpy, go or javascript.
   * @param {State} state @param {string} format @param {AbortSignal} [signal]
   */
  async export(state, format, signal) {
    if (format === "onnx") {
      const reason = "must be one that is text; onnx is binary, ask POST /export for it";
      throw new NNVisuError("invalid", reason, "format");
    }
    return this.#ask("/export", state.message({ format }), signal, "*/*");
  }

  /** @param {string} name @param {Record<string, unknown>} parameters @param {AbortSignal} [signal] */
  async #dataset(name, parameters, signal) {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
    return members(await this.#ask(`/data/${encodeURIComponent(name)}?${query}`, null, signal));
  }

  /**
   * Returns a whole answer. It is asked for until it comes, which changes nothing anywhere.
   * @param {string} path @param {string | null} body @param {AbortSignal} [signal]
   */
  async #ask(path, body, signal, accept = "application/json") {
    for (const outage = this.#outage(signal); ;) {
      try {
        let text = "";
        for await (const part of this.#open(path, body, accept, signal)) text += part;
        if (accept !== "*/*" && !isJSON(text)) throw lost("the answer broke off"); // fetch may not say so
        return text;
      } catch (error) {
        await outage.wait(error);
      }
    }
  }

  /**
   * Yields the data of the events of a stream that have a name. It throws an error if it is not whole.
   * @param {string} path @param {string} body @param {string} wanted @param {AbortSignal} [signal]
   */
  async *#answers(path, body, wanted, signal) {
    for await (const [event, text] of this.#events(path, body, signal)) {
      if (event === wanted) {
        yield text;
      } else if (event === "error") {
        throw refusal(text, 0);
      } else if (event === "done") {
        const { reason } = JSON.parse(text);
        if (reason !== "steps") throw lost(`the server ended its stream: ${reason}`);
        return;
      }
    }
    throw lost("the stream broke off");
  }

  /**
   * Yields the name and the data of each server-sent event that comes whole.
   * @param {string} path @param {string} body @param {AbortSignal} [signal]
   */
  async *#events(path, body, signal) {
    let [event, data] = ["", ""];
    for await (const line of lines(this.#open(path, body, "text/event-stream", signal))) {
      if (line.startsWith("event:")) event = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5);
      else if (!line && event) {
        yield [event, data];
        [event, data] = ["", ""];
      }
    }
  }

  /**
   * Asks one server once and yields the text of its answer as it comes.
   * @param {string} path @param {string | null} body @param {string} accept @param {AbortSignal} [signal]
   */
  async *#open(path, body, accept, signal) {
    signal?.throwIfAborted();
    const [url] = this.#urls;
    const line = new AbortController();
    const abort = () => line.abort();
    signal?.addEventListener("abort", abort);
    /** @type {<T>(coming: Promise<T>) => Promise<T>} */
    const inTime = (coming) => {
      const timer = setTimeout(abort, 1000 * this.timeout);
      return coming.finally(() => clearTimeout(timer));
    };
    try {
      const request = await this.#request(body, accept);
      const answer = await inTime(fetch(url + path, { ...request, signal: line.signal }));
      const parts = textsOf(answer, inTime);
      if (!answer.ok) {
        let text = "";
        for await (const part of parts) text += part;
        throw refusal(text, answer.status, Number(answer.headers.get("Retry-After")) || 0);
      }
      const [kind] = (answer.headers.get("Content-Type") ?? "").split(";");
      if (accept !== kind && accept !== "*/*") {
        throw new NNVisuError("unsupported", `the answer of ${url} is ${kind}; want ${accept}`);
      }
      yield* parts;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof NNVisuError) throw error;
      const { message, cause } = /** @type {Error & { cause?: any }} */ (error);
      const why = line.signal.aborted ? `silent for ${this.timeout} s` : (cause?.code ?? message);
      throw lost(`${url}: ${why}`);
    } finally {
      signal?.removeEventListener("abort", abort);
      abort(); // also where nobody reads on
    }
  }

  /** @param {string | null} text @param {string} accept @returns {Promise<RequestInit>} */
  async #request(text, accept) {
    /** @type {Record<string, string>} */
    const headers = { Accept: accept };
    if (text === null) return { headers };
    headers["Content-Type"] = "application/json";
    if (!this.#compress || text.length < PAYS) return { method: "POST", headers, body: text };
    headers["Content-Encoding"] = "gzip";
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    return { method: "POST", headers, body: await new Response(packed).arrayBuffer() };
  }

  /** Returns the failures of a request since the last answer. @param {AbortSignal} [signal] */
  #outage(signal) {
    let [failures, deadline] = [0, 0];
    return {
      end: () => {
        failures = 0;
      },
      /** Waits before the next try, at the next server. It throws the error if that is of no use. */
      wait: async (/** @type {unknown} */ error) => {
        if (!(error instanceof NNVisuError && error.isPassing)) throw error;
        if (!failures) deadline = Date.now() + 1000 * this.patience;
        // Clients that lost a server together come back apart.
        const pause = error.retryAfter
          ? 1000 * error.retryAfter * (1 + Math.random())
          : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * Math.random();
        if (Date.now() + pause >= deadline) throw error;
        if (failures === 1) console.warn(`nnvisu: ${error.message}; trying again`);
        failures++;
        this.#urls.push(.../** @type {[string]} */ (this.#urls.splice(0, 1)));
        await sleep(pause, signal);
      },
    };
  }
}

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const AT_ONCE = 1000; // places in a request
const LONGEST_STREAM = 100_000; // updates
const PAYS = 1000; // characters from which on compression pays
const FIRST_WAIT = 100; // milliseconds
const LONGEST_WAIT = 3000;

/** @param {number} pause milliseconds @param {AbortSignal} [signal] @returns {Promise<void>} */
function sleep(pause, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, pause);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** @param {string} message */
function lost(message) {
  return new NNVisuError("lost", message);
}

/** Returns the error of an answer. That of a proxy has a status and no text of ours. @param {string} text @param {number} status */
function refusal(text, status, retryAfter = 0) {
  /** @type {NNVisuError & { network?: string }} */
  let error;
  try {
    const { code, message, field, retry_after = retryAfter } = JSON.parse(text).error;
    error = new NNVisuError(code, message, field, status);
    error.retryAfter = retry_after;
    if (code === "diverged") error.network = members(members(text).error).network;
  } catch {
    error = new NNVisuError("http", `the answer has the status ${status}`, "", status);
    error.retryAfter = retryAfter;
  }
  return error;
}

/** Gives an error of a run that diverged its state. @param {any} error @param {State} state */
function settled(error, state) {
  if (error?.network) error.state = state.later(error.network);
  return error;
}

/** @param {State} state @param {string} text @returns {Cell} */
function cellOf(state, text) {
  const { values, network, metrics, error } = members(text);
  const run = state.replace(JSON.parse(values));
  if (error) return { values: JSON.parse(values), error: settled(refusal(text, 0), run) };
  return { values: JSON.parse(values), state: run.later(network, JSON.parse(metrics)) };
}

/** @param {State} state @param {string} text */
function resultOf(state, text) {
  const { network, metrics } = members(text);
  return state.later(network, JSON.parse(metrics));
}

/** @param {Point | Row} point @returns {Point} */
function pointOf(point) {
  if (!Array.isArray(point)) return /** @type {Point} */ (point);
  const [x, y, label = 0] = point;
  return { x, y, label };
}

/** @param {Point | Row} point @returns {Point} without its label */
function placeOf(point) {
  const { x, y } = pointOf(point);
  return { x, y };
}

/** Returns the members of an answer, but for its type. @param {string} text */
function told(text) {
  const answer = JSON.parse(text);
  delete answer.type;
  return answer;
}

/**
 * Yields the text of an answer as it comes.
 * @param {Response} answer
 * @param {<T>(coming: Promise<T>) => Promise<T>} inTime
 */
async function* textsOf(answer, inTime) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await inTime(reader.read());
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

/** Yields the lines that are whole. @param {AsyncIterable<string>} parts */
async function* lines(parts) {
  /** @type {string[]} */
  let begun = [];
  for await (const part of parts) {
    const [first, ...rest] = part.split("\n");
    begun.push(first);
    for (const next of rest) {
      yield begun.join("").replace(/\r$/, "");
      begun = [next];
    }
  }
}

// JSON that keeps its text. JSON.stringify loses the sign of -0.

/** @param {string} text */
function isJSON(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the members of an object that is valid JSON, each as its text. @param {string} text */
function members(text) {
  /** @type {Texts} */
  const texts = {};
  let [depth, begin, name] = [0, 0, ""];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g)) {
    if (depth === 1 && (token === "," || token === "}") && name) {
      texts[name] = text.slice(begin, index).trim();
      name = "";
    } else if (depth === 1 && token === ":") {
      begin = index + 1;
    } else if (depth === 1 && token[0] === '"' && !name) {
      name = JSON.parse(token);
    }
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
  }
  return texts;
}

/** Returns the object that has members of these texts. @param {Texts} texts */
function object(texts) {
  return `{${Object.entries(texts).map(([name, text]) => `${JSON.stringify(name)}:${text}`)}}`;
}
