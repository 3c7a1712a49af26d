// What an answer means.
import { FOREIGN } from "./release.js";

const WAITED_OUT = [408, 425, 429]; // statuses of whoever has no time just now

/**
 * Judges a whole answer. Our server is "good", "busy", has a "fault" or another "release"; it is
 * "gone", as a proxy says; a "portal" answers in its place; or somebody has "refused".
 * @param {number} status
 * @param {string} text
 * @param {boolean} streams whether a stream was asked for, which is no text
 * @returns {Verdict}
 */
export function judge(status, text, streams) {
  const isOurs = text.includes("<hx-partial");
  if (status === FOREIGN) return "release";
  if (status < 400) return isOurs && !streams ? "good" : "portal";
  if (status === 503 && isOurs) return "busy";
  if (status >= 500) return isOurs ? "fault" : "gone";
  if (isOurs || !WAITED_OUT.includes(status)) return "refused";
  return status === 429 ? "busy" : "gone";
}

/**
 * Says what is wrong where the server has not said it.
 * @param {number} status
 * @param {number} size the bytes that were posted
 */
export function refusal(status, size) {
  if (status !== 413) return `The server, or something before it, answered ${status}.`;
  return (
    `This is too large for a proxy before the server (${(size / 1e6).toFixed(1)} MB). ` +
    "Its administrator can raise client_max_body_size."
  );
}

/**
 * Returns the answer to a request before anything has come.
 * @returns {Answer}
 */
export function unanswered() {
  return {
    again: false,
    why: "gone",
    after: 0,
    silence: 0,
    refused: 0,
    ended: false,
    stopped: false,
  };
}
