import assert from "node:assert/strict";
import test from "node:test";

import { Emitter } from "../../public/emitter.js";
import { readable } from "../../public/release.js";
import { Renewal } from "../../public/renewal.js";

/** A page whose server answers as verdicts say, in turn; the last one stays. */
class Page {
  store = new Map();
  reloads = 0;
  saved = 0;
  sent = 0;
  told = "";
  asked = [];

  /** Loads the page. */
  load() {
    const runs = new Emitter();
    runs.ask = (path, values) => this.asked.push({ path, values });
    runs.train = (on) => runs.emit("wish", on);
    this.transport = new Emitter();
    this.transport.send = async () => {
      this.sent++;
      const foreign = this.verdicts.length > 1 ? this.verdicts.shift() : this.verdicts[0];
      if (!foreign) this.transport.emit("swap", {});
      return { again: foreign, why: foreign ? "release" : "good" };
    };
    const sessionStorage = {
      getItem: (key) => this.store.get(key) ?? null,
      setItem: (key, text) => this.store.set(key, text),
    };
    const browser = { sessionStorage, location: { reload: () => this.reloads++ } };
    const tell = (text) => {
      this.told = text;
    };
    this.renewal = new Renewal(this.transport, browser, tell);
    this.wishes = [];
    runs.on("wish", (on) => this.wishes.push(on));
    this.renewal.resume(runs, () => this.saved++);
    this.runs = runs;
    return this;
  }

  /** Sends a job, and loads the page if it wants to be. */
  async send(job, verdicts) {
    this.verdicts = verdicts;
    const before = this.reloads;
    await this.renewal.send(job);
    if (this.reloads > before) this.load();
  }
}

const train = { path: "train", values: {}, streams: true };
const draw = { path: "edit", values: { stroke: "0,0" }, sends: [], after: () => {} };

test("another replica is tried at once, before the page is loaded again", async () => {
  const page = new Page().load();
  await page.send(train, [true, true, true, false]);
  assert.deepEqual([page.sent, page.reloads, page.saved], [4, 0, 0]);
  await page.send(train, [true]);
  assert.deepEqual([page.sent, page.reloads, page.saved], [8, 1, 1]);
});

test("training and a change that was not made go on after the reload, once", async () => {
  const page = new Page().load();
  page.runs.train(true);
  await page.send(draw, [true]);
  assert.deepEqual(page.asked, [{ path: "edit", values: { stroke: "0,0" } }]);
  assert.deepEqual(page.wishes, [true]);
  page.load(); // by hand
  assert.equal(page.asked.length, 1);
  assert.deepEqual(page.wishes, []);
});

test("a pause is kept, and a setting that was lost is told", async () => {
  const page = new Page().load();
  page.runs.train(true);
  page.runs.train(false);
  await page.send({ path: "edit", values: { act: "settings", controls: "1" } }, [true]);
  assert.deepEqual([page.wishes, page.asked], [[], []]);
  assert.match(page.told, /setting was not taken/);
});

test("the page is not loaded again within seconds, and not for ever", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const page = new Page().load();
  await page.send(train, [true]);
  await page.send(train, [false]); // of this release for once
  await page.send(train, [true]);
  assert.equal(page.reloads, 1);
  t.mock.timers.tick(5000);
  for (let i = 0; i < 10; i++) {
    await page.send(train, [true]);
    t.mock.timers.tick(5000);
  }
  assert.equal(page.reloads, 1 + 5);
  assert.match(page.told, /new release/);
  await page.send(train, [false]);
  await page.send(train, [true]);
  assert.equal(page.reloads, 7, "an answer of the own release makes it good again");
});

test("an answer of another release, or a stream of nobody's, cannot be read", async () => {
  const answer = (status, headers) => readable(new Response("x", { status, headers })).status;
  const stream = { "Content-Type": "text/event-stream" };
  assert.equal(answer(200, { "Nnvisu-Release": "other" }), 409);
  assert.equal(answer(200, { "Nnvisu-Release": "" }), 200);
  assert.equal(answer(200, { ...stream, "Nnvisu-Release": "" }), 200);
  assert.equal(answer(200, {}), 200);
  assert.equal(answer(503, { "Nnvisu-Release": "other" }), 503);
});

test("what was stored and cannot be read is no past", () => {
  for (const text of ["null", "garbage", "5", "[]", '{"at":"x"}']) {
    const page = new Page();
    page.store.set("nnvisu_renewal", text);
    page.load();
    assert.deepEqual([page.asked, page.wishes, page.told], [[], [], ""], text);
  }
});
