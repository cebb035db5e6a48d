"""Whatever a chart shows and however long its title is: no word leaves the picture, none lies on another."""

import importlib.util
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
import test_amount_charts as amounts
import test_charts as simple
import test_comparison_charts as compared
import test_time_charts as timed
from matplotlib.figure import Figure
from matplotlib.text import Text

from drugstats import vocab
from drugstats.output import charts, wording
from drugstats.output.charts import fitting, frame

TITLE = {
    "zh": "云汀市（虚构）及所辖各县区二〇二五年新发现吸毒人员占现有在册吸毒人员比重与上级下达控制线的比较，" * 3,
    "en": "New-user ratio against the control line set from above, all counties and districts of Yunting City, " * 3,
}
SOURCE = {
    "zh": "来源：" + "云汀市（虚构）-南杞县-2025年.xlsx、" * 9,
    "en": "Sources: " + "云汀市（虚构）-南杞县-2025年.xlsx, https://example.org/a/very/long/address/of/a/document.html, " * 3,
}
COUNTIES = compared.LONG_NAMES[:12]
LONGEST = sorted(vocab.table("indicators").query("unit == 'person'").index, key=lambda key: -len(vocab.indicator(key, "en")))


def rows(**columns) -> pd.DataFrame:
    """Areas of long names with all that a chart of areas can show."""
    count = len(COUNTIES)
    table = {"area": COUNTIES, "indicator": "new_user_ratio", "value": np.linspace(0.01, 0.13, count), "low": 0.004,
             "high": 0.2, "low_pair": 0.006, "high_pair": 0.17, "part": 123, "whole": 12_345, "method": "wilson 95%",
             "verdict": ["above", "below", "cannot tell", "at the line"] * 3, "rank": range(1, count + 1), "rank_low": 1,
             "rank_high": count}  # fmt: skip
    return pd.DataFrame(table | columns)


def lines(keys, **columns) -> pd.DataFrame:
    """Yearly series with all that a chart over time can mark."""
    status = ["final", "estimated", "conflicting", *["final"] * 8, "provisional"]
    basis = ["one"] * 4 + ["two"] * 4 + ["three"] * 4
    table = [simple.years(np.linspace(9, 5 + place, 12) * 100, indicator=key, status=status, basis=basis, area=COUNTIES[0])
             for place, key in enumerate(keys)]  # fmt: skip
    return pd.concat(table).assign(**columns)


def ratios(**columns) -> pd.DataFrame:
    """A ratio of many counties with limits, of which one is cut."""
    years = [simple.years(np.linspace(0.08, 0.048, 7) + place / 900, area=code) for place, code in enumerate(COUNTIES)]
    table = pd.concat(years).assign(low=0.02, high=0.3, method="wilson 95%")
    return table.assign(**columns)


def places(**columns) -> pd.DataFrame:
    return pd.concat([rows(period=pd.Period(year, "Y"), **columns) for year in ("2024", "2025")])


def cells() -> pd.DataFrame:
    years = pd.period_range("2016", periods=10, freq="Y")
    status = ["provisional"] + ["final"] * 11
    return pd.concat([rows(period=year, status=status, line=0.05) for year in years]).assign(
        verdict=lambda df: df["verdict"].mask(df["period"] == years[0], "not computed"))  # fmt: skip


def glance() -> pd.DataFrame:
    keys = LONGEST[:6]
    return pd.concat([timed.months([1200.0, 2031.0], indicator=key) for key in keys]).assign(
        change=0.1234, variation="cannot tell", assurance="missed", verdict="above")  # fmt: skip


EVERY = {
    "trend": [lambda **told: charts.trend(simple.years([0.08, 0.06, 0.052, 0.049]), line=0.05, **told),
              lambda **told: charts.trend(lines(LONGEST[:4]), line=700, **told),
              lambda **told: charts.trend(timed.months(range(30)), **told)],
    "panels": [lambda **told: charts.panels(ratios(), line=0.05, **told), lambda **told: charts.panels(lines(LONGEST[:4]), **told),
               lambda **told: charts.panels(simple.years([1, 2]), **told)],
    "caterpillar": [lambda **told: charts.caterpillar(rows(), line=0.05, **told),
                    lambda **told: charts.caterpillar(rows(value=[np.nan, *[-0.1] * 11], low=-0.3), **told)],
    "ranking": [lambda **told: charts.ranking(rows(method="simultaneous 95%, gaussian"), **told),
                lambda **told: charts.ranking(rows(indicator="drug_misuse_death_rate", method="exact 95%"), **told)],
    "funnel": [lambda **told: charts.funnel(compared.nine(line=0.05), curve=compared.curve(), **told),
               lambda **told: charts.funnel(compared.crowd(), curve=compared.curve(500, 5000), **told),
               lambda **told: charts.funnel(compared.nine(status="provisional"), curve=compared.curve(), **told)],
    "ladder": [lambda **told: charts.ladder(places(status="provisional", method="marginal 95%, gaussian"), **told)],
    "heat": [lambda **told: charts.heat(cells(), **told)],
    "waterfall": [lambda **told: charts.waterfall(compared.parts(np.linspace(-0.02, 0.03, 25), status="provisional"), **told)],
    "control": [lambda **told: charts.control(timed.charted(basis=["a", "b", "c"] * 2), line=15, **told),
                lambda **told: charts.control(timed.charted(range(10, 19), signal=[*timed.SIGNALS]), **told)],
    "controls": [lambda **told: charts.controls(timed.counties([*timed.VARIATIONS]), line=15, **told),
                 lambda **told: charts.controls(pd.concat([timed.charted(area=code) for code in compared.LONG_NAMES[:20]]), **told)],
    "campaign": [lambda **told: charts.campaign(timed.course(), **told)],
    "fan": [lambda **told: charts.fan(timed.foreseen(), line=25, **told)],
    "joinpoint": [lambda **told: charts.joinpoint(*timed.broken(), **told)],
    "calendar": [lambda **told: charts.calendar(timed.charted(status="provisional"), **told)],
    "summary": [lambda **told: charts.summary(glance(), **told), lambda **told: charts.summary(timed.indicators()[:3], **told)],
} | {name: [draw] for name, draw in amounts.CHARTS.items()}  # fmt: skip
CASES = [pytest.param(draw, id=f"{name}-{number}") for name, draws in EVERY.items() for number, draw in enumerate(draws)]
languages = pytest.mark.parametrize("lang", vocab.LANGUAGES)


