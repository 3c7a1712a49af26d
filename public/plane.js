// The plane: what pointers, fingers and keys do there becomes points and readings.
import { Echo } from "./echo.js";
import { $ } from "./page.js";
import { inside, placeOf, placeText } from "./place.js";
import { erases, isLocked, toolInHand } from "./tools.js";

/** @type {Record<string, Place>} */
const MOVES = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const HOLD = 500; // milliseconds that a finger rests before it reads
const SLOP = 10; // pixels that a resting finger may move

const plane = $("plane");
const drag = $("drag");

/**
 * Plane draws, and reads the place that is pointed at. A finger draws a point by a tap and reads
 * while it rests; its moves are the browser's, to scroll and to zoom, unless they are to draw.
 */
export class Plane {
  #runs;
  #probe;
  #echo;
  /** @type {Stroke | null} that is under way */
  #stroke = null;
  /** @type {PointerEvent | null} how the pointer that is down came down */
  #down = null;
  #rest = 0; // the timer of a finger that may still rest
  #reads = false; // the finger has rested, and reads as it moves
  #stays = false; // the reading was made by a finger, which cannot point without touching

  /** @param {Runs} runs @param {Probe} probe */
  constructor(runs, probe) {
    this.#runs = runs;
    this.#probe = probe;
    this.#echo = new Echo(runs);
    plane.addEventListener("pointerdown", (event) => this.#begin(event));
    plane.addEventListener("pointermove", (event) => this.#move(event));
    plane.addEventListener("pointerup", (event) => this.#end(event));
    plane.addEventListener("pointercancel", () => this.#drop());
    plane.addEventListener("contextmenu", (event) => this.#menu(event));
    const keep = (/** @type {Event} */ event) => {
      if (this.#reads || this.#down?.pointerType === "pen") event.preventDefault(); // to scroll
    };
    plane.addEventListener("touchmove", keep, { passive: false });
    drag.addEventListener("click", () => {
      drag.setAttribute("aria-pressed", String(plane.classList.toggle("drags")));
    });
    plane.addEventListener("keydown", (event) => this.#press(event));
    plane.addEventListener("pointerleave", () => this.#leave());
    plane.addEventListener("blur", () => this.#leave());
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    const { pointerType, pointerId, isPrimary } = event;
    const isHand = this.#down && this.#down.pointerType !== pointerType; // beside a pen
    if ((event.button && !isOther(event)) || isHand) return;
    this.#drop();
    if (!isPrimary) return; // two fingers zoom
    plane.setPointerCapture(pointerId);
    this.#down = event;
    this.#stays = pointerType === "touch";
    if (this.#stays) this.#rest = setTimeout(() => this.#hold(placeOf(plane, event)), HOLD);
    if ((this.#stays && !plane.classList.contains("drags")) || isLocked()) return;
    this.#stroke = { tool: toolInHand(isOther(event)), places: [] };
    this.#draw(placeOf(plane, event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { pointerType, pointerId, clientX, clientY } = event;
    const place = placeOf(plane, event);
    const down = this.#down?.pointerId === pointerId ? this.#down : null;
    if (pointerType === "touch") {
      if (down && Math.hypot(clientX - down.clientX, clientY - down.clientY) > SLOP) this.#wake();
      if (down && this.#reads) this.#read(place);
      if (!down || this.#rest) return;
    } else {
      this.#stays = false;
      this.#probe.read(inside(place));
    }
    if (down && this.#stroke) this.#draw(place);
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (this.#down?.pointerId !== event.pointerId) return;
    if (this.#rest) this.#stroke ??= { tool: toolInHand(), places: [placeOf(plane, this.#down)] };
    const stroke = this.#stroke;
    this.#release();
    if (!stroke) return;
    if (this.#stays) this.#probe.read(inside(placeOf(plane, event)));
    this.#send(stroke);
  }

  /** Ends what is under way, and draws nothing. */
  #drop() {
    this.#release();
    this.#forget();
  }

  #release() {
    this.#wake();
    this.#down = null;
    this.#reads = false;
  }

  /** A finger does not rest any more. */
  #wake() {
    clearTimeout(this.#rest);
    this.#rest = 0;
  }

  /** A finger has rested. @param {Place} place */
  #hold(place) {
    this.#wake();
    this.#forget();
    this.#reads = true;
    this.#read(place);
  }

  /** Reads a place, and marks it. @param {Place} place */
  #read(place) {
    const [x, y] = inside(place);
    $("crosshair").setAttribute("d", `M${x - 0.05} ${-y}h.1M${x} ${-y - 0.05}v.1`);
    this.#probe.read([x, y]);
  }

  /** Adds a place to the stroke, unless one is near. @param {Place} place */
  #draw([x, y]) {
    const stroke = this.#stroke;
    if (!stroke || Math.abs(x) > 1 || Math.abs(y) > 1) return; // the pointer is held, but outside
    const apart = erases(stroke.tool) ? 0.03 : 0.09;
    if (stroke.places.some(([px, py]) => Math.hypot(x - px, y - py) < apart)) return;
    stroke.places.push([x, y]);
    this.#echo.show(stroke);
  }

  /** @param {Stroke} stroke */
  #send(stroke) {
    this.#stroke = null;
    if (isLocked() || !stroke.places.length) return;
    this.#echo.show(stroke);
    const places = stroke.places.map(placeText).join(" ");
    const values = { stroke: places, stroke_tool: stroke.tool.value };
    this.#runs.act(plane, values, { after: () => this.#echo.hide(stroke) });
  }

  /** Ends the stroke under way, and sends none. */
  #forget() {
    this.#echo.hide(this.#stroke);
    this.#stroke = null;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const move = MOVES[event.key];
    if (!move && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.#stays = false;
    this.#probe.place ??= [0, 0];
    const [x, y] = this.#probe.place;
    if (!move) {
      this.#send({ tool: toolInHand(event.shiftKey), places: [[x, y]] });
      return;
    }
    const by = event.shiftKey ? 0.01 : 0.05;
    this.#read([x + by * move[0], y + by * move[1]]);
  }

  /** Keeps the menu away from what draws. One that a key asks for draws at the cursor. @param {MouseEvent} event */
  #menu(event) {
    if (isLocked() && !this.#stays) return;
    event.preventDefault();
    if (this.#stays || this.#down || isOther(event)) return;
    this.#probe.place ??= [0, 0];
    this.#send({ tool: toolInHand(true), places: [this.#probe.place] });
  }

  #leave() {
    if (this.#stroke || this.#stays) return;
    $("crosshair").setAttribute("d", "");
    this.#probe.leave();
  }
}

/** Reports whether it is the other button, which a mouse of one button has with Ctrl. @param {MouseEvent} event */
function isOther({ button, ctrlKey }) {
  return button === 2 || (ctrlKey && !button);
}
