// The past of a run: its moments to look at, and the changes to undo.
import { joined, Moments } from "./moments.js";
import { $, field, grouped, on, turnOff } from "./page.js";
import { MOMENT, read, saved, STATE, write } from "./state.js";
import { Undo } from "./undo.js";

const slider = $("moments");
const undoButton = $("undo");

/** What Undo brings back: the state, and what it is used for. */
const UNDOABLE = [...STATE, "lesson"];

/** Timeline keeps the moments of the runs and what they replace. */
export class Timeline {
  /** The number of changes, and of those taken back. */
  count = 0;
  #runs;
  #moments = new Moments();
  #undo = new Undo();
  /** @type {State} as the job was sent */
  #before = {};
  #showMoment = () => write(this.#moments.shown.state);

  /** @param {Runs} runs */
  constructor(runs) {
    this.#runs = runs;
    runs.on("send", (job) => this.#sent(job));
    runs.on("swap", (job) => {
      if (job?.streams && !this.#moments.behind) this.record();
    });
    runs.on("answered", (job) => this.#answered(job));
    runs.on("settled", () => this.#labelUndo());
    slider.addEventListener("input", () => this.#look(Number(slider.value)));
    on(document, "click", (target) => {
      if (target.closest("[data-back]")) this.#look(this.#moments.best);
    });
  }

  /** The newest state if an older one is shown, or null. */
  get latest() {
    return this.#moments.behind ? this.#moments.latest.state : null;
  }

  /** All that is kept of the past. @returns {Past} */
  get past() {
    return { run: this.#moments.run, undo: this.#undo.all, count: this.count };
  }

  /** Puts what was stored before all that is kept. @param {Past} past */
  precede({ run, undo }) {
    const begun = this.#undo.all.find((replaced) => replaced.run); // another run, since then
    if (begun) begun.run = joined(run, begun.run ?? []);
    else this.#moments.precede(run);
    this.#undo.precede(undo);
    this.#label();
    this.#labelUndo();
  }

  /** Makes the state of the page the newest moment. */
  record() {
    const { step, best } = $("picture").dataset;
    this.#moments.record(Number(step), read(MOMENT), best !== undefined);
    this.#label();
  }

  /** Keeps for Undo what a change replaced. @param {Replaced} replaced */
  keep(replaced) {
    this.#undo.keep(replaced);
    this.count++;
    this.#labelUndo();
  }

  /** Brings back what the last change replaced. */
  undo() {
    const begin = (/** @type {Job} */ job) => {
      const { state, run = [], curves } = this.#undo.pop() ?? { state: {} };
      this.count++;
      write({ ...this.latest }); // an earlier moment may be shown
      this.#moments.look(Infinity);
      if ("network" in state) this.#moments.reinstate(run);
      const now = read(MOMENT);
      if (curves && now.network !== curves.of) {
        // It was trained since: the server takes the change back by one more.
        job.values.opened = saved({ ...now, ...state, network: "" });
        for (const name of MOMENT) delete state[name];
      } else if (curves) write({ history: curves.history });
      write(state);
      $("notice").replaceChildren();
    };
    this.#runs.act(undoButton, {}, { begin });
  }

  /** Shows an earlier or a later moment. @param {number} by */
  step(by) {
    this.#look(this.#moments.at + by);
  }

  /** Shows the moment nearest to a step. @param {number} step */
  show(step) {
    if (this.#moments.run.length > 1) this.#look(this.#moments.near(step));
  }

  /** @param {number} at */
  #look(at) {
    if (!this.#moments.latest) return; // it is being loaded
    this.#moments.look(at);
    this.#label();
    this.#runs.train(false);
    if (this.#runs.isQueued(this.#showMoment)) return;
    const after = () => this.#label();
    this.#runs.act(slider, {}, { looks: true, begin: this.#showMoment, after });
  }

  /** A change, or training, cuts off what came after the moment that is shown. @param {Job} job */
  #sent(job) {
    const cut = isChange(job) && !job.keepsRun ? this.#moments.branch() : null;
    if (cut) this.keep({ state: { ...cut[cut.length - 1].state, ...read(["history"]) }, run: cut });
    this.#before = read(UNDOABLE);
  }

  /** @param {Job} job */
  #answered(job) {
    const now = read(UNDOABLE);
    const isNew = this.#before.network !== now.network;
    const { history } = this.#before;
    const changed = Object.entries(this.#before).filter(([name, value]) => {
      // Where the weights stay, so do the curves and the moments.
      return value !== now[name] && (isNew || name !== "history");
    });
    if (isChange(job) && !job.streams && changed.length) {
      const kept = isNew ? { run: this.#moments.run } : { curves: { history, of: now.network } };
      this.keep({ state: Object.fromEntries(changed), ...kept });
    }
    if (job.newRun && isNew) this.#moments.reinstate([]);
    if (!job.looks && !(job.streams && this.#moments.behind)) this.record();
  }

  #label() {
    const { at, shown, latest, behind, run, best } = this.#moments;
    if (!latest) return;
    field("kept").value = String(run[best]?.step ?? "");
    const newest = grouped(latest.step);
    const text = behind ? `Step ${grouped(shown.step)} of ${newest}` : `Step ${newest} (latest)`;
    slider.max = String(run.length - 1);
    slider.value = String(at);
    turnOff(slider, run.length < 2);
    slider.setAttribute("aria-valuetext", text);
    $("moment").textContent = text;
    turnOff($("continue"), !behind);
  }

  #labelUndo() {
    turnOff(undoButton, !this.#undo.length);
  }
}

/** Reports whether a job changes the state, and not only shows one. @param {Job} job */
function isChange(job) {
  return !job.looks && !job.restores;
}
