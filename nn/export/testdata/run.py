"""Runs the Python models of a directory and prints what they say as JSON.

usage: run.py directory points.json < lines

Every model is imported and asked for all points, and run as a program that
reads the lines. A warning is an error: a model has nothing to warn of.
"""

import contextlib
import io
import json
import pathlib
import runpy
import sys
import warnings

warnings.simplefilter("error", RuntimeWarning)
directory, points = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
lines = sys.stdin.read()
answers = {}
for path in sorted(directory.glob("*.py")):
    names = runpy.run_path(str(path))
    predict = names["Network"]().predict if "Network" in names else names["predict"]
    sys.stdin, printed = io.StringIO(lines), io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path), run_name="__main__")
    answers[path.stem] = {"outputs": predict(points).tolist(), "printed": printed.getvalue()}
json.dump(answers, sys.stdout)
