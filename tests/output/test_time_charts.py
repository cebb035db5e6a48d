"""The charts over time, held through their artists: limits, pieces and bands as the table has them, gaps as gaps."""

import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from drugstats import vocab
from drugstats.output import charts
from drugstats.output.charts import frame, timeline
from drugstats.output.charts.control_chart import ASSURANCES, SIGNALS, VARIATIONS
from drugstats.stats import alarm, campaign, forecast, spc, spc_rules, trend
from drugstats.tables import TableError

COUNTIES = [f"99010{number}" for number in range(1, 10)]
LONG_NAMES = sorted(vocab.table("areas").query("level == 'county'").index, key=lambda code: -len(vocab.area(code)))


def months(values, start="2024-01", **columns) -> pd.DataFrame:
    periods = pd.period_range(start, periods=len(values), freq="M")
    fixed = {"area": "990100", "indicator": "users_new", "basis": "reported", "status": "final"}
    return pd.DataFrame({"period": periods, "value": np.array(values, dtype=float)} | fixed | columns)


def charted(values=(10, 12, 30, 11, 9, 10), **columns) -> pd.DataFrame:
    """A series between limits of 4 and 20 round 12."""
    fixed = {"centre": 12.0, "low": 4.0, "high": 20.0, "signal": "", "variation": "common cause",
             "assurance": "may or may not", "segment": 1, "suggested": False, "false_alarm": 0.12}  # fmt: skip
    return months(values).assign(**fixed | columns)


def counties(variations, assurance="may or may not", values=(10, 12, 11), **columns) -> pd.DataFrame:
    parts = [charted(values, area=COUNTIES[number], variation=word, assurance=assurance, **columns)
             for number, word in enumerate(variations)]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def broken(**columns) -> tuple[pd.DataFrame, pd.DataFrame]:
    years = pd.period_range("2014", periods=12, freq="Y")
    df = pd.DataFrame({"period": years, "value": np.linspace(100, 210, 12), "indicator": "users_new"})
    pieces = {"segment": [1, 2], "first": years[[0, 6]], "last": years[[6, 11]], "start": [100.0, 160.0], "end": [160.0, 210.0],
              "apc": [8.1, -1.2], "low": [6.0, -4.0], "high": [10.2, 1.7], "p_value": [0.001, 0.4]}  # fmt: skip
    return df, pd.DataFrame(pieces | columns)


def course(**columns) -> pd.DataFrame:
    """Ten months before and ten after a campaign that halved what was expected."""
    after = np.arange(20) >= 10
    fitted = np.where(after, 20.0, 40.0)
    return months(fitted + 1).assign(fitted=fitted, expected=40.0, low=34.0, high=46.0, **columns)


def foreseen(p_below=0.71, steps=3) -> pd.DataFrame:
    ahead = months([20] * steps, start="2025-01", status=None).assign(step=np.arange(1, steps + 1), p_below=p_below)
    half = {"low80": 4, "high80": 4, "low": 8, "high": 8}
    ahead = ahead.assign(**{side: 20.0 + (width if side[0] == "h" else -width) for side, width in half.items()})
    return pd.concat([months(np.arange(10, 22)), ahead], ignore_index=True)


def indicators(**columns) -> pd.DataFrame:
    new = months([3, 5, 4]).assign(change=-0.2, variation="worsening", assurance="", verdict=np.nan)
    ratio = months([0.08, 0.07, 0.061], indicator="new_user_ratio")
    ratio = ratio.assign(change=-0.012, variation="improving", assurance="missed", verdict="above")
    return pd.concat([new, ratio], ignore_index=True).assign(**columns)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def drawn(ax, style="-", colour=None) -> list[list[float]]:
    """What the lines of a style go through."""
    lines = [line for line in ax.lines if line.get_linestyle() == style and len(line.get_xdata()) and line.get_marker() == "None"]
    return [list(line.get_ydata()) for line in lines if colour in (None, line.get_color())]


