import assert from "node:assert/strict";
import test from "node:test";

import { backoff } from "../../public/backoff.js";

const middle = () => 0.5;

test("the wait doubles from a quarter of a second to eight", () => {
  const waits = Array.from({ length: 8 }, (_, failures) => backoff(failures, 0, middle));
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

test("the wait varies by a quarter", () => {
  assert.equal(
    backoff(2, 0, () => 0),
    750,
  );
  assert.equal(
    backoff(2, 0, () => 1),
    1250,
  );
  const waits = new Set(Array.from({ length: 20 }, () => backoff(2, 0)));
  assert.ok(waits.size > 1, "two pages wait equally long");
});

test("the wait is not shorter than the server asks for", () => {
  assert.equal(backoff(0, 3, middle), 3000);
  assert.equal(backoff(5, 3, middle), 8000);
});
