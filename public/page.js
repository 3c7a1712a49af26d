// The elements of the page and the values of its controls.

/**
 * Returns an element that the page always has.
 * @template {string} Id
 * @param {Id} id
 */
export function $(id) {
  return /** @type {ElementOf<Id>} */ (document.getElementById(id));
}

/** The form around the page. */
export const form = $("lab");

/** Whether the page is one card, in a frame. */
export const isEmbedded = document.documentElement.classList.contains("embed");

/** Returns a field of the form. @param {string} name */
export function field(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/**
 * Listens to events in an element, and gets the target of each.
 * @param {Node} element
 * @param {string} name
 * @param {(target: any) => void} listener
 */
export function on(element, name, listener) {
  element.addEventListener(name, ({ target }) => listener(target));
}

/** @param {Control} control */
function isChecked(control) {
  return control.type === "radio" || control.type === "checkbox";
}

/** Returns what a control is set to. @param {Control | HTMLDetailsElement} control */
export function valueOf(control) {
  if (control instanceof HTMLDetailsElement) return control.open;
  return isChecked(control) ? /** @type {HTMLInputElement} */ (control).checked : control.value;
}

/** Sets a control. @param {Control | HTMLDetailsElement} control @param {string | boolean} value */
export function setValue(control, value) {
  if (control instanceof HTMLDetailsElement) control.open = Boolean(value);
  else if (isChecked(control)) /** @type {HTMLInputElement} */ (control).checked = Boolean(value);
  else control.value = String(value);
}

/** Writes the signs of a number as people read them. @param {string} number */
export function legible(number) {
  return number.replaceAll("e+", "e").replaceAll("-", "−");
}

/** Writes a number with thin spaces between thousands, as the server does. @param {number} number */
export function grouped(number) {
  return number.toLocaleString("en", { maximumFractionDigits: 9 }).replaceAll(",", "\u202f");
}

/** Lets a control do nothing for now; unlike a disabled one it keeps the focus. @param {Element} control @param {boolean} off */
export function turnOff(control, off) {
  control.setAttribute("aria-disabled", String(off));
}

/** Reports whether a control does nothing for now. @param {Element | null} control */
export function isOff(control) {
  return control?.getAttribute("aria-disabled") === "true";
}

/** Says what is wrong on this side of the wire, and nothing twice. @param {string} text or "" */
export function tell(text) {
  if ($("told").textContent === text) return;
  $("told").textContent = text;
  $("storage-notice").hidden = !text;
}
