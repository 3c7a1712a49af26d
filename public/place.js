// Places of the plane, which goes from -1 to 1.

/** Returns where a pointer is. @param {Element} plane @param {PointerEvent} event @returns {Place} */
export function placeOf(plane, { clientX, clientY }) {
  const { left, top, width, height } = plane.getBoundingClientRect();
  return [(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height];
}

/** Returns the nearest place of the plane. @param {Place} place @returns {Place} */
export function inside([x, y]) {
  return [Math.max(-1, Math.min(1, x)), Math.max(-1, Math.min(1, y))];
}

/** Returns a place as it is posted. @param {Place} place */
export function placeText([x, y]) {
  return `${x.toFixed(4)},${y.toFixed(4)}`;
}
