"""The set-up: the lists of packages agree, run.py needs Python alone, a start that fails says what to do."""

import ast
import hashlib
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import run

ROOT = Path(run.__file__).parent
LISTS = ["pyproject.toml", "requirements.lock", "environment.yml"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]
SYSTEMS = ["win32", "linux"]

needs_bash = pytest.mark.skipif(os.name == "nt", reason="Windows has no shell scripts")


def faults(folder):
    """One sentence for each way in which the three lists of packages in `folder` do not hold together."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (folder / "requirements.lock").read_text("utf-8")
    conda = (folder / "environment.yml").read_text("utf-8")
    return [*faults_of_pins(project, lock), *faults_of_lock(lock), *faults_of_conda(project, conda)]


def faults_of_pins(project, lock):
    listed = project["dependencies"] + project["optional-dependencies"]["test"]
    wanted = [Requirement(text) for text in listed]
    pins = [Requirement(text) for text, _ in entries(lock)]

    for version, system in itertools.product(PYTHONS, SYSTEMS):
        there = {"python_version": version, "python_full_version": f"{version}.0", "sys_platform": system}
        for requirement in (one for one in wanted if applies(one, there)):
            found = [pin for pin in pins if same(pin, requirement) and applies(pin, there)]
            if len(found) != 1:
                yield f"{requirement.name} has {len(found)} pins for Python {version} on {system}"
            elif not requirement.specifier.contains(next(iter(found[0].specifier)).version):
                yield f"{found[0].name}{found[0].specifier} is outside {requirement.specifier}"


def applies(requirement, there):
    return requirement.marker is None or requirement.marker.evaluate(there)


def same(one, other):
    return canonicalize_name(one.name) == canonicalize_name(other.name)


def faults_of_lock(lock):
    for requirement, hashes in entries(lock):
        if not hashes:
            yield f"{requirement} has no hash"
    if re.search(r"://|--(extra-)?index|--find-links| @ |(^|[\s=])(/|[A-Z]:\\)", lock, re.M):
        yield "the lock names a host or a folder"


def entries(lock):
    """Requirement and hashes of every entry of the lock."""
    lines = lock.replace("\\\n", " ").splitlines()
    found = [line.split("--hash=") for line in lines if line.strip() and line[0] not in "#-"]
    return [(requirement.strip(), hashes) for requirement, *hashes in found]


def faults_of_conda(project, conda):
    lines = conda.split("dependencies:\n")[1].splitlines()
    listed = [line.strip().removeprefix("- ") for line in lines]
    python = [text for text in listed if re.fullmatch(r"python=[\d.]+", text)]
    if len(python) != 1 or not SpecifierSet(project["requires-python"]).contains(python[0][len("python=") :]):
        yield f"environment.yml has no Python {project['requires-python']}"
    if [text for text in listed if text not in python] != ["pip", "pip:", "-r requirements.lock"]:
        yield "environment.yml installs something besides Python, pip and the lock"


def test_the_three_lists_of_packages_hold_together():
    assert faults(ROOT) == []


@pytest.mark.parametrize(
    "name, pattern, replacement, sentence",
    [
        ("requirements.lock", r"^pandas==.*\n( .*\n)+", "", "pandas has 0 pins for Python 3.11 on win32"),
        ("requirements.lock", r"^(scipy==1.17.\d+) ; .*", r"\1 \\", "scipy has 2 pins for Python 3.15"),
        ("requirements.lock", r"^pandas==\S+", "pandas==2.3.3", "pandas==2.3.3 is outside <4,>=3"),
        ("pyproject.toml", r'"numpy>=', r'"polars>=1", "numpy>=', "polars has 0 pins"),
        ("requirements.lock", r"^(pytest==\S+) .*\n( .*\n)+", r"\1\n", "pytest==.* has no hash"),
        ("requirements.lock", r"\A", "--index-url https://mirror.example/simple\n", "names a host"),
        ("requirements.lock", r"\A", "# uv pip compile /home/me/pyproject.toml\n", "or a folder"),
        ("environment.yml", r"python=\S+", "python=3.10", "has no Python >=3.11"),
        ("environment.yml", r"  - python=\S+\n", "", "has no Python >=3.11"),
        ("environment.yml", r"  - pip\n", "  - pip\n  - pandas\n", "something besides"),
        ("environment.yml", r"requirements.lock", "requirements.txt", "something besides"),
    ],
)
def test_each_way_in_which_the_lists_can_disagree_is_reported(tmp_path, name, pattern, replacement, sentence):
    for listed in LISTS:
        shutil.copy(ROOT / listed, tmp_path)
    text = (ROOT / name).read_text("utf-8")
    spoiled = re.sub(pattern, replacement, text, count=1, flags=re.M)
    (tmp_path / name).write_text(spoiled, "utf-8")

    assert spoiled != text
    assert any(re.search(sentence, fault) for fault in faults(tmp_path))


def undeclared(folder, project):
    """File and name of each import in `folder` that the project does not ask for."""
    wanted = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    distributions = packages_distributions()
    for module in sorted(folder.rglob("*.py")):
        for name in foreign_imports(module.read_text("utf-8")):
            top = name.split(".")[0]
            if top != "drugstats" and wanted.isdisjoint(map(canonicalize_name, distributions.get(top, []))):
                yield module.name, name


def test_whatever_the_library_imports_is_asked_for_by_name(tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert list(undeclared(ROOT / "drugstats", project)) == []

    (tmp_path / "charts.py").write_text("import docx, zmq.green, drugstats.tables\nfrom nowhere import it\n")
    assert list(undeclared(tmp_path, project)) == [("charts.py", "zmq.green"), ("charts.py", "nowhere")]


def foreign_imports(source):
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]


def test_run_py_imports_the_standard_library_alone():
    assert foreign_imports((ROOT / "run.py").read_text("utf-8")) == []
    assert foreign_imports("import os, numpy.linalg\nfrom pandas import NA") == ["numpy.linalg", "pandas"]


def test_an_old_python_can_read_run_py_and_so_says_what_it_lacks():
    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 8))
    with pytest.raises(SyntaxError):
        ast.parse("match word:\n    case _: pass", feature_version=(3, 8))


@pytest.mark.parametrize("name, value", [("version_info", (3, 10, 13)), ("maxsize", 2**31 - 1)])
def test_an_old_or_32_bit_python_is_refused_in_one_sentence(monkeypatch, name, value):
    monkeypatch.setattr(sys, name, value)
    with pytest.raises(SystemExit, match="需要 64 位 Python 3.11(.|\n)*needs a 64-bit Python 3.11 or newer"):
        run.main([])


def test_no_word_prints_the_usage_in_both_languages(capsys):
    assert run.main([]) == 2
    usage = capsys.readouterr().err
    assert "毒情形势分析" in usage and "the situation assessment" in usage


class Console(io.TextIOWrapper):
    def isatty(self):
        return True


def test_a_console_without_chinese_still_shows_the_english(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Console(io.BytesIO(), encoding="ascii"))
    assert run.main([]) == 2
    assert "the situation assessment" in sys.stderr.buffer.getvalue().decode("ascii")


def test_a_chinese_console_is_written_in_its_own_code_page_and_a_file_in_utf8(monkeypatch):
    for kind, code in [(Console, "cp936"), (io.TextIOWrapper, "utf-8")]:
        monkeypatch.setattr(sys, "stderr", kind(io.BytesIO(), encoding="cp936"))
        run.main([])
        assert "毒情形势分析" in sys.stderr.buffer.getvalue().decode(code)


def test_an_interrupt_ends_without_a_traceback(monkeypatch):
    def interrupt(*words, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "call", interrupt)
    assert run.main(["test"]) == 130


@pytest.fixture
def finished(tmp_path):
    """A folder as run.py leaves it, and its lock."""
    lock = tmp_path / "requirements.lock"
    lock.write_text("pebble==1.0\n")
    python = run.python_in(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / ".venv/complete").write_text(run.stamp(lock))
    return tmp_path / ".venv", lock


def test_a_finished_environment_is_used_again(finished):
    assert run.is_complete(*finished)


def test_a_changed_lock_asks_for_a_new_environment(finished):
    finished[1].write_text("pebble==1.1\n")
    assert not run.is_complete(*finished)


def test_a_python_in_another_place_asks_for_a_new_environment(finished, monkeypatch):
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    assert not run.is_complete(*finished)


def test_a_newer_python_asks_for_a_new_environment(finished, monkeypatch):
    newer = type(sys.implementation)(**{**vars(sys.implementation), "cache_tag": "cpython-399"})
    monkeypatch.setattr(sys, "implementation", newer)
    assert not run.is_complete(*finished)


def test_an_interrupted_set_up_asks_for_a_new_environment(finished):
    (finished[0] / "complete").unlink()
    assert not run.is_complete(*finished)


def test_an_environment_whose_python_is_gone_is_made_anew(finished):
    run.python_in(finished[0]).unlink()
    assert not run.is_complete(*finished)


NO_NETWORK_NO_UV = {
    "PATH": "",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "0",
}


def start(office, *words, **settings):
    return subprocess.run(
        [sys.executable, office / "run.py", *words],
        env={**os.environ, **NO_NETWORK_NO_UV, **settings},
        cwd=office / "elsewhere",
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A copy of run.py with a small drugstats, a lock of one package and an empty wheelhouse."""
    folder = tmp_path_factory.mktemp("禁毒办 office")
    shutil.copy(ROOT / "run.py", folder)
    (folder / "wheelhouse").mkdir()

    with zipfile.ZipFile(folder / "pebble-1.0-py3-none-any.whl", "w") as wheel:
        about = "pebble-1.0.dist-info/"
        wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: pebble\nVersion: 1.0\n")
        wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(about + "RECORD", "")
        wheel.writestr("pebble.py", "")
        wheel.writestr("never_imported.py", "")
    digest = hashlib.sha256(Path(wheel.filename).read_bytes()).hexdigest()
    (folder / "requirements.lock").write_text(f"pebble==1.0 --hash=sha256:{digest}\n")

    scripts = {
        "drugstats/__init__.py": "",
        "drugstats/__main__.py": "import sys, pebble\nprint(sys.argv[1:], sys.flags.utf8_mode)\n",
        "elsewhere/drugstats/__init__.py": "",
        "elsewhere/drugstats/__main__.py": "print('a drugstats that lies where the user stands')\n",
        "pytest.py": "import os, sys\nprint(os.listdir(), sys.argv[1:])\n",
    }
    for name, script in scripts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(script)
    return folder


