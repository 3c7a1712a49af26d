import assert from "node:assert/strict";
import test from "node:test";
import { deflateRawSync, gunzipSync } from "node:zlib";

import { pack, post, unpack } from "../../public/packing.js";
import { tab } from "../../public/tab.js";

test("what is packed comes back", async () => {
  for (const text of ["", "a", '{"text":"é, ☃ and 😀"}', "0123456789".repeat(20_000)]) {
    assert.equal(await unpack(await pack(text)), text);
  }
});

test("packed text is compressed and fits into an address", async () => {
  // Texts without a pattern, so that all characters of base64 come up.
  const text = Array.from({ length: 2000 }, (_, i) => Math.sin(i)).join();
  const packed = await pack(text);
  assert.match(packed, /^[\w-]+$/);
  assert.match(packed, /-/);
  assert.match(packed, /_/);
  assert.ok(packed.length < text.length);
  assert.equal(gunzipSync(Buffer.from(packed, "base64url")).toString(), text);
});

const state = `{"network":[${Array.from({ length: 99 }, (_, i) => Math.sin(i)).join()}]}`;

test("a link in which any character was changed, or the end is missing, is rejected", async () => {
  const packed = await pack(state);
  let rejected = 0;
  for (let i = 0; i < packed.length; i++) {
    for (const other of "AQg_") {
      const damaged = packed.slice(0, i) + other + packed.slice(i + 1);
      // The header holds a time, which says nothing of the text.
      const text = await unpack(damaged).catch(() => null);
      if (text === null) rejected++;
      else assert.equal(text, state, `character ${i}`);
    }
    await assert.rejects(unpack(packed.slice(0, i)));
  }
  assert.ok(rejected > 3 * packed.length);
  await assert.rejects(unpack("!!!"));
  await assert.rejects(unpack(`${packed}Look`));
});

test("a link whose first character was changed is no link to a state", async () => {
  const packed = await pack(state);
  let refused = 0;
  for (const first of "ABCDEFGIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
    const text = await unpack(first + packed.slice(1)).catch(() => "");
    if (!text.startsWith("{")) refused++; // see takeState
  }
  assert.equal(refused, 63);
});

test("what a chat leaves in a link is taken out", async () => {
  const packed = await pack(state);
  assert.match(packed, /-.*_|_.*-/);
  const middle = (/** @type {string} */ text) => packed.slice(0, 99) + text + packed.slice(99);
  for (const text of [
    ...[".", ")", "),", ">", '"', "%22%3E", "%20", "\u201d", "\u00ad", "_", "__", "-", "*_"].map(
      (end) => packed + end,
    ),
    ...["%C2%AD", "%E2%80%8B", "\u200b", "%0D%0A", "%0A%20%20", "=", "=0D=0A"].map(middle),
    packed.replaceAll("-", "%2D").replaceAll("_", "%5f").replaceAll("H", "%48"),
  ]) {
    assert.equal(await unpack(text), state, text);
  }
});

test("old links, which have no digest, come back", async () => {
  assert.equal(await unpack(deflateRawSync(state).toString("base64url")), state);
});

test("a link is unpacked up to what a server takes", async () => {
  const largest = 16 * 2 ** 20;
  const link = (/** @type {number} */ size) =>
    deflateRawSync(Buffer.alloc(size, " ")).toString("base64url");
  assert.equal((await unpack(link(largest))).length, largest);
  const bomb = link(2 ** 30);
  assert.ok(bomb.length < 2_000_000);
  const before = process.memoryUsage().rss;
  await assert.rejects(unpack(bomb), RangeError);
  await assert.rejects(unpack(link(largest + 1)), /16 MB/);
  assert.ok(process.memoryUsage().rss - before < 2 ** 29, "it was unpacked to its end");
});

const BOTH = { "Nnvisu-Tab": tab, "Nnvisu-Release": "" };
const ENCODED = "application/x-www-form-urlencoded;charset=UTF-8";

test("a short form is posted as it is, a long one is compressed", async (t) => {
  const fetch = t.mock.method(globalThis, "fetch", async () => new Response());
  const headers = { Accept: "text/html" };
  await post("edit", { method: "POST", body: new URLSearchParams({ data: "x" }), headers });
  const [, short] = fetch.mock.calls[0].arguments;
  assert.deepEqual(short.headers, { Accept: "text/html", ...BOTH, "Content-Type": ENCODED });
  assert.equal(Buffer.from(short.body).toString(), "data=x");

  const body = new URLSearchParams({ data: '"'.repeat(9000) });
  await post("train", { method: "POST", body, headers });
  const [url, sent] = fetch.mock.calls[1].arguments;
  assert.equal(url, "train");
  assert.equal(sent.method, "POST");
  assert.deepEqual(sent.headers, {
    Accept: "text/html",
    ...BOTH,
    "Content-Type": ENCODED,
    "Content-Encoding": "gzip",
  });
  assert.equal(gunzipSync(sent.body).toString(), body.toString());
  assert.deepEqual(headers, { Accept: "text/html" });
});

test("a form with a file keeps the bytes of the file and its boundary", async (t) => {
  const fetch = t.mock.method(globalThis, "fetch", async () => new Response());
  const bytes = Uint8Array.from({ length: 9000 }, (_, i) => i);
  const body = new FormData();
  body.append("file", new File([bytes], "a.csv"));
  await post("edit", { method: "POST", body });
  const [, { headers, body: packed }] = fetch.mock.calls[0].arguments;
  const sent = new Response(gunzipSync(packed), { headers });
  const file = /** @type {File} */ ((await sent.formData()).get("file"));
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes);
});

test("a browser that cannot compress posts long forms as they are", async (t) => {
  const fetch = t.mock.method(globalThis, "fetch", async () => new Response());
  const real = globalThis.CompressionStream;
  delete globalThis.CompressionStream;
  t.after(() => {
    globalThis.CompressionStream = real;
  });
  const body = new URLSearchParams({ data: "x".repeat(9000) });
  await post("edit", { method: "POST", body });
  const [url, sent] = fetch.mock.calls[0].arguments;
  assert.equal(url, "edit");
  assert.deepEqual(sent.headers, { ...BOTH, "Content-Type": ENCODED });
  assert.equal(Buffer.from(sent.body).toString(), body.toString());
});

test("the name of a tab has 128 bits and is another after each load", async () => {
  const { tab: other } = await import("../../public/tab.js?again");
  for (const name of [tab, other]) assert.match(name, /^[0-9a-f]{32}$/);
  assert.notEqual(tab, other);
});
