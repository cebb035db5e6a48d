"""The data contract: what it keeps, what it refuses, and sums and ratios that never hide a gap."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drugstats import tables
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"users_new": "flow", "users": "stock", "awareness": "share", "per_head": "rate"}
SILENCES = {
    "absent": [],
    "missing": [{"value": np.nan}],
    "suppressed": [{"value": np.nan, "status": "suppressed"}],
    "conflicting": [{"status": "conflicting"}],
    "on another basis": [{"basis": "cumulative"}],
}
HEADER = "area,period,indicator,basis,value,status,source,note\n"

laws = settings(max_examples=30, deadline=None, derandomize=True, database=None)
finite = st.floats(allow_nan=False, allow_infinity=False)
every_silence = pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), min_size=1)


def row(period="2023", value=3.0, area="010101", indicator="users_new", basis="current", **others):
    status = "missing" if np.isnan(value) else "final"
    told = {"area": area, "period": period, "indicator": indicator, "basis": basis, "value": float(value)}
    return told | {"status": status, "source": "office.xlsx", "note": ""} | others


def observations(*rows):
    df = pd.DataFrame(list(rows), columns=tables.COLUMNS)
    return df.assign(period=tables.periods(df["period"]))


def months(values, indicator="users_new", **others):
    told = [(f"2023-{month:02}", value) for month, value in enumerate(values, 1)]
    return [row(*month, indicator=indicator, **{"source": month[0]} | others) for month in told]


def total(*rows, parts=("01", "02")):
    table = tables.with_total(observations(*rows), "city", list(parts))
    return table[table["area"] == "city"].reset_index(drop=True)


def ratio(*rows, whole="users", whole_when="end"):
    return tables.ratio(
        observations(*rows), indicator="new_ratio", part="users_new", whole=whole, whole_when=whole_when
    )


@pytest.fixture
def good():
    return observations(row(), row(area="010102", value=0), row(area="010103", value=np.nan))


def test_a_table_that_keeps_the_contract_comes_back_unchanged(good):
    before = good.copy(deep=True)
    assert tables.check(good) is good
    assert_frame_equal(good, before)


@pytest.mark.parametrize("column", tables.COLUMNS)
def test_a_missing_column_is_refused_by_name(good, column):
    with pytest.raises(TableError, match=f"The table has no column '{column}'"):
        tables.check(good.drop(columns=column))


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"period": ["2023", "2023", "2023"]}, "period must be pandas periods of one frequency"),
        ({"period": pd.PeriodIndex(["2023-01-01"] * 3, freq="D")}, "period must be pandas periods"),
        ({"period": pd.PeriodIndex(["2023"] * 3, freq="Y-MAR")}, "period must be pandas periods"),
        ({"period": pd.PeriodIndex(["2023", "2023", None], freq="Y")}, "1 row with an empty key"),
        ({"status": ["final", "sure", "missing"]}, "an unknown status, .*area 010102.*: use final, prov"),
        ({"status": ["final", None, "missing"]}, "1 row with an unknown status"),
        ({"status": ["final", "suppressed", "missing"]}, "1 row with a value that does not fit its status"),
        ({"status": ["missing", "missing", "missing"]}, "2 rows with a value that does not fit its status"),
        ({"value": [3, 0, 5.0]}, "a value that does not fit its status, the first at area 010103"),
        ({"value": [3, np.nan, np.nan]}, "a value that does not fit its status, the first at area 010102"),
        ({"value": [3, np.inf, np.nan]}, "1 row with an infinite value"),
        ({"value": ["3", "0", ""]}, "The column 'value' holds text where numbers are needed"),
        (
            {"area": ["010101", "010101", "010103"]},
            "a key told before, .*: keep one, or mark both conflicting",
        ),
        ({"area": ["010101", None, "010103"]}, "1 row with an empty key"),
        ({"area": ["010101", "", "010103"]}, "1 row with an empty key"),
        ({"indicator": ["users_new", "", "users_new"]}, "1 row with an empty key"),
        ({"basis": ["current", "", "current"]}, "1 row with an empty key"),
        ({"area": [10101, 10102, 10103]}, "The column 'area' holds numbers where text is needed"),
    ],
)
def test_a_table_that_breaks_the_contract_is_refused_with_its_place(good, change, sentence):
    with pytest.raises(TableError, match=sentence):
        tables.check(good.assign(**change))


def test_yes_and_no_are_not_numbers(good):
    with pytest.raises(TableError, match="The column 'value' holds .* where numbers are needed"):
        tables.numbers(good.assign(value=[True, False, True]), "value")


def test_conflicting_rows_may_repeat_a_key_and_are_never_usable():
    table = observations(row(value=3), row(value=4, status="conflicting"), row(value=5, status="conflicting"))
    assert tables.usable(tables.check(table))["value"].to_list() == [3]


@laws
@given(st.lists(st.tuples(finite, words, words, words), min_size=1, max_size=5, unique_by=lambda told: told[1]))
def test_what_is_written_is_read_back_to_the_last_digit_and_letter(drawn):
    rows = [row(value=value, area=area, source=source, note=note) for value, area, source, note in drawn]
    table, file = observations(*rows), io.StringIO()
    tables.write(table, file)
    file.seek(0)
    assert_frame_equal(tables.read(file), table, check_exact=True)


@pytest.mark.parametrize("period", ["2023", "2023Q2", "2023-06"])
def test_periods_leading_zeros_and_the_word_na_survive_a_file(period, tmp_path):
    table = observations(row(period, area="000007", note="NA"), row(period, value=np.nan, area="NA"))
    tables.write(table, tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_bytes().decode("utf-8")
    assert text.startswith(HEADER + f"000007,{period},") and "\r" not in text
    assert_frame_equal(tables.read(tmp_path / "table.csv"), table)


def test_a_bad_table_is_neither_written_nor_read(good, tmp_path):
    with pytest.raises(TableError, match="an unknown status"):
        tables.write(good.assign(status="sure"), tmp_path / "table.csv")
    assert not (tmp_path / "table.csv").exists()
    with pytest.raises(TableError, match="no column 'note'"):
        tables.read(io.StringIO("area,period,indicator,basis,value,status,source\n"))
    with pytest.raises(TableError, match="1 row with a key told before"):
        tables.read(io.StringIO(HEADER + "01,2023,users,current,3,final,s,\n" * 2))


@pytest.mark.parametrize("value", ["—", "<5", '"1,234"', "nan", "3 cases"])
def test_a_value_that_is_not_a_number_is_refused_as_a_colleague_would(value):
    with pytest.raises(TableError, match="1 row with a value that is not a number, the first at area 01"):
        tables.read(io.StringIO(HEADER + f"01,2023,users,current,{value},final,s,\n"))


@pytest.mark.parametrize(
    "texts", [["2023", "2023Q1"], ["2023-06", "2023"], ["2023-13"], ["2023Q5"], ["23"], ["2023年"], [""]]
)
def test_periods_of_several_or_unknown_kinds_are_refused(texts):
    with pytest.raises(TableError, match="The periods are not all of one kind .*; the first is "):
        tables.periods(pd.Series(texts))


@pytest.mark.parametrize("text, frequency", [("2023", "Y"), ("2023Q4", "Q"), ("2023-12", "M")])
def test_periods_know_their_frequency_and_their_text(text, frequency):
    periods = tables.periods(pd.Series([text, text]))
    assert tables.frequency(periods) == frequency and periods.astype(str).to_list() == [text, text]


def test_pick_keeps_the_order_asked_for_and_the_conflicting_rows():
    table = observations(
        row(area="02"), row(indicator="users"), row(area="01"), row(area="01", value=9, status="conflicting"),
    )  # fmt: skip
    picked = tables.pick(table, "users", "users_new")
    assert picked["indicator"].to_list() == ["users"] + ["users_new"] * 3
    assert picked["area"].to_list() == ["010101", "01", "01", "02"] and list(picked.columns) == tables.COLUMNS


def test_wide_gives_one_column_a_period_and_joins_the_sources():
    table = observations(
        row("2022", 5, area="02", source="a"), row("2023", 7, area="02", source="b"), row("2023", 1, area="01")
    )
    wide = tables.wide(table)
    assert list(wide.columns) == ["area", "indicator", "basis", "2022", "2023", "source"]
    assert wide["2023"].to_list() == [7, 1] and wide["source"].to_list() == ["a | b", "office.xlsx"]
    assert wide["2022"].iloc[0] == 5 and np.isnan(wide["2022"].iloc[1])
    assert tables.wide(table.assign(whole=[9.0, 8.0, 7.0]))["2023_whole"].to_list() == [8, 7]


def test_wide_refuses_two_values_for_one_cell():
    with pytest.raises(TableError, match="two values in one period: choose one basis first"):
        tables.wide(observations(row(basis="cumulative"), row(basis="current")))


def test_until_keeps_the_months_of_the_last_year_and_nothing_later():
    table = observations(*[row(period) for period in ("2022-12", "2023-01", "2023-12", "2024-01")])
    assert tables.until(table, "2023")["period"].astype(str).to_list() == ["2022-12", "2023-01", "2023-12"]
    assert tables.until(table, "2023-06")["period"].astype(str).to_list() == ["2022-12", "2023-01"]


def test_a_flow_is_the_sum_of_its_months_and_a_stock_is_its_december():
    flow, stock = months(range(1, 13)), months(range(101, 113), "users")
    others = months([0.5] * 12, "awareness") + months([7.0] * 12, "per_head")
    result = tables.yearly(observations(*flow, *stock, *others), KINDS).set_index("indicator")
    assert result["value"].to_dict() == {"users_new": 78, "users": 112}
    assert (result["status"] == "final").all() and (result["period"].astype(str) == "2023").all()


@every_silence
def test_a_year_that_lacks_a_month_is_missing_and_never_a_smaller_sum(silence):
    june = [row("2023-06", **told) for told in silence]
    others = [told for told in months([1.0] * 12) if told["period"] != "2023-06"]
    result = tables.check(tables.yearly(observations(*others, *june), KINDS))
    assert result["value"].isna().all() and (result["status"] == "missing").all()


@pytest.mark.parametrize("december", [[], [np.nan]], ids=["absent", "missing"])
def test_a_stock_without_its_december_has_no_value_for_the_year(december):
    result = tables.yearly(observations(*months([5.0] * 11 + december, "users")), KINDS)
    assert result["value"].isna().all()


@pytest.mark.parametrize("status", ["provisional", "estimated"])
def test_a_sum_is_as_trustworthy_as_its_worst_part(status):
    told = months([1.0] * 12)
    told[4]["status"] = status
    assert tables.yearly(observations(*told), KINDS)["status"].item() == status
    assert total(row(area="01"), row(area="02", status=status))["status"].item() == status


def test_yearly_refuses_what_it_cannot_add_and_leaves_years_alone(good):
    with pytest.raises(TableError, match="1 row with an indicator of unknown kind, .*indicator murders"):
        tables.yearly(observations(*months([1.0], "murders")), KINDS)
    with pytest.raises(TableError, match="Only monthly observations can be made yearly; quarters are not"):
        tables.yearly(observations(row("2023Q1")), KINDS)
    assert tables.yearly(good, KINDS) is good


def test_a_total_is_the_sum_of_the_parts_beside_what_was_there():
    table = observations(row(area="01", value=3), row(area="02", value=4))
    result = tables.with_total(table, "city", ["01", "02"])
    assert result["area"].to_list() == ["01", "02", "city"] and result["value"].to_list() == [3, 4, 7]


@every_silence
def test_a_total_with_a_silent_part_is_missing_and_never_a_smaller_sum(silence):
    second = [row(area="02", **told) for told in silence]
    result = total(row("2022", 1, area="01"), row("2022", 2, area="02"), row(area="01"), *second)
    assert result.loc[result["period"].astype(str) == "2022", "value"].to_list() == [3]
    later = result[result["period"].astype(str) == "2023"]
    assert later["value"].isna().all() and (later["status"] == "missing").all()


def test_a_part_that_is_only_ever_in_conflict_is_not_left_out_of_the_total():
    conflict = [row(area="02", status="conflicting"), row(area="02", value=4, status="conflicting")]
    assert total(row(area="01"), *conflict)["value"].isna().all()


def test_shares_and_rates_are_never_added_up_to_a_total():
    table = observations(*[row(area=area, indicator="awareness", value=0.9) for area in ("01", "02")])
    result = tables.with_total(table, "city", ["01", "02"], kinds=KINDS)
    assert "city" not in set(result["area"])


def test_what_an_area_reports_itself_is_never_replaced_by_a_sum():
    table = observations(row(area="city", value=9), row(area="01", value=3), row(area="02", value=4))
    assert_frame_equal(tables.with_total(table, "city", ["01", "02"]), table)
    assert_frame_equal(tables.with_total(table, "town", ["03"]), table)


def test_a_ratio_stands_on_the_denominator_it_names():
    rows = [row("2022", 200, indicator="users"), row("2023", 100, indicator="users"), row("2023", 7)]
    rows += [row("2023", 50, indicator="abstinent", basis="published", status="estimated")]
    end, start = ratio(*rows), ratio(*rows, whole_when="start")
    register = ratio(*rows, whole="users+abstinent", whole_when="register")
    assert [table["whole"].item() for table in (end, start, register)] == [100, 200, 150]
    assert [table["part"].item() for table in (end, start, register)] == [7, 7, 7]
    assert register["status"].item() == "estimated" and register["basis"].item() == "current | published"


def test_an_unknown_place_in_time_of_the_denominator_is_refused():
    for when in ("opening", "", None):
        with pytest.raises(TableError, match=f"whole_when is {when!r}; use end, start or register"):
            ratio(row(), row(indicator="users"), whole_when=when)


def test_a_ratio_on_two_bases_in_one_period_is_refused():
    users = [row(indicator="users", basis=basis) for basis in ("cumulative", "current")]
    with pytest.raises(TableError, match="users on two bases in one period, .*: choose one basis first"):
        ratio(row(), *users)
    with pytest.raises(TableError, match="users_new on two bases in one period"):
        ratio(row(), row(basis="cumulative"), row(indicator="users"))


def test_a_ratio_never_uses_a_conflicting_row_or_another_area():
    assert ratio(row(), row(indicator="users", status="conflicting")).empty
    assert ratio(row(area="01"), row(indicator="users", area="02")).empty
    assert np.isnan(ratio(row(), row(indicator="users", value=np.nan))["whole"].item())


@pytest.mark.parametrize("then, now", [("2022", "2023"), ("2022Q3", "2023Q3"), ("2022-06", "2023-06")])
def test_a_change_looks_back_one_year_whatever_the_frequency(then, now):
    result = tables.changes(observations(row(now, 5), row(then, 4, status="provisional")))
    assert (result["after"].item(), result["before"].item()) == (5, 4)
    assert str(result["period_before"].item()) == then and result["status"].item() == "provisional"


def test_no_change_crosses_a_basis_an_area_or_a_gap_of_two_years():
    then, now = row("2014", 2_955_964, basis="cumulative"), row("2015", 2_345_000, basis="current")
    assert tables.changes(observations(then, now)).empty
    assert tables.changes(observations(row("2022", area="01"), row("2023", area="02"))).empty
    assert tables.changes(observations(row("2021"), row("2023"))).empty
    assert tables.changes(observations(row("2022", status="conflicting"), row("2023"))).empty


def test_nothing_touches_the_table_it_is_given():
    table = observations(*months([1.0] * 12), *months([5.0] * 12, "users"))
    before = table.copy(deep=True)
    tables.yearly(table, KINDS)
    tables.with_total(table, "city", ["010101"])
    tables.ratio(table, indicator="new_ratio", part="users_new", whole="users", whole_when="start")
    tables.changes(table)
    tables.pick(table, "users")
    tables.wide(table)
    assert_frame_equal(table, before)


@settings(laws, max_examples=10)
@given(st.permutations(range(24)))
def test_shuffled_observations_give_the_same_sums_totals_and_ratios(order):
    table = observations(*months(range(1, 13), area="01"), *months(range(5, 17), "users", area="01"))
    mixed = table.iloc[list(order)].reset_index(drop=True)
    definition = {"indicator": "new_ratio", "part": "users_new", "whole": "users", "whole_when": "end"}
    assert_frame_equal(tables.yearly(mixed, KINDS), tables.yearly(table, KINDS))
    assert_frame_equal(tables.ratio(mixed, **definition), tables.ratio(table, **definition))
    totals = [tables.with_total(rows, "city", ["01"]).tail(24) for rows in (mixed, table)]
    assert_frame_equal(*totals)


def test_a_year_of_a_stock_without_its_december_is_missing_and_seen_to_be():
    table = observations(*months(range(1, 12), "users"))
    result = tables.yearly(table, KINDS)
    assert result["value"].isna().all() and result["status"].to_list() == ["missing"]


def test_wide_gives_each_definition_a_row_of_its_own():
    wide = tables.wide(observations(row("2022", 5, basis="cumulative"), row("2023", 7, basis="current")))
    assert wide[["basis", "2022", "2023"]].fillna(0).to_numpy().tolist() == [["cumulative", 5, 0], ["current", 0, 7]]
