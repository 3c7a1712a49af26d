import assert from "node:assert/strict";
import test from "node:test";
import { gunzipSync, inflateRawSync } from "node:zlib";

import { pack, post, unpack } from "../../public/packing.js";
import { tab } from "../../public/tab.js";

test("what is packed comes back", async () => {
  for (const text of ["", "a", '{"text":"é, ☃ and 😀"}', "0123456789".repeat(20_000)]) {
    assert.equal(await unpack(await pack(text)), text);
  }
});

test("packed text is deflated and fits into an address", async () => {
  // Texts without a pattern, so that all characters of base64 come up.
  const text = Array.from({ length: 2000 }, (_, i) => Math.sin(i)).join();
  const packed = await pack(text);
  assert.match(packed, /^[\w-]+$/);
  assert.match(packed, /-/);
  assert.match(packed, /_/);
  assert.ok(packed.length < text.length);
  assert.equal(inflateRawSync(Buffer.from(packed, "base64url")).toString(), text);
});

test("damaged text is rejected", async () => {
  const packed = await pack("some text that is long enough to be cut off somewhere");
  await assert.rejects(unpack(packed.slice(0, -10)));
  await assert.rejects(unpack("!!!"));
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
