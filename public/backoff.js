// How long to wait for a server that does not answer.

const FIRST = 250; // milliseconds
const LONGEST = 8000;

/**
 * Returns the milliseconds until the next try: twice as many after each failure, and random, so
 * that pages that lost a server together do not come back together.
 * @param {number} failures how many tries have failed before
 * @param {number} retryAfter the least seconds, as the server asks for them
 */
export function backoff(failures, retryAfter, random = Math.random) {
  const wait = Math.min(LONGEST, FIRST * 2 ** failures) * (0.75 + random() / 2);
  return Math.max(wait, 1000 * retryAfter);
}
