// The copy of the state that the browser stores.
import { forgetRecipe, isMarked, isRefused, markEntry, showRecipe, takeState } from "./address.js";
import { $, form, setValue, tell, valueOf } from "./page.js";
import { openLink } from "./share.js";
import { read, STATE, write } from "./state.js";
import { tab } from "./tab.js";

const REST = 5000; // milliseconds between two times that the past of a run under way is stored
const UNUSABLE = [400, 413, 422]; // statuses of a state that the server refuses

/** Session saves the state and the switches of the page, and restores them. */
export class Session {
  #runs;
  #timeline;
  #stores;
  #archive;
  #timer = 0;
  #archived = -Infinity; // when the past was stored; Infinity while that of before is sought
  #first = read(); // as the page came
  #goesOn = false; // with what was stored beside this entry of the browser's history

  /**
   * @param {Runs} runs
   * @param {Timeline} timeline
   * @param {Stores} stores
   * @param {Archive} archive
   */
  constructor(runs, timeline, stores, archive) {
    this.#runs = runs;
    this.#timeline = timeline;
    this.#stores = stores;
    this.#archive = archive;
    runs.on("swap", () => this.#saveSoon());
    runs.on("settled", () => this.#saveAll());
    form.addEventListener("change", () => this.#saveSoon());
    addEventListener("pagehide", () => this.#saveAll());
    addEventListener("visibilitychange", () => this.#saveAll());
  }

  /**
   * Shows what the address holds, or what was stored. Returns true for a first visit.
   *
   * The recipe in the address of a page that is loaded again says where its run began or was last at
   * rest; what was stored since goes on. They belong together if the entry of the browser's history
   * has the mark that was stored last. A new visit and a copy of the address have none: there the
   * recipe is opened, and Undo brings back what was stored.
   */
  async restore() {
    const stored = this.#load();
    const isRecipe = "opened" in document.body.dataset;
    this.#goesOn = isMarked(stored?.mark);
    const past = this.#findPast(stored);
    const opened = await takeState();
    if (opened || !(isRecipe || isRefused())) forgetRecipe();
    if (opened || (isRecipe && !this.#goesOn)) {
      if (stored) this.#keep(stored, await past);
      if (opened) this.#open(opened, stored);
      else {
        this.#timeline.record();
        this.save();
        if ("waits" in document.body.dataset) return false;
        if ($("until_step").value)
          this.#runs.train(true); // a recipe is replayed
        else showRecipe();
      }
    } else if (stored) {
      this.#show(stored);
      past.then((found) => this.#timeline.precede(found)); // which may take its time
    } else this.#timeline.record();
    addEventListener("hashchange", () => this.#openLink());
    return !stored && !isRecipe && opened === null;
  }

  /** @param {Stored | null} stored */
  async #findPast(stored) {
    const [id, count] = stored?.past.split(" ") ?? [""];
    this.#timeline.count = Number(count) || 0;
    this.#archived = Infinity;
    const past = await this.#archive.load(id, this.#timeline.count, this.#goesOn);
    this.#archived = -Infinity;
    return past;
  }

  /** Keeps what was stored for Undo, with its past. @param {Stored} stored @param {Past} past */
  #keep({ state }, { run, undo, count }) {
    this.#timeline.precede({ run: [], undo, count });
    this.#timeline.keep({ state, run });
  }

  /** Opens a link to a state that was put into the address of the open page. */
  async #openLink() {
    const text = await takeState();
    if (text)
      openLink(this.#runs, text, { stops: true, after: (refused) => refused || forgetRecipe() });
  }

  /**
   * Opens the state of a link; if it is refused, shows what was stored.
   * @param {string} text
   * @param {Stored | null} stored
   */
  #open(text, stored) {
    openLink(this.#runs, text, {
      looks: true,
      after: (refused) => {
        if (refused && stored) this.#show(stored);
        else this.#timeline.record();
      },
    });
  }

  /** Shows what was stored, or sets it aside if it is refused. @param {Stored} stored */
  #show({ state, page }) {
    write(state);
    setSwitches(page);
    const after = (/** @type {number} */ refused) => {
      if (UNUSABLE.includes(refused)) this.#setAside(state);
      else setSwitches(page); // again, as some came with the answer
      this.#timeline.record();
    };
    this.#runs.act($("moments"), {}, { looks: true, after });
  }

  /** @param {State} state */
  #setAside(state) {
    write(this.#first);
    tell(
      "The state stored in this browser cannot be used. " +
        "It was set aside, not deleted; this is a new start.",
    );
    this.#stores.setAside(state);
  }

  /** @returns {Stored | null} */
  #load() {
    const get = this.#stores.find(STATE);
    if (!get) return null;
    const state = Object.fromEntries(STATE.map((name) => [name, get(name)]));
    if (!state.network) state.history = ""; // the network had no room
    const [mark, past] = [get("mark"), get("past")];
    try {
      return { state, mark, past, page: JSON.parse(get("page") || "{}") ?? {} };
    } catch {
      return { state, mark, past, page: {} };
    }
  }

  /** Stores the state and the switches now. */
  save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const page = JSON.stringify(
      Object.fromEntries(switches().map((control) => [keyOf(control), valueOf(control)])),
    );
    // A link that was not opened is to be opened when it is followed again.
    const mark = this.#goesOn || !isRefused() ? tab : "";
    // A moment that is only looked at is not stored.
    const past = `${this.#archive.id} ${this.#timeline.count}`;
    this.#stores.save({ page, mark, past, ...read(), ...this.#timeline.latest });
    if (mark) markEntry(mark);
  }

  /** Stores the past as well. */
  async #saveAll() {
    this.save();
    if (this.#archived === Infinity) return;
    this.#archived = performance.now();
    const { id } = this.#archive;
    await this.#archive.save(this.#timeline.past);
    if (id !== this.#archive.id) this.save();
  }

  #saveSoon() {
    this.#timer ||= setTimeout(() => {
      if (performance.now() - this.#archived > REST) this.#saveAll();
      else this.save();
    }, 1000);
  }
}

/** Returns the controls that are no part of the state. */
function switches() {
  return /** @type {Control[]} */ ([...form.querySelectorAll("[data-keep]")]);
}

/** @param {Control} control */
function keyOf({ id, name, type, value }) {
  return (id || name) + (type === "radio" ? value : "");
}

/** @param {Stored["page"]} page */
function setSwitches(page) {
  for (const control of switches()) {
    setValue(control, page[keyOf(control)] ?? valueOf(control));
  }
}
