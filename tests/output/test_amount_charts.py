"""The charts of parts and amounts, held through their artists: what is drawn is what the statistics say, nothing more."""

import re
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from drugstats import vocab
from drugstats.output import charts
from drugstats.output.charts import amounts, frame, parts
from drugstats.stats import composition, seizures, stocks
from drugstats.stats import target as targets
from drugstats.tables import TableError

DRUGS = {"users_heroin": 300, "users_meth": 500, "users_ketamine": 150, "users_other_drugs": 50}
YEAR = pd.Period("2025", "Y")
PLUS, MINUS = ["users_new", "users_immigrated"], ["abstinent_3y_removed", "users_emigrated"]
AGES = [key for key in vocab.table("indicators").index if key.startswith("users_")]
languages = pytest.mark.parametrize("lang", vocab.LANGUAGES)


def years(counts=None, first=2023, size=3, whole=None, **columns) -> pd.DataFrame:
    counts = DRUGS if counts is None else counts
    periods = pd.period_range(str(first), periods=size, freq="Y")
    rows = [{"period": when, "part": key, "value": float(count)} for when in periods for key, count in counts.items()]
    table = pd.DataFrame(rows).assign(**{"whole": whole} if whole else {})
    return composition.shares(table, part="part", value="value", time="period", whole="whole" if whole else None).assign(
        **columns
    )


def groups(values=(1000, 945, 791), **columns) -> pd.DataFrame:
    levels = ["users_current", "users_first_under35", "users_first_under18"]
    table = pd.DataFrame({"level": levels[: len(values)], "value": np.array(values, dtype=float)})
    return composition.nested(table, level="level", value="value").assign(**columns)


def paced(values=(10, 4, 12, 9, 8, 11, 7), goal=120, **columns) -> pd.DataFrame:
    months = pd.period_range("2025-01", periods=len(values), freq="M")
    table = pd.DataFrame({"period": months, "value": np.array(values, dtype=float), "indicator": "cases_solved"})
    return targets.pace(table, value="value", time="period", target=goal, by="indicator").assign(**columns)


def curve(grams, **columns) -> pd.DataFrame:
    cases = pd.DataFrame({"grams": np.array(grams, dtype=float)})
    told = seizures.concentration(cases, value="grams").iloc[0]
    return seizures.lorenz(cases, value="grams").assign(n=told["n"], gini=told["gini"], top_share=told["top_share"], **columns)


def register(closing=220.0, **columns) -> pd.DataFrame:
    table = {"period": [YEAR - 1, YEAR], "users_current": [213.0, closing], "users_new": [26.0, 31.0], "users_immigrated": [2.0, 4.0],
             "abstinent_3y_removed": [9.0, 24.0], "users_emigrated": [1.0, 4.0]}  # fmt: skip
    told = stocks.balance(pd.DataFrame(table), stock="users_current", time="period", plus=PLUS, minus=MINUS)
    return told.tail(1).rename(columns={"users_current": "closing"}).assign(indicator="users_current", **columns)


def ladder(table=None, **told):
    return charts.balance(register() if table is None else table, plus=PLUS, minus=MINUS, **told)


CHARTS = {
    "composition": lambda **told: charts.composition(years(), **told), "nested": lambda **told: charts.nested(groups(), **told),
    "target": lambda **told: charts.target(paced(), **told), "balance": ladder,
    "lorenz": lambda **told: charts.lorenz(curve(np.geomspace(1, 900, 40)), **told),
}  # fmt: skip
HARD = {
    "many parts": lambda lang: charts.composition(many(30, 20), lang=lang),
    "long names": lambda lang: charts.composition(years(dict.fromkeys(longest(8), 10), size=10), lang=lang),
    "breaks": lambda lang: charts.composition(broken(), lang=lang),
    "all notes": lambda lang: charts.composition(unsettled(), lang=lang),
    "months": lambda lang: charts.composition(many(5, 36, "M"), lang=lang),
    "behind at the end": lambda lang: charts.target(paced([9] * 12), lang=lang),
    "large target": lambda lang: charts.target(paced([1_234_567] * 11, goal=15_000_000), lang=lang),
    "one case": lambda lang: charts.lorenz(curve([5]), lang=lang), "two cases": lambda lang: charts.lorenz(curve([5, 9]), lang=lang),
    "off": lambda lang: ladder(register(closing=257, status="provisional"), lang=lang),
}


