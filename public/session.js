// The copy of the state that the browser stores.
import { canPack, unpack } from "./packing.js";
import { $, form, setValue, tell, valueOf } from "./page.js";
import { open } from "./share.js";
import { read, STATE, write } from "./state.js";

const UNUSABLE = [400, 413, 422]; // statuses of a state that the server refuses

/** Session saves the state and the switches of the page, and restores them. */
export class Session {
  #runs;
  #timeline;
  #stores;
  #timer = 0;
  #first = read(); // as the page came

  /** @param {Runs} runs @param {Timeline} timeline @param {Stores} stores */
  constructor(runs, timeline, stores) {
    this.#runs = runs;
    this.#timeline = timeline;
    this.#stores = stores;
    runs.on("swap", () => this.#saveSoon());
    runs.on("settled", () => this.save());
    form.addEventListener("change", () => this.#saveSoon());
    addEventListener("pagehide", () => this.save());
    addEventListener("visibilitychange", () => this.save());
  }

  /** Shows what the address holds, or what was stored. Returns true for a first visit. */
  async restore() {
    const stored = this.#load();
    const packed = location.hash.match(/^#state=(.+)/)?.[1];
    forgetAddress();
    const opened = packed && (await unpack(packed).catch(() => ""));
    if (packed && !canPack) tell("This browser is too old to open the state in this link.");
    else if (packed && !opened) tell("This link is damaged: its state cannot be unpacked.");
    else if (opened || "opened" in document.body.dataset) {
      if (stored) this.#timeline.keep(stored);
      if (opened) this.#open(opened, stored);
      else {
        this.#timeline.record();
        if ($("until_step").value) this.#runs.train(true); // a recipe is replayed
      }
      return false;
    }
    if (stored) this.#show(stored);
    else this.#timeline.record();
    return !stored && !packed;
  }

  /**
   * Opens the state of a link; if it is refused, shows what was stored.
   * @param {string} text
   * @param {Stored | null} stored
   */
  #open(text, stored) {
    open(this.#runs, text, {
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
    try {
      return { state, page: JSON.parse(get("page") || "{}") };
    } catch {
      return { state, page: {} };
    }
  }

  /** Stores the state and the switches now. */
  save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const page = JSON.stringify(
      Object.fromEntries(switches().map((control) => [keyOf(control), valueOf(control)])),
    );
    // A moment that is only looked at is not stored.
    this.#stores.save({ page, ...read(), ...this.#timeline.latest });
  }

  #saveSoon() {
    this.#timer ||= setTimeout(() => this.save(), 1000);
  }
}

/** Leaves in the address the hidden and locked parts, for a reload. */
function forgetAddress() {
  const parts = [...new URLSearchParams(location.search)].filter(([name]) => {
    return name === "hide" || name === "lock";
  });
  const query = parts.length ? `?${new URLSearchParams(parts)}` : "";
  history.replaceState(null, "", location.pathname + query);
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
