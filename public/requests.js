// Requests, one with the whole state at a time. The answer to a request replaces the hidden fields and what is drawn.
import { $, form, field, read, write, property, tell, post } from "./page.js";
import { save, saveSoon } from "./storage.js";
import { paint } from "./picture.js";
import * as moments from "./moments.js";

const jobs = [];
let training = false, job = null, failures = 0, answer, socket, wake; // training is the user's wish, job what is under way
// ask queues a change. Training stops for it and goes on from its answer. More may hold begin, run just before it is
// sent, after, run with the status where it was refused, and still: it shows a state and changes none.
export function ask(path, values, more) {
  jobs.push({ path, values, ...more });
  stop();
  work();
}
export const queued = (begin) => jobs.some((waiting) => waiting !== job && waiting.begin === begin);
export const train = (on) => ($("train").setAttribute("aria-pressed", (training = on)), on ? work() : stop());
export const toggle = () => train(!training);
// stop ends what streams. It goes on by itself where training is still wished.
export function stop() {
  wake?.();
  if (job?.path !== "train") return;
  answer.stopped = true;
  socket?.close();
  htmx.trigger(form, "htmx:abort");
}
const replaced = [], ROOM = 48e6; // for undo: what each change replaced, and how many characters in all
export function keep(state, run) {
  replaced.push({ state, run });
  while (replaced.length > 50 || replaced.reduce((n, { state }) => n + (state.network?.length ?? 0), 0) > ROOM) replaced.shift();
  if (replaced.length > 3) delete replaced.at(-4).run; // the moments of long runs are large
  $("undo").disabled = !replaced.length;
}
export const undo = () => ask("edit", { act: "restore" }, { begin() {
  const { state = {}, run = [] } = replaced.pop() ?? {};
  if ("network" in state) moments.reinstate(run);
  write(state);
  $("notice").replaceChildren();
} });
const work = () => job || turns().catch((error) => {
  tell(`Something went wrong in this page: ${error.message}`);
  if (jobs[0] === job) jobs.shift();
  (job = null), train(false), work();
});
async function turns() {
  while ((job = jobs[0] ?? (training ? { path: "train", values: {} } : null))) {
    const streams = job.path === "train", { act } = job.values, looks = job.still || ["show", "restore"].includes(act);
    const show = () => ([failures, document.body.dataset.state] = [0, streams ? "training" : "working"]);
    for (const id of ["probe", "readout"]) $(id).ariaLive = streams ? "off" : "polite"; // nobody can listen to 25 a second
    if (!looks && !act?.endsWith("pin")) moments.branch(keep); // what came after the moment that is shown is cut off
    job.begin?.();
    delete job.begin; // a second try has begun already
    if (!failures) show();
    const before = read(), run = moments.all();
    await send(job, show);
    if (answer.again) { // nobody there, or no room: the same again, a little later
      document.body.dataset.state = "waiting";
      const wait = Math.min(8000, 250 * 2 ** failures++) * (0.75 + Math.random() / 2);
      await new Promise((done) => setTimeout((wake = done), Math.max(wait, 1000 * answer.after)));
      continue;
    }
    failures = 0;
    if (!streams) jobs.shift();
    else if (answer.ended) train(false);
    const now = read(), anew = before.network !== now.network; // where the weights stay, so do the curves and the moments
    const changed = Object.entries(before).filter(([name, value]) => value !== now[name] && (anew || name !== "history"));
    if (!streams && !looks && changed.length) keep(Object.fromEntries(changed), anew ? run : undefined);
    if (act === "open" && anew) moments.reinstate([]); // another run
    if (!job.still && !(streams && moments.behind())) moments.record();
    job.after?.(answer.refused);
    $("undo").disabled = !replaced.length;
    save();
  }
  document.body.dataset.state = "idle";
}
const touched = new Map(); // controls that the user changes while an answer is on its way stay so; of radio buttons the last one
form.addEventListener("input", ({ target: { id } }) => id && (touched.delete(id), touched.set(id, $(id)[property($(id))])));
// send makes one request. answer says how it ended: again (after some seconds), refused, or of a stream ended or stopped.
async function send({ path, values }, swapped) {
  answer = { after: 0, swapped };
  touched.clear();
  form.querySelectorAll(`[data-clears="${values.act ?? path}"]`).forEach((e) => (e.textContent = ""));
  const spared = { ...(!values.act?.startsWith("import") && { table_text: "" }), ...(values.act !== "recover" && { recovered: "" }) };
  values = { controls: "", ...spared, ...values };
  if (path === "train" && field("transport").value === "websocket") await converse(values);
  else await htmx.ajax("POST", path, { source: form, target: form, swap: "none", values });
  answer.ended ||= answer.refused;
  if (path === "train") answer.again = !answer.ended && !answer.stopped;
}
form.addEventListener("htmx:config:request", ({ detail: { ctx } }) => (ctx.fetch = post));
form.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response, again = [502, 503, 504].includes(status);
  if (!again && !ctx.text.includes("<hx-partial")) tell(`The server, or something before it, answered ${status}.`);
  if (again) ctx.text = ""; // the page says so itself
  Object.assign(answer, { again, refused: again ? 0 : status, after: Number(headers.get("Retry-After")) || 0 });
});
form.addEventListener("htmx:error", () => (answer.again = true));
const done = ({ reason }) => // after limit, shutdown and busy it goes on
  Object.assign(answer, { ended: ["steps", "target", "error"].includes(reason), after: reason === "busy" ? 1 : 0 });
form.addEventListener("done", ({ detail }) => done(JSON.parse(detail.data)));
// Frames wait for the screen: each is seen, and a slow page slows its stream. None is shown after a stop.
const screen = () => new Promise((next) => answer.stopped ? next() : document.hidden ? setTimeout(next, 50) : requestAnimationFrame(next));
form.addEventListener("htmx:sse:before:message", ({ detail }) => detail.waitUntil(screen().then(() => (detail.cancelled = answer.stopped))));
form.addEventListener("htmx:after:swap", () => {
  for (const [id, value] of touched) if ($(id)) $(id)[property($(id))] = value;
  paint();
  if (job?.path === "train" && !moments.behind()) moments.record();
  saveSoon();
  if (!answer.again) answer.swapped();
});
// converse is the stream over a WebSocket: the form goes out, fragments come back.
const converse = (values) => new Promise((closed) => {
  let last = Promise.resolve();
  socket = new WebSocket(new URL("ws/page", document.baseURI).href.replace(/^http/, "ws"));
  socket.onopen = () => socket.send(JSON.stringify({ ...Object.fromEntries(new FormData(form)), ...values }));
  socket.onmessage = ({ data }) => {
    if (data[0] === "{") done(JSON.parse(data)), socket.close();
    else last = last.then(screen).then(() => answer.stopped || htmx.swap({ sourceElement: form, swap: "none", text: data }));
  };
  socket.onclose = () => last.then(closed, closed);
});
