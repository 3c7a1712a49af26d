// nnvisu's script carries the state between hidden fields, server and storage, one request with the whole state at a
// time, and makes strokes of pointer moves. It computes no state: the answer to a request replaces the fields.
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $("lab"), plane = $("plane"), canvas = plane.querySelector("canvas");
  document.documentElement.classList.add("script");
  // ---- the state: hidden fields, and their mirror in storage; a tab's own storage comes first ----
  const KEYS = { config: "nnvisu_config", data: "nnvisu_data", network: "nnvisu_weights" };
  const field = (name) => form.elements.namedItem(name);
  const each = (value) => Object.fromEntries(Object.keys(KEYS).map((name) => [name, value(name)]));
  const read = () => each((name) => field(name).value);
  const write = (state) => Object.entries(state).forEach(([name, value]) => (field(name).value = value));
  const tell = (text) => Object.assign($("storage-notice"), { textContent: text, hidden: !text });
  let saved = 0, saving = 0;
  function save() {
    clearTimeout(saving);
    [saving, saved] = [0, Date.now()];
    for (const store of ["sessionStorage", "localStorage"]) {
      try {
        window[store].setItem("nnvisu_page", JSON.stringify(Object.fromEntries(switches().map((e) => [label(e), e[property(e)]]))));
        // The largest comes last: what has no room starts anew, the rest stays.
        for (const [name, value] of Object.entries(read())) window[store].removeItem(KEYS[name]), window[store].setItem(KEYS[name], value);
      } catch (error) {
        tell(`This browser does not store the state (${error.name}). All else works, but a reload starts again.`);
      }
    }
  }
  const saveSoon = () => (saving ||= setTimeout(save, Math.max(0, saved + 1000 - Date.now())));
  const switches = () => [...form.querySelectorAll("[data-keep]")];
  const label = (e) => (e.id || e.name) + (e.type === "radio" ? e.value : "");
  const property = (e) => (e.tagName === "DETAILS" ? "open" : /radio|checkbox/.test(e.type) ? "checked" : "value");
  function restore() {
    const first = read();
    try {
      const store = [sessionStorage, localStorage].find((s) => Object.values(KEYS).some((key) => s.getItem(key)));
      if (!store) return;
      const before = JSON.parse(store.getItem("nnvisu_page") ?? "{}");
      write(each((name) => store.getItem(KEYS[name]) ?? ""));
      const apply = () => switches().forEach((e) => (e[property(e)] = before[label(e)] ?? e[property(e)]));
      apply(); // and again when the palette is there
      ask("edit", { act: "restore" }, { after: (status) => ([400, 413, 422].includes(status) ? setAside(store, first) : apply()) });
    } catch (error) {
      tell(`The browser's storage cannot be read (${error.name}).`);
    }
  }
  function setAside(store, first) {
    write(first);
    tell("The state stored in this browser cannot be used. It was set aside, not deleted; this is a new start.");
    try {
      for (const key of Object.values(KEYS)) localStorage.setItem(key + "_set_aside", store.getItem(key) ?? "");
    } catch (error) {
      tell(`The state stored in this browser cannot be used, nor set aside (${error.name}); this is a new start.`);
    }
  }
  const replaced = []; // for undo: the fields that each change replaced
  const undo = () => ask("edit", { act: "restore" }, { begin: () => write(replaced.pop() ?? {}) });
  function remember(before) {
    const changed = Object.entries(before).filter(([name, value]) => value !== field(name).value);
    if (changed.length && replaced.push(Object.fromEntries(changed)) > 50) replaced.shift();
  }
  // ---- requests ----
  const jobs = [];
  let training = false, job = null, failures = 0, answer, socket, wake; // training is the user's wish, job what is under way
  // ask queues a change. Training stops for it and goes on from its answer. More may hold begin, run just before, and after.
  function ask(path, values, more) {
    jobs.push({ path, values, ...more });
    stop();
    work();
  }
  function stop() {
    wake?.();
    if (job?.path !== "train") return;
    answer.stopped = true;
    socket?.close();
    htmx.trigger(form, "htmx:abort");
  }
  const train = (on) => ($("train").setAttribute("aria-pressed", (training = on)), on ? work() : stop());
  async function work() {
    if (job) return;
    while ((job = jobs[0] ?? (training ? { path: "train", values: {} } : null))) {
      const change = job.path !== "train";
      const show = () => ([failures, document.body.dataset.state] = [0, change ? "working" : "training"]);
      job.begin?.();
      delete job.begin; // a second try has begun already
      if (!failures) show();
      const before = read();
      await send(job, show);
      if (answer.again) { // nobody there, or no room: the same again, a little later
        document.body.dataset.state = "waiting";
        const wait = Math.min(8000, 250 * 2 ** failures++) * (0.75 + Math.random() / 2);
        await new Promise((done) => setTimeout((wake = done), Math.max(wait, 1000 * answer.after)));
        continue;
      }
      failures = 0;
      if (change) jobs.shift();
      else if (answer.ended) train(false);
      if (change && !["show", "restore"].includes(job.values.act)) remember(before);
      $("undo").disabled = !replaced.length;
      job.after?.(answer.refused);
      save();
    }
    document.body.dataset.state = "idle";
  }
  // send makes one request. answer says how it ended: again (after some seconds), refused, or of a stream ended or stopped.
  async function send({ path, values }, swapped) {
    answer = { after: 0, swapped };
    touched.clear();
    values = { controls: "", ...values };
    if (values.controls) form.querySelectorAll(".field-error").forEach((e) => (e.textContent = ""));
    if (path === "train" && field("transport").value === "websocket") await converse(values);
    else await htmx.ajax("POST", path, { source: form, target: form, swap: "none", values });
    answer.ended ||= answer.refused;
    if (path === "train") answer.again = !answer.ended && !answer.stopped;
  }
  form.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const { status, headers } = ctx.response, again = [502, 503, 504].includes(status);
    if (!again && !ctx.text.includes("<hx-partial")) tell(`The server, or something before it, answered ${status}.`);
    if (again) ctx.text = ""; // the page says so itself
    Object.assign(answer, { again, refused: again ? 0 : status, after: Number(headers.get("Retry-After")) || 0 });
  });
  form.addEventListener("htmx:error", () => (answer.again = true));
  const done = ({ reason }) => // after limit, shutdown and busy it goes on
    Object.assign(answer, { ended: reason === "steps" || reason === "error", after: reason === "busy" ? 1 : 0 });
  form.addEventListener("done", ({ detail }) => done(JSON.parse(detail.data)));
  // Frames wait for the screen: each is seen, and a slow page slows its stream. None is shown after a stop.
  const screen = () => new Promise((next) =>
    answer.stopped ? next() : document.hidden ? setTimeout(next, 50) : requestAnimationFrame(next));
  form.addEventListener("htmx:sse:before:message", ({ detail }) =>
    detail.waitUntil(screen().then(() => (detail.cancelled = answer.stopped))));
  form.addEventListener("htmx:after:swap", () => {
    for (const [id, value] of touched) if ($(id)) $(id)[property($(id))] = value;
    paint();
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
  function paint() { // three bytes a cell become four a pixel
    const bytes = atob($("cells").dataset.cells), image = new ImageData(canvas.width, canvas.height);
    for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : bytes.charCodeAt(i - (i >> 2));
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  // ---- the user ----
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { name, value } = event.submitter;
    if (value === "settings") return; // the return key: the change has been sent
    if (["reset", "reseed", "recover"].includes(value)) train(false);
    ask(event.submitter.getAttribute("formaction") ?? "edit", { [name]: value });
  });
  form.addEventListener("change", ({ target: { dataset } }) => {
    if (dataset.change) ask("edit", { act: dataset.change, controls: dataset.change === "settings" ? "1" : "" });
    else if ("restart" in dataset) stop();
    saveSoon();
  });
  form.addEventListener("click", ({ target }) => {
    if (target.closest("#train")) train(!training);
    else if (target.closest("#undo, [data-undo]")) undo();
    else if (target.closest("[data-close]")) $("notice").replaceChildren();
  });
  form.addEventListener("toggle", saveSoon, true);
  const touched = new Map(); // controls that the user changes while an answer is on its way: they stay so
  form.addEventListener("input", ({ target }) => touched.set(target.id, target[property(target)]));
  document.addEventListener("keydown", ({ ctrlKey, metaKey, key, target }) => {
    if ((ctrlKey || metaKey) && key === "z" && !target.matches("input:not([type])")) undo();
  });
  // A stroke is the places of a click or a drag; the server makes points of them.
  let places = null;
  function draw(event) {
    const box = plane.getBoundingClientRect(), apart = field("tool").value === "erase" ? 0.03 : 0.09;
    const x = (2 * (event.clientX - box.left)) / box.width - 1, y = 1 - (2 * (event.clientY - box.top)) / box.height;
    if (!places.some(([px, py]) => Math.hypot(x - px, y - py) < apart)) places.push([x, y]);
    $("stroke").setAttribute("d", places.map(([px, py]) => `M${px} ${-py}h0`).join(""));
  }
  plane.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    plane.setPointerCapture(event.pointerId);
    draw(event, (places = []));
  });
  plane.addEventListener("pointermove", (event) => places && draw(event));
  plane.addEventListener("pointerup", () => {
    const stroke = places?.map((place) => place.map((v) => v.toFixed(4)).join()).join(" ");
    places = null;
    if (stroke) ask("edit", { act: "draw", stroke, tool: field("tool").value }, { after: () => $("stroke").setAttribute("d", "") });
  });
  plane.addEventListener("pointercancel", () => $("stroke").setAttribute("d", (places = null) ?? ""));
  for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, save);
  paint();
  restore();
})();
