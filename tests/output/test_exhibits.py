"""What an exhibit puts into its picture and its cells: title, sources, up to when the data go, and words by column."""

import pandas as pd
import pytest
from matplotlib.text import Text

from drugstats import vocab
from drugstats.output import charts, exhibits
from drugstats.output.wording.words import said


def series(until="2025-03", **columns) -> pd.DataFrame:
    periods = pd.period_range("2025-01", until, freq="M")
    fixed = {"area": "990100", "indicator": "users_new", "value": 5.0, "source": "made_up", "variation": "common cause"}
    return pd.DataFrame({"period": periods} | fixed | columns)


def published(table, tmp_path, lang="zh", **columns):
    ax = charts.trend(series(), lang=lang)
    shown = columns or {"period": "period", "value": "users_new", "variation": "variation"}
    told = exhibits.publish("calendar", table, columns=shown, section="warning", out=tmp_path, lang=lang, chart=ax, area="云汀市")
    return told, [text.get_text() for text in ax.figure.findobj(Text)]


def source_line(words: list[str]) -> str:
    (line,) = [word for word in words if word.startswith(("来源", "Sources"))]
    return line.replace("\n", "")


@pytest.mark.parametrize("lang, told", [("zh", "；数据截至2025年3月"), ("en", "; data up to 2025-03")])
def test_the_picture_says_title_sources_and_up_to_when_the_data_go(lang, told, tmp_path):
    exhibit, words = published(series(), tmp_path, lang)
    assert exhibit.title in words and source_line(words).endswith(told)
    assert exhibit.sources in source_line(words) and told not in exhibit.sources


def test_what_is_foreseen_comes_from_data_up_to_its_last_period(tmp_path):
    _, words = published(series("2025-06", last=pd.Period("2025-02", "M")), tmp_path)
    assert source_line(words).endswith("数据截至2025年2月")


def test_periods_without_a_value_do_not_count(tmp_path):
    _, words = published(series(value=[5.0, 4.0, None]), tmp_path)
    assert source_line(words).endswith("数据截至2025年2月")


def test_a_table_of_periods_side_by_side_goes_up_to_the_last_of_them(tmp_path):
    wide = pd.DataFrame({"indicator": ["users_new"], "2024": [3.0], "2025": [4.0], "source": "made_up"})
    _, words = published(wide, tmp_path, **{"indicator": "indicator", "2025": "by_period", "2024": "by_period"})
    assert source_line(words).endswith("数据截至2025年")


def test_a_table_without_periods_claims_none(tmp_path):
    _, words = published(series().drop(columns="period"), tmp_path, value="users_new")
    assert "截至" not in source_line(words)


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_variation_that_cannot_be_told_has_a_word_of_its_own(lang, tmp_path):
    exhibit, _ = published(series(variation="cannot tell", verdict="cannot tell"), tmp_path, lang,
                           variation="variation", verdict="verdict")  # fmt: skip
    assert exhibit.rows[0] == {"zh": ["无法判断", "无法区分"], "en": ["cannot be judged", "cannot tell"]}[lang]
    assert said("cannot tell", "verdict", lang) == exhibit.rows[0][1]
    assert said("worsening", "variation", lang) == vocab.text("word.worsening", lang)


def test_charts_say_of_variation_what_the_table_says():
    table = series(centre=5.0, low=1.0, high=9.0, signal="").assign(variation="cannot tell", change=0.1)
    assert "？ 无法判断" in charts.control(table).get_xlabel()
    assert [text.get_text() for text in charts.controls(table)[0].texts][0] == "？ 无法判断"
    assert "？ 无法判断" in [text.get_text() for text in charts.summary(table).texts]


def test_english_headings_and_names_begin_with_a_capital(tmp_path):
    table = pd.DataFrame({"indicator": ["users_new"], "value": [26.0], "users_new": [26.0], "source": "x.xlsx"})
    columns = {"indicator": "indicator", "value": "level_value", "users_new": "users_new"}
    told = exhibits.publish("headline", table, columns=columns, section="overview", out=tmp_path, lang="en", area="A", period="B")
    assert told.headings[2] == "Newly found users (persons)" and told.rows == [["Newly found users", "26 persons", "26"]]
