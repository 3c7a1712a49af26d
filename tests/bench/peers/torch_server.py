"""A yardstick for the wire: Tornado and PyTorch, one train_step per WebSocket message.

What one would write in Python in an afternoon. It speaks a subset of nnvisu's messages: {"type": "train_step",
"config", "network": {"weights", "biases"}, "data"} -> {"type": "train_step_result", "network", "loss"}. Like nnvisu
it keeps nothing and makes everything anew from each message, but it knows no moments of the optimizer. Adam, one
full-batch step, cross-entropy, hidden layers tanh, float32, one torch thread.

    apt-get install -y python3-tornado python3-torch libopenblas0-pthread
    /usr/bin/python3 tests/bench/peers/torch_server.py 8899
"""
import asyncio
import json
import sys

import torch
import tornado.web
import tornado.websocket
from torch import nn, optim

torch.set_num_threads(1)


def step(message):
    net, config, data = message["network"], message["config"], message["data"]
    layers = []
    for i, (w, b) in enumerate(zip(net["weights"], net["biases"])):
        linear = nn.Linear(len(w[0]), len(w))
        linear.weight.data = torch.tensor(w, dtype=torch.float32)
        linear.bias.data = torch.tensor(b, dtype=torch.float32)
        layers += [linear, nn.Tanh()]
    model = nn.Sequential(*layers[:-1])
    x = torch.tensor([[p["x"], p["y"]] for p in data], dtype=torch.float32)
    y = torch.tensor([p["label"] for p in data])
    optimizer = optim.Adam(model.parameters(), lr=config["learning_rate"])
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    linears = [m for m in model if isinstance(m, nn.Linear)]
    return {
        "type": "train_step_result",
        "network": {
            "weights": [m.weight.tolist() for m in linears],
            "biases": [m.bias.tolist() for m in linears],
        },
        "loss": loss.item(),
    }


class Socket(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(json.dumps(step(json.loads(message))))


async def main(port):
    tornado.web.Application([(r"/ws", Socket)]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8899))
