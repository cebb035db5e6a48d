"""What several test files share: a small folder of office files and the assessments built from it."""

import shutil
from pathlib import Path

import pytest

from drugstats import assessment

ROOT = Path(__file__).parent.parent
WORKBOOKS = ROOT / "data" / "example_city" / "workbooks"


@pytest.fixture(scope="session")
def office(tmp_path_factory) -> Path:
    """The example city's workbooks of its last three years."""
    folder = tmp_path_factory.mktemp("office")
    for year in ("2023", "2024", "2025"):
        for path in WORKBOOKS.glob(f"*{year}*.xlsx"):
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def city(office, tmp_path_factory) -> Path:
    """The assessment of the city, in Chinese."""
    out = tmp_path_factory.mktemp("city") / "outputs"
    assessment.build(office, out, say=lambda line: None)
    return out


@pytest.fixture(scope="session")
def county(office, tmp_path_factory) -> Path:
    """The assessment of one county, a year earlier, in English."""
    out = tmp_path_factory.mktemp("county") / "outputs"
    assessment.build(office, out, area="石磴县", period="2024", lang="en", say=lambda line: None)
    return out
