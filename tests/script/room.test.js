import assert from "node:assert/strict";
import test from "node:test";

import { roomOf } from "../../public/room.js";

/** A window with frames that share the storage of a tab. */
function page(...searches) {
  const texts = new Map();
  const sessionStorage = {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => texts.set(key, text),
    removeItem: (key) => texts.delete(key),
  };
  const opened = [];
  const indexedDB = { open: (...names) => opened.push(names) };
  const top = { length: searches.length, sessionStorage, texts, opened };
  top.parent = top;
  searches.forEach((search, i) => {
    top[i] = { parent: top, length: 0, location: { search }, sessionStorage, indexedDB };
  });
  return top;
}

test("each frame has a room of its own, which it finds again", () => {
  const top = page("?dataset=moons", "?dataset=moons", "?dataset=xor");
  top.sessionStorage.setItem("nnvisu_data", "of the page");
  for (const i of [0, 1, 2]) roomOf(top[i]).sessionStorage.setItem("nnvisu_data", `of ${i}`);
  for (const i of [0, 1, 2]) {
    assert.equal(roomOf(top[i]).sessionStorage.getItem("nnvisu_data"), `of ${i}`);
  }
  roomOf(top[1]).sessionStorage.removeItem("nnvisu_data");
  assert.equal(roomOf(top[1]).sessionStorage.getItem("nnvisu_data"), null);
  assert.equal(top.sessionStorage.getItem("nnvisu_data"), "of the page");
  roomOf(top[0]).indexedDB.open("nnvisu", 1);
  assert.deepEqual(top.opened, [["nnvisu_frames", 1]]);
});

test("a frame in a frame has a room of its own", () => {
  const top = page("?", "?");
  for (const i of [0, 1]) {
    top[i].length = 1;
    top[i][0] = { ...top[i], parent: top[i], length: 0 };
  }
  roomOf(top[0][0]).sessionStorage.setItem("a", "b");
  assert.equal(roomOf(top[1][0]).sessionStorage.getItem("a"), null);
  assert.equal(roomOf(top[0]).sessionStorage.getItem("a"), null);
  assert.equal(roomOf(top[0][0]).sessionStorage.getItem("a"), "b");
});

test("a storage that is denied is denied to whoever asks for it, and no sooner", () => {
  const top = page("?");
  Object.defineProperty(top[0], "sessionStorage", {
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const room = roomOf(top[0]);
  assert.throws(() => room.sessionStorage, { name: "SecurityError" });
});