def points(ax) -> dict:
    """The values of the points by marker and face."""
    lines = [line for line in ax.lines if line.get_marker() != "None" and len(line.get_xdata())]
    return {(line.get_marker(), line.get_markerfacecolor() == "white"): list(line.get_ydata()) for line in lines}


def labels(legend) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


def picture(ax):
    """The texts that a figure shows, with their places, drawn at its final size; a collapsed layout is an error."""
    with matplotlib.rc_context(frame.HOUSE), warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.draw_without_rendering()
    beyond = {id(label) for one in ax.figure.axes for label in one.get_yticklabels()}  # some lie outside of the view
    found = ax.figure.findobj(matplotlib.text.Text)
    shown = [text for text in found if text.get_text().strip() and text.get_visible() and id(text) not in beyond]
    return ax.figure.bbox, [(text.get_text(), text.get_window_extent()) for text in shown]


SERIES = {
    "control": lambda **told: charts.control(charted(), **told), "fan": lambda **told: charts.fan(foreseen(), **told),
    "campaign": lambda **told: charts.campaign(course(), **told), "joinpoint": lambda **told: charts.joinpoint(*broken(), **told),
    "calendar": lambda **told: charts.calendar(charted(), **told),
}  # fmt: skip
PAGES = {
    "controls": lambda **told: charts.controls(counties([*VARIATIONS]), **told)[0],
    "summary": lambda **told: charts.summary(indicators(), **told),
}


# Every chart


@pytest.mark.parametrize("name", [*SERIES, *PAGES])
@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_every_word_lies_inside_the_picture_and_the_font_has_it(name, lang, tmp_path):
    ax = (SERIES | PAGES)[name](lang=lang)
    page, shown = picture(ax)
    outside = [word for word, box in shown if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]
    assert len(shown) > 3 and outside == []
    charts.save(ax.figure, tmp_path / name)
    assert b"<text" not in (tmp_path / f"{name}.svg").read_bytes()


def test_an_empty_table_makes_no_chart():
    for draw in (charts.control, charts.controls, charts.campaign, charts.fan, charts.calendar, charts.summary):
        assert draw(charted().iloc[:0]) is None
    assert charts.joinpoint(charted().iloc[:0], broken()[1]) is None


def test_shuffled_rows_draw_the_same_chart_and_the_table_stays_as_it_was():
    for table, draw in ((charted(), charts.control), (course(), charts.campaign), (foreseen(), charts.fan)):
        before, shuffled = table.copy(), table.sample(frac=1, random_state=1)
        assert (drawn(draw(table)), points(draw(table))) == (drawn(draw(shuffled)), points(draw(shuffled)))
        pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("draw", [charts.control, charts.calendar])
def test_two_series_in_one_chart_are_refused(draw):
    with pytest.raises(TableError, match="2024-01 stands twice; a chart over time shows one series"):
        draw(pd.concat([charted(), charted(area="990101")]))


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="no column 'signal'"):
        charts.control(charted().drop(columns="signal"))


# The axis of time


@pytest.mark.parametrize(
    "frequency, size, told",
    [("M", 5, ["2023年\n11月", "2023年\n12月", "2024年\n1月", "2024年\n2月", "2024年\n3月"]), ("M", 84, [str(year) for year in range(2024, 2031)]),
     ("M", 24, ["2024年\n1月", "2024年\n4月", "2024年\n7月", "2024年\n10月", "2025年\n1月", "2025年\n4月", "2025年\n7月", "2025年\n10月"]),
     ("Q", 3, ["2023年\n第4季度", "2024年\n第1季度", "2024年\n第2季度"]), ("Y", 12, ["2024", "2026", "2028", "2030", "2032", "2034"])],
)  # fmt: skip
def test_the_axis_names_few_and_round_periods(frequency, size, told):
    periods = pd.Series(pd.period_range("2023-11-30", periods=size, freq=frequency))
    ax = Figure().subplots()
    timeline.axis(ax, periods, "zh")
    assert list(ax.xaxis.get_major_formatter().seq) == told


# The control chart


