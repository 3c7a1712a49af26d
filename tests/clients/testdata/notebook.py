"""Runs the cells of a notebook as Jupyter does: notebook.py in.ipynb out.ipynb

An output is what a cell prints, and its last expression: as text and, where it has one, as a picture.
"""

import ast
import base64
import contextlib
import io
import json
import sys


def lines(text):
    return text.splitlines(keepends=True)


def run(source, names, count):
    """Returns the outputs of a cell."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    outputs = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(printed.getvalue())})
    if value is not None:
        shown = {"text/plain": lines(repr(value))}
        picture = getattr(value, "_repr_png_", lambda: None)()
        if picture:
            shown["image/png"] = base64.b64encode(picture).decode() + "\n"
        outputs.append(
            {"data": shown, "execution_count": count, "metadata": {}, "output_type": "execute_result"}
        )
    return outputs


with open(sys.argv[1], encoding="utf-8") as file:
    notebook = json.load(file)
names, count = {}, 0
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        count += 1
        cell["execution_count"] = count
        cell["outputs"] = run("".join(cell["source"]), names, count)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(notebook, file, indent=1, sort_keys=True, ensure_ascii=False)
    file.write("\n")
