// What the server computed, drawn: the plane, and the heat maps of the units.
import { $ } from "./page.js";

const plane = /** @type {HTMLCanvasElement} */ (document.querySelector("#plane canvas"));
const view = $("network-view");

/** Returns the pictures of the units, in the order in which their maps come. */
export function unitCanvases() {
  return [view, $("layer")].flatMap((part) => [...part.getElementsByTagName("canvas")]);
}

/** Picture paints canvases, which stay in the page; images would be made anew. */
export class Picture {
  /** @type {Record<string, Uint32Array>} colours of pixels by the text that they come in */
  #palettes = {};
  /** @type {WeakSet<Element>} maps of inputs, which never change */
  #painted = new WeakSet();

  /** Paints the plane and all maps. */
  paint() {
    const { cells = "", maps = "" } = $("picture").dataset;
    this.fill(plane, view.querySelector("[data-palette]")?.getAttribute("data-palette"), cells);
    /** @type {HTMLCanvasElement | null} beside that of a pinned run */
    const copy = document.querySelector("#plane-copy");
    copy?.getContext("2d")?.drawImage(plane, 0, 0);
    const ramp = view.querySelector("[data-ramp]")?.getAttribute("data-ramp");
    let from = 0;
    for (const canvas of unitCanvases()) {
      const { map, ramp: colours = ramp } = canvas.dataset; // an output's are its own
      if (!map) {
        this.fill(canvas, colours, maps, from);
        from += canvas.width * canvas.height;
      } else if (!this.#painted.has(canvas)) {
        this.fill(canvas, colours, map);
        this.#painted.add(canvas);
      }
    }
  }

  /**
   * Fills a canvas. A cell is a character for the step from the colour of the cell before.
   * @param {HTMLCanvasElement} canvas
   * @param {string | null | undefined} text the colours
   * @param {string} cells
   * @param {number} from where the cells of this canvas begin
   */
  fill(canvas, text, cells, from = 0) {
    const colours = this.#palette(text ?? "");
    const image = new ImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const n = colours.length;
    let colour = 0;
    for (let i = 0; i < pixels.length; i++) {
      const code = cells.charCodeAt(from + i);
      colour = (colour + code - (code > 126 ? 129 : 95) + n) % n;
      pixels[i] = colours[colour];
    }
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }

  /** @param {string} text red, green and blue of each colour, in base64 */
  #palette(text) {
    this.#palettes[text] ??= Uint32Array.from(atob(text).match(/.../gs) ?? [], (rgb) => {
      const [red, green, blue] = [0, 1, 2].map((i) => rgb.charCodeAt(i));
      return 0xff000000 + red + green * 256 + blue * 65536;
    });
    return this.#palettes[text];
  }
}
