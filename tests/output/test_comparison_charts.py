"""The charts that compare areas, held through their artists: names never overlap, marks say what the table says."""

import re
from functools import partial
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.figure import Figure

from drugstats import vocab
from drugstats.output import charts
from drugstats.output.charts import by_size, comparison, frame, placing
from drugstats.tables import TableError

COUNTIES = [f"99010{number}" for number in range(1, 10)]
LONG_NAMES = sorted(vocab.table("areas").query("level == 'county'").index, key=lambda code: -len(vocab.area(code)))


def limits(whole, centre=0.05) -> dict:
    half = 2 * np.sqrt(centre * (1 - centre) / whole)
    sides = {"95": half, "998": 1.6 * half}
    table = {"centre": centre + 0 * whole}
    for name, width in sides.items():
        table |= {f"low{name}": np.maximum(0, centre - width), f"high{name}": np.minimum(1, centre + width)}
    return table


def funnel_table(value, whole, areas=COUNTIES, **columns) -> pd.DataFrame:
    value, whole = np.array(value, dtype=float), np.array(whole, dtype=float)
    table = pd.DataFrame({"area": areas[: len(value)], "value": value, "whole": whole, **limits(np.maximum(whole, 1))})
    tests = [table["value"].isna(), value > table["high998"], value < table["low998"], value > table["high95"],
             value < table["low95"]]  # fmt: skip
    words = ["not computed", "high998", "low998", "high95", "low95"]
    return table.assign(outside=np.select(tests, words, "inside"), indicator="new_user_ratio", **columns)


def curve(smallest=20, largest=20_000) -> pd.DataFrame:
    whole = np.geomspace(smallest, largest, 120)
    return pd.DataFrame({"whole": whole, **limits(whole)})


def nine(**columns) -> pd.DataFrame:
    value = [0.02, 0.081, 0.05, 0.065, 0.033, 0.013, 0.095, 0.105, 0.032]
    return funnel_table(value, [1286, 982, 54, 2310, 640, 150, 420, 88, 31], **columns)


def crowd(outliers=40, names=LONG_NAMES) -> pd.DataFrame:
    value = 0.09 + 0.0005 * (np.arange(outliers) % 8)
    return funnel_table(value, 1000 + 3 * np.arange(outliers), areas=names)


def places(**columns) -> pd.DataFrame:
    before = {"period": pd.Period("2024", "Y"), "rank": [1, 2, 3], "rank_low": [1, 2, 2], "rank_high": [1, 3, 3]}
    after = {"period": pd.Period("2025", "Y"), "rank": [3, 1, 2], "rank_low": [2, 1, 1], "rank_high": [3, 2, 3]}
    return pd.concat([pd.DataFrame({"area": COUNTIES[:3]} | when) for when in (before, after)]).assign(**columns)


def cells(**columns) -> pd.DataFrame:
    table = {
        "area": np.repeat(COUNTIES[:3], 2), "period": list(pd.period_range("2024", periods=2, freq="Y")) * 3,
        "value": [0.02, 0.09, np.nan, 0.05, 0.3, 0.049], "whole": [1286, 982, 50, 60, 70, 400],
        "verdict": ["below", "above", "not computed", "at the line", "not computed", "cannot tell"],
        "indicator": "new_user_ratio",
    }  # fmt: skip
    return pd.DataFrame(table | columns)


def parts(value=(0.031, -0.012, 0.004), **columns) -> pd.DataFrame:
    areas = (COUNTIES if len(value) <= 9 else LONG_NAMES)[: len(value)]
    return pd.DataFrame({"area": areas, "value": value, "total_change": sum(value)} | columns)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_visible()]


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def marks(ax) -> dict:
    points = [line for line in ax.lines if line.get_linestyle() == "None" and line.get_marker() != "_"]
    return {line.get_marker(): sorted(float(value) for value in line.get_ydata()) for line in points}


