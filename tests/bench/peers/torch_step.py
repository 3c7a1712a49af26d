"""A yardstick for the engine: what one optimizer update costs in PyTorch (eager, one thread).

    apt-get install -y python3-torch libopenblas0-pthread
    /usr/bin/python3 tests/bench/peers/torch_step.py [case [dtype]]   # a line per case: its name, and microseconds per update

Each is the median of five. The sizes are those of BenchmarkStep in package nn; only times are compared, never values.
"""
import statistics
import sys
import time

import torch
from torch import nn, optim

CASES = {  # name: (hidden, points, batch, optimizer, classes)
    "8-8/n500/full/adam": ([8, 8], 500, 500, "adam", 2),
    "8-8/n500/batch10/sgd": ([8, 8], 500, 10, "sgd", 2),
    "8-8/n500/batch10/adam": ([8, 8], 500, 10, "adam", 2),
    "10-5/n200/full/adam": ([10, 5], 200, 200, "adam", 3),
    "100-100-100/n500/full/adam": ([100, 100, 100], 500, 500, "adam", 2),
}


def microseconds(hidden, n, batch, optimizer, classes, dtype):
    torch.manual_seed(0)
    sizes = [2, *hidden, classes]
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.Tanh()]
    model = nn.Sequential(*layers[:-1]).to(dtype)
    x, y = torch.randn(n, 2, dtype=dtype), torch.randint(0, classes, (n,))
    make = {"adam": lambda ps: optim.Adam(ps, lr=0.01), "sgd": lambda ps: optim.SGD(ps, lr=0.03)}
    opt = make[optimizer](model.parameters())

    def pass_over():
        for i in range(0, n, batch):
            opt.zero_grad()
            nn.functional.cross_entropy(model(x[i:i + batch]), y[i:i + batch]).backward()
            opt.step()

    pass_over()
    times = []
    for _ in range(5):
        passes, start = 0, time.perf_counter()
        while time.perf_counter() - start < 0.3:
            pass_over()
            passes += 1
        times.append((time.perf_counter() - start) / passes / -(-n // batch) * 1e6)
    return statistics.median(times)


if __name__ == "__main__":
    torch.set_num_threads(1)
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    dtypes = sys.argv[2:] or ["float32", "float64"]
    for name, case in CASES.items():
        if wanted in name:
            times = (f"{d} {microseconds(*case, getattr(torch, d)):.1f}" for d in dtypes)
            print(name, *times, sep="\t", flush=True)
