// Links and files: the state outside of this browser.
import { canPack, pack } from "./packing.js";
import { $, form, on, tell } from "./page.js";
import { read, saved } from "./state.js";

const PAUSE = 600; // milliseconds after the last key
const LONGEST = 1_500_000; // characters of a link, for all browsers

/** Share makes the link to the state, copies links and opens files. */
export class Share {
  #runs;
  #timer = 0;

  /** @param {Runs} runs */
  constructor(runs) {
    this.#runs = runs;
    runs.on("swap", makeLink);
    on(form, "click", copy);
    on(form, "change", (input) => this.#readFile(input));
    on(form, "input", (input) => {
      if (input === $("assignment")) this.#write();
    });
  }

  /** The task that is written is shown as its readers will see it. */
  #write() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#runs.act($("assignment")), PAUSE);
  }

  /** @param {HTMLInputElement} input */
  async #readFile(input) {
    const file = input.files?.[0];
    if (!file || !("openState" in input.dataset)) return;
    const text = await file.text();
    input.value = ""; // the same file can be chosen again
    open(
      this.#runs,
      { opened: text },
      {
        after: (refused) => {
          if (!refused) input.closest("dialog")?.close();
        },
      },
    );
  }
}

/**
 * Opens the state of a link.
 * @param {Runs} runs
 * @param {string} text
 * @param {Options} options
 */
export function openLink(runs, text, options) {
  open(runs, { opened: text, linked: "1" }, options);
}

/**
 * Opens a saved state.
 * @param {Runs} runs
 * @param {Values} values
 * @param {Options} options
 */
function open(runs, values, options) {
  const input = /** @type {HTMLElement} */ (form.querySelector("[data-open-state]"));
  runs.act(input, { network: "", data: "", history: "", ...values }, options);
}

/** Returns the part of a link that holds the state, or "" if it is too long. */
export async function stateHash(lesson = "") {
  const packed = canPack ? await pack(saved({ ...read(), lesson })) : "";
  return packed && packed.length <= LONGEST ? `#state=${packed}` : "";
}

/** Puts the state into a new link to it, and the whole address into the HTML of a card. */
async function makeLink() {
  const snippet = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("snippet"));
  if (snippet) {
    const { href } = new URL("embed", document.baseURI);
    snippet.value = snippet.value.replace(/src="embed/, `src="${href}`);
  }
  const link = form.querySelector("a[data-state-link]:not([data-made])");
  if (!(link instanceof HTMLAnchorElement)) return;
  link.dataset.made = "";
  const row = link.closest(".row");
  if (!canPack) {
    row?.replaceChildren("This browser is too old to make such links. Save the state as a file.");
    return;
  }
  const hash = await stateHash(link.dataset.lesson);
  link.href += hash;
  if (!hash) row?.replaceChildren("This state is too large for a link. Save it as a file.");
}

/** @param {HTMLElement} target */
async function copy(target) {
  const button = target.closest("[data-copy]");
  const id = button?.getAttribute("data-copy");
  if (!button?.firstChild || !id) return;
  const { href, value } = /** @type {any} */ ($(id)); // of a link, or of a text
  const copied = await navigator.clipboard?.writeText(href ?? value).then(
    () => true,
    () => false,
  );
  if (copied)
    button.firstChild.textContent = "Copied"; // and which, for who cannot see
  else tell("The browser does not let this page copy. Copy it by its own menu.");
}
