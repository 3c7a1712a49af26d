// What a card in a frame uses of the browser's storages.

/**
 * Returns the browser as a card sees it. All cards of a page have the storage of one tab, and may have
 * that of the whole page as well: each has a room of its own there, which a reload finds again by the
 * place of the frame and its address.
 * @param {Pick<Window, StoreName | "indexedDB" | "location" | "parent">} browser
 */
export function roomOf(browser) {
  const prefix = `frame ${placeOf(browser)} ${browser.location.search} `;
  const room = (/** @type {Store} */ store) => ({
    getItem: (/** @type {string} */ key) => store.getItem(prefix + key),
    setItem: (/** @type {string} */ key, /** @type {string} */ text) =>
      store.setItem(prefix + key, text),
    removeItem: (/** @type {string} */ key) => store.removeItem(prefix + key),
  });
  return {
    get sessionStorage() {
      return /** @type {Storage} */ (room(browser.sessionStorage));
    },
    get localStorage() {
      return this.sessionStorage; // which is what a frame has for itself
    },
    get indexedDB() {
      const open = (/** @type {string} */ name, /** @type {number} */ version) =>
        browser.indexedDB.open(`${name}_frames`, version);
      return /** @type {IDBFactory} */ ({ open });
    },
    location: browser.location,
  };
}

/** Returns which frame of its page a window is, and so on up to the tab. @param {any} frame */
function placeOf(frame) {
  const places = [];
  for (; frame.parent !== frame; frame = frame.parent) {
    let place = 0;
    while (place < frame.parent.length && frame.parent[place] !== frame) place++;
    places.unshift(place);
  }
  return places.join(".");
}
