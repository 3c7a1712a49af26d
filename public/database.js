// The browser's database, by promises.

const NAME = "nnvisu";
const STORES = ["pasts", "texts"]; // by the name of a page, and by that and a number

/** Database is opened when it is used first. Whatever uses it must expect that it is denied. */
export class Database {
  #browser;
  /** @type {Promise<IDBDatabase> | null} */
  #open = null;

  /** @param {{ indexedDB: IDBFactory }} browser the window, where a denied database may throw */
  constructor(browser) {
    this.#browser = browser;
  }

  /** Begins a transaction; it ends when nothing is asked for any more. @param {IDBTransactionMode} mode */
  async begin(mode) {
    this.#open ??= this.#opened();
    const opened = await this.#open.catch((error) => {
      this.#open = null;
      throw error;
    });
    const transaction = opened.transaction(STORES, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    done.catch(() => {}); // also where a request has failed before
    const [pasts, texts] = STORES.map((name) => transaction.objectStore(name));
    return { pasts, texts, done };
  }

  async #opened() {
    const request = this.#browser.indexedDB.open(NAME, 1);
    request.onupgradeneeded = () =>
      STORES.forEach((name) => request.result.createObjectStore(name));
    const opened = await result(request);
    opened.onclose = () => {
      this.#open = null; // the user has removed it
    };
    opened.onversionchange = () => {
      opened.close(); // for another release
      this.#open = null;
    };
    return opened;
  }
}

/** Returns the range of the texts of a page. @param {string} id */
export function rangeOf(id) {
  return IDBKeyRange.bound([id], [id, []]); // an array is behind every number
}

/** Waits for a request. @param {IDBRequest} request @returns {Promise<any>} */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
