import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { gzipSync } from "node:zlib";

const folder = new URL("../../public/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));
const texts = files.map((name) => readFileSync(new URL(name, folder), "utf8"));

test("the script is at most 43 kB, gzipped", () => {
  assert.ok(files.length > 20);
  const size = gzipSync(texts.join(""), { level: 9 }).length;
  assert.ok(size <= 43_000, `the script has ${size} bytes`);
});

test("every exported name has a sentence", () => {
  const comment = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport /g;
  let exported = 0;
  for (const [i, text] of texts.entries()) {
    const sentences = Array.from(text.matchAll(comment), ([, sentence]) => sentence);
    assert.equal(sentences.length, text.match(/^export /gm)?.length ?? 0, files[i]);
    exported += sentences.length;
    for (const sentence of sentences) assert.match(sentence, /^[\s*]*[A-Z][^@]+\./, files[i]);
  }
  assert.ok(exported > 30, `${exported} names are exported`);
});