def test_signals_are_told_by_shape_each_its_own_and_named():
    told = [*SIGNALS]
    ax = charts.control(charted(range(10, 10 + len(told)), signal=told))
    assert points(ax) == {(marker, False): [10.0 + place] for place, marker in enumerate(SIGNALS.values())}
    assert [vocab.text(f"word.{name}") for name in told] == labels(ax.get_legend())[2:]


def test_the_words_of_the_statistic_all_have_a_shape_and_a_word():
    assert [*SIGNALS] == spc_rules.SIGNALS[1:]
    signs = [*VARIATIONS.values(), *ASSURANCES.values()]
    assert len(set(signs)) == len(signs)
    assert all(vocab.show(word, "word", lang) for word in [*SIGNALS, *VARIATIONS, *ASSURANCES] for lang in vocab.LANGUAGES)


def test_colour_follows_what_is_better_and_not_what_is_higher():
    def colour(indicator, signal):
        ax = charts.control(charted(indicator=indicator, signal=["", "", signal, "", "", ""]))
        return next(line.get_color() for line in ax.lines if line.get_marker() == SIGNALS[signal])

    assert colour("users_new", "beyond high") == colour("employment_rate", "run low") == frame.BAD
    assert colour("users_new", "beyond low") == colour("employment_rate", "beyond high") == frame.GOOD
    assert colour("persons_tested", "beyond high") == colour("users_new", "crossings") == frame.COLOURS[3]


def test_each_segment_has_its_own_limits_as_steps_and_the_new_ones_are_marked():
    ax = charts.control(charted(segment=[1, 1, 1, 2, 2, 2], high=[20, 20, 20, 30, 31, 32]))
    assert [20.0] * 6 in drawn(ax, "--") and [30.0, 30, 31, 31, 32, 32] in drawn(ax, "--")
    assert [10.0, 12, 30] in drawn(ax) and [11.0, 9, 10] in drawn(ax)
    edge = charted()["period"].iloc[3].ordinal - 0.5
    assert [edge, edge] in [list(line.get_xdata()) for line in ax.lines] and "重新定限" in texts(ax)
    assert [bool(line.get_xdata()[0] == edge - 3) for line in ax.lines if list(line.get_ydata()) == [20.0] * 6] == [True]


def test_a_missing_month_is_a_gap_in_the_line_and_in_the_limits():
    for table in (charted().drop(index=2), charted((10, 12, np.nan, 11, 9, 10))):
        ax = charts.control(table)
        assert [10.0, 12] in drawn(ax) and [11.0, 9, 10] in drawn(ax) and [20.0] * 4 in drawn(ax, "--")


def test_nothing_is_drawn_across_a_change_of_basis_and_it_is_marked():
    ax = charts.control(charted(basis=["old"] * 3 + ["new"] * 3))
    assert [10.0, 12, 30] in drawn(ax) and [11.0, 9, 10] in drawn(ax) and "口径改变" in texts(ax)
    assert drawn(ax, "--")[:4] == [[4.0] * 6, [20.0] * 6] * 2
    assert "definition changed" in texts(charts.control(charted(basis=["old"] * 3 + ["new"] * 3), lang="en"))
    assert "口径改变" not in texts(charts.control(charted()))


def test_no_chart_over_time_joins_two_bases_and_each_marks_the_change():
    table, half = foreseen(), ["old"] * 6 + ["new"] * 9
    forecast_chart = charts.fan(table.assign(basis=half))
    assert [len(told) for told in drawn(forecast_chart)] == [6, 6]
    campaign_chart = charts.campaign(course(basis=["old"] * 4 + ["new"] * 16))
    assert [len(told) for told in drawn(campaign_chart) if told[0] == 40] == [4, 6]
    df, pieces = broken()
    trend_chart = charts.joinpoint(df.assign(basis=["old"] * 4 + ["new"] * 8), pieces)
    panel = charts.controls(charted(basis=["old"] * 3 + ["new"] * 3))[0]
    assert all("口径改变" in texts(ax) for ax in (forecast_chart, campaign_chart, trend_chart, panel))


