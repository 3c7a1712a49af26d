// The oldest browsers that the page is made for, and what it uses of younger ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { BROWSERS, ofMarkup, ofScript, ofStyle, since } from "./compat.js";

const root = new URL("../../", import.meta.url);
const read = (name) => readFileSync(new URL(name, root), "utf8");

// The floor is the browserslist of package.json, where tools look for it.
const NAMES = { ios_saf: "safari_ios" };
const FLOOR = Object.fromEntries(
  JSON.parse(read("package.json")).browserslist.map((entry) => {
    const [, name, version] = entry.match(/^(\w+) >= ([\d.]+)$/);
    return [NAMES[name] ?? name, Number(version)];
  }),
);

/** What is younger than the floor, and why the page does without it. */
const GUARDED = {
  "api.KeyboardEvent.repeat": "in Chrome only in part, on some systems; a key held down acts again",
  "css.properties.accent-color": "a colour; in part in Safari",
  "css.properties.-webkit-touch-callout": "for Safari on iOS alone, whose menu a hold would open",
  "css.properties.cursor.crosshair": "a look of the mouse, which a phone has none of",
  "css.properties.cursor.default": "a look of the mouse",
  "css.properties.cursor.pointer": "a look of the mouse",
  "css.properties.forced-color-adjust": "Safari has no forced colours",
  "css.properties.forced-color-adjust.none": "Safari has no forced colours",
  "css.properties.paint-order": "an outline; in Chrome only in part, not on text",
  "css.properties.resize": "a handle for the mouse",
  "css.properties.resize.vertical": "a handle for the mouse",
  "css.properties.user-select": "Safari knows it as -webkit-user-select, which stands beside it",
  "css.selectors.has":
    "the red edge of a field, whose error is written below, what hides Pin, the mark of the best run, which is named beside, the place of the step by hand, which then lies over the page, and what hides the menu of a phone",
  "html.elements.dialog.closedby": "dialogs.js closes them",
};

/** Returns which browsers of the floor lack a feature: "firefox 121". */
function lacking(path) {
  return BROWSERS.filter((browser) => since(path, browser) > FLOOR[browser]).map(
    (browser) => `${browser} ${since(path, browser)}`,
  );
}

/** Returns the features that are too young: their paths, with where they are used. */
function young(uses) {
  return [...uses].filter(([path]) => lacking(path).length > 0);
}

const uses = new Map([
  ...ofScript(new URL("public", root).pathname),
  ...ofScript(new URL("public/clients", root).pathname, ".mjs"),
  ...ofStyle(read("public/app.css") + read("public/sweep.css") + read("public/verify.css")),
  ...ofMarkup(new URL("views", root).pathname),
]);

test("the page uses nothing that a browser of the floor lacks, but for what is guarded", () => {
  assert.deepEqual(Object.keys(FLOOR).sort(), BROWSERS.toSorted());
  const found = young(uses)
    .filter(([path]) => !GUARDED[path])
    .map(([path, where]) => `${path} (${where}) needs ${lacking(path).join(", ")}`);
  assert.deepEqual(found, []);
});

test("what is guarded is used and too young", () => {
  const found = young(uses).map(([path]) => path);
  assert.deepEqual(
    Object.keys(GUARDED).filter((path) => !found.includes(path)),
    [],
  );
});

test("features are found in script, style and markup", () => {
  for (const path of [
    "api.CompressionStream", // a constructor
    "api.HTMLDialogElement.showModal", // a method
    "api.KeyboardEvent.ctrlKey", // taken out of an object
    "api.Document.readyState", // a value
    "api.Element.closest", // inherited
    "javascript.builtins.Object.fromEntries", // static
    "javascript.builtins.Array.map",
    "css.at-rules.media.prefers-color-scheme",
    "css.types.color.color-mix",
    "css.selectors.focus-visible",
    "css.types.length.rem",
    "html.elements.dialog",
    "html.global_attributes.inert",
  ]) {
    assert.ok(uses.has(path), path);
  }
  assert.ok(uses.size > 500, `${uses.size} features`);
});

test("a feature that is too young is found", () => {
  const style = ofStyle("a { text-wrap: pretty; &:has(b) { width: 1cqi } }");
  assert.deepEqual(
    young(style).map(([path]) => path),
    [
      "css.properties.text-wrap",
      "css.properties.text-wrap.pretty",
      "css.selectors.nesting",
      "css.selectors.has",
    ],
  );
  assert.equal(since("api.AbortSignal.any_static", "chrome"), 116);
  assert.equal(since("html.elements.dialog.closedby", "firefox"), 141);
});
