"""A file that seems to hold persons is refused whole, and the refusal never repeats what it saw."""

import csv
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drugstats import intake, vocab
from drugstats.intake import privacy
from drugstats.intake.sheets import Sheet
from drugstats.tables import TableError

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
KINDS = {"身份证号": "identity", "手机号码": "phone", "个人信息栏目": "heading"}


def identity(first):
    """The made-up identity number of seventeen digits and its check digit (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


ID = identity("99010119900307123")
ID_X = next(number for serial in range(100, 200) if (number := identity(f"99010119900307{serial}")).endswith("X"))
WRONG = ID[:-1] + str((int(ID[-1]) + 1) % 10)


def kinds(*cells, heading="地区"):
    problems = privacy.persons(Sheet("x.csv", "表", [[heading], list(cells)]), "zh")
    return [next(kind for word, kind in KINDS.items() if word in problem.what) for problem in problems]


def test_the_numbers_of_these_tests_are_what_they_should_be():
    assert identity("11010519491231002") == "11010519491231002X"  # the example of the standard
    assert ID[-1].isdigit() and WRONG[:-1] == ID[:-1] and WRONG != ID


@pytest.mark.parametrize(
    "cell",
    [ID, ID_X, ID_X.lower(), f" {ID} ", f"{ID[:6]} {ID[6:14]} {ID[14:]}", " ".join(ID), f"张某（{ID}）新发现",
     f"{ID}、{ID_X}", f"{WRONG}；{ID}", f"A{ID}B"],
)  # fmt: skip
def test_an_identity_number_is_found_spaced_and_inside_longer_text(cell):
    assert kinds(cell) == ["identity"]


@pytest.mark.parametrize(
    "cell",
    [ID.translate(FULL_WIDTH), ID_X.translate(FULL_WIDTH), "\u3000".join([ID[:6], ID[6:14], ID[14:]]),
     "\u00a0".join([ID[:6], ID[6:]]), f"{ID[:6]}\n{ID[6:]}"],
)  # fmt: skip
def test_an_identity_number_is_found_in_full_width_digits_and_wide_spaces(cell):
    assert kinds(cell) == ["identity"]


@pytest.mark.parametrize("cell", [f"{ID} {ID_X}", f"{ID}\n{ID}", f"2 {ID}", f"{ID} 13812345678"])
def test_a_number_beside_it_does_not_hide_an_identity_number(cell):
    assert kinds(cell) == ["identity"]


MASKED = [f"{ID[:6]}********{ID[14:]}", f"{ID[:10]}****{ID[14:]}"]


@pytest.mark.parametrize("cell", ["990101900307123", "旧证990101900307123", *MASKED])
def test_an_old_and_a_masked_identity_number_are_found(cell):
    assert kinds(cell) == ["identity"]


@pytest.mark.parametrize("number", [1e15, 9.9010119900307e17, 990101199003071300.0, -1e16])
def test_a_number_too_large_for_a_count_is_taken_for_a_rounded_identity_number(number):
    assert kinds(number) == ["identity"]


@pytest.mark.parametrize("cell", ["13812345678", "联系13912345678李", "138 1234 5678", "电199 0000 0000"])
def test_a_phone_number_in_text_is_found(cell):
    assert kinds(cell) == ["phone"]


@pytest.mark.parametrize(
    "heading",
    ["姓名", "吸毒人员姓名", "姓 名", "身份证号码", "证件号码", "手机号码", "联系电话", "现住址", "护照号", "人员编号", "出生日期"],
)
def test_a_telling_heading_is_found(heading):
    assert kinds(heading=heading) == ["heading"]


@pytest.mark.parametrize("heading", ["吸毒人员姓名及其公民身份号码（必填）", "姓\u3000名", "姓\n名"])
def test_a_telling_heading_is_found_however_long_or_spaced(heading):
    assert kinds(heading=heading) == ["heading"]


@pytest.mark.parametrize("heading", ["电话举报案件数", "出生率", "网络举报数", "地址库更新数", "手机扣押数（部）"])
def test_a_heading_that_only_sounds_like_it_is_not_flagged(heading):
    assert kinds(heading=heading) == []


@pytest.mark.parametrize(
    "cell",
    [WRONG, f"编号{WRONG}", identity("99010119901307123"), identity("99010119900230123"), "1" + ID, ID + "1",
     "", "990101901307123", "本表各项均为汇总数，不含任何人的姓名、身份证号和住址，由县禁毒办负责解释。",
     "138123456789", "12812345678", "010-12345678", 13812345678.0, 999999999999999.0, "2025年3月", "1,234,567", True,
     0.05, None],
)  # fmt: skip
def test_an_ordinary_cell_is_not_flagged(cell):
    assert kinds(cell) == []


def test_nothing_of_the_vocabulary_is_flagged():
    for name in ("indicators", "areas", "sources", "lines"):
        table = vocab.table(name).reset_index()
        assert privacy.persons(Sheet(name, "", [list(table), *table.to_numpy().tolist()]), "zh") == []


@given(st.integers(0, 10**6 - 1), st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 999))
def test_every_right_identity_number_is_found_and_no_other_check_digit_but_that_of_a_rounded_one(place, born, serial):
    right = identity(f"{place:06}{born:%Y%m%d}{serial:03}")
    assert kinds(right) == kinds(right[:15] + "000") == ["identity"]
    wrong = [right[:-1] + digit for digit in "0123456789X" if digit != right[-1]]
    assert kinds(*[number for number in wrong if not number.endswith("000")]) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize(
    "content, zh, en", [(ID, "身份证号", "an identity number"), ("13812345678", "手机号码", "a phone number")]
)
def test_the_file_is_refused_with_place_and_kind_but_never_the_content(tmp_path, ending, column, content, zh, en):
    rows = [["地区", "月份", "查处吸毒人员", "备注"], ["青渡区", "2025年3月", 1, ""], ["望鹭区", "2025年3月", 2, ""]]
    rows[2][column] = content
    path = tmp_path / f"x.{ending}"
    if ending == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    for lang, kind in (("zh", zh), ("en", en)):
        with pytest.raises(TableError) as refused:
            intake.load(path, lang=lang)
        sentence = str(refused.value)
        assert f"{'ABCD'[column]}3" in sentence and f"x.{ending}" in sentence and kind in sentence
        assert content not in sentence and content[6:14] not in sentence


def test_persons_are_looked_for_before_anything_else_is_told(tmp_path):
    (tmp_path / "a.csv").write_text(f"地区,说明\n{ID},李某13812345678\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("地区,月份,查处吸毒人员\n张三,x,y\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        intake.load(tmp_path)
    assert "个人信息" in str(refused.value) and "另有1处" in str(refused.value)
    assert "李某" not in str(refused.value) and "张三" not in str(refused.value)
