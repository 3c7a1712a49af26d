// The plane: strokes of the pointer or the keyboard become points, and the place pointed at is read.
import { $, form, field, post } from "./page.js";
import { ask } from "./requests.js";

const plane = $("plane"), nowhere = $("probe").innerHTML;
let places = null, cursor = null, asking = false, again = false;
const text = ([x, y]) => `${x.toFixed(4)},${y.toFixed(4)}`;
const inside = (place) => place.map((v) => Math.max(-1, Math.min(1, v)));
const place = ({ clientX, clientY }, box = plane.getBoundingClientRect()) =>
  [(2 * (clientX - box.left)) / box.width - 1, 1 - (2 * (clientY - box.top)) / box.height];
function draw(event) {
  const apart = field("tool").value === "erase" ? 0.03 : 0.09, [x, y] = place(event);
  if (Math.abs(x) > 1 || Math.abs(y) > 1) return; // the pointer is held, but outside
  if (!places.some(([px, py]) => Math.hypot(x - px, y - py) < apart)) places.push([x, y]);
  $("stroke").setAttribute("d", places.map(([px, py]) => `M${px} ${-py}h0`).join(""));
}
const clear = () => places || $("stroke").setAttribute("d", ""); // the next stroke may be under way
function send(stroke) {
  places = null;
  if ("locked" in plane.dataset || !stroke.length) return clear();
  ask("edit", { act: "draw", stroke: stroke.map(text).join(" "), tool: field("tool").value }, { after: clear });
}
plane.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  plane.setPointerCapture(event.pointerId);
  draw(event, (places = []));
});
plane.addEventListener("pointermove", (event) => {
  if (places) draw(event);
  probe((cursor = inside(place(event))));
});
plane.addEventListener("pointerup", () => places && send(places));
plane.addEventListener("pointercancel", () => clear((places = null)));
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
plane.addEventListener("keydown", (event) => {
  const move = MOVES[event.key], by = event.shiftKey ? 0.01 : 0.05;
  if (!move && event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  cursor ??= [0, 0];
  if (!move) return send([cursor]);
  const [x, y] = (cursor = inside(cursor.map((v, i) => v + by * move[i])));
  $("crosshair").setAttribute("d", `M${x - 0.05} ${-y}h.1M${x} ${-y - 0.05}v.1`);
  probe();
});
const leave = () => places || ($("crosshair").setAttribute("d", (cursor = null) ?? ""), ($("probe").innerHTML = nowhere));
for (const event of ["pointerleave", "blur"]) plane.addEventListener(event, leave);
// probe asks what the network says at the cursor: one question at a time, the last one wins.
async function probe() {
  if (!cursor || document.hidden || (again = asking)) return;
  asking = true;
  const body = new URLSearchParams(["config", "network", "data", "meta"].map((name) => [name, field(name).value]));
  body.set("probe", text(cursor));
  const options = { method: "POST", body, headers: { Accept: "text/html", "HX-Request": "true" }, signal: AbortSignal.timeout(5000) };
  const said = await post("predict", options).then((reply) => (reply.ok ? reply.text() : ""), () => "").catch(() => "");
  if (said && cursor) $("probe").innerHTML = said; // else the next move asks again
  await new Promise((next) => setTimeout(next, 100));
  asking = false;
  if (again) probe();
}
form.addEventListener("htmx:after:swap", () => field("network").value.length < 1e6 && probe());