def figure_of(drawn):
    return (drawn.flat[0] if hasattr(drawn, "flat") else drawn).figure


def shown(figure) -> list[tuple]:
    """The words that a picture shows with the places they take; ticks beyond the view are not drawn."""
    with matplotlib.rc_context(frame.HOUSE):
        figure.draw_without_rendering()
    hidden = {id(words) for ax in figure.axes for words in unseen(ax)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in found if id(text) not in hidden]


def unseen(ax):
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not (ax.axison and low - 1e-9 <= tick.get_loc() <= high + 1e-9):
                yield from (tick.label1, tick.label2)


def beyond(figure, words) -> list[str]:
    page = figure.bbox.padded(1)
    return [word for word, box in words if not (page.contains(*box.min) and page.contains(*box.max))]


def on_another(words) -> list[tuple]:
    boxes = [(word, box.padded(-1)) for word, box in words]
    return [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]


def test_every_chart_is_held_to_this():
    assert {*EVERY} == {*charts.__all__} - {"entitle", "in_house_style", "save"}


@languages
@pytest.mark.parametrize("draw", CASES)
def test_no_word_leaves_the_picture_or_lies_on_another_below_a_long_title(draw, lang):
    figure = figure_of(draw(lang=lang))
    charts.entitle(figure, TITLE[lang], SOURCE[lang])
    words = shown(figure)
    assert beyond(figure, words) == [] and on_another(words) == []


@pytest.mark.parametrize("draw", [*timed.SERIES.values(), *amounts.CHARTS.values()], ids=[*timed.SERIES, *amounts.CHARTS])
def test_a_chart_draws_on_the_axes_given_and_leaves_the_settings_alone(draw):
    settings, ax = dict(matplotlib.rcParams), Figure().subplots()
    assert draw(ax=ax) is ax
    assert dict(matplotlib.rcParams) == settings


@languages
def test_a_long_title_and_source_are_told_whole_and_take_nothing_from_the_chart(lang):
    plain, entitled = (charts.ranking(simple.counties(), lang=lang) for _ in range(2))
    charts.entitle(plain.figure, "一", "二")
    charts.entitle(entitled.figure, TITLE[lang], SOURCE[lang])
    told = {words.replace("\n", "").replace(" ", "") for words, _ in shown(entitled.figure)}
    shown(plain.figure)
    assert {TITLE[lang].replace(" ", ""), SOURCE[lang].replace(" ", "")} <= told
    high = [ax.get_position().height * ax.figure.get_figheight() for ax in (plain, entitled)]
    assert -0.02 < high[1] - high[0] < 0.15


def test_lines_are_broken_where_their_language_breaks_them_and_fill_their_width():
    across = 180
    zh, en = (fitting.wrapped(TITLE[lang], across, 14, "bold").split("\n") for lang in ("zh", "en"))
    assert "".join(zh) == TITLE["zh"] and " ".join(en) == TITLE["en"].strip()
    for told in (zh, en):
        assert all(across * 0.6 < fitting.width(line, 14, "bold") <= across for line in told[:-1])
    assert not any(line[0] in "，。、；）" or line[-1] == "（" for line in zh)
    address = fitting.wrapped("https://example.org/" + "a" * 90, across, 9).split("\n")
    assert len(address) > 2 and all(fitting.width(line, 9) <= across for line in address)
    assert fitting.wrapped("", across, 9) == "" and fitting.wrapped("一\n二", across, 9) == "一\n二"


def test_width_is_measured_in_the_font_that_is_drawn():
    assert fitting.width("宽" * 10, 10) == pytest.approx(100 * fitting.SLACK, rel=0.02)
    assert fitting.width("iiii", 10) < fitting.width("WWWW", 10) < fitting.width("WWWW", 10, "bold")


def test_notes_are_broken_between_one_another_first():
    notes = ["空心：初步数或约数", "×：说法不一，不参与计算", "", "斜纹：未计算"]
    assert fitting.flowed([notes], 600) == ["    ".join(filter(None, notes))]
    assert fitting.flowed([notes], 130) == [note for note in notes if note]
    assert fitting.flowed([notes[:1], notes[1:2]], 600) == notes[:2]
    assert len(fitting.flowed([notes[:1]], 50)) > 1 and fitting.flowed([["", ""]], 50) == []


@pytest.mark.parametrize("module", [charts, wording])
def test_no_module_has_the_name_of_a_function(module):
    assert [name for name in module.__all__ if importlib.util.find_spec(f"{module.__name__}.{name}")] == []
