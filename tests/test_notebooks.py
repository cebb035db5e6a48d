"""Notebooks only talk: a question, parameters, short cells, no logic, no digit in a text cell, no output kept."""

import ast
import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp, ast.DictComp, ast.GeneratorExp)


def faults(notebook: dict) -> list[str]:
    """Every house rule that a notebook breaks, in words."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    sources = ["".join(cell["source"]) for cell in code]
    trees = [ast.parse(source) for source in sources]
    told = []
    if len(code) > 12:
        told.append("more than twelve code cells")
    if any(len(source.splitlines()) > 10 for source in sources):
        told.append("a cell of more than ten lines")
    if any(cell["outputs"] or cell["execution_count"] for cell in code):
        told.append("outputs kept")
    if code[0]["metadata"].get("tags") != ["parameters"] or not all(
        isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) for node in trees[0].body
    ):
        told.append("no parameters of literals first")
    if any(isinstance(node, FORBIDDEN) for tree in trees for node in ast.walk(tree)):
        told.append("logic in a cell")
    for node in (node for tree in trees for node in ast.walk(tree)):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if any(not name.startswith("drugstats") for name in names):
            told.append("an import from elsewhere")
    if any(re.search(r"\d", part) for part in text):
        told.append("a digit in a text cell")
    if not re.match(r"# .*？\n\n.*\?", text[0]):
        told.append("no question in both languages under the title")
    if not any("局限" in part and "Limits" in part for part in text):
        told.append("no limits stated")
    return told


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_house_rules(path):
    assert re.match(r"\d\d_[a-z_]+$", path.stem)
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []


def test_there_are_notebooks_to_hold():
    assert len(NOTEBOOKS) == 8


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("for x in []:\n    pass", "logic in a cell"),
        ("f = lambda: 3", "logic in a cell"),
        ("import scipy", "an import from elsewhere"),
        ("\n".join(["x = 1"] * 11), "a cell of more than ten lines"),
    ],
)
def test_a_broken_rule_is_told(spoil, fault):
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    notebook["cells"][-2] |= {"cell_type": "code", "source": [spoil], "outputs": [], "execution_count": None}
    assert fault in faults(notebook)


def test_other_broken_rules_are_told():
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["# 2025"]
    notebook["cells"][1]["metadata"] = {}
    notebook["cells"][2] |= {"outputs": [{}]}
    notebook["cells"] = notebook["cells"][:-1] + [notebook["cells"][2]] * 12
    assert set(faults(notebook)) == {
        "more than twelve code cells", "outputs kept", "no parameters of literals first", "a digit in a text cell",
        "no question in both languages under the title", "no limits stated",
    }  # fmt: skip
