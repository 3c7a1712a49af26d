import assert from "node:assert/strict";
import test from "node:test";

import { Moments } from "../../public/moments.js";

const state = (step, network = `{"step":${step}}`) => ({ config: "{}", network });
const steps = (moments) => moments.run.map(({ step }) => step);

function recorded(...list) {
  const moments = new Moments();
  list.forEach((step) => moments.record(step, state(step)));
  return moments;
}

test("moments are in order, and the newest is shown", () => {
  const moments = recorded(0, 1, 2);
  assert.deepEqual(steps(moments), [0, 1, 2]);
  assert.equal(moments.at, 2);
  assert.equal(moments.behind, false);
  assert.deepEqual(moments.shown, { step: 2, state: state(2), best: false });
});

test("the same step again replaces the newest moment", () => {
  const moments = recorded(0, 1, 1);
  assert.deepEqual(steps(moments), [0, 1]);
});

test("an earlier step begins a new run", () => {
  assert.deepEqual(steps(recorded(0, 1, 2, 0)), [0]);
});

test("a moment nearer than the first two replaces the newest, until it is far enough", () => {
  assert.deepEqual(steps(recorded(0, 10, 20, 25)), [0, 10, 20, 25]);
  assert.deepEqual(steps(recorded(0, 10, 20, 25, 30)), [0, 10, 20, 30]);
  assert.deepEqual(steps(recorded(0, 10, 20, 25, 30, 31)), [0, 10, 20, 30, 31]);
});

test("at most 256 moments stay, equally far apart, with the first and the newest", () => {
  const moments = new Moments();
  let most = 0;
  for (let step = 0; step <= 5000; step++) {
    moments.record(step, state(step));
    most = Math.max(most, moments.run.length);
    assert.equal(steps(moments)[0], 0);
    assert.equal(moments.latest.step, step);
  }
  assert.equal(most, 256);
  const list = steps(moments);
  assert.ok(list.length > 128, `${list.length} moments are left`);
  const distances = new Set(list.slice(1, -1).map((step, i) => step - list[i]));
  assert.deepEqual([...distances], [32]);
});

test("large networks leave fewer moments, but never less than three", () => {
  const moments = new Moments();
  const network = "x".repeat(8e6); // six of them have room
  for (let step = 0; step < 20; step++) {
    moments.record(step, state(step, network));
    assert.ok(moments.run.length <= 6);
  }
  const huge = new Moments();
  for (let step = 0; step < 20; step++) huge.record(step, state(step, "x".repeat(30e6)));
  assert.equal(huge.run.length, 3);
});

test("look shows the nearest moment there is", () => {
  const moments = recorded(0, 1, 2);
  moments.look(1);
  assert.equal(moments.shown.step, 1);
  assert.equal(moments.behind, true);
  moments.look(-1);
  assert.equal(moments.at, 0);
  moments.look(7);
  assert.equal(moments.at, 2);
});

test("the moment that is shown is not recorded again", () => {
  const moments = recorded(0, 1, 2);
  moments.look(1);
  moments.record(1, state(1, "another text of the same step"));
  assert.deepEqual(steps(moments), [0, 1, 2]);
  assert.deepEqual(moments.shown.state, state(1));
  assert.equal(moments.at, 1);
});

test("branch drops what came after the moment that is shown, and returns all there was", () => {
  const moments = recorded(0, 1, 2, 3);
  assert.equal(moments.branch(), null);
  moments.look(1);
  const whole = moments.branch();
  assert.deepEqual(
    whole?.map(({ step }) => step),
    [0, 1, 2, 3],
  );
  assert.deepEqual(steps(moments), [0, 1]);
  moments.record(2, state(2));
  assert.equal(whole?.length, 4, "what was returned is not changed any more");
  moments.reinstate(whole ?? []);
  assert.deepEqual(steps(moments), [0, 1, 2, 3]);
  assert.equal(moments.at, 3);
});

test("a run that begins anew is empty until it is recorded", () => {
  const moments = recorded(0, 1);
  moments.reinstate([]);
  assert.equal(moments.behind, false);
  moments.record(7, state(7));
  assert.deepEqual(steps(moments), [7]);
});

test("the newest of the best moments stays when others go", () => {
  const moments = new Moments();
  for (let step = 0; step <= 3000; step++) moments.record(step, state(step), step <= 37);
  assert.equal(moments.run[moments.best].step, 37);
  assert.ok(moments.run.length <= 256);
  moments.look(moments.best);
  moments.branch();
  assert.equal(moments.latest.step, 37);
  moments.record(0, state(0));
  assert.equal(moments.best, -1);
});

test("large networks leave four moments at most, where one is the best", () => {
  const moments = new Moments();
  const network = "x".repeat(30e6);
  for (let step = 0; step < 20; step++) moments.record(step, state(step, network), step === 1);
  assert.ok(moments.run.length <= 4);
  assert.equal(moments.run[moments.best].step, 1);
});
