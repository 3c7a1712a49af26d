// What Undo brings back.

const MOST = 50; // changes
const ROOM = 48e6; // characters of their networks
const RUNS = 3; // changes that keep their moments, which are large

/** Undo is a stack of what changes replaced. */
export class Undo {
  /** @type {Replaced[]} */
  #replaced = [];

  /** The number of changes to undo. */
  get length() {
    return this.#replaced.length;
  }

  /** What the changes replaced, the newest last. */
  get all() {
    return [...this.#replaced];
  }

  /** Puts changes before those that there are. @param {readonly Replaced[]} changes */
  precede(changes) {
    this.#replaced.unshift(...changes);
  }

  /** Keeps what a change replaced. @param {Replaced} replaced */
  keep(replaced) {
    this.#replaced.push({ ...replaced });
    while (this.length > MOST || this.#size() > ROOM) this.#replaced.shift();
    if (this.length > RUNS) delete this.#replaced[this.length - RUNS - 1].run;
  }

  /** Returns what the last change replaced, and forgets it. */
  pop() {
    return this.#replaced.pop();
  }

  #size() {
    return this.#replaced.reduce((sum, { state }) => sum + (state.network?.length ?? 0), 0);
  }
}
