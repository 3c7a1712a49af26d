// The token of this tab.

/**
 * The name of this tab in its requests: random, new with every load, and kept nowhere. By it a
 * server shares itself between the tabs of one address, such as those of a school.
 */
export const tab = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");
