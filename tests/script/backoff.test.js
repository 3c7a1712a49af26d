import assert from "node:assert/strict";
import test from "node:test";

import { backoff } from "../../public/backoff.js";

test("the longest wait doubles from a tenth of a second to three", () => {
  const waits = Array.from({ length: 8 }, (_, failures) => backoff(failures, 0, () => 1));
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3000, 3000, 3000]);
});

test("a wait is anything from nothing to the longest", () => {
  assert.equal(
    backoff(6, 0, () => 0),
    0,
  );
  const waits = Array.from({ length: 200 }, () => backoff(9, 0));
  assert.ok(Math.min(...waits) < 300 && Math.max(...waits) > 2700, "the waits are not spread");
});

test("the wait is at least what the server asks for, and spread as widely", () => {
  for (const failures of [0, 9]) {
    assert.equal(
      backoff(failures, 3, () => 0),
      3000,
    );
    assert.equal(
      backoff(failures, 3, () => 1),
      6000,
    );
  }
});

test("whoever asks for an hour is asked before that", () => {
  assert.equal(
    backoff(0, 3600, () => 0),
    30_000,
  );
});
