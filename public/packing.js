// Compression of links and of what is posted.

const LONG = 8192; // characters of a body that is worth compressing

/** @param {BlobPart} data @param {GenericTransformStream} stream */
function through(data, stream) {
  return new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();
}

/** Returns text deflated and in base64url, for a link. @param {string} text */
export async function pack(text) {
  const bytes = new Uint8Array(await through(text, new CompressionStream("deflate-raw")));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns what was packed; rejects if it is damaged. @param {string} packed */
export async function unpack(packed) {
  const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

/**
 * Fetches, but compresses a long form: it is the whole state, with each quote as %22.
 * @param {string} url
 * @param {RequestInit} request
 */
export async function post(url, request) {
  const text = String(request.body);
  if (text.length <= LONG || !globalThis.CompressionStream) return fetch(url, request);
  const headers = {
    .../** @type {Record<string, string>} */ (request.headers),
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Encoding": "gzip",
  };
  const body = await through(text, new CompressionStream("gzip"));
  return fetch(url, { ...request, headers, body });
}
