// The page's elements, and the state of the run in its hidden fields.
export const $ = (id) => document.getElementById(id);
export const form = $("lab");
export const field = (name) => form.elements.namedItem(name);
export const MOMENT = ["config", "data", "meta", "network"]; // what belongs to a moment of a run
export const STATE = [...MOMENT, "history", "pinned"];
export const read = (names = STATE) => Object.fromEntries(names.map((name) => [name, field(name).value]));
export const write = (state) => Object.entries(state).forEach(([name, value]) => (field(name).value = value));
export const property = (e) => (/radio|checkbox/.test(e.type) ? "checked" : "value"); // the name of a control's setting
// tell says what is wrong on this side of the wire, and nothing twice: it would be read out again.
export const tell = (text) =>
  $("told").textContent === text || ($("told").textContent = text, $("storage-notice").hidden = !text);
export const through = async (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();
// post is fetch, but what is long is compressed: the whole state goes up with every request, and each of its quotes as %22.
export async function post(url, request) {
  if (!(String(request.body).length > 8192 && window.CompressionStream)) return fetch(url, request);
  const headers = { ...request.headers, "Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip" };
  return fetch(url, { ...request, headers, body: await through(String(request.body), new CompressionStream("gzip")) });
}
