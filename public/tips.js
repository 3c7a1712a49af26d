// The tips of controls, which the style sheet shows while a control is pointed at or has the focus.

/** Lets Escape, and a click on a tip, hide it until another control is pointed at or has the focus. */
export function bindTips() {
  /** @type {Element | null} */
  let hidden = null;
  const hide = (/** @type {Element | null} */ control) => {
    hidden?.classList.remove("tipless");
    control?.classList.add("tipless");
    hidden = control;
  };
  addEventListener(
    "keydown",
    ({ key }) => {
      if (key === "Escape") hide(document.querySelector(".control:hover, .control:focus-within"));
    },
    true,
  );
  addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.matches(".tip")) hide(target.closest(".control"));
  });
  for (const type of ["pointerover", "focusin"]) {
    addEventListener(type, ({ target }) => {
      if (hidden && target instanceof Node && !hidden.contains(target)) hide(null);
    });
  }
}
