import assert from "node:assert/strict";
import test from "node:test";

import { Lag } from "../../public/lag.js";

/** Streams frames that are drawn every 40 ms but come every so many; returns when it is late. */
function stream(lag, every, seconds) {
  const drawn = Math.max(40, lag.apart);
  lag.begin();
  for (let i = 0; i * drawn < 1000 * seconds; i++) {
    const now = 5000 + Math.max(i * drawn, i * every);
    if (lag.take(i * drawn, now)) return now - 5000;
  }
  return null;
}

test("a line that keeps up is left alone, however far away the server is", () => {
  const lag = new Lag();
  assert.equal(stream(lag, 0, 600), null);
  assert.equal(lag.apart, 0);
});

test("frames that come late are asked for as far apart as the line takes them", () => {
  const lag = new Lag();
  const late = stream(lag, 400, 60);
  assert.ok(late > 1000 && late < 2000, `late after ${late} ms`);
  assert.equal(lag.apart, 600);
});

test("a line that has become faster gets all frames again, step by step", () => {
  const lag = new Lag();
  stream(lag, 400, 60);
  for (const apart of [300, 150, 75, 0]) {
    const late = stream(lag, 0, 60);
    assert.ok(late > 30_000 && late < 31_000, `asked anew after ${late} ms`);
    assert.equal(lag.apart, apart);
  }
  assert.equal(stream(lag, 0, 600), null);
});

test("one frame of a burst is no lag, and a new stream has a new clock", () => {
  const lag = new Lag();
  lag.begin();
  assert.equal(lag.take(0, 1000), false);
  assert.equal(lag.take(40, 2000), false); // 0.96 s late
  assert.equal(lag.take(2500, 3500), false);
  lag.begin();
  assert.equal(lag.take(0, 9000), false);
});