def test_words_of_changes_in_one_month_stand_below_one_another():
    table = charted(basis=["old"] * 3 + ["new"] * 3, segment=[1, 1, 1, 2, 2, 2], suggested=[False] * 3 + [True, False, False])
    _, shown = picture(ax := charts.control(table))
    told = {words: box for words, box in shown if words in ("口径改变", "重新定限", "似由此改变水平，原因待核实")}
    low = [box.y0 for box in told.values()]
    assert len(low) == 3 and sorted(low, reverse=True) == low and min(-np.diff(low)) > 10
    styles = [line.get_linestyle() for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert sorted(styles) == ["-", "--", "--"]


def test_provisional_points_are_hollow_and_conflicting_ones_gaps():
    table = charted(status=["final", "final", "conflicting", "final", "final", "provisional"])
    ax = charts.control(pd.concat([table, table[2:3].assign(value=25.0)]))
    assert points(ax) == {("o", False): [10, 12, 11, 9], ("o", True): [10]}
    assert "空心" in ax.get_xlabel() and "空心" not in charts.control(charted()).get_xlabel()


def test_the_words_stand_below_with_the_chance_of_a_false_alarm_and_the_limits_above():
    ax = charts.control(charted())
    assert ax.get_xlabel() == "○ 正常波动    ～ 时达时不达\n全凭偶然，也有12%的可能出现信号"
    assert labels(ax.get_legend()) == ["中心线 12", "上下限 4至20"]
    assert charts.control(charted(), lang="en").get_xlabel().startswith("○ ordinary variation    ～ hit or miss\n")
    bare = charted()[["period", "value", "centre", "low", "high", "signal"]]
    assert charts.control(bare).get_xlabel() == ""


def test_means_of_small_counts_have_a_decimal_and_shares_are_percent():
    told = labels(charts.control(charted(centre=1.66, low=0.0, high=7.24)).get_legend())
    assert told == ["中心线 1.7", "上下限 0至7.2"]
    large = charted([200] * 6, centre=180.4, low=140.2, high=220.6)
    assert labels(charts.control(large).get_legend()) == ["中心线 180", "上下限 140至221"]
    share = charted([0.05] * 6, centre=0.05, low=0.012, high=0.088, indicator="relapse_rate")
    assert labels(charts.control(share, lang="en").get_legend()) == ["centre 5%", "limits 1.2% to 8.8%"]


def test_the_target_is_a_line_named_with_its_value():
    ax = charts.control(charted(), line=15)
    assert [15, 15] in drawn(ax, colour=frame.LINE_COLOUR) and "控制线 15" in texts(ax)


def test_a_suggested_change_of_level_asks_for_its_cause():
    ax = charts.control(charted(suggested=[False, False, True, False, False, False]))
    assert "似由此改变水平，原因待核实" in texts(ax)
    assert charted()["period"].iloc[2].ordinal - 0.5 in [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata())]


@pytest.mark.parametrize("values", [[0] * 24, [7], [0] * 14 + [1], [5] * 12])
def test_a_series_without_limits_is_drawn_all_the_same(values):
    table = spc.chart(months(values), time="period", part="value", better="low")
    ax = charts.control(table)
    assert sum(len(list(told)) for told in points(ax).values()) == len(values)
    assert ax.get_ylim()[0] == 0 and ax.get_xlabel()


def test_a_table_of_conflicting_values_only_shows_no_point():
    assert points(charts.control(charted(status="conflicting"))) == {}


def test_the_axis_begins_at_zero_or_says_that_it_does_not():
    assert charts.control(charted()).get_ylim()[0] == 0
    high = charted([0.91, 0.93, 0.92] * 2, centre=0.92, low=0.88, high=0.96, indicator="employment_rate")
    ax = charts.control(high)
    assert ax.get_ylim()[0] > 0.5 and "纵轴不从零开始" in ax.get_xlabel()


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_a_legend_of_all_signals_fits_above_the_chart(lang):
    page, shown = picture(charts.control(charted(range(10, 10 + len(SIGNALS)), signal=[*SIGNALS]), lang=lang))
    assert min(box.x0 for _, box in shown) >= page.x0 and max(box.x1 for _, box in shown) <= page.x1