def many(count, size, freq="Y") -> pd.DataFrame:
    chance = np.random.default_rng(0)
    periods = pd.period_range("2001-01", periods=size, freq=freq)
    shares = chance.dirichlet(np.arange(1, count + 1), size)
    rows = [(when, key, share, 54_321.0) for when, row in zip(periods, shares, strict=True) for key, share in zip(AGES, row, strict=False)]
    return pd.DataFrame(rows, columns=["period", "part", "share", "total"])


def unsettled() -> pd.DataFrame:
    """Breaks, an unknown part and a provisional year in one table of large numbers."""
    table = broken(total=2_345_000.0).assign(status="final")
    table.loc[table["period"] == "2024", "status"] = "provisional"
    return table.assign(share=table["share"].mask((table["part"] == "users_meth") & (table["period"] == "2022")))


def longest(count) -> list[str]:
    return sorted(AGES, key=lambda key: -len(vocab.indicator(key, "en")))[:count]


def broken(**columns) -> pd.DataFrame:
    before = years(dict(zip(AGES[:4], (1, 2, 3, 4), strict=True)), first=2018, basis="old")
    return pd.concat([before, years(first=2021, size=4, basis="new")], ignore_index=True).assign(**columns)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_visible()]


def bars(ax) -> list[tuple]:
    """Start and end of each bar along its length, in order of drawing, left out those of no length."""
    spans = [(bar.get_y(), bar.get_height()) for bar in ax.patches]
    return [(round(start, 9), round(start + length, 9)) for start, length in spans if length]


def across(ax) -> list[tuple]:
    ends = [sorted([bar.get_x(), bar.get_x() + bar.get_width()]) for bar in ax.patches]
    return [(round(start, 9), round(end, 9)) for start, end in ends]


def white(patch) -> bool:
    return matplotlib.colors.to_hex(patch.get_facecolor()) == "#ffffff"


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


def boxes(ax) -> dict:
    """Every word of a drawn chart with the place it takes, titles and axis labels included."""
    with matplotlib.rc_context(frame.HOUSE):
        ax.figure.draw_without_rendering()
    found = [text for text in ax.figure.findobj(matplotlib.text.Text) if text.get_visible() and text.get_text().strip()]
    return {(place, text.get_text()): text.get_window_extent() for place, text in enumerate(found)}


def inside(ax) -> list:
    page, (low, high) = ax.figure.bbox, sorted(ax.get_ylim())
    beyond = {label.get_text() for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True) if not low <= place <= high}
    beyond |= {label.get_text() for place, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
               if not ax.get_xlim()[0] <= place <= ax.get_xlim()[1]}  # fmt: skip
    return [words for (_, words), box in boxes(ax).items() if words not in beyond
            and (box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1)]  # fmt: skip


# Every chart


@languages
@pytest.mark.parametrize("name", [*CHARTS, *HARD])
def test_every_word_lies_inside_the_picture_off_the_others_and_the_font_has_it(name, lang, tmp_path):
    ax = CHARTS[name](lang=lang) if name in CHARTS else HARD[name](lang)
    charts.entitle(ax.figure, vocab.indicator("users_current", lang), "来源 sources")
    assert inside(ax) == []
    notes = [text for text in ax.texts if text.get_visible()]
    ticks = [label for label in ax.get_xticklabels() if 0 <= label.get_window_extent().x0 <= ax.figure.bbox.x1]
    rotated = [note for note in notes if note.get_rotation()]
    for group in (notes, ticks, rotated):
        drawn = {number: text.get_window_extent().padded(-1.5) for number, text in enumerate(group)}
        assert [(one, other) for one, other in combinations(drawn, 2) if drawn[one].overlaps(drawn[other])] == []
    charts.save(ax.figure, tmp_path / "chart")
    if lang == "en":
        ours = [*texts(ax), ax.get_xlabel(), *legend(ax), *(label.get_text() for label in ax.get_yticklabels())]
        assert not any(re.search("[\u4e00-\u9fff]", words) for words in ours)


def test_an_empty_table_makes_no_chart_a_missing_column_is_named_and_a_table_is_not_touched():
    tables = {charts.composition: years(), charts.nested: groups(), charts.target: paced(), charts.lorenz: curve([1, 2, 3])}
    for draw, table in tables.items():
        before = table.copy()
        assert draw(table.iloc[:0]) is None and draw(table) is not None
        pd.testing.assert_frame_equal(table, before)
        with pytest.raises(TableError, match="no column"):
            draw(table[["method" if "method" in table else "n"]])
    assert ladder(register().iloc[:0]) is None
    with pytest.raises(TableError, match="no column 'users_new'"):
        ladder(register().drop(columns="users_new"))


