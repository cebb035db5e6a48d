"""Charts, held through their artists: what is drawn is what the table says, in Chinese, and nothing is computed."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from drugstats import vocab
from drugstats.output import charts
from drugstats.output.charts import frame
from drugstats.tables import TableError


def years(values, start=2018, **columns) -> pd.DataFrame:
    periods = pd.period_range(str(start), periods=len(values), freq="Y")
    fixed = {"area": "990100", "indicator": "new_user_ratio", "basis": "reported", "status": "final"}
    return pd.DataFrame({"period": periods, "value": values} | fixed | columns)


def counties(**columns) -> pd.DataFrame:
    table = {
        "area": ["990101", "990102", "990103"], "indicator": "new_user_ratio", "value": [0.02, 0.08, 0.05],
        "low": [0.01, 0.06, 0.01], "high": [0.03, 0.10, 0.15], "part": [32, 80, 3], "whole": [1286, 982, 54],
        "verdict": ["below", "above", "cannot tell"], "rank": [1, 3, 2], "rank_low": [1, 2, 1], "rank_high": [2, 3, 3],
    }  # fmt: skip
    return pd.DataFrame(table | columns)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def lines(ax) -> list[list]:
    return [list(line.get_ydata()) for line in ax.lines if line.get_linestyle() != "None" and len(line.get_xdata())]


def key(axes) -> list[str]:
    """The names in the one key of a page of small charts."""
    (legend,) = [ax.get_legend() for ax in axes[0].figure.axes if ax.get_legend()]
    return [text.get_text() for text in legend.get_texts()]


def test_the_trend_draws_every_value_and_names_the_line():
    ax = charts.trend(years([0.08, 0.06, 0.04]), line=0.05)
    assert [0.08, 0.06, 0.04] in lines(ax)
    assert "控制线 5%" in texts(ax) and "8.0%" in texts(ax)
    assert ax.get_ylim()[0] == 0
    assert "control line 5%" in texts(charts.trend(years([0.08, 0.06, 0.04]), line=0.05, lang="en"))


def test_a_missing_year_is_a_gap():
    table = years([0.08, 0.06, 0.04, 0.03]).drop(index=2)
    assert [0.08, 0.06] in lines(charts.trend(table)) and [0.03] in lines(charts.trend(table))
    assert [0.08, 0.06] in lines(charts.trend(years([0.08, 0.06, np.nan, 0.03])))


def test_no_line_runs_across_a_change_of_basis_and_the_change_is_marked():
    table = years([2.9e6, 2.3e6], start=2014, indicator="users_current", basis=["cumulative", "current"])
    ax = charts.trend(table)
    assert [2.9e6, 2.3e6] not in lines(ax)
    assert "口径改变" in texts(ax)
    between = pd.Period("2014").ordinal + 0.5
    assert between in [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata())]
    assert "口径改变" not in texts(charts.trend(years([3, 4], indicator="users_current")))


def test_conflicting_values_are_crosses_that_no_line_touches_and_estimates_are_hollow():
    ax = charts.trend(years([0.08, 0.5, 0.06, 0.05], status=["final", "conflicting", "estimated", "provisional"]))
    crosses = [line for line in ax.lines if line.get_marker() == "x" and len(line.get_xdata())]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white" and len(line.get_xdata())]
    assert [list(line.get_ydata()) for line in crosses] == [[0.5]]
    assert [list(line.get_ydata()) for line in hollow] == [[0.06, 0.05]]
    assert all(0.5 not in drawn for drawn in lines(ax))


def test_several_series_differ_by_more_than_colour_and_have_names():
    table = pd.concat([years([0.08, 0.06]), years([0.07, 0.05], indicator="new_user_ratio_opening")])
    ax = charts.trend(table)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["新发现占比（期末在册）", "新发现占比（期初在册）"]
    named = [line for line in ax.lines if line.get_label() in ("新发现占比（期末在册）", "新发现占比（期初在册）")]
    assert len({line.get_marker() for line in named}) == 2 and len({line.get_linestyle() for line in named}) == 2


def test_large_chinese_counts_are_read_in_wan_and_tonnes():
    ax = charts.trend(years([2_345_000, 2_505_000], indicator="users_current"))
    assert "现有在册吸毒人员（万名）" in texts(ax) and "250.5" in texts(ax)
    assert "缴获各类毒品（吨）" in texts(charts.trend(years([102_500, 82_100], indicator="seizure_total")))
    english = texts(charts.trend(years([2_345_000, 1], indicator="users_current"), lang="en"))
    assert "registered users (current) (thousand persons)" in english


def test_panels_share_one_scale_between_areas_and_show_the_line_in_each():
    table = pd.concat([years([0.01, 0.02]), years([0.2, 0.1], area="990101")])
    axes = charts.panels(table, line=0.05)
    assert len(axes) == 2 and axes[0].get_ylim() == axes[1].get_ylim() and axes[0].get_ylim()[1] > 0.2
    assert [ax.get_title(loc="left") for ax in axes] == ["云汀市（虚构）", "青渡区"]
    assert all([0.05, 0.05] in lines(ax) for ax in axes)
    assert "控制线 5%" in key(axes)


def test_the_caterpillar_tells_the_verdict_by_shape_and_orders_by_value():
    ax = charts.caterpillar(counties(), line=0.05)
    shapes = {line.get_marker(): list(line.get_xdata()) for line in ax.lines if line.get_marker() in "^vo"}
    assert shapes == {"^": [0.08], "v": [0.02], "o": [0.05]}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["望鹭区", "澄溪县", "青渡区"]
    assert {"80 / 982", "3 / 54", "控制线 5%"} <= set(texts(ax))


def test_the_ranking_draws_the_range_of_places():
    ax = charts.ranking(counties())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["望鹭区", "澄溪县", "青渡区"]
    bars = [(round(bar.get_x() + 0.3), round(bar.get_x() + bar.get_width() - 0.3)) for bar in ax.patches]
    assert bars == [(2, 3), (1, 3), (1, 2)]
    assert texts(ax) == ["8.0%", "5%", "2.0%"]


def test_an_area_without_a_rank_is_left_off_the_picture():
    ax = charts.ranking(counties(rank=[1, np.nan, 2]))
    assert len(ax.patches) == 2


def below(ax) -> list[str]:
    return [note for line in ax.get_xlabel().split("\n") for note in line.split("    ")]


def values(ax, indicator: str) -> list[str]:
    """The labels of the value axis within the view, drawn."""
    ax.figure.draw_without_rendering()
    low, high = ax.get_ylim()
    return [label.get_text() for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True) if low <= place <= high]


def test_what_band_hollow_points_and_crosses_are_is_said():
    table = years([0.08, 0.5, 0.06], status=["final", "conflicting", "estimated"], low=0.01, high=0.2, method="wilson 90%")
    told = ["阴影：90%区间", "空心：初步数或约数", "×：说法不一，不参与计算"]
    assert below(charts.trend(table)) == told and below(charts.trend(years([0.08, 0.06]))) == [""]
    panels = charts.panels(pd.concat([table, table.assign(area="990101")]))
    (key,) = [ax.get_legend() for ax in panels[0].figure.axes if ax.get_legend()]
    assert set(told) < set(key.get_title().get_text().split("    "))


def test_the_axis_says_what_is_drawn_so_that_a_ratio_names_its_denominator():
    assert "新发现占比（期末在册）" in texts(charts.trend(years([0.08, 0.06])))
    table = pd.concat([years([8, 6], indicator="users_new"), years([80, 60], indicator="users_current")])
    assert "单位：名" in texts(charts.trend(table))


def test_indicators_of_several_units_are_not_drawn_on_one_axis():
    table = pd.concat([years([8, 6], indicator="users_new"), years([80, 60], indicator="seizure_total")])
    with pytest.raises(TableError, match="one unit.*panels"):
        charts.trend(table)
    assert len(charts.panels(table)) == 2


@pytest.mark.parametrize("highest", [1, 2, 3, 7])
def test_no_two_ticks_have_the_same_words(highest):
    for indicator, size in (("users_new", 1), ("new_user_ratio", 0.0004), ("users_current", 60_000)):
        told = values(charts.trend(years([0, highest * size], indicator=indicator)), indicator)
        assert len(told) > 1 and len(set(told)) == len(told)


def test_a_line_is_named_with_all_its_decimals():
    assert "控制线 0.25%" in texts(charts.trend(years([0.004, 0.003]), line=0.0025))


def test_below_zero_the_axis_shows_where_zero_is():
    ax = charts.trend(years([-0.02, 0.01]))
    assert [0, 0] in lines(ax) and ax.get_ylim()[0] < -0.02
    table = counties(value=[-0.02, 0.08, 0.05], low=[-0.06, 0.06, 0.01])
    ax = charts.caterpillar(table)
    assert ax.get_xlim()[0] < -0.06 and [0, 0] in [list(line.get_xdata()) for line in ax.lines]
    assert charts.caterpillar(counties()).get_xlim()[0] == 0


@pytest.mark.parametrize("falling", [False, True])
def test_the_last_value_stands_beside_its_point_and_nearer_to_it_than_to_any_other(falling):
    course = np.linspace(9, 2, 14) if falling else np.linspace(2, 8, 14)
    for draw in (lambda table: charts.trend(table, line=0.05), lambda table: charts.panels(table, line=0.05)[1]):
        ax = draw(pd.concat([years(course / 100), years(course / 80, area="990101")]))
        ax.figure.draw_without_rendering()
        (text,) = [text for text in ax.texts if text.get_text() == f"{course[-1] / 0.8:.1f}%"]
        box = text.get_window_extent()
        series = next(line for line in ax.lines if line.get_marker() != "None" and course[-1] / 80 in line.get_ydata())
        points = ax.transData.transform(series.get_xydata())
        gaps = np.hypot(*(points - np.clip(points, box.min, box.max)).T)
        assert gaps.argmin() == len(points) - 1 and gaps[-1] < 0.25 * ax.figure.dpi


def test_small_trends_all_name_their_years_also_above_a_gap_in_the_page():
    table = pd.concat([years([0.01, 0.02], area=f"99010{number}") for number in range(1, 8)])
    for ax in charts.panels(table):
        ax.figure.draw_without_rendering()
        assert [label.get_text() for label in ax.get_xticklabels() if label.get_visible()] == ["2018", "2019"]


def test_several_lines_in_small_trends_are_named_in_the_key():
    areas = [years([1, 2], indicator=key, area=area) for key in ("users_new", "users_current") for area in ("990101", "990102")]
    assert key(charts.panels(pd.concat(areas))) == ["新发现吸毒人员", "现有在册吸毒人员"]


def test_two_changes_of_basis_are_named_below_one_another():
    basis = ["a"] * 3 + ["b"] * 2 + ["c"] * 3
    ax = charts.trend(years(range(8), indicator="users_current", basis=basis), lang="en")
    ax.figure.draw_without_rendering()
    one, other = [text.get_window_extent() for text in ax.texts if text.get_text() == "definition changed"]
    assert not one.overlaps(other)


def test_areas_without_a_value_are_counted_and_the_columns_at_the_right_are_named():
    ax = charts.caterpillar(counties(value=[np.nan, 0.08, 0.05], method="wilson 95%"))
    assert {"没有分母或数值、未画出的地区：1个", "横线为95%区间", "右列：新发现吸毒人员 / 现有在册吸毒人员"} <= set(below(ax))
    assert "at the right: part / whole" in below(charts.caterpillar(counties().drop(columns="indicator"), lang="en"))
    ax = charts.ranking(counties(rank=[1, np.nan, 2], indicator="users_per_10k"))
    assert {"没有分母或数值、未画出的地区：1个", "右列：万人吸毒率（名/万人）"} <= set(below(ax))


def test_which_end_of_a_ranking_is_the_best_is_read_off_its_values():
    assert "第1名为最低" in below(charts.ranking(counties()))
    assert "第1名为最高" in below(charts.ranking(counties(rank=[3, 1, 2])))
    assert not any("第1名" in note for note in below(charts.ranking(counties(value=0.05))))


@pytest.mark.parametrize("method, told", [
    ("simultaneous 95%, gaussian", "条为名次范围，全部地区同时成立的把握为95%"), ("marginal 90%, t", "条为名次范围，各地区单独成立的把握为90%"),
    ("exact 95%", "条为数据允许的名次范围"),
])  # fmt: skip
def test_a_range_of_places_claims_the_level_of_its_own_method_only(method, told):
    assert told in below(charts.ranking(counties(method=method)))


def test_colour_follows_what_is_better_for_the_indicator():
    def colours(indicator):
        drawn = charts.caterpillar(counties(indicator=indicator), line=0.05).lines
        return [next(line.get_color() for line in drawn if line.get_marker() == marker) for marker in "^vo"]

    assert colours("new_user_ratio") == [frame.BAD, frame.GOOD, frame.GREY]
    assert colours("employment_rate") == [frame.GOOD, frame.BAD, frame.GREY]
    assert colours("cases_solved") == [frame.PLAIN, frame.PLAIN, frame.GREY]


@pytest.mark.parametrize("draw", [charts.trend, charts.panels, charts.caterpillar, charts.ranking])
def test_an_empty_table_makes_no_chart(draw):
    assert draw(pd.concat([years([1.0]), counties()]).iloc[:0]) is None


def test_a_chart_draws_on_the_axes_given_and_leaves_settings_and_table_alone():
    settings, table = dict(matplotlib.rcParams), years([0.08, 0.06])
    before, ax = table.copy(), Figure().subplots()
    assert charts.trend(table, ax=ax) is ax
    assert dict(matplotlib.rcParams) == settings
    pd.testing.assert_frame_equal(table, before)


def test_shuffled_rows_draw_the_same_chart():
    table = years([0.08, 0.06, 0.04])
    assert sorted(lines(charts.trend(table))) == sorted(lines(charts.trend(table.sample(frac=1, random_state=1))))


def test_a_table_of_anybody_without_indicator_is_drawn_plain():
    ax = charts.trend(pd.DataFrame({"period": pd.period_range("2020", periods=2, freq="Y"), "value": [3.0, 4.0]}))
    assert "3" in texts(ax)


def test_the_bundled_font_has_every_letter_of_the_vocabulary_and_of_every_area():
    tables = [vocab.table(name) for name in ("labels", "areas", "indicators", "lines", "sources")]
    letters = {letter for table in tables for cell in table.to_numpy().ravel() for letter in str(cell)}
    for weight in ("normal", "bold"):
        font = get_font(findfont(FontProperties(family="DrugStats Sans SC", weight=weight), fallback_to_default=False))
        missing = {letter for letter in letters if letter.isprintable() and ord(letter) not in font.get_charmap()}
        assert missing == set()


def test_every_text_of_a_saved_chart_uses_the_bundled_font(tmp_path):
    ax = charts.caterpillar(counties(), line=0.05)
    charts.save(ax.figure, tmp_path / "chart")
    drawn = [text for text in ax.figure.findobj(matplotlib.text.Text) if text.get_text()]
    assert drawn and {text.get_fontfamily()[0] for text in drawn} == {"DrugStats Sans SC"}
    assert b"DrugStatsSansSC" in (tmp_path / "chart.pdf").read_bytes()
    assert b"<text" not in (tmp_path / "chart.svg").read_bytes()


def test_a_glyph_that_the_font_lacks_is_an_error(tmp_path):
    ax = charts.trend(years([0.08, 0.06]))
    ax.set_title("𠮷")
    with pytest.raises(UserWarning, match="Glyph"):
        charts.save(ax.figure, tmp_path / "chart")


def test_dollars_and_underscores_in_names_are_drawn_as_they_are(tmp_path, monkeypatch):
    ax = charts.trend(years([0.08, 0.06], area="_a$b$c$"))
    with matplotlib.rc_context(frame.HOUSE):
        ax.set_title("cost $5 and _x$")
    charts.save(ax.figure, tmp_path / "chart")
    assert (tmp_path / "chart.png").stat().st_size > 1000


def test_a_chart_saved_twice_is_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        charts.save(charts.ranking(counties()).figure, tmp_path / name)
    for ending in ("png", "svg", "pdf"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_picture_has_two_hundred_dots_an_inch(tmp_path):
    charts.save(charts.trend(years([0.08, 0.06])).figure, tmp_path / "chart")
    header = (tmp_path / "chart.png").read_bytes()
    assert int.from_bytes(header[16:20], "big") == frame.WIDTH * 200
