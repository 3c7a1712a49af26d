// The past of a run as it is stored: each text once, and no more than there is room for.
import { thinned } from "./moments.js";

/** Packer numbers the texts of a past. An equal text keeps its number from packing to packing. */
export class Packer {
  /** @type {Map<string, number>} */
  #numbers = new Map();
  #last = 0;

  /**
   * Packs the newest of a past, and says whether that is all of it. The moments of the run get half
   * of the room at most, thinned if need be. Changes go without their moments before they go.
   * @param {Past} past
   * @param {number} room characters
   */
  pack({ run, undo, count }, room) {
    /** @type {Map<string, number>} */
    const texts = new Map();
    let left = room / 2;

    /** @param {State[]} states */
    const take = (...states) => {
      const fresh = new Set(states.flatMap(Object.values).filter((text) => !texts.has(text)));
      const size = [...fresh].reduce((sum, text) => sum + text.length, 0);
      if (size > left) return false;
      left -= size;
      for (const text of fresh) texts.set(text, this.#numbers.get(text) ?? ++this.#last);
      return true;
    };
    const statesOf = (/** @type {readonly Moment[]} */ moments) =>
      moments.map(({ state }) => state);

    let moments = run;
    while (!take(...statesOf(moments))) {
      const fewer = thinned(moments);
      moments = fewer.length < moments.length ? fewer : [];
    }
    left += room / 2;
    /** @type {Replaced[]} */
    const changes = [];
    for (const { run: before = [], ...change } of undo.slice().reverse()) {
      const states = [change.state, change.curves ?? {}];
      if (before.length && take(...states, ...statesOf(before))) {
        changes.unshift({ ...change, run: before });
      } else if (take(...states)) changes.unshift(change);
      else break;
    }
    this.#numbers = texts;
    const isWhole =
      moments.length === run.length &&
      changes.length === undo.length &&
      changes.every((change, i) => (change.run ?? []).length === (undo[i].run ?? []).length);
    return { packed: translated({ run: moments, undo: changes, count }, texts), texts, isWhole };
  }
}

/**
 * Returns a past with other texts in the place of each. It throws if one is missing.
 * @template From, To
 * @param {Past<From>} past
 * @param {Map<From, To>} texts
 * @returns {Past<To>}
 */
export function translated({ run, undo, count }, texts) {
  /**
   * @template {Record<string, From>} Texts
   * @param {Texts} state
   */
  const ofState = (state) => {
    const entries = Object.entries(state).map(([name, text]) => {
      if (!texts.has(text)) throw new Error(`${name} is missing`);
      return [name, /** @type {To} */ (texts.get(text))];
    });
    return /** @type {{ [Name in keyof Texts]: To }} */ (Object.fromEntries(entries));
  };
  const ofRun = (/** @type {readonly Moment<From>[]} */ moments) => {
    return moments.map((moment) => ({ ...moment, state: ofState(moment.state) }));
  };
  const changes = undo.map(({ state, run: before, curves }) => ({
    state: ofState(state),
    ...(before && { run: ofRun(before) }),
    ...(curves && { curves: ofState(curves) }),
  }));
  return { run: ofRun(run), undo: changes, count };
}