# One for each area


def test_what_needs_attention_comes_first_and_what_is_too_short_last():
    words = ["too short", "common cause", "improving", "unsettled", "worsening", "high"]
    axes = charts.controls(counties(words))
    assert [texts(ax)[0].split("  ")[0] for ax in axes] == ["◆ 变差", "▲ 异常偏高", "≈ 水平不稳", "○ 正常波动", "◇ 好转", "… 期数太少"]
    settled = counties(["improving", "high"]).assign(assurance=["missed"] * 3 + ["met"] * 3)
    assert [texts(ax)[0] for ax in charts.controls(settled)] == ["▲ 异常偏高  √ 稳定达标", "◇ 好转  × 稳定不达标"]
    missed = counties(["common cause"] * 3, assurance=["may or may not"] * 3)
    missed.loc[missed["area"] == COUNTIES[2], "assurance"] = "missed"
    assert [ax.get_title(loc="left") for ax in charts.controls(missed)] == ["澄溪县", "青渡区", "望鹭区"]


def test_ratios_share_one_scale_and_counts_have_their_own():
    def tops(indicator, factor):
        table = counties(["common cause"] * 2, indicator=indicator)
        places = ["value", "centre", "low", "high"]
        table[places] = table[places].mul(np.where(table["area"] == COUNTIES[0], factor, factor / 5), axis=0)
        return {ax.get_ylim() for ax in charts.controls(table)}

    assert len(tops("relapse_rate", 0.01)) == 1 and len(tops("users_new", 1)) == 2


def test_a_shared_scale_shows_every_value_and_cuts_wide_limits():
    table = counties(["common cause"] * 2, indicator="relapse_rate", values=(0.02, 0.05, 0.03), centre=0.03, low=0.0, high=0.6)
    ax = charts.controls(table, line=0.08)[0]
    assert ax.get_ylim()[0] == 0 and 0.08 < ax.get_ylim()[1] < 0.1


def test_panels_stand_at_most_three_abreast_and_those_without_room_are_counted():
    assert len({ax.get_subplotspec().colspan.start for ax in charts.controls(counties(["common cause"] * 7))}) == 3
    many = pd.concat([charted(area=code) for code in LONG_NAMES[:20]])
    axes = charts.controls(many)
    assert len(axes) == 18
    key = next(ax for ax in axes[0].figure.axes if ax.get_legend())
    assert labels(key.get_legend()) == ["阴影：上下限之间"]
    assert key.get_legend().get_title().get_text() == "新发现吸毒人员（名）    未画出的地区：2个"


def test_one_legend_names_the_line_and_the_signals_that_occur():
    table = counties(["worsening", "common cause"], signal=["", "", "run high"])
    axes = charts.controls(table, line=15, lang="en")
    key = next(ax for ax in axes[0].figure.axes if ax.get_legend())
    assert labels(key.get_legend()) == [
        "shaded: between the limits", "control line 15", "a long run above the centre",
    ]  # fmt: skip
    assert key.get_legend().get_title().get_text() == "newly found users (persons)"
    assert all([15, 15] in drawn(ax) for ax in axes)


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_long_names_and_words_of_neighbours_do_not_touch(lang):
    table = pd.concat([charted(area=code, variation="common cause", assurance="missed") for code in LONG_NAMES[:6]])
    axes = charts.controls(table, line=15, lang=lang)
    page, _ = picture(axes[0])
    for ax, beside in zip(axes[:3], [*axes[1:3], None], strict=True):
        edge = beside.get_window_extent().x0 if beside else page.x1
        assert max(words.get_window_extent().x1 for words in (ax.texts[0], ax._left_title)) < edge


# Joins, campaigns, forecasts


def test_the_broken_line_runs_through_the_fitted_ends_and_its_joins_are_marked():
    ax = charts.joinpoint(*broken())
    pieces = [(told[0], told[-1]) for told in drawn(ax) if len(told) > 2]
    assert np.allclose(pieces, [(100, 160), (160, 210)])
    ratio = np.diff(np.log(drawn(ax)[0]))
    assert np.allclose(ratio, ratio[0])  # a constant rate of growth
    assert "2020年" in texts(ax) and 2020 - 1970 in [line.get_xdata()[0] for line in ax.lines]
    assert points(ax) == {("o", False): list(np.linspace(100, 210, 12))}