def names_drawn(ax, codes, lang="zh"):
    """The names that a drawn chart shows of these areas, with the boxes they take."""
    ax.figure.draw_without_rendering()
    wanted = {vocab.area(code, lang) for code in codes}
    shown = [text for text in ax.texts if text.get_visible() and text.get_text() in wanted]
    return {text.get_text(): text.get_window_extent() for text in shown}


def overlapping(boxes) -> list:
    return [(one, other) for one, other in combinations(boxes, 2) if boxes[one].overlaps(boxes[other])]


def outside_of(ax, boxes) -> list:
    edge = ax.bbox
    return [name for name, box in boxes.items()
            if box.x0 < edge.x0 or box.x1 > edge.x1 or box.y0 < edge.y0 or box.y1 > edge.y1]  # fmt: skip


# The funnel


def test_the_funnel_tells_by_shape_which_limit_a_point_is_beyond():
    table = nine()
    ax = charts.funnel(table, curve=curve())
    shapes = {by_size.MARKS[outside][0]: sorted(rows["value"]) for outside, rows in table.groupby("outside")}
    assert len(shapes) >= 4 and marks(ax) == shapes
    assert len({marker for marker, _ in by_size.MARKS.values()}) == len(by_size.MARKS)
    assert {"高于外侧界限", "低于内侧界限", "内侧界限（95%）", "外侧界限（99.8%）"} <= set(legend(ax))
    assert "outer limits (99.8%)" in legend(charts.funnel(table, curve=curve(), lang="en"))


def test_the_funnel_draws_the_limits_of_the_curve_and_names_its_centre():
    smooth = curve()
    ax = charts.funnel(nine(), curve=smooth)
    drawn = [list(line.get_ydata()) for line in ax.lines if len(line.get_xdata()) == len(smooth)]
    assert drawn == [list(smooth[side]) for side in ("low95", "high95", "low998", "high998")]
    assert "中心线 5%" in texts(ax)
    assert "控制线 5%" in texts(charts.funnel(nine(line=0.05), curve=smooth))
    assert "centre 5%" in texts(charts.funnel(nine(line=0.06), curve=smooth, lang="en"))


def test_the_colour_of_the_funnel_follows_what_is_better():
    def colours(indicator):
        ax = charts.funnel(nine().assign(indicator=indicator), curve=curve())
        return {line.get_marker(): line.get_color() for line in ax.lines if line.get_marker() in "v^"}

    assert colours("new_user_ratio") == {"^": frame.BAD, "v": frame.GOOD}
    assert colours("employment_rate") == {"^": frame.GOOD, "v": frame.BAD}


def test_sizes_are_written_in_their_own_unit():
    table = funnel_table([0.05, 0.06], [1_200_000, 3_000_000]).assign(indicator="drug_misuse_death_rate")
    ax = charts.funnel(table, curve=curve(1_000_000, 4_000_000))
    ax.figure.draw_without_rendering()
    assert ax.get_xlabel().startswith("常住人口（万名）\n") and "200" in [label.get_text() for label in ax.get_xticklabels()]


def test_every_area_outside_the_limits_has_its_name_and_no_other():
    table = nine()
    outliers = table.loc[table["outside"] != "inside", "area"]
    ax = charts.funnel(table, curve=curve())
    assert len(outliers) == 6 and set(names_drawn(ax, COUNTIES)) == {vocab.area(code) for code in outliers}


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
@pytest.mark.parametrize("outliers", [1, 12, 40, 300])
def test_names_never_overlap_nor_leave_the_axes_and_a_note_counts_those_left_out(outliers, lang):
    table = crowd(outliers)
    ax = charts.funnel(table, curve=curve(500, 5000), lang=lang)
    boxes = names_drawn(ax, table["area"], lang)
    assert boxes and overlapping(boxes) == [] and outside_of(ax, boxes) == []
    unnamed = outliers - len(boxes)
    note = vocab.text("chart.unnamed", lang, count=unnamed)
    assert (note in ax.get_xlabel()) == (unnamed > 0)
    assert outliers < 40 or unnamed > 0


