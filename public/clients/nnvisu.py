"""A client of nnvisu, the playground for small neural networks. It needs Python 3.9 and nothing else.

The server makes a state of a run into a later state and keeps nothing. So a state is a value here: it
can be kept, saved, compared, and trained on twice.

>>> import nnvisu
>>> lab = nnvisu.Client("http://localhost:8888")
>>> state = lab.new("spiral", hidden_layers=[8, 8], seed=3)
>>> state
State(step=0)
>>> lab.step(state, 100)
State(step=100, loss=0.6276, accuracy=0.595)

Training goes on through lost connections and servers that stop. The result has the same bytes:

>>> for later in lab.train(state, steps=300, every=100):
...     print(later.step, round(later.loss, 3))
100 0.628
200 0.418
300 0.165
>>> later == lab.step(lab.step(state, 120), 180)
True

What the network says at two places, as probabilities of the classes:

>>> for row in lab.predict(later, [(0.5, 0), (0.2, 0.2)]):
...     print([round(p, 3) for p in row])
[0.96, 0.04]
[0.006, 0.994]

A mistake names what is wrong, and the limit:

>>> lab.new("spiral", learning_rate=-1)
Traceback (most recent call last):
nnvisu.Error: config.learning_rate must be greater than 0; got -1

On the command line: python nnvisu.py --help
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import gzip
import http.client
import json
import logging
import math
import pathlib
import random
import re
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

__all__ = ["Cell", "Client", "Diverged", "Error", "Lost", "Picture", "Point", "State", "load", "points"]

_log = logging.getLogger("nnvisu")

Config = Dict[str, Any]  # the members of config, as docs/api.md names them
Path = Union[str, "pathlib.PurePath"]


class Error(Exception):
    """What the server refuses, with its reason.

    code    is what kind of error it is, such as "invalid", from the table of errors in docs/api.md
    field   is what is to blame, such as "config.learning_rate" or "data[3].x", or ""
    message says what is wrong with it and names the limit
    status  is that of HTTP, or 0 inside a stream
    """

    def __init__(self, code: str, message: str, field: str = "", status: int = 0, retry_after: float = 0):
        super().__init__(f"{field} {message}" if field else message)
        self.code, self.message, self.field = code, message, field
        self.status, self.retry_after = status, retry_after

    def _is_passing(self) -> bool:
        """Reports whether the same request may succeed later."""
        return self.code == "busy" or self.status in (408, 425, 429) or self.status >= 500


class Diverged(Error):
    """An update whose numbers are not finite. state is the last one that is, from which the update
    numbered step started. As a rule it can go on at a smaller learning rate."""

    state: State
    step: int
    _network: str  # its JSON


class Lost(Error):
    """A connection that failed or broke. The client tries again by itself for as long as its patience
    lasts; then it raises this."""

    def __init__(self, message: str):
        super().__init__("lost", message)

    def _is_passing(self) -> bool:
        return True


class Point(NamedTuple):
    """A place from -1 to 1 with the number of its class, or the target of a regression."""

    x: float
    y: float
    label: float = 0


def points(rows: Iterable[Sequence[float]], labels: Optional[Iterable[float]] = None) -> List[Point]:
    """Returns points of rows (x, y, label), or of rows (x, y) and labels. Arrays of NumPy will do.

    >>> points([(0.1, 0.5, 0), (-0.3, 0.2, 1)])
    [Point(x=0.1, y=0.5, label=0), Point(x=-0.3, y=0.2, label=1)]
    >>> points([(0.1, 0.5), (-0.3, 0.2)], labels=[0, 1]) == points([(0.1, 0.5, 0), (-0.3, 0.2, 1)])
    True
    """
    if labels is not None:
        rows, labels = list(rows), list(labels)
        if len(rows) != len(labels):
            raise ValueError(f"there are {len(rows)} rows and {len(labels)} labels")
        rows = [(*row[:2], label) for row, label in zip(rows, labels)]
    made = []
    for row in rows:
        x, y, label = (float(v) for v in (row if len(row) > 2 else (*row, 0)))
        made.append(Point(x, y, int(label) if label.is_integer() else label))
    return made


_rows = points  # where a parameter has the name


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class State:
    """A moment of a run: what was chosen, the network and the points. Nothing changes a state.

    It keeps the JSON that the server wrote, so that a state has the same bytes wherever it goes.
    """

    _texts: Dict[str, str]
    metrics: Dict[str, float]  # loss, accuracy, test_loss, test_accuracy; empty before the first update
    _lab: Optional[Client] = None
    step: int = dataclasses.field(init=False)  # updates made so far

    def __post_init__(self) -> None:
        counted = re.search(r'"step"\s*:\s*(\d+)', self._texts["network"])  # no other member has this name
        object.__setattr__(self, "step", int(counted[1]) if counted else 0)

    @property
    def config(self) -> Config:
        """Every choice, by the names that docs/api.md has."""
        return json.loads(self._texts["config"])

    @property
    def network(self) -> Dict[str, Any]:
        """Weights, biases, the moments of the optimizer, step and epoch."""
        return json.loads(self._texts["network"])

    @property
    def data(self) -> List[Point]:
        """The points."""
        return [Point(**point) for point in json.loads(self._texts["data"])]

    @property
    def journal(self) -> Optional[str]:
        """How the run began and what was done in it, for Client.replay; None if it is not known."""
        return json.loads(self._texts.get("journal", "null")) or None

    @property
    def loss(self) -> Optional[float]:
        """The mean loss of the training points; None before the first update."""
        return self.metrics.get("loss")

    @property
    def accuracy(self) -> Optional[float]:
        """The share of the training points that are right; None for a regression."""
        return self.metrics.get("accuracy")

    def replace(self, **config: Any) -> State:
        """Returns the state with other members of config. It goes on from the same network.

        With another optimizer it goes on without moments. It has no journal, which would not tell of
        this. The next request checks the members.
        """
        before = self.config
        texts = {**self._texts, "config": json.dumps({**before, **config})}
        texts.pop("journal", None)
        if config.get("optimizer", before.get("optimizer")) != before.get("optimizer"):
            network, _ = _members(texts["network"])
            network.pop("optimizer", None)
            texts["network"] = _object(network)
        return State(texts, self.metrics, self._lab)

    def save(self, path: Path) -> None:
        """Writes the file that the page opens, and that load reads."""
        text = _object({"type": '"nnvisu_state"', "version": "1", **self._texts}) + "\n"
        pathlib.Path(path).write_bytes(text.encode())

    def __eq__(self, other: object) -> bool:
        """Reports whether config, network and data are the same, bit for bit."""
        return isinstance(other, State) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Tuple[str, ...]:
        return tuple(self._texts[name] for name in _STATE)

    def __repr__(self) -> str:
        shown = [f"{name}={value:.4g}" for name, value in self.metrics.items()]
        return f"State({', '.join([f'step={self.step}', *shown])})"

    def _repr_png_(self) -> Optional[bytes]:
        """Shows the picture in a notebook, if the state knows a client."""
        return self._lab and self._lab.picture(self)


class Cell(NamedTuple):
    """A run of a sweep: the values of its members, and its state or why it has none."""

    values: Dict[str, Any]
    state: Optional[State]
    error: Optional[Error]


_STATE = ("config", "network", "data")


def load(path: Path, lab: Optional[Client] = None) -> State:
    """Reads the file of a state, as the page or State.save has written it.

    With a client the state can show itself in a notebook.
    """
    return _opened(pathlib.Path(path).read_bytes().decode(), lab)


def _opened(text: str, lab: Optional[Client]) -> State:
    whole = json.loads(text)
    if not isinstance(whole, dict) or whole.get("type") != "nnvisu_state" or whole.get("version") != 1:
        raise ValueError("this is not the file of a state, version 1")
    texts, _ = _members(text)
    del texts["type"], texts["version"]
    return State({"config": "{}", "network": "{}", "data": "[]", **texts}, {}, lab)


class Client:
    """A client of one server, or of several that stand for each other.

    urls      are addresses of replicas; after a failure the next one is asked
    patience  is for how many seconds to try again when no server answers, or is busy; 0 is never
    timeout   is after how many seconds of silence a connection is lost
    compress  is whether to compress; by default it is not done within one machine

    A client that waits says so by the logger "nnvisu". Proxies are those of the environment.
    """

    def __init__(
        self,
        *urls: str,
        patience: float = 60,
        timeout: float = 15,
        compress: Optional[bool] = None,
    ):
        for url in urls:
            if not (isinstance(url, str) and re.match("https?://[^/?#]", url)):
                raise ValueError(f"urls must each be a text that begins with http:// or https://; got {url!r}")
        if not timeout > 0:
            raise ValueError(f"timeout must be greater than 0; got {timeout}")
        self.patience, self.timeout = patience, timeout
        self._urls = collections.deque(url.rstrip("/") for url in urls or ["http://localhost:8888"])
        hosts = {urllib.parse.urlsplit(url).hostname for url in self._urls}
        self.compress = not hosts <= {"localhost", "127.0.0.1", "::1"} if compress is None else compress

    def new(
        self,
        dataset: Optional[str] = None,
        *,
        data: Optional[Iterable[Sequence[float]]] = None,
        points: Optional[int] = None,
        noise: Optional[float] = None,
        label_noise: Optional[float] = None,
        data_seed: Optional[int] = None,
        **config: Any,
    ) -> State:
        """Returns the first state of a run, on a data set or on points of your own.

        points, noise and label_noise are for the data set. So are the members seed and classes of
        config, unless there is a data_seed. All other names are members of config.
        """
        if (dataset is None) == (data is None):
            raise TypeError("give either the name of a data set or data")
        if data is not None:
            drawn = json.dumps([point._asdict() for point in _rows(data)])
        else:
            asked = {"points": points, "noise": noise, "label_noise": label_noise}
            asked["classes"] = config.get("classes")
            asked["seed"] = config.get("seed") if data_seed is None else data_seed
            texts, values = self._dataset(dataset or "", asked)
            config, drawn = {"task": values["task"], **config}, texts["data"]
        message = _object({"format": '"state"', "config": json.dumps(config), "data": drawn})
        return _opened(self._ask("/export", message), self)

    def data(self, dataset: str, **parameters: Any) -> List[Point]:
        """Returns the points of a data set. The parameters are points, classes, noise, label_noise and
        seed.

        >>> Client("http://localhost:8888").data("circles", points=1, noise=0.1)
        [Point(x=-0.2587, y=-0.3658, label=0)]
        """
        return [Point(**point) for point in self._dataset(dataset, parameters)[1]["data"]]

    def step(self, state: State, steps: int = 1) -> State:
        """Returns the state that is a number of updates later."""
        try:
            return self._result(state, self._ask("/step", _message(state, steps=steps)))
        except Diverged as error:
            raise self._settled(error, state)

    def train(self, state: State, steps: int = 0, every: int = 1, interval: float = 0) -> Iterator[State]:
        """Yields the state after every so many updates, for steps updates in all.

        0 steps are as many as you take. interval is the least number of seconds between two states.
        After a lost connection, a server that stops or that is busy, it goes on from the newest state.
        """
        if steps < 0:
            raise Error("invalid", f"must be at least 0; got {steps}", "steps")
        end, outage = state.step + steps, _Outage(self)
        longest = _LONGEST_STREAM - _LONGEST_STREAM % max(every, 1) or _LONGEST_STREAM  # of whole frames
        while not steps or state.step < end:
            now = min(end - state.step, longest) if steps else 0
            message = _message(state, steps=now, frame_steps=every, frame_ms=round(1000 * interval))
            try:
                for text in self._answers("/train", message, "train_step_result"):
                    state = self._result(state, text)
                    outage.end()
                    yield state
            except Diverged as error:
                raise self._settled(error, state)
            except Error as error:
                outage.wait(error)

    def sweep(self, state: State, steps: int, **over: Any) -> Iterator[Cell]:
        """Yields runs of so many updates that differ by one or two members of config, row by row.

        Each begins anew, with the points and all other members of the state. A member has a list of its
        values, or a range: {"from": 0.001, "to": 1, "count": 4, "scale": "log"}. After a lost connection
        the sweep is made again, and goes on with the next cell.
        """
        texts = {name: state._texts[name] for name in ("config", "data")}
        over = {name: dict(v) if isinstance(v, Mapping) else list(v) for name, v in over.items()}
        message = _object({**texts, "steps": json.dumps(steps), "over": json.dumps(over)})
        made, outage = 0, _Outage(self)
        while True:
            try:
                for at, text in enumerate(self._answers("/sweep", message, "sweep_cell")):
                    if at == made:
                        made += 1
                        outage.end()
                        yield self._cell(state, text)
                return
            except Error as error:
                outage.wait(error)

    def _cell(self, state: State, text: str) -> Cell:
        texts, values = _members(text)
        run = state.replace(**values["values"])
        if "error" in values:
            error = _refusal(text)
            return Cell(values["values"], None, self._settled(error, run) if isinstance(error, Diverged) else error)
        return Cell(values["values"], self._later(run, texts["network"], values["metrics"]), None)

    def predict(self, state: State, points: Iterable[Sequence[float]]) -> List[List[float]]:
        """Returns the probabilities of the classes, or the value of a regression, at each place."""
        places = [(float(row[0]), float(row[1])) for row in points]
        outputs: List[List[float]] = []
        for first in range(0, len(places), _AT_ONCE):
            some = [{"x": x, "y": y} for x, y in places[first : first + _AT_ONCE]]
            outputs += json.loads(self._ask("/predict", _message(state, data=some)))["outputs"]
        return outputs

    def layers(self, state: State, points: Optional[Iterable[Sequence[float]]] = None) -> Dict[str, Any]:
        """Returns where each layer puts points, by default those of the state, and a grid of the plane.

        layers has the input first and the output last, each with its name, units, axes, points and grid.
        grid has the places of the plane that it is of. docs/api.md says what they are.
        """
        data = None if points is None else [{"x": float(row[0]), "y": float(row[1])} for row in points]
        return self._told(self._ask("/layers", _message(state, data=data)))

    def explain(self, state: State, parameter: Optional[str] = None, point: Optional[int] = None) -> Dict[str, Any]:
        """Returns how the next update changes a weight or bias, such as "weights.0.1.0", number by number.

        By default it is the one with the largest gradient. point is the index of the point that is
        followed, by default the first of the batch. docs/api.md says what the members are.
        """
        return self._told(self._ask("/explain", _message(state, parameter=parameter, point=point)))

    @staticmethod
    def _told(text: str) -> Dict[str, Any]:
        """Returns the members of an answer, but for its type."""
        answer = json.loads(text)
        del answer["type"]
        return answer

    def replay(self, journal: str, anyway: bool = False) -> State:
        """Returns the state that a journal leads to: its text, or the link that the page's Share makes.

        A journal of another release is refused as "release". anyway replays it, which may lead to
        another state.
        """
        link = re.search(r"[?&]journal=([\w-]+)", journal)
        message = {"journal": link[1] if link else journal, "anyway": anyway}
        return _opened(self._ask("/replay", json.dumps(message)), self)

    def verify(self, hand_ins: Dict[str, str], lesson: str = "") -> Dict[str, Dict[str, Any]]:
        """Returns by their names what runs that are handed in claim, and what they come to.

        A hand-in is a journal, a link with one, or the text of a file that was saved. lesson is the link
        that they should have begun with, or a goal alone.
        """
        all = [{"name": name, "text": text} for name, text in hand_ins.items()]
        answer = json.loads(self._ask("/verify", json.dumps({"hand_ins": all, "lesson": lesson})))
        return {row["name"]: row for row in answer["hand_ins"]}

    def export(self, state: State, format: str) -> str:
        """Returns the network as a program: pytorch, numpy, go or javascript."""
        if format == "onnx":
            raise Error("invalid", "must be one that is text; onnx is binary, ask POST /export for it", "format")
        return self._ask("/export", _message(state, format=format), accept="*/*")

    def picture(self, *states: State, size: int = 280) -> Picture:
        """Returns a picture of what the network says all over the plane, with the points.

        Several states stand side by side. Each is size pixels wide and high.
        """
        if not states:
            raise ValueError("states must have at least one")
        if size < 1:
            raise ValueError(f"size must be at least 1 pixel; got {size}")
        return _picture([_Plane(state, self.predict(state, _GRID), size) for state in states], size)

    def _dataset(self, name: str, parameters: Dict[str, Any]) -> Tuple[Dict[str, str], Dict[str, Any]]:
        query = urllib.parse.urlencode({k: v for k, v in parameters.items() if v is not None})
        return _members(self._ask(f"/data/{urllib.parse.quote(name, safe='')}?{query}"))

    def _result(self, state: State, text: str) -> State:
        texts, values = _members(text)
        return self._later(state, texts["network"], values["metrics"])

    def _later(self, state: State, network: str, metrics: Dict[str, float]) -> State:
        kept = {name: text for name, text in state._texts.items() if name != "history"}
        if state.journal:
            kept["journal"] = json.dumps(state.journal.partition(".")[0])  # what it claims is of the state before
        return State({**kept, "network": network}, metrics, self)

    def _settled(self, error: Diverged, state: State) -> Diverged:
        error.state = self._later(state, error._network, {})
        return error

    def _ask(self, path: str, body: Optional[str] = None, accept: str = "application/json") -> str:
        """Returns a whole answer. It is asked for until it comes, which changes nothing anywhere."""
        outage = _Outage(self)
        while True:
            try:
                return b"".join(self._open(path, body, accept)).decode()
            except Error as error:
                outage.wait(error)

    def _answers(self, path: str, body: str, wanted: str) -> Iterator[str]:
        """Yields the data of the events of a stream that have a name. It raises an error if it is not whole."""
        for event, text in self._events(path, body):
            if event == wanted:
                yield text
            elif event == "error":
                raise _refusal(text)
            elif event == "done":
                reason = json.loads(text)["reason"]
                if reason != "steps":
                    raise Lost(f"the server ended its stream: {reason}")
                return
        raise Lost("the stream broke off")

    def _events(self, path: str, body: str) -> Iterator[Tuple[str, str]]:
        """Yields the name and the data of each server-sent event that comes whole."""
        lines, event, data = _lines(self._open(path, body, "text/event-stream")), "", ""
        for line in lines:
            name, _, value = line.partition(":")
            if name == "event":
                event = value.strip()
            elif name == "data":
                data += value
            elif not line and event:
                yield event, data
                event, data = "", ""

    def _open(self, path: str, body: Optional[str], accept: str) -> Iterator[bytes]:
        """Asks one server once and yields its answer as it comes."""
        headers, data = {"Accept": accept}, None
        if body is not None:
            headers["Content-Type"], data = "application/json", body.encode()
        if self.compress:
            headers["Accept-Encoding"] = "gzip"
            if data and len(data) >= _PAYS:
                headers["Content-Encoding"], data = "gzip", gzip.compress(data, 1)
        url = self._urls[0]
        answer: Any
        try:
            try:
                request = urllib.request.Request(url + path, data, headers)
                answer = urllib.request.urlopen(request, timeout=self.timeout)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                if answer.status >= 400:
                    raise _answered(answer.status, answer.headers, b"".join(_unpacked(answer)))
                kind = answer.headers.get_content_type()
                if accept not in (kind, "*/*"):
                    raise Error("unsupported", f"the answer of {url} is {kind}; want {accept}")
                yield from _unpacked(answer)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            raise Lost(f"{url}: {getattr(error, 'reason', None) or error or type(error).__name__}") from error


_AT_ONCE = 1000  # places in a request
_LONGEST_STREAM = 100_000  # updates
_PAYS = 1000  # bytes from which on compression pays


class _Outage:
    """The failures of a request since the last answer."""

    _FIRST, _LONGEST = 0.1, 3.0  # seconds; clients that lost a server together come back apart

    def __init__(self, lab: Client):
        self._lab = lab
        self.end()

    def end(self) -> None:
        self._failures, self._deadline = 0, 0.0

    def wait(self, error: Error) -> None:
        """Waits before the next try, at the next server. It raises the error if that is of no use."""
        if not error._is_passing():
            raise error
        if not self._failures:
            self._deadline = time.monotonic() + self._lab.patience
        if error.retry_after:
            pause = error.retry_after * (1 + random.random())
        else:
            pause = min(self._LONGEST, self._FIRST * 2 ** min(self._failures, 9)) * random.random()
        left = self._deadline - time.monotonic()
        if pause >= left:
            raise error
        if self._failures == 1:
            _log.warning("%s; trying again for %.0f s", error, left)
        self._failures += 1
        self._lab._urls.rotate(-1)
        time.sleep(pause)


def _answered(status: int, headers: Any, body: bytes) -> Error:
    """Returns the error of an answer. That of a proxy has a status and no text of ours."""
    try:
        return _refusal(body.decode(), status)
    except (ValueError, KeyError, TypeError):
        after = headers.get("Retry-After", "")
        seconds = int(after) if after.isdigit() else 0
        return Error("http", f"the answer has the status {status}", status=status, retry_after=seconds)


def _refusal(text: str, status: int = 0) -> Error:
    reason = json.loads(text)["error"]
    kind = Diverged if reason["code"] == "diverged" else Error
    error = kind(reason["code"], reason["message"], reason.get("field", ""), status, reason.get("retry_after", 0))
    if isinstance(error, Diverged):
        error.step = reason["step"]
        error._network = _members(_members(text)[0]["error"])[0]["network"]
    return error


def _unpacked(answer: Any) -> Iterator[bytes]:
    """Yields the body of an answer as it comes."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while True:
        part = answer.read1(1 << 16)
        if not part:
            break
        yield unpacker.decompress(part) if packed else part
    if answer.length or packed and not unpacker.eof:
        raise http.client.IncompleteRead(b"")


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Yields the lines that are whole."""
    begun: List[bytes] = []
    for part in parts:
        *lines, rest = part.split(b"\n")
        for line in lines:
            yield b"".join([*begun, line]).decode().rstrip("\r")
            begun = []
        begun.append(rest)


# JSON that keeps its text. A number may be written in several ways; a text has one.

_DECODER = json.JSONDecoder()


def _past_gap(text: str, at: int) -> int:
    """Returns where the next token is that says something."""
    while text[at] in " \t\r\n,:":
        at += 1
    return at


def _members(text: str) -> Tuple[Dict[str, str], Dict[str, Any]]:
    """Returns the members of an object that is valid JSON, each as its text and as its value.

    >>> _members('{"a": 1e2, "b": [-0.0]}')
    ({'a': '1e2', 'b': '[-0.0]'}, {'a': 100.0, 'b': [-0.0]})
    """
    texts, values = {}, {}
    at = _past_gap(text, text.index("{") + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        begin = _past_gap(text, at)
        values[name], end = _DECODER.raw_decode(text, begin)
        texts[name] = text[begin:end]
        at = _past_gap(text, end)
    return texts, values


def _object(texts: Dict[str, str]) -> str:
    """Returns the object that has members of these texts."""
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in texts.items()) + "}"


def _message(state: State, **members: Any) -> str:
    """Returns the JSON of a state with other and more members. What is None stays as it is."""
    texts = {name: state._texts[name] for name in _STATE}
    return _object({**texts, **{name: json.dumps(value) for name, value in members.items() if value is not None}})


# Pictures, in the colours of the page.

_WHITE, _GREY = (255, 255, 255), (250, 250, 250)
_CLASSES = [
    (31, 111, 180), (232, 125, 30), (127, 197, 151), (138, 21, 53), (254, 214, 111),
    (40, 53, 112), (100, 226, 253), (145, 84, 42), (213, 146, 177), (98, 107, 114),
]  # fmt: skip
_CELLS = 40  # along each axis
_GRID = [(2 * i / _CELLS - 1, 1 - 2 * j / _CELLS) for j in range(_CELLS + 1) for i in range(_CELLS + 1)]
_SHADES = 48
_GAP = 8  # pixels between two pictures
_RADIUS, _RIM = 3.5, 1.25  # of a point, in pixels

_Colour = Tuple[float, float, float]


class Picture(bytes):
    """A PNG. A notebook shows it."""

    def save(self, path: Path) -> None:
        """Writes the file."""
        pathlib.Path(path).write_bytes(self)

    def __repr__(self) -> str:
        return "Picture({} × {})".format(*struct.unpack(">II", self[16:24]))

    __str__ = __repr__

    def _repr_png_(self) -> bytes:
        return bytes(self)


def _mix(a: _Colour, b: _Colour, share: float) -> _Colour:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _colour(outputs: Sequence[float]) -> _Colour:
    """Returns the colour of a place: of its class, paler where the next class is near, or of its value.

    There are so many shades that none is seen, and so few that the file is small."""
    if len(outputs) == 1:
        value = max(-1.0, min(1.0, outputs[0]))
        return _mix(_GREY, _CLASSES[value > 0], 0.82 * round(_SHADES * abs(value)) / _SHADES)
    second, first = sorted(outputs)[-2:]
    return _mix(_WHITE, _CLASSES[outputs.index(first)], 0.62 * max(6, round(_SHADES * (first - second))) / _SHADES)


class _Plane:
    """The pixels of a state: the colour at each, and the points above."""

    def __init__(self, state: State, outputs: List[List[float]], size: int):
        self.size = size
        self.outputs = [outputs[j * (_CELLS + 1) :][: _CELLS + 1] for j in range(_CELLS + 1)]
        regression = state.config.get("task") == "regression"
        self.marks = [
            (
                (p.x + 1) / 2 * size - 0.5,
                (1 - p.y) / 2 * size - 0.5,
                _CLASSES[(p.label > 0) if regression else int(p.label)],
            )
            for p in state.data
        ]

    def row(self, j: int) -> List[_Colour]:
        """Returns the colours of a row of pixels, blended between the places that were asked for."""
        at = (j + 0.5) / self.size * _CELLS
        above, low = int(at), at - int(at)
        across = [
            [p + (q - p) * low for p, q in zip(*two)] for two in zip(self.outputs[above], self.outputs[above + 1])
        ]
        row = []
        for i in range(self.size):
            at = (i + 0.5) / self.size * _CELLS
            left, share = int(at), at - int(at)
            row.append(_colour([p + (q - p) * share for p, q in zip(across[left], across[left + 1])]))
        for x, y, colour in self.marks:
            reach = _RADIUS + _RIM + 0.5
            if abs(y - j) < reach:
                for i in range(max(0, int(x - reach)), min(self.size, int(x + reach) + 2)):
                    inside = _RADIUS - math.sqrt((x - i) ** 2 + (y - j) ** 2) + 0.5
                    row[i] = _mix(row[i], _WHITE, max(0.0, min(1.0, inside + _RIM)))
                    row[i] = _mix(row[i], colour, max(0.0, min(1.0, inside)))
        return row


def _picture(planes: List[_Plane], size: int) -> Picture:
    """Returns planes side by side as a PNG (ISO/IEC 15948), in colours of three bytes."""
    width = len(planes) * (size + _GAP) - _GAP
    rows = bytearray()
    for j in range(size):
        pixels: List[_Colour] = []
        for plane in planes:
            pixels += [_WHITE] * (_GAP if pixels else 0) + plane.row(j)
        rows.append(0)  # no filter
        rows += bytes(int(value + 0.5) for colour in pixels for value in colour)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, size, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
        (b"IEND", b""),
    )
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return Picture(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


# The command line.


def _setting(text: str) -> Tuple[str, Any]:
    """Reads name=value: a list by commas, a number or a word."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"want name=value; got {text!r}")
    if name in ("hidden_layers", "features"):
        return name, [_scalar(part) for part in value.split(",") if part]
    return name, _scalar(value)


