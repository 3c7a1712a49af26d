// Events between the parts of the script.

/**
 * Emitter calls the listeners of its events. Unlike EventTarget it throws what a listener throws.
 * @template {object} Events what comes with each event
 */
export class Emitter {
  /** @type {{ [Name in keyof Events]?: ((detail: Events[Name]) => void)[] }} */
  #listeners = {};

  /**
   * Adds a listener; they are called in this order.
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(detail: Events[Name]) => void} listener
   */
  on(name, listener) {
    this.#listeners[name] ??= [];
    this.#listeners[name].push(listener);
  }

  /**
   * Calls the listeners.
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {Events[Name]} detail
   */
  emit(name, detail) {
    this.#listeners[name]?.forEach((listener) => listener(detail));
  }
}
