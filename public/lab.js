// The entry: makes the parts of the script, and shows what was stored. The script carries the state
// and paints it; all that is computed, the server computes.
import { bindAddress, rejoin } from "./address.js";
import { Archive } from "./archive.js";
import { Controls } from "./controls.js";
import { Curves } from "./curves.js";
import { bindDialogs, open } from "./dialogs.js";
import { bindEmbed } from "./embed.js";
import { bindFolds } from "./folds.js";
import { Import } from "./import.js";
import { bindKeys } from "./keys.js";
import { bindLayout } from "./layout.js";
import { Lens } from "./lens.js";
import { isEmbedded, tell } from "./page.js";
import { bindParts } from "./parts.js";
import { Picture } from "./picture.js";
import { Plane } from "./plane.js";
import { bindPresent } from "./present.js";
import { Probe } from "./probe.js";
import { Readout } from "./readout.js";
import { Renewal } from "./renewal.js";
import { roomOf } from "./room.js";
import { Runs } from "./runs.js";
import { Session } from "./session.js";
import { Share } from "./share.js";
import { bindSpeech } from "./speech.js";
import { showStatus } from "./status.js";
import { Stores } from "./storage.js";
import { bindTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { bindTips } from "./tips.js";
import { bindTools } from "./tools.js";
import { bindTour } from "./tour.js";
import { Transport } from "./transport.js";
import { Units } from "./units.js";

// What came after private methods, which every browser that can read this script has.
const isAble = "htmx" in globalThis && "HTMLDialogElement" in globalThis;

/** Makes the parts of the script. */
async function start() {
  const browser = isEmbedded ? roomOf(window) : window;
  const renewal = new Renewal(new Transport(), browser, tell);
  const runs = new Runs(renewal, tell);
  const picture = new Picture();
  const lens = new Lens(picture);
  const readout = new Readout();

  /** Paints, and says what goes wrong with it: that must not lose what has come. */
  function paint() {
    try {
      picture.paint();
      lens.update();
      readout.update();
    } catch (error) {
      tell(`This picture cannot be drawn: ${/** @type {Error} */ (error).message}`);
    }
  }

  // Each listens to the runs in this order. What comes is kept before it is painted.
  bindFolds(runs);
  new Controls(runs, () => timeline.undo());
  const timeline = new Timeline(runs);
  // Nobody expects of a figure that it is stored: it says nothing if the browser denies that.
  const say = isEmbedded ? () => {} : tell;
  const stores = new Stores(browser, say, isEmbedded ? ["sessionStorage"] : undefined);
  const archive = new Archive(browser, say);
  const session = new Session(runs, timeline, stores, archive);
  runs.on("swap", paint);
  new Share(runs);
  new Import(runs);
  new Plane(runs, new Probe(runs));
  new Curves(runs, timeline);
  const units = new Units(runs);
  bindAddress(runs);
  bindDialogs(runs);
  bindKeys(runs, timeline);
  bindLayout();
  if (isEmbedded) bindEmbed(runs);
  else {
    bindParts(runs);
    bindPresent();
    bindTheme();
    bindTour();
  }
  bindTools(runs);
  bindTips();
  bindSpeech(runs);
  showStatus(runs);

  paint();
  document.documentElement.classList.add("script");
  if (await session.restore()) open("tour"); // a first visit
  units.watch();
  renewal.resume(runs, () => session.save());
}

/** Leaves the page as it is without script: no part hears of anything. @param {Error} error */
function end({ message }) {
  for (const type of ["submit", "click", "input", "change", "keydown", "pointerdown"]) {
    addEventListener(type, (event) => event.stopImmediatePropagation(), true);
  }
  document.documentElement.classList.remove("script", "present");
  tell(`Something went wrong in this page: ${message}`);
}

if (isAble && !rejoin()) start().catch(end);
