// The order of the page's parts, which the keyboard and screen readers follow.
import { $ } from "./page.js";

/** Puts the result first where the style sheet shows it first: in a narrow window. */
export function bindLayout() {
  const narrow = matchMedia("(max-width: 1239px)");
  const arrange = () => {
    const result = $("result-stack");
    if (narrow.matches) result.parentElement?.prepend(result);
    else $("settings-stack").before(result);
  };
  narrow.addEventListener("change", arrange);
  if (narrow.matches) arrange();
}
