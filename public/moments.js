// The moments of a run that the page can go back to.

const MOST = 256; // moments
const ROOM = 48e6; // characters of their networks

/** Moments keeps states of a run, one of which is shown. It thins them when they are many. */
export class Moments {
  /** @type {readonly Moment[]} in the order of their steps */
  run = [];
  /** The place of the moment that is shown. */
  at = 0;

  /** The moment that is shown. */
  get shown() {
    return this.run[this.at];
  }

  /** The newest moment. */
  get latest() {
    return this.run[this.run.length - 1];
  }

  /** Whether an older moment than the newest is shown. */
  get behind() {
    return this.at < this.run.length - 1;
  }

  /** The place of the best moment, or -1. */
  get best() {
    return bestOf(this.run);
  }

  /** Returns the place of the moment nearest to a step. @param {number} step */
  near(step) {
    const distances = this.run.map((moment) => Math.abs(moment.step - step));
    return distances.indexOf(Math.min(...distances));
  }

  /**
   * Makes a state the newest moment, unless it is shown already. A smaller step begins a new run.
   * @param {number} step
   * @param {State} state
   * @param {boolean} best whether the server calls it the best so far: it stays when others go
   */
  record(step, state, best = false) {
    if (this.behind && step === this.shown.step) return;
    const last = this.latest;
    let run = this.run;
    if (last && step < last.step) run = [];
    else if (last && (step === last.step || (isTooNear(run) && (best || !last.best)))) {
      run = run.slice(0, -1);
    }
    if (last) share(state, last.state);
    run = [...run, { step, state, best }];
    for (let before = Infinity; isTooMuch(run) && 3 < run.length && run.length < before;) {
      before = run.length;
      run = thinned(run);
    }
    this.reinstate(run);
  }

  /** Shows the moment at a place, or the nearest one. @param {number} at */
  look(at) {
    this.at = Math.max(0, Math.min(this.run.length - 1, at));
  }

  /** Drops the moments after the one that is shown. Returns all there were, or null. */
  branch() {
    if (!this.behind) return null;
    const whole = this.run;
    this.reinstate(whole.slice(0, this.at + 1));
    return whole;
  }

  /** Puts moments before those of the run, and shows the same. @param {readonly Moment[]} run */
  precede(run) {
    const added = this.run.length;
    this.run = joined(run, this.run);
    this.look(this.at + this.run.length - added);
  }

  /** Replaces all moments and shows the newest. @param {readonly Moment[]} run */
  reinstate(run) {
    this.run = run;
    this.at = run.length - 1;
  }
}

/** Returns the moments of a run that went on. @param {readonly Moment[]} run @param {readonly Moment[]} more */
export function joined(run, more) {
  const first = more[0]?.step ?? Infinity;
  return [...run.filter(({ step }) => step < first), ...more];
}

/** @param {readonly Moment[]} run */
function isTooMuch(run) {
  return run.length > MOST || run.length * run[run.length - 1].state.network.length > ROOM;
}

/** @param {readonly Moment[]} run */
function bestOf(run) {
  return run.map(({ best }) => best).lastIndexOf(true);
}

/** Reports whether the last two are nearer than the first two. @param {readonly Moment[]} run */
function isTooNear(run) {
  if (run.length < 3) return false;
  return run[run.length - 1].step - run[run.length - 2].step < run[1].step - run[0].step;
}

/** Drops every other moment but the newest and the best. @param {readonly Moment[]} run */
export function thinned(run) {
  const best = bestOf(run);
  return run.filter((_, i) => i % 2 === 0 || i === run.length - 1 || i === best);
}

/** Holds equal texts of two states once. @param {State} state @param {State} other */
function share(state, other) {
  for (const name in state) {
    if (state[name] === other[name]) state[name] = other[name];
  }
}
