// The visual language, which stands in the head of the style sheet.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const sheet = ["app.css", "sweep.css", "verify.css"]
  .map((name) => readFileSync(new URL("../../public/" + name, import.meta.url), "utf8"))
  .join("");
const head = sheet.slice(0, sheet.indexOf("*/"));
const rules = sheet.slice(sheet.indexOf("*/")).replaceAll(/\/\*[^]*?\*\//g, "");

/** Returns what follows a pattern in the rules, each once. */
function found(pattern) {
  return [...new Set(Array.from(rules.matchAll(pattern), ([, value]) => value.trim()))];
}

test("letters have the sizes of the scale", () => {
  const scale = Array.from(
    head.matchAll(/^ \* (?:Letters)? +(\d\.?\d*) {2}/gm),
    ([, size]) => size,
  );
  assert.ok(scale.length > 4, String(scale));
  const sizes = found(/font(?:-size)?: ([\d.]+)rem/g);
  assert.deepEqual(sizes.toSorted(), scale.toSorted());
});

test("space has the steps of the scale", () => {
  const steps = head.match(/Space +([\d ]+) pixels/)[1].split(" ");
  assert.ok(steps.length > 9, String(steps));
  const gaps = found(/\bgap: ([^;]*px[^;]*);/g).flatMap((gap) => gap.split(" "));
  const other = gaps.filter((gap) => gap !== "0" && !steps.includes(gap.replace("px", "")));
  assert.deepEqual(other, []);
});

test("colours have names, and are written once", () => {
  const names = rules.slice(0, rules.indexOf("--radius"));
  const elsewhere = rules.slice(names.length).match(/#[0-9a-f]{3,8}(?=[; ,)])/g) ?? [];
  assert.deepEqual(elsewhere, ["#00000077"]); // the backdrop's
  for (const name of found(/var\((--[\w-]+)[,)]/g)) {
    assert.ok(rules.includes(`${name}: `), `${name} is not defined`);
  }
});
