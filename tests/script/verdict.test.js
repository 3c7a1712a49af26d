import assert from "node:assert/strict";
import test from "node:test";

import { judge, refusal } from "../../public/verdict.js";

const OURS = '<hx-partial hx-target="#notice">No</hx-partial>';
const PROXY = "<html><h1>No</h1></html>";

for (const [text, statuses, streams, want] of [
  [OURS, [200], false, "good"],
  [PROXY, [200, 203], false, "portal"],
  ["", [200, 204, 304], false, "portal"],
  [OURS, [200], true, "portal"],
  [PROXY, [200], true, "portal"],
  [OURS, [503], true, "busy"],
  [OURS, [500], true, "fault"],
  [OURS, [500], false, "fault"],
  [PROXY, [408, 425, 500, 501, 502, 503, 504, 507, 520, 524, 530], false, "gone"],
  ["", [500, 502], true, "gone"],
  [PROXY, [429], true, "busy"],
  [PROXY, [400, 401, 403, 404, 407, 413, 431], false, "refused"],
  [OURS, [400, 403, 413, 415, 422], false, "refused"],
  [OURS, [409], false, "release"],
  ["", [409], true, "release"],
]) {
  const whose = { [OURS]: "ours", [PROXY]: "of a proxy" }[text] ?? "empty";
  test(`${statuses} ${whose}${streams ? ", for a stream" : ""}: ${want}`, () => {
    for (const status of statuses) assert.equal(judge(status, text, streams), want, `${status}`);
  });
}

test("a proxy's limit on bodies is said to be a proxy's, with the size", () => {
  assert.match(
    refusal(413, 2_640_000),
    /too large for a proxy .*\(2\.6 MB\).*client_max_body_size/,
  );
  assert.match(refusal(403, 2_640_000), /answered 403\.$/);
});