@pytest.fixture(scope="module")
def starts(office):
    """Three starts in a row: with an empty wheelhouse, with the package in it, and once more."""
    empty = start(office, "assessment")
    (office / ".venv/left_behind").touch()
    shutil.move(office / "pebble-1.0-py3-none-any.whl", office / "wheelhouse")
    filled = start(office, "assessment", "--area", "表", PYTHONDONTWRITEBYTECODE="1")
    shutil.rmtree(office / "wheelhouse")
    return empty, filled, start(office, "load", "表.csv")


def test_an_install_that_fails_ends_with_what_to_do_and_not_with_a_traceback(starts):
    assert starts[0].returncode == 1
    assert starts[0].stderr.endswith(run.NO_WHEELS + "\n")
    assert "Traceback" not in starts[0].stderr


def test_the_next_start_clears_what_the_failed_one_left_and_needs_no_network(starts, office):
    assert (starts[1].returncode, starts[1].stdout) == (0, "['build', '--area', '表'] 1\n")
    assert len(starts[1].stderr.splitlines()) == 2
    assert not (office / ".venv/left_behind").exists()


def test_all_is_compiled_even_where_python_is_told_not_to(starts, office):
    assert list(run.packages_in(office / ".venv").glob("__pycache__/never_imported.*.pyc"))
    assert list((office / "drugstats/__pycache__").glob("__init__.*.pyc"))