def test_names_keep_apart_when_the_figure_changes_after_the_chart_is_made(tmp_path):
    table = crowd(12)
    ax = charts.funnel(table, curve=curve(500, 5000))
    charts.in_house_style(ax.figure.suptitle)("图\n题\n三\n行")
    ax.figure.set_size_inches(6, 3.5)
    charts.save(ax.figure, tmp_path / "funnel")
    boxes = names_drawn(ax, table["area"])
    assert boxes and overlapping(boxes) == [] and outside_of(ax, boxes) == []


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_where_there_is_room_no_name_stands_on_the_centre_line(lang):
    table = funnel_table([0.035, 0.03, 0.035], [700, 1000, 1300])
    table = table.assign(outside="low95")
    ax = charts.funnel(table, curve=curve(), lang=lang)
    boxes = names_drawn(ax, table["area"], lang)
    centre = ax.transData.transform((1000, 0.05))[1]
    assert len(boxes) == 3 and not any(box.y0 < centre < box.y1 for box in boxes.values())


def test_the_least_extreme_are_the_ones_left_without_a_name():
    alike = [code for code in LONG_NAMES if len(vocab.area(code)) == 7]
    table = funnel_table(0.09 + 1e-7 * np.arange(60), [1000] * 60, areas=alike)
    named = names_drawn(charts.funnel(table, curve=curve(500, 5000)), table["area"])
    most = [vocab.area(code) for code in alike[60 - len(named) : 60]]
    assert 3 < len(named) < 30 and set(named) == set(most)


def test_a_reader_is_not_given_more_names_than_can_be_taken_in():
    short = LONG_NAMES[-60:]
    table = funnel_table(np.tile([0.02, 0.09, 0.12], 20), np.geomspace(1500, 90_000, 60), areas=short)
    ax = charts.funnel(table, curve=curve(1000, 100_000))
    boxes = names_drawn(ax, table["area"])
    assert len(boxes) == placing.MOST_NAMES and "30个" in ax.get_xlabel()


def test_a_name_that_stands_off_has_a_line_to_its_point():
    ax = charts.funnel(crowd(12), curve=curve(500, 5000))
    ax.figure.draw_without_rendering()
    (leaders,) = [found for found in ax.collections if isinstance(found, LineCollection)]
    points = ax.transData.transform(crowd(12)[["whole", "value"]])
    starts = [segment[0] for segment in leaders.get_segments()]
    assert starts and all(np.abs(points - start).sum(axis=1).min() < 0.01 for start in starts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 200), st.floats(10, 120)), max_size=50))
def test_boxes_are_disjoint_and_inside_wherever_the_points_are(drawn):
    points = np.array([(x, y) for x, y, _ in drawn]).reshape(-1, 2)
    sizes = np.array([(width, 10) for _, _, width in drawn]).reshape(-1, 2)
    centres, _ = placing.places(points, sizes, np.array([0, 0, 400, 200]), points)
    known = ~np.isnan(centres[:, 0])
    low, high = (centres - sizes / 2)[known], (centres + sizes / 2)[known]
    assert (low >= 0).all() and (high <= [400, 200]).all()
    for one, other in combinations(range(len(low)), 2):
        assert (low[one] >= high[other]).any() or (low[other] >= high[one]).any()


def test_an_area_without_persons_is_off_the_plot_and_counted():
    table = nine()
    table.loc[[2, 8], ["whole", "value", "outside"]] = [0, np.nan, "not computed"]
    table.loc[8, "value"] = 0
    ax = charts.funnel(table, curve=curve())
    assert sum(map(len, marks(ax).values())) == 7
    assert "没有分母或数值、未画出的地区：2个" in ax.get_xlabel()
    assert "未画出" not in charts.funnel(nine(), curve=curve()).get_xlabel()


def test_a_value_far_above_all_others_is_drawn_at_the_edge_and_told_beside_its_name():
    table = nine()
    table.loc[2, "value"] = 0.105 * (by_size.FAR_OFF + 0.1)
    ax = charts.funnel(table, curve=curve())
    ax.figure.draw_without_rendering()
    assert "澄溪县 ↑ 43%" in texts(ax) and ax.get_ylim()[1] < 0.25
    assert ax.get_ylim()[1] > max(max(values) for values in marks(ax).values()) > 0.105
    table.loc[2, "value"] = 0.105 * (by_size.FAR_OFF - 0.1)
    assert charts.funnel(table, curve=curve()).get_ylim()[1] > 0.4


