import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import test from "node:test";

import { isReady, Lookout } from "../../public/lookout.js";
import { Outage } from "../../public/outage.js";

/** An outage in a time of its own whose waits are the longest, and what its lookout does. */
function outage(t) {
  t.mock.method(Math, "random", () => 1);
  const clock = { now: 0 };
  const lookout = { on: false };
  lookout.start = (back) => Object.assign(lookout, { on: true, back });
  lookout.stop = () => Object.assign(lookout, { on: false });
  const o = new Outage(lookout, () => clock.now);
  const fail = (answer = {}) => o.fail({ why: "gone", after: 0, silence: 0, ...answer });
  return { o, clock, lookout, fail };
}

test("one cut of a line is not worth a word, two are", (t) => {
  const { o, clock, fail } = outage(t);
  clock.now = 500;
  assert.equal(fail(), 100);
  assert.equal(o.isOn, false);
  clock.now = 600;
  assert.equal(fail(), 200);
  assert.equal(o.isOn, true);
  assert.equal(o.since, 600);
  assert.equal(fail(), 400);
  assert.equal(o.since, 600, "it has lasted since it began");
});

test("what takes its time is worth a word at once", (t) => {
  for (const answer of [{ silence: 15_000 }, { after: 2, why: "busy" }, { why: "portal" }]) {
    const { o, clock, fail } = outage(t);
    clock.now = 20_000;
    fail(answer);
    assert.equal(o.isOn, true, JSON.stringify(answer));
    assert.equal(o.since, 20_000 - (answer.silence ?? 0));
  }
});

test("the back-off begins anew only after answers that lasted", (t) => {
  const { o, clock, fail } = outage(t);
  assert.deepEqual([fail(), fail()], [100, 200]);
  o.end();
  assert.equal(o.isOn, false);
  clock.now += 900;
  o.end(); // each frame says so
  clock.now += 50;
  assert.equal(fail(), 400, "answers for less than a second");
  o.end();
  clock.now += 1100;
  assert.equal(fail(), 100);
});

test("whoever is in a hurry waits a moment, and the outage has lasted as long", (t) => {
  const { o, clock, fail } = outage(t);
  for (let i = 0; i < 9; i++) fail();
  o.hurry();
  clock.now = 9000;
  assert.equal(fail(), 100);
  assert.deepEqual([o.isOn, o.since], [true, 0]);
});

test("a wait ends by itself, by wake and by hurry", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { o } = outage(t);
  let over = 0;
  const wait = async () => {
    await o.wait(1000);
    over++;
  };
  wait();
  t.mock.timers.tick(999);
  await setImmediate();
  assert.equal(over, 0);
  t.mock.timers.tick(1);
  await setImmediate();
  assert.equal(over, 1);
  for (const [i, end] of [() => o.wake(), () => o.hurry()].entries()) {
    wait();
    end();
    await setImmediate();
    assert.equal(over, i + 2);
  }
});

test("a server that is gone is looked out for until it answers or has no room", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { o, lookout, fail } = outage(t);
  let back = 0;
  o.back = () => back++;
  fail();
  assert.equal(lookout.on, true);
  const wait = o.wait(3000);
  lookout.back();
  await wait;
  assert.equal(back, 1);
  fail({ why: "busy", after: 1 });
  assert.equal(lookout.on, false);
  fail({ why: "portal" });
  assert.equal(lookout.on, true);
  o.end();
  assert.equal(lookout.on, false);
});

test("the lookout asks every half second, and says once that the server is back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0.5);
  let ready = false;
  let asked = 0;
  let back = 0;
  const lookout = new Lookout(async () => {
    asked++;
    return ready;
  });
  const pass = async () => {
    t.mock.timers.tick(500);
    await setImmediate();
  };
  lookout.start(() => back++);
  lookout.start(() => back++); // is on already
  await pass();
  await pass();
  assert.deepEqual([asked, back], [2, 0]);
  ready = true;
  await pass();
  await pass();
  assert.deepEqual([asked, back], [4, 1], "said once");
  ready = false;
  await pass();
  ready = true;
  await pass();
  assert.equal(back, 2, "it had gone again");
  lookout.stop();
  await pass();
  assert.equal(asked, 6);
});

test("a lookout that is stopped while it asks says nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let answer;
  let back = 0;
  const lookout = new Lookout(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  lookout.start(() => back++);
  t.mock.timers.tick(700);
  lookout.stop();
  answer(true);
  await setImmediate();
  t.mock.timers.tick(9999);
  assert.equal(back, 0);
});

test("ready is who says so, and not whoever answers", async (t) => {
  for (const [answer, want] of [
    [async () => new Response("ready\n"), true],
    [async () => new Response("<html>Please log in</html>"), false],
    [async () => new Response("ready\n", { status: 503 }), false],
    [() => Promise.reject(new TypeError("Failed to fetch")), false],
  ]) {
    const fetch = t.mock.method(globalThis, "fetch", answer);
    assert.equal(await isReady(), want);
    assert.equal(fetch.mock.calls[0].arguments[0], "readyz");
    fetch.mock.restore();
  }
});

test("a question is not waited for forever", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(globalThis, "fetch", (_, { signal }) => {
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
  });
  const answer = isReady();
  t.mock.timers.tick(1500);
  assert.equal(await answer, false);
});