def _scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _place(text: str) -> Tuple[float, ...]:
    x, y = text.split(",")
    return float(x), float(y)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nnvisu.py", description="Trains small neural networks on a server.")
    parser.add_argument("--url", action="append", help="address of a server; repeat it for more replicas")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="begin a run on a data set")
    new.add_argument("dataset")
    new.add_argument("file", help="of the state")
    new.add_argument("settings", nargs="*", type=_setting, metavar="name=value", help="such as hidden_layers=8,8")
    train = commands.add_parser("train", help="train a state, and write it back")
    train.add_argument("file")
    train.add_argument("--steps", type=int, default=1000, help="updates in all; 0 is until Ctrl+C")
    train.add_argument("--every", type=int, default=100, help="updates between two lines")
    train.add_argument("--out", help="another file for the state")
    replay = commands.add_parser("replay", help="do again what a journal tells")
    replay.add_argument("journal", help="its text, or the link that has it")
    replay.add_argument("file", help="of the state")
    replay.add_argument("--anyway", action="store_true", help="also if it is of another release")
    predict = commands.add_parser("predict", help="print what the network says")
    predict.add_argument("file")
    predict.add_argument("places", nargs="+", type=_place, metavar="x,y", help="put -- before a minus sign")
    picture = commands.add_parser("picture", help="draw states side by side")
    picture.add_argument("file", nargs="+")
    picture.add_argument("out", help="the PNG")
    return parser


def main(arguments: Optional[List[str]] = None) -> None:
    """Runs the command line."""
    given = _parser().parse_args(arguments)
    lab = Client(*(given.url or []))
    if given.command == "new":
        lab.new(given.dataset, **dict(given.settings)).save(given.file)
    elif given.command == "train":
        state = load(given.file)
        try:
            for state in lab.train(state, given.steps, given.every):
                words = [f"step {state.step}"] + [f"{name} {value:.6g}" for name, value in state.metrics.items()]
                print(*words, flush=True)
        except KeyboardInterrupt:
            pass
        finally:
            state.save(given.out or given.file)
    elif given.command == "replay":
        lab.replay(given.journal, given.anyway).save(given.file)
    elif given.command == "predict":
        for row in lab.predict(load(given.file), given.places):
            print(*row)
    else:
        lab.picture(*map(load, given.file)).save(given.out)


if __name__ == "__main__":
    try:
        main()
    except (Error, OSError, ValueError) as error:
        sys.exit(f"nnvisu.py: {error}")
