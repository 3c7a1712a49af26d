// The past of a run in the browser's database, for when the page is loaded again.
import { Database, rangeOf, result } from "./database.js";
import { Packer, translated } from "./past.js";
import { tab } from "./tab.js";

const ROOM = 24e6; // characters of a past
const TABS = 5; // that have a past
const DAY = 24 * 60 * 60 * 1000; // milliseconds
const LONGEST = 30 * DAY; // milliseconds that it is kept
const PATIENCE = 3000; // milliseconds until the page goes on without

/** Archive stores the past of this page, and finds that of the page before. */
export class Archive {
  /** The name of the newest past that is stored: of the page before, or of this one. */
  id = "";
  #database;
  #tell;
  #packer = new Packer();
  #room = ROOM;
  /** @type {Past | null} that was stored last */
  #stored = null;
  /** @type {Past | null} that is to be stored next */
  #next = null;
  #isBusy = false;
  #isTold = false;
  #isOurs = false; // the past of the page before is of this tab

  /** @param {{ indexedDB: IDBFactory }} browser the window @param {Tell} tell */
  constructor(browser, tell) {
    this.#database = new Database(browser);
    this.#tell = tell;
  }

  /**
   * Returns the past that has a name and a number of changes, or none.
   * @param {string} id
   * @param {number} count
   * @param {boolean} isOurs whether it is of this tab, and goes when this page has stored its own
   * @returns {Promise<Past>}
   */
  async load(id, count, isOurs) {
    const none = { run: [], undo: [], count };
    if (!id) return none;
    this.id = id;
    this.#isOurs = isOurs;
    const late = new Promise((next) => setTimeout(next, PATIENCE, none));
    const found = await Promise.race([late, this.#read(id, count)]).catch(() => null);
    return found ?? none; // also where it is denied or damaged
  }

  /** @param {string} id @param {number} count */
  async #read(id, count) {
    const { pasts, texts } = await this.#database.begin("readonly");
    const [packed, keys, values] = await Promise.all(
      [pasts.get(id), texts.getAllKeys(rangeOf(id)), texts.getAll(rangeOf(id))].map(result),
    );
    if (!packed) return null;
    const entries = keys.map((/** @type {any} */ [, number], /** @type {number} */ i) => {
      return [number, values[i]];
    });
    const past = translated(/** @type {Past<number>} */ (packed), new Map(entries));
    if (past.count === count) return past;
    // The page was left while its last change was stored: Undo leads to before that.
    const { run, undo } = past;
    return run.length ? { run: [], undo: [...undo, { ...run[run.length - 1], run }], count } : null;
  }

  /** Stores a past, if it is another than that before. @param {Past} past */
  async save(past) {
    const last = this.#next ?? this.#stored;
    if (last ? isSame(past, last) : past.run.length < 2 && !past.undo.length) return;
    this.#next = past;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#next) {
      this.#stored = this.#next;
      this.#next = null;
      await this.#write(this.#stored).catch(({ name }) => {
        this.#room /= 2;
        this.#say(`This browser does not store it (${name}): a reload loses it.`);
      });
    }
    this.#isBusy = false;
  }

  /** @param {Past} past */
  async #write(past) {
    const { packed, texts: numbers, isWhole } = this.#packer.pack(past, this.#room);
    const { pasts, texts, done } = await this.#database.begin("readwrite");
    const missing = new Map(Array.from(numbers, ([text, number]) => [number, text]));
    for (const key of await result(texts.getAllKeys(rangeOf(tab)))) {
      if (!missing.delete(key[1])) texts.delete(key);
    }
    for (const [number, text] of missing) texts.put(text, [tab, number]);
    pasts.put({ ...packed, id: tab, at: Date.now() }, tab);
    if (this.id !== tab) {
      const all = await result(pasts.getAll());
      all.sort((/** @type {any} */ a, /** @type {any} */ b) => b.at - a.at);
      for (const [i, other] of all.entries()) {
        const { id, at } = other;
        if (i >= TABS || at < Date.now() - LONGEST) {
          pasts.delete(id);
          texts.delete(rangeOf(id));
        } else if (this.#isOurs && id === this.id) {
          // It goes first, but not yet: a copy of the tab needs it.
          pasts.put({ ...other, at: at - DAY }, id);
        }
      }
    }
    await done;
    this.id = tab;
    if (!isWhole) this.#say("It is too long to be stored: a reload loses its oldest part.");
  }

  /** @param {string} what */
  #say(what) {
    if (!this.#isTold) this.#tell(`Moments of the run, and what Undo brings back: ${what}`);
    this.#isTold = true;
  }
}

/** @param {Past} a @param {Past} b */
function isSame(a, b) {
  return a.run === b.run && a.count === b.count;
}