def test_a_later_start_installs_nothing_and_says_nothing(starts):
    assert (starts[2].returncode, starts[2].stdout, starts[2].stderr) == (0, "['load', '表.csv'] 1\n", "")


def test_the_word_test_runs_pytest_in_the_folder_of_the_project(starts, office):
    shown = start(office, "test", "-x").stdout
    assert "run.py" in shown and shown.endswith("'worksteal', '-x']\n")


def test_a_moved_folder_goes_on_working(starts, office, tmp_path):
    moved = shutil.copytree(office, tmp_path / "moved", symlinks=True)
    (moved / "drugstats/__main__.py").write_text("print('moved')")
    found = subprocess.run(
        [run.python_in(moved / ".venv"), "-c", "import drugstats.__main__"], cwd=tmp_path, capture_output=True
    )
    assert found.stdout.split() == [b"moved"]


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """Puts a program named uv on the path that notes its words and ends with the exit code it is given."""
    for name, value in NO_NETWORK_NO_UV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(code):
        script = f'#!/bin/sh\necho "$@ $UV_COMPILE_BYTECODE" >"{tmp_path}/words"\nexit {code}\n'
        (tmp_path / "uv").write_text(script)
        (tmp_path / "uv").chmod(0o755)

    return write


@needs_bash
def test_uv_is_used_where_it_is_on_the_path(tmp_path, uv):
    uv(0)
    run.install(tmp_path / ".venv", tmp_path / "lock", tmp_path / "wheelhouse")
    words = (tmp_path / "words").read_text()
    assert words.startswith(f"pip install --python {run.python_in(tmp_path / '.venv')} ")
    assert words.endswith(f" --only-binary :all: --require-hashes -r {tmp_path}/lock 1\n")
    assert "--no-index" not in words


