"""What several test files share: a small folder of office files and the assessments built from it."""

import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from drugstats import assessment

ROOT = Path(__file__).parent.parent
YEARS = ("2023", "2024", "2025")
EXAMPLE = ROOT / "data" / "example_city"
WORKBOOKS = EXAMPLE / "workbooks"


def pytest_terminal_summary(terminalreporter):
    """Print what tests measured, which a worker's own output would swallow."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "measured" and report.when == "call":
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def office(tmp_path_factory) -> Path:
    """The example city's files of its last three years, and the drafts of speeches."""
    folder = tmp_path_factory.mktemp("office")
    for path in WORKBOOKS.iterdir():
        if path.suffix == ".zip":
            _unpack(path, folder)
        elif any(year in path.name for year in YEARS):
            shutil.copy(path, folder)
    for path in (EXAMPLE / "city_office").iterdir():
        heading, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        kept = [line for line in lines if line.split(",")[1][:4] in YEARS]
        (folder / path.name).write_text("\n".join([heading, *kept]) + "\n", encoding="utf-8")
    for path in (EXAMPLE / "speech").iterdir():
        shutil.copy(path, folder)
    return folder


def _unpack(path: Path, folder: Path) -> None:
    """Pack anew only the members of the last years; sorted names keep the years in order."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(folder / path.name, "w") as packed:
        for member in sorted(archive.namelist())[-len(YEARS) :]:
            packed.writestr(archive.getinfo(member), archive.read(member))


@pytest.fixture(scope="session")
def city(office, tmp_path_factory) -> Path:
    """The assessment of the city, in Chinese."""
    return built_once(tmp_path_factory, "city", office)


@pytest.fixture(scope="session")
def county(office, tmp_path_factory) -> Path:
    """The assessment of one county, a year earlier, in English."""
    return built_once(tmp_path_factory, "county", office, area="石磴县", period="2024", lang="en")


def built_once(tmp_path_factory, name: str, office: Path, **options) -> Path:
    """Build an assessment, or wait for the worker that does: all workers of a run look at the same one."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    out, failed = shared / "outputs", shared / "failed"
    try:
        shared.mkdir()
    except FileExistsError:
        while not (out / assessment.MANIFEST).is_file():
            assert not failed.is_file(), f"another worker could not build {name}"
            time.sleep(0.5)
        return out
    try:
        assessment.build(office, out, say=lambda line: None, **options)
    except BaseException:
        failed.touch()
        raise
    return out
