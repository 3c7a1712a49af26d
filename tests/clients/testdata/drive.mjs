// What the tests ask the JavaScript client to do: drive.mjs command url … Its folder has nnvisu.mjs.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Client, NNVisuError, parse } from "./nnvisu.mjs";

// 120 updates, another learning rate, one more unit, and 80 updates.
const JOURNAL =
  "AQUwLjEuMB1kYXRhc2V0PW1vb25zJmhpZGRlbl9sYXllcnM9NAJ4AQEHBDAuMDF4BgDIAVERh1AA";

const read = () => parse(readFileSync("state.json", "utf8"));

/** From a state: the same file, 13 updates at once, and 13 in a stream. */
async function law(lab, same, once, stream) {
  const state = read();
  writeFileSync(same, state.stringify());
  writeFileSync(once, (await lab.step(state, 13)).stringify());
  const states = [];
  for await (const later of lab.train(state, { steps: 13, every: 4 })) states.push(later);
  assert.deepEqual(
    states.map((later) => later.step - state.step),
    [4, 8, 12, 13],
  );
  assert.ok(states.at(-1).equals(await lab.step(await lab.step(state, 5), 8)));
  writeFileSync(stream, states.at(-1).stringify());
}

/** Trains, and says each step at once. */
async function train(lab, steps, out) {
  let state = read();
  for await (state of lab.train(state, { steps: Number(steps), every: 5, interval: 0.02 })) {
    console.log(state.step);
  }
  writeFileSync(out, state.stringify());
}

/** Sweeps over four seeds, and says each. */
async function sweep(lab) {
  for await (const { values } of lab.sweep(read(), 3, { seed: [5, 6, 7, 8] })) console.log(values.seed);
}

