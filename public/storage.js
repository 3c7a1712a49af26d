// Texts in the storages of the browser.

/** @param {string} name */
function keyOf(name) {
  return `nnvisu_${name === "network" ? "weights" : name}`;
}

/** Stores are the browser's two. That of the tab comes first: two tabs are two runs. */
export class Stores {
  #browser;
  #tell;
  /** @type {StoreName[]} */
  #names;
  /** @type {Record<string, number>} lengths that had no room */
  #tooLong = {};

  /**
   * @param {Record<StoreName, Store>} browser the window; a denied store throws
   * @param {Tell} tell
   * @param {StoreName[]} names
   */
  constructor(browser, tell, names = ["sessionStorage", "localStorage"]) {
    this.#browser = browser;
    this.#tell = tell;
    this.#names = names;
  }

  /** Stores texts, each as far as there is room. @param {State} texts */
  save(texts) {
    for (const store of this.#names) {
      for (const [name, text] of Object.entries(texts)) this.#put(store, keyOf(name), text);
    }
  }

  /** Returns what reads the first store that has one of these texts. @param {string[]} names */
  find(names) {
    try {
      for (const store of this.#names.map((name) => this.#browser[name])) {
        const read = (/** @type {string} */ name) => store.getItem(keyOf(name)) ?? "";
        if (names.some(read)) return read;
      }
    } catch {
      // That it is denied is said when it is written.
    }
    return null;
  }

  /** Keeps texts apart, or where they are if there is no room. @param {State} texts */
  setAside(texts) {
    const kept = Object.entries(texts).map(([name, text]) => {
      return this.#put("localStorage", `${keyOf(name)}_set_aside`, text);
    });
    if (kept.includes(false)) this.#names = ["sessionStorage"];
  }

  /**
   * Reports whether there was room. What is too long is not tried again.
   * @param {StoreName} store
   * @param {string} key
   * @param {string} text
   */
  #put(store, key, text) {
    try {
      this.#browser[store].removeItem(key);
      if (text.length >= this.#tooLong[store + key]) return false;
      this.#browser[store].setItem(key, text);
      return true;
    } catch (error) {
      this.#tooLong[store + key] = text.length;
      const { name } = /** @type {Error} */ (error);
      this.#tell(
        `This browser does not store all of the state (${name}). ` +
          "All else works, but a reload loses what is not stored.",
      );
      return false;
    }
  }
}
