// The state of the run, in the hidden fields of the form.
import { field } from "./page.js";

/** The fields of one moment of a run. */
export const MOMENT = ["config", "data", "meta", "recipe", "journal", "network"];

/** The fields of the whole state. The last ones are the first that have no room in a storage. */
export const STATE = [...MOMENT, "history", "pinned", "own"];

/** Returns the values of hidden fields. @returns {State} */
export function read(names = STATE) {
  return Object.fromEntries(names.map((name) => [name, field(name).value]));
}

/** Sets some hidden fields. @param {State} state */
export function write(state) {
  for (const [name, value] of Object.entries(state)) field(name).value = value;
}

/** Returns a state as it is saved. @param {State} state and members that are JSON or "" */
export function saved({ journal, ...state }) {
  const told = journal && `"${journal}"`; // base64url
  const members = Object.entries({ ...state, pinned: "", own: "", recipe: "", journal: told })
    .filter(([, json]) => json)
    .map(([name, json]) => `"${name}":${json}`);
  return `{"type":"nnvisu_state","version":1,${members.join(",")}}`;
}