def test_shuffled_rows_draw_the_same_chart():
    for draw, table in ((charts.composition, broken()), (charts.nested, groups()), (charts.target, paced()),
                        (charts.lorenz, curve(np.geomspace(1, 99, 15)))):  # fmt: skip
        shuffled = table.sample(frac=1, random_state=3)
        assert sorted(texts(draw(table))) == sorted(texts(draw(shuffled)))
        assert [list(line.get_ydata()) for line in draw(table).lines] == [list(line.get_ydata()) for line in draw(shuffled).lines]
        assert sorted(across(draw(table))) == sorted(across(draw(shuffled)))


# Composition


def test_the_parts_of_a_bar_stand_on_one_another_in_the_order_of_the_vocabulary():
    ax = charts.composition(years(size=1).sample(frac=1, random_state=1))
    assert bars(ax) == [(0, 0.3), (0.3, 0.8), (0.8, 0.95), (0.95, 1)]
    assert [text for text in texts(ax) if "%" in text] == ["30.0%  滥用海洛因人员", "50.0%  滥用冰毒人员", "15.0%  滥用氯胺酮人员", "5.0%  滥用其他毒品人员"]


def test_each_bar_has_its_total_on_top_and_what_it_counts_is_said():
    table = pd.concat([years(size=1), years({"users_heroin": 20, "users_meth": 70}, first=2024, size=1)])
    ax = charts.composition(table)
    assert {"1,000", "90"} <= set(texts(ax)) and ax.get_xlabel() == "柱顶：总数（名）"
    assert "22%" not in texts(ax) and any(text.startswith("22%") for text in texts(ax))  # of ninety no decimal
    large = years({key: 10_000 * count for key, count in DRUGS.items()}, size=1)
    assert "1,000.0" in texts(charts.composition(large)) and charts.composition(large).get_xlabel().endswith("（万名）")
    by_area = years({"990101": 30, "990102": 60}, indicator="seizure_total")
    assert any(text.startswith("33.3%") for text in texts(charts.composition(by_area)))  # of ninety kilograms one
    assert charts.composition(by_area, lang="en").get_xlabel() == "on top of each bar: the total (kg)"
    assert any(text.endswith("Qingdu\nDistrict") or "Qingdu District" in text for text in texts(charts.composition(by_area, lang="en")))
    assert charts.composition(years({"meth": 30, "opioid": 70})).get_xlabel() == "柱顶：总数"


def test_earlier_bars_have_their_shares_inside_where_there_is_room():
    inner = [text for text in texts(charts.composition(years(size=2))) if re.fullmatch(r"[\d.]+%", text)]
    assert inner == ["30.0%", "50.0%", "15.0%"]
    thin = years({"users_heroin": 990, "users_meth": 10}, size=2)
    assert [text for text in texts(charts.composition(thin)) if re.fullmatch(r"[\d.]+%", text)] == ["99.0%"]


def test_what_the_parts_leave_is_named_and_stands_on_top():
    ax = charts.composition(years({"users_heroin": 300, "users_u18": 100}, whole=1000.0, size=1))
    assert bars(ax) == [(0, 0.3), (0.3, 0.4), (0.4, 1)] and "60.0%  其余" in texts(ax)


@pytest.mark.parametrize(("count", "rest", "shown"), [(8, 0, 8), (9, 0, 8), (20, 0, 8), (7, 1, 8), (8, 1, 8), (20, 1, 8)])
def test_of_many_parts_the_smallest_are_one_and_their_number_is_said(count, rest, shown):
    counts = {key: 10.0 * (number + 1) for number, key in enumerate(AGES[:count])}
    table = years(counts, size=1, whole=sum(counts.values()) + 30 if rest else None)
    ax = charts.composition(table, lang="en")
    assert len(bars(ax)) == shown and bars(ax)[-1][1] == pytest.approx(1)
    kept = parts.MOST_PARTS - rest
    gathered = [text for text in texts(ax) if "other parts" in text]
    assert len(gathered) == (count > kept)
    if gathered:
        left = count - kept + 1
        share = sum(sorted(counts.values())[:left]) / (sum(counts.values()) + 30 * rest)
        assert gathered[0].replace("\n", "  ").split("  ") == [vocab.show(share, "percent"), f"{left} other parts"]


