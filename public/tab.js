// The name of this tab.

/** Tells this tab from others of its address: random, new with each load, and kept nowhere. */
export const tab = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");
