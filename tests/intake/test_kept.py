"""Observations kept with their checksum are read at once; a changed file is read as any other."""

import pandas as pd
import pytest

from drugstats import intake, tables
from drugstats.intake import sheets
from drugstats.tables import TableError


@pytest.fixture
def kept(tmp_path):
    sheet = tmp_path / "月报.csv"
    sheet.write_text("地区,年份,现有在册吸毒人员,新发现吸毒人员\n石磴县,2025年,213,26\n", encoding="utf-8")
    path = tmp_path / "observations.csv"
    intake.keep(intake.load(sheet).observations, path)
    return path


def test_what_is_unchanged_is_read_without_a_second_look(kept, monkeypatch):
    looked_at = intake.load(kept.rename(kept.with_name("other.csv"))).observations
    kept.with_name("other.csv").rename(kept)
    monkeypatch.setattr(sheets, "read", None)  # whoever looks at the sheet fails
    observations, problems = intake.load(kept)
    pd.testing.assert_frame_equal(observations, looked_at)
    assert observations["value"].tolist() == [213.0, 26.0] and problems.empty


@pytest.mark.parametrize(("told", "instead"), [("213", "二百一"), ("26.0", "260"), ("990109", "99010x")])
def test_what_was_changed_by_hand_is_read_as_any_other_file(kept, told, instead):
    text = kept.read_text(encoding="utf-8")
    assert told in text
    kept.write_text(text.replace(told, instead), encoding="utf-8", newline="\n")
    with pytest.raises(TableError):
        intake.load(kept)


def test_a_missing_checksum_makes_it_a_file_like_any_other(kept):
    kept.with_suffix(".sha256").unlink()
    assert intake.load(kept).observations["value"].tolist() == [213.0, 26.0]
    assert tables.read(kept)["note"].str.contains("!|C2|D2").all()