def test_each_piece_says_its_change_and_whether_chance_explains_it():
    told = texts(charts.joinpoint(*broken()))
    assert "年均+8.1%\n（+6.0%至+10.2%）\n▲ 上升" in told and "年均-1.2%\n（-4.0%至+1.7%）\n○ 升降不明显" in told
    told = texts(charts.joinpoint(*broken(apc=[8.1, -9.0], high=[10.2, -2.0]), lang="en"))
    assert "-9.0% a year\n(-4.0% to -2.0%)\n▼ falling" in told


def test_without_fitted_ends_no_line_is_drawn():
    df, pieces = broken()
    assert drawn(charts.joinpoint(df, pieces.drop(columns=["start", "end"]))) == []


def test_a_series_too_short_for_a_trend_says_so():
    df = broken()[0][:2]
    ax = charts.joinpoint(df, trend.joinpoint(df, value="value", time="period"))
    assert "期数太少" in ax.get_xlabel() and drawn(ax) == []


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_the_words_of_many_pieces_do_not_lie_on_one_another(lang):
    years = pd.period_range("1998", periods=22, freq="Y")
    places = [0, 3, 6, 9, 12, 21]
    pieces = pd.DataFrame({"segment": range(1, 6), "first": years[places[:-1]], "last": years[places[1:]], "start": 100.0,
                           "end": 120.0, "apc": -12.34, "low": -20.1, "high": -10.5, "p_value": 0.01})  # fmt: skip
    df = pd.DataFrame({"period": years, "value": 110.0, "indicator": "users_new"})
    _, shown = picture(charts.joinpoint(df, pieces, lang=lang))
    boxes = [box for words, box in shown if " a year\n" in words or words.startswith("年均")]
    assert len(boxes) == 5
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])


def test_the_course_without_the_campaign_is_dashed_and_begins_with_it():
    ax = charts.campaign(course())
    assert drawn(ax, "--") == [[40.0] * 10]
    assert [40.0] * 10 in drawn(ax) and [20.0] * 10 in drawn(ax)
    assert "行动开始：2024年11月" in texts(ax)
    assert pd.Period("2024-11").ordinal - 0.5 in [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata())]
    assert points(ax) == {("o", False): [41.0] * 10 + [21.0] * 10}
    low, high = np.sort(np.unique(ax.collections[0].get_paths()[0].vertices[:, 1]))[[0, -1]]
    assert (low, high) == (34, 46)


def test_before_and_after_claims_no_cause():
    assert charts.campaign(course()).get_xlabel() == "差距是前后变化，不等于行动所致"
    assert "because" not in charts.campaign(course(), lang="en").get_xlabel()


def test_a_campaign_that_could_not_be_computed_shows_what_was_observed():
    columns = ["fitted", "expected", "low", "high"]
    ax = charts.campaign(course().assign(**dict.fromkeys(columns, np.nan)))
    assert ax.get_xlabel() == "未计算" and drawn(ax) == [] and len(points(ax)[("o", False)]) == 20
    assert not any("行动开始" in words for words in texts(ax))


def test_a_gap_in_the_course_stays_a_gap():
    assert [len(told) for told in drawn(charts.campaign(course().drop(index=[4, 14])), "--")] == [4, 5]


def test_the_bands_of_a_forecast_open_from_the_last_value():
    ax = charts.fan(foreseen())
    assert drawn(ax, "--") == [[21.0, 20, 20, 20]]
    bands = [np.unique(band.get_paths()[0].vertices, axis=0) for band in ax.collections if isinstance(band, PolyCollection)]
    assert [(band[:, 1].min(), band[:, 1].max()) for band in bands] == [(12, 28), (16, 24)]
    assert {band[0, 0] for band in bands} == {pd.Period("2024-12").ordinal}
    assert labels(ax.get_legend()) == ["实际数", "95%区间", "80%区间", "预测"]
    assert points(ax)[("s", True)] == [20.0] * 3 and points(ax)[("o", False)] == list(range(10, 22))