def test_sizes_far_apart_are_on_a_logarithmic_axis_and_near_ones_are_not():
    assert charts.funnel(nine(), curve=curve()).get_xscale() == "log"
    near = charts.funnel(funnel_table([0.02, 0.05], [250, 2900]), curve=curve())
    assert near.get_xscale() == "linear" and "现有在册吸毒人员（名）" in near.get_xlabel()
    near.figure.draw_without_rendering()
    assert "1,600" in [label.get_text() for label in near.get_xticklabels()]


def test_provisional_points_are_hollow_and_the_chart_says_so():
    ax = charts.funnel(nine(status=["provisional"] + ["final"] * 8), curve=curve())
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white" and len(line.get_xdata())]
    assert [list(line.get_xdata()) for line in hollow] == [[1286]] and hollow[0].get_marker() == "v"
    assert "空心：初步数或约数" in ax.get_xlabel()
    assert "空心" not in charts.funnel(nine(), curve=curve()).get_xlabel()


@pytest.mark.parametrize("value", [0.0, 0.05])
def test_equal_areas_one_area_and_no_area_with_persons_are_drawn(value):
    for count in (1, 9):
        whole = np.full(count, 100)
        table = funnel_table([value] * count, whole).assign(outside="inside", **limits(whole, value))
        smooth = curve().assign(**limits(curve()["whole"], value))
        ax = charts.funnel(table, curve=smooth)
        ax.figure.draw_without_rendering()
        assert ax.get_ylim()[0] < value < ax.get_ylim()[1] and marks(ax)["o"] == [value] * count
    nobody = charts.funnel(funnel_table([np.nan] * 2, [0, 0]), curve=curve())
    nobody.figure.draw_without_rendering()
    assert marks(nobody) == {} and "2个" in nobody.get_xlabel()


def test_a_rate_has_its_unit_above_the_axis_clear_of_the_legend():
    table = nine(line=0.05).assign(indicator="drug_misuse_death_rate")
    ax = charts.funnel(table, curve=curve(), lang="en")
    ax.figure.draw_without_rendering()
    (unit,) = [text for text in ax.texts if "(per hundred thousand residents)" in text.get_text()]
    assert not unit.get_window_extent().overlaps(ax.get_legend().get_window_extent())


# The ladder


def joins(ax) -> list:
    return [(list(line.get_ydata()), line.get_linewidth()) for line in ax.lines
            if line.get_linestyle() == "-" and len(line.get_xdata()) == 2]  # fmt: skip


def test_the_ladder_joins_each_areas_places_strongly_only_where_the_ranges_do_not_overlap():
    drawn = joins(charts.ladder(places()))
    assert sorted(ends for ends, _ in drawn) == [[1, 3], [2, 1], [3, 2]]
    widths = {tuple(ends): width for ends, width in drawn}
    assert widths[(1, 3)] > 2 * widths[(2, 1)] == 2 * widths[(3, 2)]


def test_ranges_that_share_one_place_overlap():
    table = places()
    table["rank_low"], table["rank_high"] = [1, 2, 2, 1, 1, 1], [1, 3, 3, 3, 2, 3]
    assert len({width for _, width in joins(charts.ladder(table))}) == 1


def test_the_ladder_says_what_its_lines_and_bars_mean():
    ax = charts.ladder(places(), lang="en")
    assert legend(ax) == ["thick: the two ranges do not overlap", "thin, grey: they overlap, no change can be told"]
    assert ax.get_xlabel() == "bars: the range of places the data allow"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024", "2025"]


def test_the_ladder_says_by_what_is_ranked_and_which_end_is_the_best():
    table = places(indicator="new_user_ratio", value=[0.01, 0.02, 0.03] * 2, method="simultaneous 95%, gaussian")
    table.loc[table["period"] == pd.Period("2025", "Y"), "value"] = [0.03, 0.01, 0.02]
    assert charts.ladder(table).get_xlabel() == (
        "按新发现占比（期末在册）排名    第1名为最低\n条为名次范围，全部地区同时成立的把握为95%"
    )


