import assert from "node:assert/strict";
import test from "node:test";

import { Stores } from "../../public/storage.js";

/** A storage of a browser with room for so many characters. */
class FakeStore {
  texts = new Map();
  tried = [];

  constructor(room = Infinity) {
    this.room = room;
  }

  getItem(key) {
    return this.texts.get(key) ?? null;
  }

  setItem(key, text) {
    this.tried.push(key);
    const others = [...this.texts.values()].reduce((sum, { length }) => sum + length, 0);
    if (others + text.length > this.room) {
      throw new DOMException("no room", "QuotaExceededError");
    }
    this.texts.set(key, text);
  }

  removeItem(key) {
    this.texts.delete(key);
  }
}

/** A browser, its stores and what they say. */
function browser(roomOfTab, room) {
  const said = [];
  const window = { sessionStorage: new FakeStore(roomOfTab), localStorage: new FakeStore(room) };
  const stores = new Stores(window, (text) => said.push(text));
  return { ...window, window, stores, said };
}

test("texts go into both stores, the network as the weights", () => {
  const { stores, sessionStorage, localStorage, said } = browser();
  stores.save({ network: "{}", data: "[]" });
  for (const store of [sessionStorage, localStorage]) {
    assert.deepEqual(Object.fromEntries(store.texts), { nnvisu_weights: "{}", nnvisu_data: "[]" });
  }
  assert.deepEqual(said, []);
});

test("the store of the tab is read first", () => {
  const { stores, sessionStorage, localStorage } = browser();
  assert.equal(stores.find(["data"]), null);
  localStorage.setItem("nnvisu_data", "of all tabs");
  assert.equal(stores.find(["network", "data"])?.("data"), "of all tabs");
  sessionStorage.setItem("nnvisu_weights", "of the tab");
  const read = stores.find(["network", "data"]);
  assert.equal(read?.("network"), "of the tab");
  assert.equal(read?.("data"), "", "two stores are not mixed");
});

test("each text has room or not by itself, and what has none is said and removed", () => {
  const { stores, localStorage, sessionStorage, said } = browser(Infinity, 10);
  stores.save({ config: "1234", network: "1234", data: "1" });
  stores.save({ config: "1234", network: "12345678", data: "1" });
  assert.deepEqual([...localStorage.texts.keys()].sort(), ["nnvisu_config", "nnvisu_data"]);
  assert.equal(sessionStorage.getItem("nnvisu_weights"), "12345678");
  assert.equal(said.length, 1);
  assert.match(said[0], /does not store all of the state \(QuotaExceededError\)/);
});

test("what is too long is not tried again until it is shorter", () => {
  const { stores, localStorage } = browser(Infinity, 10);
  stores.save({ network: "x".repeat(20) });
  stores.save({ network: "x".repeat(20) });
  stores.save({ network: "x".repeat(30) });
  assert.equal(localStorage.tried.length, 1);
  stores.save({ network: "x".repeat(9) });
  assert.equal(localStorage.getItem("nnvisu_weights"), "x".repeat(9));
});

test("a browser that denies its storage is told so, and nothing else breaks", () => {
  const said = [];
  const denied = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const window = Object.defineProperties(
    {},
    { sessionStorage: { get: denied }, localStorage: { get: denied } },
  );
  const stores = new Stores(window, (text) => said.push(text));
  assert.equal(stores.find(["data"]), null);
  assert.deepEqual(said, []);
  stores.save({ data: "[]" });
  assert.match(said[0], /SecurityError/);
});

test("what cannot be used is set aside, and the next state is stored", () => {
  const { stores, localStorage } = browser();
  stores.save({ network: "old" });
  stores.setAside({ network: "old" });
  stores.save({ network: "new" });
  assert.deepEqual(Object.fromEntries(localStorage.texts), {
    nnvisu_weights: "new",
    nnvisu_weights_set_aside: "old",
  });
});

test("what cannot be set aside stays where it is", () => {
  const { stores, localStorage, sessionStorage, said } = browser(Infinity, 4);
  stores.save({ network: "old" });
  stores.setAside({ network: "old" });
  assert.equal(said.length, 1);
  stores.save({ network: "new" });
  assert.equal(localStorage.getItem("nnvisu_weights"), "old");
  assert.equal(sessionStorage.getItem("nnvisu_weights"), "new");
});