/** Makes a request, and says what came of it. */
async function ask(lab, request) {
  const first = { hidden_layers: [8], optimizer: "sgd", learning_rate: 10, activation: "linear" };
  const wild = () => lab.new("plane", first);
  const all = async (states) => {
    for await (const state of states) assert.ok(state);
  };
  const replay = async () => {
    const link = `http://nowhere/?hide=data&journal=${JOURNAL}`;
    const state = await lab.replay(link, { anyway: true });
    const again = await lab.replay(state.journal);
    const same = again.equals(state) && state.equals(await lab.replay(JOURNAL, { anyway: true }));
    const journals = [state.replace({ l2: 0.1 }).journal, (await lab.new("xor")).journal];
    return [state.step, state.config.hidden_layers, same, ...journals];
  };
  const verify = async () => {
    const rows = await lab.verify({ Ada: JOURNAL, Bob: "Circles" }, { lesson: "units 4" });
    const told = Object.entries(rows).map(([name, row]) => [name, row.verdict, row.reached, row.acts]);
    return told.map((row) => row.map((value) => value ?? null));
  };
  const layers = async () => {
    const state = await lab.step(await lab.new("moons", { points: 20, hidden_layers: [3] }), 5);
    const places = [[0.5, 0], { x: 0.25, y: -1 }];
    const of = await lab.layers(state, places);
    const outputs = JSON.stringify(await lab.predict(state, places));
    const same = JSON.stringify(of.layers.at(-1).points) === outputs;
    const own = (await lab.layers(state)).layers[1].points.length;
    return [of.layers.map(({ name }) => name), same, of.grid.length, own, Object.keys(of).sort()];
  };
  const explain = async () => {
    const state = await lab.step(await lab.new("moons", { points: 20 }), 5);
    const told = await lab.explain(state, { parameter: "weights.0.1.0", point: 2 });
    const largest = await lab.explain(state);
    const after = (await lab.step(state)).network.weights[0][1][0];
    const larger = Math.abs(largest.parameter.gradient) > Math.abs(told.parameter.gradient);
    return [told.step, told.point.index, told.parameter.after === after, larger, "type" in told];
  };
  const requests = {
    layers,
    "layers of nothing": async () => lab.layers(await lab.new("moons"), []),
    explain,
    "explain nothing": async () => lab.explain(await lab.new("moons"), { parameter: "weights.9.0.0" }),
    replay,
    verify,
    "verify nothing": () => lab.verify({}),
    "replay another release": () => lab.replay(JOURNAL),
    "replay nothing": () => lab.replay("Circles"),
    data: async () => (await lab.data("moons", { points: 3 })).length,
    name: () => lab.data("moon", { points: 3 }),
    rate: () => lab.new("moons", { learning_rate: -1 }),
    place: () => lab.new([[0, 0, 1], { x: 3, y: 0, label: 0 }]),
    steps: async () => lab.step(await lab.new("moons"), 0),
    every: async () => lab.train(await lab.new("moons"), { steps: 5, every: -1 }).next(),
    shape: async () => lab.step((await lab.new("moons")).replace({ hidden_layers: [3] })),
    diverge: async () => lab.step(await wild(), 10_000),
    "diverge in a stream": async () => all(lab.train(await wild(), { steps: 10_000, every: 3 })),
    "other optimizer": async () => {
      const state = await lab.step(await lab.new("moons"), 3);
      return (await lab.step(state.replace({ optimizer: "sgd" }), 2)).step;
    },
    large: async () =>
      (await lab.step(await lab.new("spiral", { hidden_layers: Array(10).fill(100) }), 2)).step,
    many: async () => (await lab.predict(await lab.new("moons"), Array(2001).fill([0, 0]))).length,
    sweep: async () => {
      const cells = [];
      const over = { learning_rate: [10, 0.001], seed: [0, 1] };
      for await (const cell of lab.sweep(
        await lab.new("plane", { ...first, seed: 9 }),
        10_000,
        over,
      )) {
        const state = await lab.new("plane", { data_seed: 9, ...first, ...cell.values });
        const alone = await lab.step(state, 10_000).catch((error) => error.state);
        const { network } = cell.state ?? cell.error.state;
        const isSame = JSON.stringify(network) === JSON.stringify(alone.network);
        cells.push([cell.values, cell.error?.code ?? null, isSame]);
      }
      return cells;
    },
    "sweep over nothing": async () => all(lab.sweep(await lab.new("moons"), 5, {})),
    recipe: async () => {
      const state = await lab.new("spiral", { points: 50, classes: 3, seed: 4, data_seed: 5 });
      return (await lab.step(state, 9)).network;
    },
  };
  try {
    console.log(JSON.stringify({ result: await requests[request]() }));
  } catch (error) {
    if (!(error instanceof NNVisuError)) throw error;
    const { code, field, status, state } = error;
    const last = state && {
      step: state.step,
      same: state.equals(await lab.step(await wild(), state.step)),
    };
    console.log(JSON.stringify({ code, field, status, ...last }));
  }
}

/** Makes a mistake, and says what the client says of it. */
async function wrong(lab, mistake) {
  const all = async (states) => {
    for await (const state of states) assert.ok(state);
  };
  const mistakes = {
    "a list": () => new Client([]),
    "no scheme": () => new Client(["http://localhost", "localhost:8888"]),
    "no host": () => new Client("http://"),
    "no time": () => new Client("http://localhost", { timeout: 0 }),
    steps: async () => lab.step(await lab.new("moons"), -5),
    "steps of a stream": async () => all(lab.train(await lab.new("moons"), { steps: -5 })),
    "steps in quotes": async () => all(lab.train(await lab.new("moons"), { steps: "5" })),
    "steps of a sweep": async () => all(lab.sweep(await lab.new("moons"), -5, { seed: [1, 2] })),
    binary: async () => lab.export(await lab.new("moons"), "onnx"),
    format: async () => lab.export(await lab.new("moons"), "word"),
  };
  try {
    console.log("nothing:", await mistakes[mistake]());
  } catch (error) {
    console.log(error.message);
  }
}

const [command, urls, options, ...given] = process.argv.slice(2);
await { law, train, sweep, ask, wrong }[command](new Client(urls.split(" "), JSON.parse(options)), ...given);