@needs_bash
def test_a_wheelhouse_shuts_the_network_out(tmp_path, uv):
    uv(0)
    (tmp_path / "wheelhouse").mkdir()
    run.install(tmp_path / ".venv", tmp_path / "lock", tmp_path / "wheelhouse")
    assert f" --no-index --find-links {tmp_path}/wheelhouse " in (tmp_path / "words").read_text()


def test_pip_has_its_turn_where_uv_fails_and_a_missing_network_is_named_as_such(starts, office, tmp_path, uv):
    uv(1)
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"granite==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SystemExit, match="check the network or the mirror"):
        run.install(office / ".venv", lock, tmp_path / "wheelhouse")


def test_a_folder_that_cannot_be_made_is_named_as_such(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "requirements.lock").touch()
    with pytest.raises(SystemExit, match="The folder .venv could not be made"):
        run.environment(tmp_path / "file/.venv", tmp_path / "requirements.lock", tmp_path / "wheelhouse")


CI_OUTPUTS = ["毒情形势分析.docx", "毒情形势分析.html", "charts/趋势.png"]
CI_RUN = """import pathlib, sys
with open("words", "a") as words:
    words.write(" ".join(sys.argv[1:]) + "\\n")
sys.exit(sys.argv[1] == "test" and pathlib.Path("red").exists())
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose run.py notes its words, and whose assessment is written."""
    (tmp_path / "run.py").write_text(CI_RUN)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci")
    for name in CI_OUTPUTS:
        (tmp_path / "outputs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "outputs" / name).write_text("something")
    return tmp_path


def integrate(checkout):
    command = ["bash", checkout / ".ci/run"]
    return subprocess.run(command, cwd=checkout / "outputs", capture_output=True, encoding="utf-8")


@needs_bash
def test_integration_runs_the_tests_and_then_the_assessment(checkout):
    assert integrate(checkout).returncode == 0
    assert (checkout / "words").read_text().splitlines() == ["test", "assessment"]


@needs_bash
@pytest.mark.parametrize("name", CI_OUTPUTS)
def test_integration_fails_where_an_output_is_empty_or_missing(checkout, name):
    (checkout / "outputs" / name).write_text("")
    assert integrate(checkout).returncode == 1
    (checkout / "outputs" / name).unlink()
    assert integrate(checkout).returncode == 1


@needs_bash
def test_integration_stops_at_a_failing_test(checkout):
    (checkout / "red").touch()
    assert integrate(checkout).returncode == 1
    assert (checkout / "words").read_text().splitlines() == ["test"]


def test_a_character_the_font_lacks_fails_the_test_that_draws_it():
    figure = Figure()
    figure.text(0.5, 0.5, "禁毒", family="DejaVu Sans")
    with pytest.raises(UserWarning, match="Glyph"):
        FigureCanvasAgg(figure).draw()


def test_a_chained_assignment_fails_the_test_that_makes_it():
    counties = pd.DataFrame({"cases": [1, 2]})
    with pytest.raises(pd.errors.ChainedAssignmentError):
        counties["cases"][0] = 3
