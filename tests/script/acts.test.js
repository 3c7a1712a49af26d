import assert from "node:assert/strict";
import test from "node:test";

import { traits } from "../../public/acts.js";

const none = {
  stops: false,
  looks: false,
  restores: false,
  keepsRun: false,
  newRun: false,
  sends: [],
};

test("an element without flags has no traits", () => {
  assert.deepEqual(traits({ dataset: { act: "draw" } }), none);
});

test("each flag is a trait, whatever its value", () => {
  for (const name of ["stops", "looks", "restores", "keepsRun", "newRun"]) {
    assert.deepEqual(traits({ dataset: { [name]: "" } }), { ...none, [name]: true });
  }
});

test("fields to send have spaces between them", () => {
  const dataset = { sends: "table_text stroke" };
  assert.deepEqual(traits({ dataset }), { ...none, sends: ["table_text", "stroke"] });
});
