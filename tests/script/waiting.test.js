import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import test from "node:test";

import { queue } from "./queue.js";

test("without an answer the same job is sent again, later each time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 1);
  const { transport, runs, log, clock } = queue();
  runs.ask("edit", {}, { begin: () => log.push("begin") });
  for (const [i, wait] of [100, 200, 400].entries()) {
    await transport.answer({ again: true });
    clock.now += wait;
    t.mock.timers.tick(wait - 1);
    await setImmediate();
    assert.equal(transport.sent.length, i + 1, `sent before ${wait} ms`);
    t.mock.timers.tick(1);
    await setImmediate();
    assert.equal(transport.sent.length, i + 2, `not sent after ${wait} ms`);
  }
  assert.equal(log.filter((line) => line === "begin").length, 1);
  assert.equal(log.includes("settled edit"), false);
  assert.deepEqual(
    log.filter((line) => !line.includes("edit") && line !== "begin"),
    ["working", "working", "gone 100", "waiting", "gone 100", "waiting"],
    "the first failure is quiet, and then the page goes on waiting",
  );
  await transport.answer({ again: true, why: "busy", after: 9 });
  assert.deepEqual(log.slice(-2), ["busy 100", "waiting"]);
  t.mock.timers.tick(17_999);
  await setImmediate();
  assert.equal(transport.sent.length, 4, "sent before the server allows it");
  t.mock.timers.tick(1);
  await setImmediate();
  transport.emit("swap", { again: false });
  assert.equal(log.at(-1), "working");
  await transport.answer();
  assert.equal(log.at(-1), "idle");
});

test("a stream that has lasted as long as it may goes on without a word", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { transport, runs, log, clock } = queue();
  runs.train(true);
  for (let i = 1; i < 5; i++) {
    transport.emit("swap", { again: false });
    clock.now += 1100;
    await transport.answer({ again: true, why: "busy" });
    t.mock.timers.tick(100);
    await setImmediate();
    assert.equal(transport.sent.length, i + 1);
  }
  assert.equal(log.includes("waiting"), false);
});

test("an answer that may still come is waited for, or not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { transport, runs, log } = queue();
  runs.ask("edit", {});
  transport.emit("silent", 1e6 + 7);
  assert.deepEqual(log.slice(-2), ["slow 7", "waiting"]);
  runs.retry();
  assert.deepEqual(transport.gaveUp, [0]);
  await transport.answer({ again: true, silence: 17_000 });
  assert.deepEqual(log.slice(-2), ["gone -17000", "waiting"]);
  t.mock.timers.tick(100);
  await setImmediate();
  assert.equal(transport.sent.length, 2);
  transport.emit("swap", { again: false });
  await transport.answer();
  assert.equal(log.at(-1), "idle");
});

test("when the server is back, a wait ends and a try that is stuck is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 1);
  const { transport, runs, outage } = queue();
  runs.train(true);
  for (let i = 0; i < 9; i++) {
    await transport.answer({ again: true });
    t.mock.timers.tick(3000);
    await setImmediate();
  }
  await transport.answer({ again: true });
  assert.equal(transport.sent.length, 10);
  outage.hurry();
  outage.back();
  await setImmediate();
  assert.equal(transport.sent.length, 11);
  assert.deepEqual(transport.gaveUp, [3000]);
});

test("the user ends a wait", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { transport, runs, log } = queue();
  runs.train(true);
  await transport.answer({ again: true, why: "portal" });
  assert.equal(log.at(-1), "waiting");
  runs.train(false);
  await setImmediate();
  assert.equal(log.at(-1), "idle");
  runs.train(true);
  await transport.answer({ again: true });
  runs.ask("edit", {});
  await setImmediate();
  assert.equal(transport.sent.at(-1).path, "edit");
});
