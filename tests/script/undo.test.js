import assert from "node:assert/strict";
import test from "node:test";

import { Undo } from "../../public/undo.js";

const run = (step) => [{ step, state: { network: String(step) } }];

test("what was replaced last comes back first", () => {
  const undo = new Undo();
  undo.keep({ state: { config: "first" } });
  undo.keep({ state: { data: "second" }, run: run(2) });
  assert.equal(undo.length, 2);
  assert.deepEqual(undo.pop(), { state: { data: "second" }, run: run(2) });
  assert.deepEqual(undo.pop()?.state, { config: "first" });
  assert.equal(undo.pop(), undefined);
  assert.equal(undo.length, 0);
});

test("no more than 50 changes are kept, the newest ones", () => {
  const undo = new Undo();
  for (let i = 0; i < 60; i++) undo.keep({ state: { config: String(i) } });
  assert.equal(undo.length, 50);
  const list = Array.from({ length: 50 }, () => undo.pop()?.state.config);
  assert.equal(list[0], "59");
  assert.equal(list[49], "10");
});

test("networks have room for 48 million characters in all", () => {
  const undo = new Undo();
  const network = "x".repeat(12e6);
  for (let i = 0; i < 4; i++) undo.keep({ state: { network } });
  assert.equal(undo.length, 4);
  undo.keep({ state: { config: "no network" } });
  assert.equal(undo.length, 5);
  undo.keep({ state: { network: "x" } });
  assert.equal(undo.length, 5);
});

test("only the last three changes keep their moments", () => {
  const undo = new Undo();
  const first = { state: { network: "0" }, run: run(0) };
  undo.keep(first);
  for (let i = 1; i < 5; i++) undo.keep({ state: { network: String(i) }, run: run(i) });
  const has = Array.from({ length: 5 }, () => undo.pop()?.run !== undefined);
  assert.deepEqual(has, [true, true, true, false, false]);
  assert.deepEqual(first.run, run(0), "what was given stays as it is");
});
