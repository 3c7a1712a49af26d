// What an act does, as its element says. Names of acts belong to the server.

/**
 * Returns the flags of the act that an element asks for.
 * @param {{ dataset: DOMStringMap }} element
 * @returns {Traits}
 */
export function traits({ dataset }) {
  return {
    stops: "stops" in dataset,
    looks: "looks" in dataset,
    restores: "restores" in dataset,
    keepsRun: "keepsRun" in dataset,
    newRun: "newRun" in dataset,
    sends: dataset.sends?.split(" ") ?? [],
  };
}