def test_the_ladder_draws_ranges_as_bars_and_place_one_at_the_top():
    ax = charts.ladder(places())
    bars = [segment[:, 1] for segment in ax.collections[0].get_segments()]
    assert [(round(low + 0.2), round(high - 0.2)) for low, high in bars] == [
        (1, 1), (2, 3), (2, 3), (1, 2), (1, 3), (2, 3)]  # fmt: skip
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert {"青渡区  1", "3  青渡区"} <= set(texts(ax))


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_names_at_the_ends_never_overlap_even_where_places_are_shared(lang):
    count = 30
    table = pd.concat([
        pd.DataFrame({"area": LONG_NAMES[:count], "period": year, "rank": rank, "rank_low": 1, "rank_high": count})
        for year, rank in ((2024, 1), (2025, np.arange(count) // 5 * 5 + 1))
    ])  # fmt: skip
    ax = charts.ladder(table, lang=lang)
    ax.figure.draw_without_rendering()
    boxes = {text.get_text() + str(number): text.get_window_extent() for number, text in enumerate(ax.texts)}
    assert len(boxes) == 2 * count and overlapping(boxes) == []
    whole = ax.figure.bbox
    assert all(box.x0 >= whole.x0 and box.x1 <= whole.x1 for box in boxes.values())


def test_an_area_ranked_in_one_period_only_is_named_but_not_joined():
    table = places().iloc[:-1]
    ax = charts.ladder(table)
    assert len(joins(ax)) == 2 and len(texts(ax)) == 5


def test_a_provisional_place_is_hollow():
    ax = charts.ladder(places(status=["final"] * 5 + ["provisional"]))
    hollow = [line for line in ax.lines if line.get_marker() == "o" and line.get_markerfacecolor() == "white"]
    assert [list(line.get_ydata()) for line in hollow] == [[2]]
    assert "空心：初步数或约数" in ax.get_xlabel()


def test_a_ladder_of_other_than_two_periods_is_refused():
    with pytest.raises(TableError, match="two periods; the table has 1"):
        charts.ladder(places().iloc[:3])
    with pytest.raises(TableError, match="990101 stands twice at 2024"):
        charts.ladder(pd.concat([places(), places()]))


# The heat table


def written(ax) -> dict:
    return {(text.get_position()[1] - 0.5, text.get_position()[0] - 0.5): text for text in ax.texts}


def test_every_cell_has_its_value_and_the_mark_of_its_verdict():
    ax = charts.heat(cells())
    told = {place: text.get_text() for place, text in written(ax).items()}
    assert told == {(2, 0): "▼ 2.0%", (2, 1): "▲ 9.0%", (1, 0): "—", (1, 1): "＝ 5%", (0, 0): "30%", (0, 1): "○ 4.9%"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["澄溪县", "望鹭区", "青渡区"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024年", "2025年"]
    for words in ("▲ 高于控制线", "▼ 低于控制线", "○ 无法区分", "＝ 等于控制线", "颜色越深", "斜纹：未计算或数据缺失"):
        assert words in ax.get_xlabel()


def test_what_is_missing_or_not_judged_is_hatched_and_nothing_else():
    ax = charts.heat(cells().drop(index=5))
    hatched = {(round(patch.get_y()), round(patch.get_x())) for patch in ax.patches if patch.get_hatch()}
    assert hatched == {(1, 0), (0, 0), (0, 1)}
    judged = charts.heat(cells()[lambda table: table["verdict"].isin(["above", "below"])])
    assert not judged.patches and "斜纹" not in judged.get_xlabel()


def test_the_control_line_is_named_where_all_cells_share_it():
    assert "控制线 5%" in charts.heat(cells(line=0.05)).get_xlabel()
    assert not re.search(r"控制线 \d", charts.heat(cells(line=[0.05, 0.06] * 3)).get_xlabel())


def luminance(colour) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in matplotlib.colors.to_rgb(colour)]  # fmt: skip
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_text_stands_out_on_every_shade_and_shades_order_in_black_and_white():
    table = pd.DataFrame({"area": np.repeat(COUNTIES, 8), "period": list(range(2018, 2026)) * 9, "verdict": "above",
                          "value": np.linspace(0, 1, 72)})  # fmt: skip
    ax = charts.heat(table)
    (mesh,) = [found for found in ax.collections if isinstance(found, QuadMesh)]
    shades = [luminance(mesh.to_rgba(value)) for value in table["value"]]
    assert (np.diff(shades) < 0).all()
    for text, shade in zip(sorted(ax.texts, key=lambda text: float(text.get_text()[2:])), shades, strict=True):
        ink = luminance(text.get_color())
        assert (max(ink, shade) + 0.05) / (min(ink, shade) + 0.05) >= 4.5
    assert {text.get_color() for text in ax.texts} == {"black", "white"}


def test_a_provisional_cell_stands_framed_on_white():
    ax = charts.heat(cells(status=["final", "provisional"] + ["final"] * 4))
    (mesh,) = [found for found in ax.collections if isinstance(found, QuadMesh)]
    assert np.ma.getmaskarray(mesh.get_array()).reshape(3, 2)[2, 1]
    assert "白底加框：初步数或约数" in ax.get_xlabel() and written(ax)[2, 1].get_text() == "▲ 9.0%"


def test_values_stay_within_their_cells_over_a_year_of_months():
    months = pd.period_range("2025-01", periods=12, freq="M")
    table = pd.DataFrame({"area": np.repeat(COUNTIES, 12), "period": list(months) * 9, "verdict": "above",
                          "value": 0.123, "indicator": "new_user_ratio"})  # fmt: skip
    ax = charts.heat(table)
    ax.figure.draw_without_rendering()
    wide = ax.bbox.width / 12
    assert all(text.get_window_extent().width < wide for text in ax.texts)
    labels = {label.get_text(): label.get_window_extent() for label in ax.get_xticklabels()}
    assert len(labels) == 12 and overlapping(labels) == []


def test_an_area_that_stands_twice_in_a_period_is_refused():
    with pytest.raises(TableError, match="990101 stands twice at 2024"):
        charts.heat(pd.concat([cells(), cells()]))


def test_a_table_of_nothing_known_is_all_dashes():
    ax = charts.heat(cells(value=np.nan, verdict="not computed"))
    assert set(texts(ax)) == {"—"}


# The waterfall


def bars(ax) -> list:
    return [(round(bar.get_x(), 9), round(bar.get_x() + bar.get_width(), 9)) for bar in ax.patches]


def names_at_left(ax) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_the_waterfall_runs_from_the_largest_rise_to_the_largest_fall_and_ends_in_the_whole():
    ax = charts.waterfall(parts())
    assert names_at_left(ax) == ["青渡区", "澄溪县", "望鹭区", "总体"]
    assert bars(ax) == [(0, 0.031), (0.031, 0.035), (0.035, 0.023), (0, 0.023)]
    assert texts(ax) == ["+3.1", "+0.4", "-1.2", "+2.3"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert ax.get_xlabel() == "对总体增减幅度的拉动（百分点）"


def test_small_changes_get_a_second_decimal_and_nothing_is_never_plus():
    assert texts(charts.waterfall(parts([0.0031, -0.0012, 0.0]))) == ["+0.31", "0.00", "-0.12", "+0.19"]
    assert texts(charts.waterfall(parts([0.05, 0.0001]))) == ["+5.0", "0.0", "+5.0"]


@pytest.mark.parametrize(("count", "shown"), [(20, 20), (21, 20), (60, 20)])
def test_of_many_areas_the_smallest_are_one_bar(count, shown):
    value = [(-1) ** number * 0.001 * (number + 1) for number in range(count)]
    ax = charts.waterfall(parts(value), lang="en")
    drawn = bars(ax)
    assert len(drawn) == shown + 1
    gathered = [name for name in names_at_left(ax) if re.fullmatch(r"\d+ other areas", name)]
    if count > shown:
        assert gathered == [f"{count - shown + 1} other areas"] and names_at_left(ax)[-2] == gathered[0]
        start, end = drawn[-2]
        assert end - start == pytest.approx(sum(value[: count - shown + 1]))
    else:
        assert gathered == []


def test_the_waterfall_says_which_periods_it_compares_and_colours_by_what_is_better():
    told = parts(period=pd.Period("2025", "Y"), period_before=pd.Period("2024", "Y"))
    assert charts.waterfall(told).get_xlabel() == "对总体增减幅度的拉动（百分点）    2025年比2024年"

    def colours(**columns):
        return [matplotlib.colors.to_hex(bar.get_facecolor()).upper() for bar in charts.waterfall(parts(**columns)).patches][:3]

    assert colours() == colours(indicator="users_new") == [frame.BAD, frame.BAD, frame.GOOD]
    assert colours(indicator="abstinent_3y") == [frame.GOOD, frame.GOOD, frame.BAD]
    assert set(colours(indicator="cases_solved")) == {frame.PLAIN}


def test_each_bar_begins_where_the_one_before_ends():
    drawn = bars(charts.waterfall(parts([0.03, 0.01, -0.06, 0.002, -0.001])))
    assert drawn[0][0] == 0
    assert [one[1] for one in drawn[:-2]] == pytest.approx([one[0] for one in drawn[1:-1]])
    assert drawn[-2][1] == pytest.approx(drawn[-1][1])


def test_contributions_that_do_not_add_up_are_refused():
    for table in (parts().iloc[:2], pd.concat([parts(), parts()])):
        with pytest.raises(TableError, match="do not add up"):
            charts.waterfall(table)
    for total in ([0.023, 0.02, 0.023], np.nan):
        with pytest.raises(TableError, match="one change of the whole"):
            charts.waterfall(parts(total_change=total))


def test_a_provisional_contribution_and_the_whole_made_with_it_are_hollow():
    ax = charts.waterfall(parts(status=["final", "provisional", "final"]))
    faces = [matplotlib.colors.to_hex(bar.get_facecolor()) == "#ffffff" for bar in ax.patches]
    assert faces == [False, False, True, True] and "空心：初步数或约数" in ax.get_xlabel()


# The caterpillar's two limits


def limited(**columns) -> pd.DataFrame:
    table = {"area": COUNTIES[:2], "value": [0.03, 0.05], "low": [0.01, 0.02], "high": [0.06, 0.09],
             "low_pair": [0.02, 0.03], "high_pair": [0.05, 0.08], "indicator": "new_user_ratio"}  # fmt: skip
    return pd.DataFrame(table | columns)


def test_the_caterpillar_tells_the_limits_for_pairs_from_the_others_by_weight_and_in_words():
    outer, inner = charts.caterpillar(limited()).collections
    assert [segment[:, 0].tolist() for segment in outer.get_segments()] == [[0.02, 0.09], [0.01, 0.06]]
    assert [segment[:, 0].tolist() for segment in inner.get_segments()] == [[0.03, 0.08], [0.02, 0.05]]
    assert inner.get_linewidth()[0] > 3 * outer.get_linewidth()[0]
    told = charts.caterpillar(limited()).get_xlabel()
    assert told == "新发现占比（期末在册）\n粗条为84%区间，供两地相互比较，不重叠才算有差别；细线为95%区间"
    english = charts.caterpillar(limited(method="wilson 90%"), lang="en").get_xlabel()
    assert "84% limits" in english and english.endswith("thin lines: 90% limits")


def test_the_caterpillar_without_them_is_as_before():
    ax = charts.caterpillar(limited().drop(columns=["low_pair", "high_pair"]))
    assert len(ax.collections) == 1 and ax.get_xlabel() == "新发现占比（期末在册）"


def test_an_area_exactly_at_the_line_is_drawn_with_a_mark_of_its_own():
    ax = charts.caterpillar(limited(verdict=["below", "at the line"]), line=0.05)
    assert marks(ax) | {"^": [], "o": []} == {"D": [0], "v": [1], "^": [], "o": []}
    assert legend(ax) == ["低于控制线", "等于控制线"]


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_the_name_of_the_line_is_clear_of_the_legend(lang):
    ax = charts.caterpillar(limited(verdict=["below", "above"]), line=0.05, lang=lang)
    ax.figure.draw_without_rendering()
    (name,) = [text for text in ax.texts if "5%" in text.get_text()]
    assert not name.get_window_extent().overlaps(ax.get_legend().get_window_extent())


# All of them


def draw_each(lang="zh", ax=None):
    table = {"lang": lang, "ax": ax}
    yield lambda: charts.funnel(nine(), curve=curve(), **table)
    yield lambda: charts.ladder(places(), **table)
    yield lambda: charts.heat(cells(line=0.05), **table)
    yield lambda: charts.waterfall(parts(), **table)
    yield lambda: charts.caterpillar(limited(), **table)


def test_every_chart_can_be_saved_in_the_bundled_font(tmp_path):
    for draw in draw_each():
        ax = draw()
        charts.save(ax.figure, tmp_path / "chart")
        drawn = [text for text in ax.figure.findobj(matplotlib.text.Text) if text.get_text()]
        assert {text.get_fontfamily()[0] for text in drawn} == {"DrugStats Sans SC"}


def test_names_are_placed_the_same_way_every_time(tmp_path):
    once, twice = (charts.funnel(crowd(40), curve=curve(500, 5000)).figure for _ in range(2))
    twice.draw_without_rendering()
    files = [charts.save(figure, tmp_path / name) for figure, name in ((once, "once"), (twice, "twice"))]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


@pytest.mark.parametrize("lang", vocab.LANGUAGES)
def test_nothing_is_cut_off_at_the_edge_of_the_figure(lang):
    for draw in draw_each(lang):
        figure = draw().figure
        figure.draw_without_rendering()
        tight, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert tight.x0 >= 0 and tight.y0 >= 0 and tight.x1 <= width and tight.y1 <= height


def test_no_number_or_word_of_the_other_language_stands_in_a_chart():
    for draw in draw_each("en"):
        ax = draw()
        told = [*texts(ax), ax.get_xlabel(), *(legend(ax) if ax.get_legend() else [])]
        assert not any(re.search("[\u4e00-\u9fff]", words) for words in told)


def test_charts_draw_on_the_axes_given_and_leave_settings_alone():
    settings_before = dict(matplotlib.rcParams)
    for number in range(5):
        ax = Figure().subplots()
        assert list(draw_each(ax=ax))[number]() is ax
    assert dict(matplotlib.rcParams) == settings_before


def test_an_empty_table_makes_no_chart_and_a_table_is_not_touched():
    tables = {partial(charts.funnel, curve=curve()): nine(), charts.ladder: places(), charts.heat: cells(), charts.waterfall: parts()}
    for draw, table in tables.items():
        before = table.copy()
        assert draw(table.iloc[:0]) is None and draw(table) is not None
        pd.testing.assert_frame_equal(table, before)


def test_shuffled_rows_draw_the_same_chart():
    for draw, table in ((charts.ladder, places()), (charts.heat, cells()), (charts.waterfall, parts())):
        mixed = table.sample(frac=1, random_state=2)
        assert sorted(texts(draw(mixed))) == sorted(texts(draw(table)))
        assert [label.get_text() for label in draw(mixed).get_yticklabels()] == [
            label.get_text() for label in draw(table).get_yticklabels()]  # fmt: skip
    assert marks(charts.funnel(nine().sample(frac=1, random_state=2), curve=curve())) == marks(
        charts.funnel(nine(), curve=curve())
    )


def test_constants_of_the_charts_stand_once():
    assert set(comparison.SIGNS) == set(frame.VERDICT_MARKS)
    assert {outside for outside in by_size.MARKS if outside not in by_size.WITHIN} == {
        side for low, high, *_ in by_size.LIMITS.values() for side in (low, high)}  # fmt: skip
