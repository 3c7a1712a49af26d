// Compression of links and of what is posted.
import { HEADER, RELEASE } from "./release.js";
import { tab } from "./tab.js";

const LONG = 8192; // bytes of a body that is worth compressing
const LARGEST = 16 * 2 ** 20; // bytes that a server takes, unless it is told otherwise

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

/**
 * Returns text for a link: gzip (RFC 1952) in base64url. Its CRC-32 tells a damaged link.
 * @param {string} text
 */
export async function pack(text) {
  const bytes = new Uint8Array(await through(text, new CompressionStream("gzip")));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Returns what was packed, whatever a chat has put around it or into it. Rejects if it is damaged,
 * and with a RangeError if it is larger than any server takes: a short link may hold gigabytes. Old
 * links are deflated alone: no such data begins as gzip does.
 * @param {string} text
 */
export async function unpack(text) {
  let packed = text
    .replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
    .replace(/=0[AD]|[^\w-]/g, ""); // mails break lines by =0D=0A
  const format = packed.startsWith("H4sI") ? "gzip" : "deflate-raw";
  // The last byte of gzip is 0 here, that of a length: what comes after its A is no part of it.
  if (format === "gzip") packed = packed.replace(/[_-]+$/, "");
  const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let unpacked = "";
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return unpacked + decoder.decode();
    size += value.length;
    if (size > LARGEST) {
      void reader.cancel();
      throw new RangeError("This link holds more than 16 MB: no server takes such a state.");
    }
    unpacked += decoder.decode(value, { stream: true });
  }
}

/**
 * Returns the parts of a form as they are sent (RFC 7578). WebKit reads no file out of a form, so this
 * is written here. The names are the page's own, and the server asks for no file's name.
 * @param {FormData} form
 */
function multipart(form) {
  const boundary = `nnvisu${Math.random()}`;
  /** @type {BlobPart[]} */
  const parts = [];
  for (const [name, value] of form) {
    const more = value instanceof File ? '; filename="table"' : "";
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}`;
    parts.push(`${head}\r\n\r\n`, value, "\r\n");
  }
  return new Blob([...parts, `--${boundary}--\r\n`], {
    type: `multipart/form-data; boundary=${boundary}`,
  });
}

/**
 * Returns a request as it is sent: in the name of this tab and release, and a long form compressed. It
 * is the whole state, with each quote as %22.
 * @param {RequestInit} request
 */
export async function packed(request) {
  const { body: given } = request;
  const form = new Response(given instanceof FormData ? multipart(given) : given);
  /** @type {Record<string, string>} */
  const headers = {
    .../** @type {object} */ (request.headers),
    "Nnvisu-Tab": tab,
    [HEADER]: RELEASE,
    "Content-Type": form.headers.get("Content-Type") ?? "",
  };
  const body = await form.arrayBuffer();
  if (body.byteLength <= LONG || !globalThis.CompressionStream) {
    return { ...request, headers, body };
  }
  headers["Content-Encoding"] = "gzip";
  return { ...request, headers, body: await through(body, new CompressionStream("gzip")) };
}

/** Fetches what is packed first. @param {string} url @param {RequestInit} request */
export async function post(url, request) {
  return fetch(url, await packed(request));
}
