"""The house rules that a machine can hold: who imports whom, sizes, documentation, and what a start costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "drugstats"
MODULES = sorted(LIBRARY.rglob("*.py"))
LOWER = {
    "tables": set(),
    "vocab": {"tables"},
    "names": {"vocab", "tables"},
    "lines": {"names", "vocab", "tables"},
    "stats": {"tables"},
    "intake": {"names", "vocab", "tables"},
    "output": {"names", "vocab", "tables"},
    "assessment": {"intake", "output", "names", "vocab", "tables"},
    "verification": {"output", "stats", "lines", "names", "vocab", "tables"},
    "cli": {"assessment", "verification", "intake", "output", "names", "vocab", "tables"},
}


def room(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def rooms_imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "drugstats":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("drugstats."):
            found.add(node.module.split(".")[1])
    return found


def wrong_imports(name: str, source: str) -> set[str]:
    return rooms_imported(source) - LOWER[name] - {name, "__version__"}


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in LOWER], ids=lambda path: path.stem)
def test_imports_run_downwards_only(path):
    assert wrong_imports(room(path), path.read_text(encoding="utf-8")) == set()


def test_an_upward_import_would_be_seen():
    assert wrong_imports("stats", "from drugstats import vocab") == {"vocab"}
    assert wrong_imports("output", "def f():\n    from drugstats.stats import rates") == {"stats"}


def test_every_room_is_known():
    assert {room(path) for path in MODULES} <= {*LOWER, "__init__", "__main__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_short_and_says_in_one_sentence_what_it_is(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_public_function_says_what_it_returns(path):
    public = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]  # fmt: skip
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_starting_costs_no_heavy_library():
    code = (
        "import sys, drugstats, drugstats.intake, drugstats.vocab\n"
        f"from drugstats.stats import {', '.join(path.stem for path in LIBRARY.glob('stats/[!_]*.py'))}\n"
        "print([name for name in ('statsmodels', 'seaborn', 'scipy.stats', 'matplotlib', 'docx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["rates", "control", "rounding", "contribution", "trend", "alarm", "pace"])
def test_the_examples_in_the_documentation_are_right(module):
    import doctest
    import importlib

    result = doctest.testmod(importlib.import_module(f"drugstats.stats.{module}"))
    assert result.attempted > 0 and result.failed == 0
