// How long to wait for a server that does not answer.

const FIRST = 100; // milliseconds
const LONGEST = 3000;
const LONGEST_ASKED = 30; // seconds

/**
 * Returns the milliseconds until the next try. Pages that lost a server together come back apart.
 * @param {number} failures tries that have failed before
 * @param {number} retryAfter the seconds that the server asks for at least, or 0
 */
export function backoff(failures, retryAfter, random = Math.random) {
  if (retryAfter) return 1000 * Math.min(LONGEST_ASKED, retryAfter) * (1 + random());
  return Math.min(LONGEST, FIRST * 2 ** failures) * random();
}
