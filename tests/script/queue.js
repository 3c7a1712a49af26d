// A queue whose requests the test answers.
import { setImmediate } from "node:timers/promises";

import { Emitter } from "../../public/emitter.js";
import { Outage } from "../../public/outage.js";
import { Runs } from "../../public/runs.js";
import { unanswered } from "../../public/verdict.js";

/** Sends nothing: the test answers. */
class FakeTransport extends Emitter {
  sent = [];
  stopped = 0;
  gaveUp = [];

  send(job) {
    this.sent.push(job);
    return new Promise((resolve, reject) => {
      this.reject = reject;
      this.answer = async (answer = {}) => {
        resolve({ ...unanswered(), ...answer });
        await setImmediate();
      };
    });
  }

  stop() {
    this.stopped++;
  }

  giveUp(silence) {
    this.gaveUp.push(silence);
  }
}

/** Returns a queue over a fake transport, and what it said and emitted. */
export function queue() {
  const transport = new FakeTransport();
  const log = [];
  const lookout = { start() {}, stop() {} };
  const clock = { now: 1e6 };
  const outage = new Outage(lookout, () => clock.now);
  const runs = new Runs(transport, (text) => log.push(`told: ${text}`), outage);
  for (const name of ["send", "swap", "answered", "settled"]) {
    runs.on(name, (job) => log.push(`${name} ${job?.path}`));
  }
  runs.on("state", (state) => log.push(state));
  runs.on("wish", (on) => log.push(`wish ${on}`));
  runs.on("lack", ({ why, since }) => log.push(`${why} ${since - 1e6}`));
  return { transport, runs, log, outage, clock };
}
