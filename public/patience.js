// The end of patience. AbortSignal.timeout is younger than some browsers.

/** Returns a signal that aborts after a time. @param {number} wait in milliseconds */
export function patience(wait) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), wait);
  return controller.signal;
}
