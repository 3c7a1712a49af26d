// The release that this page is of. Its script, its HTML and the frames that it draws must be of one.

/** The name of the release. */
export const RELEASE = globalThis.document?.body.dataset.release ?? "";

/** The header that names the release of whoever asks or answers. */
export const HEADER = "Nnvisu-Release";

/** The status of an answer to a page of another release. */
export const FOREIGN = 409;

/**
 * Returns an answer if this page can read it, and a refusal if it is of another release. A server of
 * long ago names none.
 * @param {Response} answer
 */
export function readable(answer) {
  const { ok, headers, body } = answer;
  const streams = headers.get("Content-Type")?.startsWith("text/event-stream");
  if (!ok || (headers.get(HEADER) ?? (streams ? "" : RELEASE)) === RELEASE) return answer;
  body?.cancel();
  return new Response(null, { status: FOREIGN });
}