def test_of_a_long_history_the_last_part_is_drawn_and_the_chart_says_so():
    past = months(range(60), start="2020-01")
    ax = charts.fan(pd.concat([past, foreseen().query("step > 0")]))
    assert points(ax)[("o", False)] == list(range(24, 60)) and "只画最近36期" in ax.get_xlabel()
    assert ax.get_xlim()[0] > pd.Period("2021-12").ordinal and "只画" not in charts.fan(foreseen()).get_xlabel()


def test_a_forecast_after_a_gap_does_not_begin_at_the_last_value():
    assert drawn(charts.fan(foreseen().drop(index=11)), "--") == [[20.0] * 3]


@pytest.mark.parametrize("p_below, zh, en", [(0.714, "71%", "71%"), (0.9999, "超过99%", "more than 99%"), (0.0001, "不到1%", "less than 1%")])  # fmt: skip
def test_the_chance_of_being_under_the_line_is_told_for_the_last_step_and_never_as_certain(p_below, zh, en):
    ax = charts.fan(foreseen(p_below), line=25)
    assert ax.get_xlabel() == f"2025年3月低于控制线的把握：{zh}" and "控制线 25" in texts(ax)
    assert charts.fan(foreseen(p_below), line=25, lang="en").get_xlabel().endswith(f"in 2025-03: {en}")


def test_a_forecast_that_was_not_made_says_so():
    table = foreseen()
    table.loc[table["step"].notna(), ["value", "low", "high", "low80", "high80", "p_below"]] = np.nan
    ax = charts.fan(table, line=25)
    assert ax.get_xlabel() == "期数太少，不作预测" and labels(ax.get_legend()) == ["实际数"]


# At a glance


