import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import test from "node:test";

import { Watch } from "../../public/watch.js";

const QUIET = 15_000;

/** A watch in a time of its own, and what it heard: seconds, negative for a broken line. */
function watch(t) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  const said = [];
  const w = new Watch(
    () => QUIET,
    (silence, isBroken) => {
      said.push((isBroken ? -1 : 1) * (silence / 1000));
      if (isBroken) w.stop();
    },
    () => now,
  );
  const pass = (seconds) => {
    for (let i = 0; i < seconds; i++) {
      now += 1000;
      t.mock.timers.tick(1000);
    }
  };
  return { w, said, pass };
}

test("a stream is broken after fifteen seconds of silence", (t) => {
  const { w, said, pass } = watch(t);
  w.expect(true, 0);
  pass(14);
  w.heard();
  pass(14);
  assert.equal(w.silence, 14_000);
  assert.deepEqual(said, []);
  pass(1);
  assert.deepEqual(said, [-15]);
  assert.equal(w.silence, 0);
});

test("nobody waits for a line that is not read", (t) => {
  const { w, said, pass } = watch(t);
  w.expect(true, 0);
  w.stop();
  pass(99);
  assert.deepEqual(said, []);
});

test("an answer that is computed may take longer, and each time twice as long", (t) => {
  const { w, said, pass } = watch(t);
  w.expect(false, 0);
  pass(99);
  assert.deepEqual(said.slice(0, 2), [15, 16]);
  assert.equal(said.at(-1), -45);
  w.expect(false, 0);
  pass(99);
  assert.equal(said.at(-1), -90);
  w.succeed();
  w.expect(false, 0);
  pass(99);
  assert.equal(said.at(-1), -45);
});

test("what takes long to send may take as long to answer, within a minute", (t) => {
  const { w, said, pass } = watch(t);
  w.expect(true, 320_000);
  pass(99);
  assert.equal(said.at(-1), -25);
  w.expect(true, 1e9);
  pass(99);
  assert.equal(said.at(-1), -75);
});

test("an answer is watched while somebody waits for its bytes, and comes whole", async (t) => {
  const { w, said, pass } = watch(t);
  let send;
  const body = new ReadableStream({
    start(controller) {
      send = controller;
    },
  });
  w.expect(false, 0);
  const answer = w.over(new Response(body, { status: 422, headers: { "Retry-After": "7" } }));
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get("Retry-After"), "7");
  pass(99);
  assert.deepEqual(said, [], "nobody reads yet");
  const reader = answer.body.getReader();
  const chunks = [];
  for (const text of ["a", "b"]) {
    const read = reader.read();
    await setImmediate();
    pass(14);
    send.enqueue(new TextEncoder().encode(text));
    chunks.push((await read).value);
  }
  assert.equal(new TextDecoder().decode(Buffer.concat(chunks)), "ab");
  assert.deepEqual(said, []);
  const read = reader.read();
  await setImmediate();
  pass(15);
  assert.deepEqual(said, [-15]);
  send.error(new Error("aborted"));
  await assert.rejects(read, /aborted/);
});

test("an answer without a body is left as it is", (t) => {
  const { w } = watch(t);
  const answer = new Response(null, { status: 204 });
  assert.equal(w.over(answer), answer);
});
