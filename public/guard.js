// Stands in the page itself, where it cannot be missing. While releases change, a replica of
// another release may be asked for a file of this page, and does not have it.
{
  const COUNT = "nnvisu_loads";
  const LOADS = 8; // of the page, until the user is told
  const TRIES = 20; // for each file
  const { classList } = document.documentElement;
  let failed = false;

  /** Fetches a file until it is there, or for a few seconds. @param {string} address */
  const find = async (address) => {
    for (let i = 0; i < TRIES; i++) {
      const answer = await fetch(address).catch(() => null);
      const bytes = answer?.ok && (await answer.arrayBuffer().catch(() => null));
      if (bytes) return true; // read to its end, and so kept
      await new Promise((next) => setTimeout(next, 50 + 100 * Math.random()));
    }
    return false;
  };

  /** Returns how often the page was loaded in vain, or Infinity if nobody can count. */
  const count = () => {
    try {
      const loads = failed ? 1 + Number(sessionStorage.getItem(COUNT)) : 0;
      sessionStorage.setItem(COUNT, String(loads));
      return loads;
    } catch {
      return Infinity;
    }
  };

  /** Finds all files, which the browser then keeps, and loads the page again. */
  const mend = async () => {
    const files = [...document.querySelectorAll("script[src], link[href]")].map(
      (element) => element.getAttribute("src") ?? element.getAttribute("href") ?? "",
    );
    const found = await Promise.all(files.map(find));
    const again = count() <= LOADS && (await find(location.href));
    const told = document.getElementById("told");
    if (again) {
      setTimeout(() => location.reload(), found.includes(false) ? 1000 + 2000 * Math.random() : 0);
    } else if (told?.parentElement) {
      told.textContent =
        "A part of this page could not be loaded. Nothing is lost; load the page again in a minute.";
      told.parentElement.hidden = false;
    }
  };

  const listener = (/** @type {Event} */ { target }) => {
    if (failed || !(target instanceof Element) || !target.matches("script, link:not([rel=icon])")) {
      return;
    }
    failed = true;
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", mend);
    else mend();
  };
  addEventListener("error", listener, true);
  try {
    // Before anything is painted: see theme.js and present.js. A card in a frame has neither.
    if (!classList.contains("embed")) {
      const theme = localStorage.getItem("nnvisu_theme");
      if (theme === "light" || theme === "dark") classList.add(theme);
      if (sessionStorage.getItem("nnvisu_present")) classList.add("present");
    }
  } catch {
    // Nothing is kept.
  }
  // Until then the page does not know whether its script runs.
  classList.add("loading");
  addEventListener("load", () => {
    classList.remove("loading");
    if (!classList.contains("script")) classList.remove("present"); // nothing could end it
    if (!failed) count();
  });
}