def test_a_calendar_has_a_row_a_year_and_marks_what_stands_out():
    table = months([3, 30, np.nan, 1], start="2024-11").assign(signal=["", "beyond high", "", "run low"])
    ax = charts.calendar(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2025", "2024"]
    assert [label.get_text() for label in ax.get_xticklabels()][:2] == ["1月", "2月"]
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places == {"3": (10.5, 1.5), "▲ 30": (11.5, 1.5), "—": (0.5, 0.5), "▼ 1": (1.5, 0.5)}
    assert [patch.get_xy() for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_hatch()] == [(0.03, 0.05)]
    assert "▲ 异常偏高" in ax.get_xlabel() and "斜纹" in ax.get_xlabel() and "白底加框" not in ax.get_xlabel()


def test_an_alarm_and_a_provisional_month_are_marked_in_the_calendar():
    ax = charts.calendar(months([3, 9], status=["final", "provisional"]).assign(alarm=["none", "alarm"]))
    assert texts(ax) == ["3", "▲ 9"] and len(ax.patches) == 1
    assert "白底加框" in ax.get_xlabel() and "斜纹" not in ax.get_xlabel()


def test_a_calendar_refuses_years_and_two_bases():
    with pytest.raises(TableError, match="A calendar has months"):
        charts.calendar(broken()[0])
    with pytest.raises(TableError, match="one basis"):
        charts.calendar(pd.concat([months([1, 2]), months([3, 4], basis="other")]))


def test_the_page_of_indicators_says_last_value_change_and_verdicts():
    ax = charts.summary(indicators())
    told = texts(ax)
    assert told[:7] == ["指标", "2024年3月", "同比", "走势", "波动", "达标情况", "判断"]
    rows = {text.get_position()[1]: [] for text in ax.texts}
    for text in ax.texts:
        rows[text.get_position()[1]].append(text.get_text())
    assert rows[1] == ["新发现吸毒人员", "4名", "-20.0%", "◆ 变差", "", ""]
    assert rows[0] == ["新发现占比（期末在册）", "6.1%", "-1.2个百分点", "◇ 好转", "× 稳定不达标", "▲ 高于控制线"]


def test_the_page_of_indicators_names_its_months_and_ends_with_its_last_column():
    table = indicators()
    assert charts.summary(table).get_xlabel() == "走势：2024年1月至2024年3月，各行刻度不同"
    assert charts.summary(table.drop(columns=["assurance", "verdict"])).get_xlim()[1] < charts.summary(table).get_xlim()[1]
    told = texts(charts.summary(table.drop(index=2)))
    assert "最新值" in told and {"5名\n2024年2月", "6.1%\n2024年3月"} <= set(told)


def test_the_wrong_side_of_the_line_stands_out_by_indicator():
    def loud(indicator, verdict):
        ax = charts.summary(months([0.5, 0.6], indicator=indicator, verdict=verdict))
        return [text.get_text()[0] for text in ax.texts if text.get_fontweight() == "bold"]

    assert loud("relapse_rate", "above") == ["▲"]
    assert loud("relapse_rate", "below") == loud("employment_rate", "above") == []
    assert loud("employment_rate", "below") == ["▼"]


def test_the_small_lines_show_the_values_with_their_gaps():
    table = indicators()
    table.loc[1, "value"] = np.nan
    small = charts.summary(table).child_axes
    assert [drawn(ax) for ax in small] == [[[0.08, 0.07, 0.061]], [[3.0], [4.0]]]
    assert [points(ax) for ax in small] == [{("o", False): [0.061]}, {("o", False): [4.0]}]


def test_areas_and_columns_that_a_table_lacks_change_the_page():
    table = pd.concat([months([1, 2], area=code) for code in COUNTIES[:3]])
    told = texts(charts.summary(table, lang="en"))
    assert told[:3] == ["Area", "2024-02", "Course"] and told[-2:] == ["Qingdu District", "2 persons"]
    both = pd.concat([indicators(area=code) for code in COUNTIES[:2]])
    assert "青渡区 新发现吸毒人员" in [words.replace("\n", "") for words in texts(charts.summary(both))]


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_twenty_long_rows_fit_a_page_and_no_cell_touches_another(lang):
    named = vocab.table("indicators").query("kind == 'flow' or kind == 'share'")
    keys = named.index[np.argsort(-named[lang].str.len().to_numpy(), kind="stable")][:20]
    table = pd.concat([months([1200.0, 2031.0] if named.at[key, "kind"] == "flow" else [0.5, 0.55], indicator=key) for key in keys])
    table = table.assign(change=0.1234, variation="common cause", assurance="missed", verdict="above")
    ax = charts.summary(table, lang=lang)
    page, shown = picture(ax)
    assert page.height / page.width < 1.414
    boxes = [box for _, box in shown]
    touching = [(shown[at][0], shown[to][0]) for at in range(len(boxes)) for to in range(at) if boxes[at].overlaps(boxes[to])]
    assert touching == []


# The statistics as they come


def test_the_charts_read_what_the_statistics_return():
    chance = np.random.default_rng(0)
    table = pd.concat([months(chance.poisson(12, 48), start="2020-01", area=code) for code in COUNTIES[:2]])
    by = ["area", "indicator", "basis"]
    told = spc.chart(table, time="period", part="value", by=by, better="low", target=15)
    assert len(charts.controls(told, line=15)) == 2

    one = table[table["area"] == COUNTIES[0]].reset_index(drop=True)
    assert "行动开始：2022年7月" in texts(charts.campaign(campaign.counterfactual(one, events="value", time="period", start="2022-07", by=by)))
    ahead = forecast.forecast(one, value="value", time="period", horizon=6, by=by, line=15)
    assert "2024年6月低于控制线的把握" in charts.fan(pd.concat([one, ahead]), line=15).get_xlabel()
    assert len(texts(charts.calendar(alarm.ears(one, events="value", time="period")))) == 48
    yearly = broken()[0].assign(value=lambda df: df["value"] * np.exp(0.02 * chance.standard_normal(12)))
    pieces = trend.joinpoint(yearly, value="value", time="period")
    assert np.allclose(drawn(charts.joinpoint(yearly, pieces))[0][0], pieces["start"].iloc[0])
