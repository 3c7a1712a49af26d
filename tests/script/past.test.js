import assert from "node:assert/strict";
import test from "node:test";

import { Packer, translated } from "../../public/past.js";

const data = "d".repeat(1000);
const moment = (step) => ({
  step,
  state: { data, network: String(step).padEnd(100) },
  best: false,
});
const runTo = (last) => Array.from({ length: last + 1 }, (_, i) => moment(i));
const pack = (past, room = 1e6) =>
  new Packer().pack({ count: 0, run: [], undo: [], ...past }, room);
const byNumber = (texts) => new Map(Array.from(texts, ([text, number]) => [number, text]));
const steps = ({ run }) => run.map(({ step }) => step);

test("a past that is packed and unpacked is the same", () => {
  const past = {
    run: runTo(3),
    undo: [
      { state: { config: "" }, curves: { history: "{}", of: "2" } },
      { state: { network: "1", data }, run: runTo(2) },
    ],
    count: 7,
  };
  const { packed, texts, isWhole } = pack(past);
  assert.deepEqual(translated(structuredClone(packed), byNumber(texts)), past);
  assert.equal(isWhole, true);
});

test("an equal text is stored once, and keeps its number", () => {
  const packer = new Packer();
  const numbers = (past) => packer.pack({ undo: [], count: 0, ...past }, 1e6).texts;
  const first = numbers({ run: runTo(2) });
  assert.equal(first.size, 4);
  const second = numbers({ run: [moment(2), moment(3)], undo: [{ state: { data } }] });
  assert.equal(second.size, 3);
  for (const text of [data, moment(2).state.network]) {
    assert.equal(second.get(text), first.get(text));
  }
  const fresh = second.get(moment(3).state.network);
  assert.ok(![...first.values()].includes(fresh), `the number ${fresh} was taken`);
  assert.equal(numbers({ run: [moment(0)] }).size, 2);
});

test("a long run is thinned to half of the room, with its ends and its best", () => {
  const run = runTo(40);
  run[13].best = true;
  const { packed, texts, isWhole } = pack({ run }, 6000); // of which 3000 for it: 20 networks
  assert.equal(isWhole, false);
  const kept = steps(packed);
  assert.ok(kept.length > 9 && kept.length <= 20, `moments ${kept}`);
  assert.equal(kept[0], 0);
  assert.equal(kept.at(-1), 40);
  assert.ok(kept.includes(13), `moments ${kept}`);
  const size = Array.from(texts.keys()).reduce((sum, text) => sum + text.length, 0);
  assert.ok(size <= 3000, `${size} characters`);
});

test("of the changes the newest are stored, the older ones without their moments", () => {
  const undo = Array.from({ length: 6 }, (_, i) => ({
    state: { network: `${i}`.repeat(1000) },
    run: [0, 1, 2].map((j) => ({ step: j, state: { network: `${i}${j}`.padEnd(1000, "x") } })),
  }));
  const { packed, isWhole } = pack({ undo }, 6000); // one with its moments, and two without
  assert.equal(isWhole, false);
  assert.deepEqual(
    packed.undo.map(({ run }) => run?.length),
    [undefined, undefined, 3],
  );
});

test("what has no room at all is left out", () => {
  assert.deepEqual(pack({ run: runTo(3), undo: [{ state: { data } }], count: 2 }, 100).packed, {
    run: [],
    undo: [],
    count: 2,
  });
});

test("a past that lacks a text is refused", () => {
  const { packed, texts } = pack({ run: runTo(1) });
  const some = byNumber(texts);
  some.delete(texts.get(data));
  assert.throws(() => translated(packed, some), /data is missing/);
});
