// Links and files: the state outside of this browser.
import { $, form, read, tell, through } from "./page.js";
import { ask } from "./requests.js";

const LONGEST = 1_500_000; // characters of a link that browsers can be trusted with
const swap = (text, from, to) => text.replace(/[-+/_=]/g, (c) => (from.includes(c) ? to[from.indexOf(c)] ?? "" : c));
// pack makes text fit for the fragment of an address: deflated, in base64url.
async function pack(text) {
  const bytes = new Uint8Array(await through(text, new CompressionStream("deflate-raw")));
  return swap(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), "+/=", "-_");
}
export async function unpack(packed) {
  const bytes = Uint8Array.from(atob(swap(packed, "-_", "+/")), (c) => c.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
}
function state() { // as it is saved: the JSON of the hidden fields, put together
  const members = Object.entries({ ...read(), pinned: "" }).filter(([, json]) => json).map(([name, json]) => `"${name}":${json}`);
  return `{"type":"nnvisu_state","version":1,${members.join(",")}}`;
}
form.addEventListener("htmx:after:swap", async () => {
  const link = form.querySelector("[data-state-link]:not([data-made])");
  if (!link) return;
  link.dataset.made = "";
  const packed = await pack(state());
  if (packed.length > LONGEST) link.closest(".row").replaceChildren("This state is too large for a link. Save it as a file.");
  else link.href += `#state=${packed}`;
});
form.addEventListener("click", async ({ target }) => {
  const id = target.closest("[data-copy]")?.dataset.copy;
  if (!id) return;
  const copied = await navigator.clipboard?.writeText($(id).href).then(() => true, () => false);
  if (copied) target.textContent = "Copied";
  else tell("The browser does not let this page copy. Copy the link itself, by its own menu.");
});
form.addEventListener("change", async ({ target }) => {
  const [file] = target.files ?? [];
  if (!file) return;
  const text = await file.text();
  target.value = ""; // the same file can be chosen again
  if (target.dataset.read) return ask("edit", { act: "import-preview" }, { begin: () => ($(target.dataset.read).value = text), still: true });
  ask("edit", { act: "open", opened: text, network: "", data: "", history: "" }, { after: (refused) => refused || target.closest("dialog").close() });
});
