"""What the tests ask the Python client to do: drive.py command url … Its folder has nnvisu.py."""

import json
import sys

import nnvisu

# 120 updates, another learning rate, one more unit, and 80 updates.
JOURNAL = "AQUwLjEuMB1kYXRhc2V0PW1vb25zJmhpZGRlbl9sYXllcnM9NAJ4AQEHBDAuMDF4BgDIAVERh1AA"


def law(lab, same, once, stream):
    """From a state on stdin: the same file, 13 updates at once, and 13 in a stream."""
    state = nnvisu.load("state.json")
    state.save(same)
    lab.step(state, 13).save(once)
    states = list(lab.train(state, steps=13, every=4))
    assert [s.step - state.step for s in states] == [4, 8, 12, 13], states
    assert states[-1] == lab.step(lab.step(state, 5), 8)
    states[-1].save(stream)


def train(lab, steps, out):
    """Trains, and says each step at once."""
    state = nnvisu.load("state.json")
    for state in lab.train(state, steps=int(steps), every=5, interval=0.02):
        print(state.step, flush=True)
    state.save(out)


def sweep(lab):
    """Sweeps over four seeds, and says each."""
    for cell in lab.sweep(nnvisu.load("state.json"), 3, seed=range(5, 9)):
        print(cell.values["seed"])


def ask(lab, request):
    """Makes a request, and says what came of it."""

    first = {"hidden_layers": [8], "optimizer": "sgd", "learning_rate": 10, "activation": "linear"}

    def wild():
        return lab.new("plane", **first)

    def swept(over):
        cells = []
        for cell in lab.sweep(lab.new("plane", **dict(first, seed=9)), 10_000, **over):
            try:
                alone = lab.step(lab.new("plane", data_seed=9, **{**first, **cell.values}), 10_000)
            except nnvisu.Diverged as error:
                alone = error.state
            same = (cell.state or cell.error.state).network == alone.network
            cells.append([cell.values, cell.error and cell.error.code, same])
        return cells

    def replay():
        state = lab.replay(f"http://nowhere/?hide=data&journal={JOURNAL}", anyway=True)
        same = lab.replay(state.journal) == state == lab.replay(JOURNAL, anyway=True)
        return [state.step, state.config["hidden_layers"], same, state.replace(l2=0.1).journal, lab.new("xor").journal]

    def verify():
        rows = lab.verify({"Ada": JOURNAL, "Bob": "Circles"}, lesson="units 4")
        return [[name, row["verdict"], row.get("reached"), row["acts"]] for name, row in rows.items()]

    def layers():
        state, places = lab.step(lab.new("moons", points=20, hidden_layers=[3]), 5), [(0.5, 0), (0.25, -1)]
        of = lab.layers(state, places)
        outputs = of["layers"][-1]["points"] == lab.predict(state, places)
        return [[layer["name"] for layer in of["layers"]], outputs, len(of["grid"]), len(lab.layers(state)["layers"][1]["points"]), sorted(of)]

    def explain():
        state = lab.step(lab.new("moons", points=20), 5)
        told, largest = lab.explain(state, "weights.0.1.0", 2), lab.explain(state)
        after = lab.step(state).network["weights"][0][1][0]
        larger = abs(largest["parameter"]["gradient"]) > abs(told["parameter"]["gradient"])
        return [told["step"], told["point"]["index"], told["parameter"]["after"] == after, larger, "type" in told]

    requests = {
        "layers": layers,
        "layers of nothing": lambda: lab.layers(lab.new("moons"), []),
        "explain": explain,
        "explain nothing": lambda: lab.explain(lab.new("moons"), "weights.9.0.0"),
        "replay": replay,
        "verify": verify,
        "verify nothing": lambda: lab.verify({}),
        "replay another release": lambda: lab.replay(JOURNAL),
        "replay nothing": lambda: lab.replay("Circles"),
        "data": lambda: len(lab.data("moons", points=3)),
        "name": lambda: lab.data("moon", points=3),
        "rate": lambda: lab.new("moons", learning_rate=-1),
        "place": lambda: lab.new(data=[(0, 0, 1), (3, 0, 0)]),
        "steps": lambda: lab.step(lab.new("moons"), 0),
        "every": lambda: next(lab.train(lab.new("moons"), steps=5, every=-1)),
        "shape": lambda: lab.step(lab.new("moons").replace(hidden_layers=[3])),
        "diverge": lambda: lab.step(wild(), 10_000),
        "diverge in a stream": lambda: list(lab.train(wild(), 10_000, every=3)),
        "other optimizer": lambda: lab.step(lab.step(lab.new("moons"), 3).replace(optimizer="sgd"), 2).step,
        "large": lambda: lab.step(lab.new("spiral", hidden_layers=[100] * 10), 2).step,
        "many": lambda: len(lab.predict(lab.new("moons"), [(0, 0)] * 2001)),
        "sweep": lambda: swept(dict(learning_rate=[10, 0.001], seed=range(2))),
        "sweep over nothing": lambda: list(lab.sweep(lab.new("moons"), 5)),
        "recipe": lambda: lab.step(lab.new("spiral", points=50, classes=3, seed=4, data_seed=5), 9).network,
    }
    try:
        print(json.dumps({"result": requests[request]()}))
    except nnvisu.Error as error:
        state = getattr(error, "state", None)
        last = {} if state is None else {"step": state.step, "same": lab.step(wild(), state.step) == state}
        print(json.dumps({"code": error.code, "field": error.field, "status": error.status, **last}))


def wrong(lab, mistake):
    """Makes a mistake, and says what the client says of it."""
    mistakes = {
        "a list": lambda: nnvisu.Client([]),
        "no scheme": lambda: nnvisu.Client("http://localhost", "localhost:8888"),
        "no host": lambda: nnvisu.Client("http://"),
        "no time": lambda: nnvisu.Client("http://localhost", timeout=0),
        "steps": lambda: lab.step(lab.new("moons"), -5),
        "steps of a stream": lambda: list(lab.train(lab.new("moons"), -5)),
        "steps of a sweep": lambda: list(lab.sweep(lab.new("moons"), -5, seed=[1, 2])),
        "binary": lambda: lab.export(lab.new("moons"), "onnx"),
        "format": lambda: lab.export(lab.new("moons"), "word"),
        "no picture": lambda: lab.picture(),
        "small picture": lambda: lab.picture(lab.new("moons"), size=0),
    }
    try:
        print("nothing:", mistakes[mistake]())
    except (nnvisu.Error, ValueError) as error:
        print(error)


command, urls, options, *arguments = sys.argv[1:]
{"law": law, "train": train, "sweep": sweep, "ask": ask, "wrong": wrong}[command](nnvisu.Client(*urls.split(), **json.loads(options)), *arguments)
