"""What several tests of intake share: the example city, loaded once."""

from pathlib import Path

import pytest

from drugstats import intake

CITY = Path(__file__).resolve().parents[2] / "data" / "example_city"


@pytest.fixture(scope="session")
def city_observations():
    return intake.load(CITY).observations


@pytest.fixture(scope="session")
def county_returns(city_observations):
    """What the county workbooks tell, without the files of the city's own office."""
    names = {path.name for path in (CITY / "workbooks").iterdir()}
    return city_observations[city_observations["source"].str.split("/").str[0].isin(names)]
