// Compression of links and of what is posted.
import { HEADER, RELEASE } from "./release.js";
import { tab } from "./tab.js";

const LONG = 8192; // characters of a body that is worth compressing

/** @param {BlobPart} data @param {GenericTransformStream} stream */
function through(data, stream) {
  return new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();
}

/** Whether this browser can make and open links to a state. */
export const canPack = isAble();

function isAble() {
  try {
    return Boolean(new CompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

/** Returns text deflated and in base64url, for a link. @param {string} text */
export async function pack(text) {
  const bytes = new Uint8Array(await through(text, new CompressionStream("deflate-raw")));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns what was packed; rejects if it is damaged. @param {string} text */
export async function unpack(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
}

/**
 * Returns a request as it is sent: in the name of this tab and release, and a long form compressed. It
 * is the whole state, with each quote as %22.
 * @param {RequestInit} request
 */
export async function packed(request) {
  /** @type {Record<string, string>} */
  const headers = {
    .../** @type {object} */ (request.headers),
    "Nnvisu-Tab": tab,
    [HEADER]: RELEASE,
  };
  const text = String(request.body);
  if (text.length <= LONG || !globalThis.CompressionStream) return { ...request, headers };
  headers["Content-Type"] = "application/x-www-form-urlencoded";
  headers["Content-Encoding"] = "gzip";
  return { ...request, headers, body: await through(text, new CompressionStream("gzip")) };
}

/** Fetches what is packed first. @param {string} url @param {RequestInit} request */
export async function post(url, request) {
  return fetch(url, await packed(request));
}
