import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import test from "node:test";

import { queue } from "./queue.js";

test("a job is sent, answered and settled, in this order", async () => {
  const { transport, runs, log } = queue();
  runs.ask(
    "edit",
    { act: "clear" },
    {
      begin: () => log.push("begin"),
      after: (refused) => log.push(`after ${refused}`),
    },
  );
  transport.emit("swap", { again: false });
  await transport.answer({ refused: 422 });
  assert.deepEqual(log, [
    "begin",
    "send edit",
    "working",
    "swap edit",
    "working",
    "answered edit",
    "after 422",
    "settled edit",
    "idle",
  ]);
  assert.deepEqual(transport.sent[0].values, { act: "clear" });
});

test("one job is under way at a time, in the order in which they were asked for", async () => {
  const { transport, runs } = queue();
  const begin = () => {};
  for (const path of ["first", "second"]) runs.ask(path, {}, { begin });
  assert.deepEqual(
    transport.sent.map(({ path }) => path),
    ["first"],
  );
  assert.equal(runs.isQueued(begin), true);
  await transport.answer();
  assert.equal(runs.isQueued(begin), false, "a job under way does not wait any more");
  await transport.answer();
  assert.deepEqual(
    transport.sent.map(({ path }) => path),
    ["first", "second"],
  );
});

test("training stops for a change and goes on after it", async () => {
  const { transport, runs, log } = queue();
  runs.toggle();
  assert.equal(transport.sent[0].streams, true);
  runs.ask("edit", {});
  assert.equal(transport.stopped, 1);
  await transport.answer({ stopped: true });
  assert.equal(transport.sent[1].path, "edit");
  await transport.answer();
  assert.equal(transport.sent[2].path, "train");
  runs.toggle();
  assert.equal(transport.stopped, 2);
  await transport.answer({ stopped: true });
  assert.equal(log.at(-1), "idle");
  assert.equal(transport.sent.length, 3);
});

test("a change that stops the training ends the wish to train", async () => {
  const { transport, runs, log } = queue();
  runs.train(true);
  runs.ask("edit", {}, { stops: true });
  assert.ok(log.includes("wish false"));
  await transport.answer({ stopped: true });
  await transport.answer();
  assert.equal(transport.sent.length, 2);
});

test("a stream that has come to its end ends the wish, one that is cut off goes on", async () => {
  const { transport, runs, log } = queue();
  runs.train(true);
  await transport.answer();
  assert.equal(transport.sent.length, 2);
  await transport.answer({ ended: true });
  assert.equal(transport.sent.length, 2);
  assert.deepEqual(log.slice(-4), ["wish false", "answered train", "settled train", "idle"]);
});

test("a fault is told, and what comes after it is done", async () => {
  const { transport, runs, log } = queue();
  runs.ask("first", {}, { after: (refused) => log.push(`after ${refused}`) });
  runs.ask("second", {});
  transport.reject(new Error("a fault"));
  await setImmediate();
  assert.ok(log.includes("after 500"), "who waits for the act is told");
  assert.ok(log.includes("told: Something went wrong in this page: a fault"));
  assert.equal(transport.sent[1].path, "second");
  runs.on("answered", () => {
    throw new Error("a listener's fault");
  });
  await transport.answer();
  assert.ok(log.includes("told: Something went wrong in this page: a listener's fault"));
  assert.equal(log.at(-1), "idle");
});

test("the act of an element is asked for with its flags", () => {
  const { transport, runs } = queue();
  const dataset = { change: "show", restores: "" };
  runs.act({ dataset }, { hard: "1" }, { looks: true });
  const [{ path, values, restores, looks, stops }] = transport.sent;
  assert.deepEqual({ path, values }, { path: "edit", values: { act: "show", hard: "1" } });
  assert.deepEqual({ restores, looks, stops }, { restores: true, looks: true, stops: false });
});
