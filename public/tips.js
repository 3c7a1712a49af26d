// The tips of controls, which the style sheet shows while a control is pointed at or has the focus.

const TIPPED = ".control:hover, .control:focus-within"; // one of each at a time

/** Lets Escape hide the tips, and a click on a tip that one, until their controls are left. */
export function bindTips() {
  const hide = (/** @type {Element | null} */ control) => control?.classList.add("tipless");
  addEventListener(
    "keydown",
    ({ key }) => key === "Escape" && document.querySelectorAll(TIPPED).forEach(hide),
    true,
  );
  addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.matches(".tip")) hide(target.closest(".control"));
  });
  for (const type of ["pointerover", "focusin"]) {
    addEventListener(type, () => {
      for (const control of document.querySelectorAll(".tipless")) {
        control.classList.toggle("tipless", control.matches(TIPPED));
      }
    });
  }
}
