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