def test_an_unknown_part_is_hatched_and_never_taken_for_nothing():
    table = years({"users_heroin": 300, "users_u18": 100}, whole=1000.0, size=2)
    table.loc[(table["part"] == "users_u18") & (table["period"] == "2023"), "share"] = np.nan
    table = table[(table["part"] != "rest") | (table["period"] != "2023")]
    ax = charts.composition(table)
    hatched = [bar for bar in ax.patches if bar.get_hatch() == "////"]
    assert [(bar.get_y(), round(bar.get_height(), 9)) for bar in hatched] == [(0.3, 0.7)]
    assert "斜纹：未计算或数据缺失" in ax.get_xlabel() and "斜纹" not in charts.composition(years()).get_xlabel()
    unknown = charts.composition(years(share=np.nan))
    assert len(unknown.patches) == 3 and all(bar.get_hatch() == "////" for bar in unknown.patches)
    crowd = many(12, 2)
    crowd.loc[(crowd["part"] == AGES[0]) & (crowd["period"] == "2001"), "share"] = np.nan
    assert any(bar.get_hatch() == "////" for bar in charts.composition(crowd).patches)


def test_a_change_of_basis_is_a_gap_with_a_mark_and_a_missing_year_an_empty_place():
    ax = charts.composition(broken())
    places = sorted({round(bar.get_x() + bar.get_width() / 2, 9) for bar in ax.patches})
    assert places == pytest.approx([0, 1, 2, 3.8, 4.8, 5.8, 6.8])
    assert texts(ax).count("口径改变") == 1 and [list(line.get_xdata()) for line in ax.lines] == [[2.9, 2.9]]
    gap = years(size=5)
    ax = charts.composition(gap[gap["period"] != "2025"])
    assert sorted({round(bar.get_x() + bar.get_width() / 2, 9) for bar in ax.patches}) == [0, 1, 3, 4]
    assert "口径改变" not in texts(ax) and list(ax.lines) == []


def test_parts_that_the_last_bar_lacks_are_dotted_and_named_above():
    ax = charts.composition(broken())
    assert legend(ax) == [vocab.indicator(key) for key in AGES[:4] if key not in DRUGS]
    dotted = [bar for bar in ax.patches if bar.get_hatch() == "..."]
    assert len(dotted) == 3 * len(legend(ax)) and legend(charts.composition(years())) == []


def test_a_newest_bar_without_shares_lends_no_number_to_the_names():
    table = years()
    table.loc[table["period"] == "2025", "share"] = np.nan
    told = texts(charts.composition(table))
    assert {"滥用冰毒人员", "滥用海洛因人员"} <= set(told) and "1,000" in told


def test_a_provisional_bar_is_hollow_and_keeps_its_edges():
    ax = charts.composition(years(status=["final"] * 8 + ["provisional"] * 4))
    assert [white(bar) for bar in ax.patches].count(True) == 4 and "空心" in ax.get_xlabel()
    edges = {matplotlib.colors.to_hex(bar.get_edgecolor()) for bar in ax.patches if white(bar)}
    assert len(edges) == 4 and "#ffffff" not in edges


def test_neighbouring_parts_differ_in_lightness():
    light = [np.dot(matplotlib.colors.to_rgb(colour), [0.2126, 0.7152, 0.0722]) for colour, _ in parts.LOOKS]
    assert len(light) == parts.MOST_PARTS and min(abs(np.diff(light))) > 0.15


def test_a_composition_of_two_wholes_or_of_parts_that_overlap_is_refused():
    with pytest.raises(TableError, match="users_heroin stands twice at 2023; a composition shows one whole"):
        charts.composition(pd.concat([years(), years()]))
    with pytest.raises(TableError, match="parts at 2024 are more than their whole"):
        charts.composition(years().assign(share=lambda table: table["share"].mask(table["period"] == "2024", 0.3)))
    with pytest.raises(TableError, match="more than their whole"):
        charts.composition(years(share=[-0.1, 0.5, 0.5, 0.1] * 3))


# Nested groups


def test_groups_start_from_one_edge_each_within_the_one_above():
    ax = charts.nested(groups().sample(frac=1, random_state=2))
    assert across(ax) == [(0, 1)] * 3 + [(0, 1), (0, 1), (0, 0.945)] + [(0, 1), (0, 0.945), (0, 0.791)]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_both_bases_are_said_with_their_numbers():
    assert texts(charts.nested(groups())) == [
        "现有在册吸毒人员 1,000名", "全部", "三十五岁前初次吸毒人员 945名", "占全部1,000名的94.5%", "十八岁前初次吸毒人员 791名",
        "占全部1,000名的79.1%，占上一条945名的83.7%",
    ]  # fmt: skip
    assert texts(charts.nested(groups(), lang="en"))[-1] == "79.1% of all 1,000 persons, 83.7% of the 945 persons above"


