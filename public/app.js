// nnvisu's script carries the state between hidden fields, server and storage, and makes strokes of pointer
// moves. It computes no state: every change is a request with the whole state, whose answer replaces the fields.
// One request runs at a time, so no stale answer can arrive.
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $("lab"), plane = $("plane"), canvas = plane.querySelector("canvas");
  document.documentElement.classList.add("script");
  // ---- the state: hidden fields, and their mirror in storage; a tab's own storage comes first ----
  const KEYS = { config: "nnvisu_config", network: "nnvisu_weights", data: "nnvisu_data" };
  const PAGE = "nnvisu_page"; // the page's own switches, such as the tool in hand
  const field = (name) => form.elements.namedItem(name);
  const each = (value) => Object.fromEntries(Object.keys(KEYS).map((name) => [name, value(name)]));
  const read = () => each((name) => field(name).value);
  const write = (state) => Object.entries(state).forEach(([name, value]) => (field(name).value = value));
  const tell = (text) => Object.assign($("storage-notice"), { textContent: text, hidden: !text });
  let saved = 0, saving = 0;
  function save() {
    clearTimeout(saving);
    [saving, saved] = [0, Date.now()];
    try {
      for (const store of [sessionStorage, localStorage]) {
        for (const [name, value] of Object.entries(read())) store.setItem(KEYS[name], value);
        store.setItem(PAGE, JSON.stringify(Object.fromEntries(switches().map((e) => [label(e), e[property(e)]]))));
      }
    } catch (error) {
      tell(`This browser does not store the state (${error.name}). All else works, but a reload starts again.`);
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
      const before = JSON.parse(store.getItem(PAGE) ?? "{}");
      write(each((name) => store.getItem(KEYS[name]) ?? ""));
      for (const e of switches()) e[property(e)] = before[label(e)] ?? e[property(e)];
      ask("edit", { act: "show" }, { after: (refused) => refused && setAside(store, first) });
    } catch (error) {
      tell(`The browser's storage cannot be read (${error.name}).`);
    }
  }
  function setAside(store, first) {
    write(first);
    for (const key of Object.values(KEYS)) {
      const text = store.getItem(key);
      store.removeItem(key);
      if (text) localStorage.setItem(key + "_set_aside", text);
    }
    tell("The state stored in this browser cannot be used. It was set aside, not deleted; this is a new start.");
  }
  const replaced = []; // for undo: the fields that each change replaced
  const undo = () => ask("edit", { act: "show" }, { begin: () => write(replaced.pop() ?? {}) });
  function remember(before) {
    const changed = Object.entries(before).filter(([name, value]) => value !== field(name).value);
    if (changed.length && replaced.push(Object.fromEntries(changed)) > 50) replaced.shift();
  }

  // ---- requests ----
  const jobs = [];
  let training = false, job = null, answer, socket, wake; // training is the user's wish, job what is under way
  // ask queues a change. Training stops for it and goes on from its answer. begin runs just before the
  // request, after when it was answered; what the change replaced can be undone unless it only shows.
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
  function train(on) {
    $("train").setAttribute("aria-pressed", (training = on));
    on ? work() : stop();
  }
  async function work() {
    if (job) return;
    let failures = 0;
    while ((job = jobs[0] ?? (training ? { path: "train", values: {} } : null))) {
      const change = job.path !== "train";
      const show = () => ([failures, document.body.dataset.state] = [0, change ? "working" : "training"]);
      if (!failures) job.begin?.(), show();
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
      if (change && job.values.act !== "show") remember(before);
      $("undo").disabled = !replaced.length;
      job.after?.(answer.refused);
      save();
    }
    document.body.dataset.state = "idle";
  }

  // send makes one request. answer says how it ended: again, to be tried after some seconds; refused; or, of a
  // stream, ended, with nothing more to say, or stopped by us.
  async function send({ path, values }, swapped) {
    answer = { after: 0, swapped };
    values = { controls: "", ...values };
    form.querySelectorAll(".field-error").forEach((e) => (e.textContent = ""));
    if (path === "train" && field("transport").value === "websocket") await converse(values);
    else await htmx.ajax("POST", path, { source: form, target: form, swap: "none", values });
    answer.ended ||= answer.refused;
    if (path === "train") answer.again = !answer.ended && !answer.stopped;
  }
  form.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const again = [502, 503, 504].includes(ctx.response.status);
    if (again) ctx.text = ""; // the page says so itself
    Object.assign(answer, { again, refused: !again, after: Number(ctx.response.headers.get("Retry-After")) });
  });
  form.addEventListener("htmx:error", () => (answer.again = true));
  const done = (text) => { // after limit, shutdown and busy it goes on
    const { reason } = JSON.parse(text);
    Object.assign(answer, { ended: reason === "steps" || reason === "error", after: reason === "busy" ? 1 : 0 });
  };
  form.addEventListener("done", ({ detail }) => done(detail.data));
  // Frames wait for the screen: each is seen, and a slow page slows its stream.
  const screen = () => new Promise((next) => (document.hidden ? setTimeout(next, 50) : requestAnimationFrame(next)));
  form.addEventListener("htmx:sse:before:message", ({ detail }) => detail.waitUntil(screen()));
  form.addEventListener("htmx:after:swap", () => (paint(), saveSoon(), answer.swapped()));

  // converse is the stream over a WebSocket: the form goes out, fragments come back.
  const converse = (values) => new Promise((closed) => {
    let last = Promise.resolve();
    socket = new WebSocket(new URL("ws/page", document.baseURI).href.replace(/^http/, "ws"));
    socket.onopen = () => socket.send(JSON.stringify({ ...Object.fromEntries(new FormData(form)), ...values }));
    socket.onmessage = ({ data }) => {
      if (data[0] === "{") done(data), socket.close();
      else last = last.then(screen).then(() => htmx.swap({ sourceElement: form, target: form, swap: "none", text: data }));
    };
    socket.onclose = () => last.then(closed);
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
    if (["reset", "reseed", "recover"].includes(value)) train(false);
    ask(event.submitter.getAttribute("formaction") ?? "edit", { [name]: value, controls: value === "settings" ? "1" : "" });
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
    if (stroke) ask("edit", { act: "draw", stroke }, { after: () => $("stroke").setAttribute("d", "") });
  });
  plane.addEventListener("pointercancel", () => $("stroke").setAttribute("d", (places = null) ?? ""));
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  paint();
  restore();
})();