def test_a_level_that_stands_twice_is_refused_and_one_without_share_is_left_out():
    with pytest.raises(TableError, match="users_current stands twice"):
        charts.nested(pd.concat([groups(), groups()]))
    with pytest.raises(TableError, match="begin with the whole"):
        charts.nested(groups().iloc[1:])
    assert len(texts(charts.nested(groups((1000, 945, np.nan))))) == 4
    assert charts.nested(groups(of_all=np.nan)) is None
    ax = charts.nested(groups(status="estimated"))
    assert all(white(bar) for bar in ax.patches[-3:]) and "空心" in ax.get_xlabel()


# Pace to a target


def test_the_sum_so_far_runs_beside_the_target_for_so_many_months():
    ax = charts.target(paced())
    due, so_far, to_go = ([list(axis) for axis in ax.lines[number].get_data()] for number in (0, 1, 3))
    assert due == [[0, 12], [0, 120]] and so_far == [[0, 1, 2, 3, 4, 5, 6, 7], [0, 10, 14, 26, 35, 43, 54, 61]]
    assert to_go == [[7, 12], [61, 120]]
    styles = [ax.lines[number].get_linestyle() for number in (0, 1, 3)]
    assert styles == ["--", "-", ":"] and legend(ax) == ["按月折算的目标", "累计数", "完成目标所需的进度"]
    assert [120, 120] in [list(line.get_ydata()) for line in ax.lines]


def test_target_sum_and_the_pace_needed_are_said():
    ax = charts.target(paced())
    assert {"目标 120", "61"} <= set(texts(ax))
    assert ax.get_xlabel() == "▼ 进度落后    完成目标的50.8%    今后每月需11.8起，至今月均8.7起"
    assert charts.target(paced([12] * 7), lang="en").get_xlabel() == (
        "○ on pace    70.0% of the target    needed a month from now on: 7.2 cases; a month so far: 12.0 cases"
    )


def test_a_target_reached_or_missed_at_the_end_asks_for_nothing_more():
    reached, missed = charts.target(paced([20] * 8)), charts.target(paced([9] * 12))
    assert reached.get_xlabel() == "√ 已完成目标    完成目标的133.3%" and missed.get_xlabel() == "▼ 进度落后    完成目标的90.0%"
    assert legend(reached) == legend(missed) == ["按月折算的目标", "累计数"]
    assert reached.get_ylim()[1] > 160 and missed.get_ylim()[1] > 120


def test_after_a_missing_month_no_sum_is_drawn_and_no_pace_told():
    ax = charts.target(paced([10, 4, np.nan, 9, 8]))
    assert list(ax.lines[1].get_ydata()) == [0, 10, 14] and "缺月份的数" in ax.get_xlabel() and "每月需" not in ax.get_xlabel()
    nothing = charts.target(paced([np.nan, 4, 9]))
    assert list(nothing.lines[1].get_ydata()) == [0] and "目标 120" in texts(nothing)


def test_the_words_of_every_verdict_have_their_sign():
    assert set(amounts.SIGNS) == {targets.REACHED, targets.ON_PACE, targets.BEHIND, targets.NOT_COMPUTED}
    assert len(set(amounts.SIGNS.values())) == len(amounts.SIGNS)


def test_two_targets_or_years_are_refused_and_none_makes_no_chart():
    for table in (pd.concat([paced(), paced(goal=90)]), pd.concat([paced(), paced()])):
        with pytest.raises(TableError, match="one target over the months of one year"):
            charts.target(table)
    assert charts.target(paced(target=np.nan)) is None


def test_provisional_months_are_hollow():
    ax = charts.target(paced(status=["final"] * 6 + ["provisional"]))
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white" and line.get_marker() == "o"]
    assert [list(line.get_ydata()) for line in hollow] == [[61]] and "空心" in ax.get_xlabel()


# The Lorenz curve


def test_the_curve_lies_below_the_line_of_equal_cases_and_the_largest_tenth_is_told():
    table = curve(np.geomspace(1, 900, 40))
    ax = charts.lorenz(table)
    equal, cases = ax.lines[0], ax.lines[1]
    assert [list(axis) for axis in equal.get_data()] == [[0, 1], [0, 1]] and equal.get_linestyle() == "--"
    assert list(cases.get_ydata()) == list(table["share_of_weight"]) and list(cases.get_xdata()) == list(table["share_of_cases"])
    assert f"最大的一成案件占{vocab.show(table['top_share'].iloc[0], 'percent')}" in texts(ax) and "各案重量相等" in texts(ax)
    assert ax.get_xlabel() == f"案件累计占比（由小到大）\n共40起，基尼系数{table['gini'].iloc[0]:.2f}"


@pytest.mark.parametrize("count", [1, 3, 9, 10, 37, 40])
def test_the_mark_stands_where_the_largest_cases_begin(count):
    table = curve(np.geomspace(1, 900, count))
    ax = charts.lorenz(table, lang="en")
    (mark,) = [line for line in ax.lines if line.get_marker() == "o"]
    many_cases = max(count // 10, 1)
    assert mark.get_xdata()[0] == pytest.approx(1 - many_cases / count)
    assert mark.get_ydata()[0] == pytest.approx(1 - table["top_share"].iloc[0])
    assert any("the largest tenth of cases hold" in text for text in texts(ax)) == (count >= 10)
    assert any("the largest case holds" in text for text in texts(ax)) == (count < 10)


def test_two_groups_are_refused_and_a_group_without_weight_makes_no_chart():
    with pytest.raises(TableError, match="the cases of one group"):
        charts.lorenz(pd.concat([curve([1, 2, 3]), curve([1, 2, 3, 4])]))
    with pytest.raises(TableError, match="the cases of one group"):
        charts.lorenz(pd.concat([curve([1, 2, 3]), curve([1, 5, 3])]))
    assert charts.lorenz(curve([0, 0])) is None


# The ladder of a stock


def test_the_ladder_leads_from_the_opening_stock_over_its_flows_to_the_one_found():
    ax = ladder()
    assert across(ax) == [(213, 244), (244, 248), (224, 248), (220, 224)]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["期初", "新发现吸毒人员", "迁入吸毒人员", "因戒断三年移出人员", "迁出出境吸毒人员", "期末应有", "差额（实有减应有）", "期末实有"]
    assert texts(ax) == ["213", "+31", "+4", "−24", "−4", "220", "0", "220"]


def test_a_residual_of_nothing_is_a_mark_with_its_number_and_another_a_hatched_bar():
    closed, more, less = ladder(), ladder(register(closing=257)), ladder(register(closing=211))
    marks = {line.get_marker(): list(line.get_xdata()) for line in closed.lines if line.get_marker() != "None"}
    assert marks == {"D": [220], "o": [220], "x": [220]}
    for ax, words, span in ((more, "+37", (220, 257)), (less, "−9", (211, 220))):
        assert words in texts(ax)
        (hatched,) = [bar for bar in ax.patches if bar.get_hatch()]
        assert tuple(sorted([hatched.get_x(), hatched.get_x() + hatched.get_width()])) == span
        assert not [line for line in ax.lines if line.get_marker() == "x"]


def test_stocks_are_marks_and_no_bars_and_an_axis_that_leaves_zero_out_says_so():
    ax = ladder()
    assert ax.get_xlim()[0] > 0 and "横轴不从零开始" in ax.get_xlabel() and "单位：名" in ax.get_xlabel()
    low, high = ax.get_xlim()
    assert low < 213 and high > 248
    small = register().assign(opening=2.0, users_new=30.0, users_immigrated=0.0, abstinent_3y_removed=28.0, users_emigrated=1.0,
                              expected=3.0, closing=3.0, residual=0.0)  # fmt: skip
    ax = ladder(small)
    assert ax.get_xlim()[0] <= 0 and "不从零" not in ax.get_xlabel() and "+0" in texts(ax)


def test_a_row_that_was_not_computed_makes_no_ladder_and_two_rows_are_refused():
    for column in ("opening", "residual", "users_new"):
        assert ladder(register().assign(**{column: np.nan})) is None
    with pytest.raises(TableError, match="one area and period; the table has 2 rows"):
        ladder(pd.concat([register(), register()]))


def test_a_provisional_ladder_is_hollow():
    ax = ladder(register(status="provisional"))
    assert all(white(bar) for bar in ax.patches) and "空心" in ax.get_xlabel() and not all(white(bar) for bar in ladder().patches)
