"""Hostile and odd files: refused in one sentence, soon and in little memory, or read right; persons are never told."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from unicodedata import category

import hostile
import pytest

from drugstats import cli, intake, vocab
from drugstats.intake import sheets
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).parent / "files"
SECONDS = 15
NEW, HELD = "users_new", "users_current"
GOOD = {(f"99010{n}", key): value for n, pair in ((1, (3, 210)), (2, (4, 211)), (3, (5, 212)))
        for key, value in zip((NEW, HELD), pair, strict=True)}  # fmt: skip


@pytest.fixture(autouse=True)
def in_bounded_time():
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_):
        pytest.fail(f"took more than {SECONDS} seconds", pytrace=False)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory, monkeypatch):
    """A temporary folder of its own, so that what is left in it can be looked at."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(path: Path, lang: str = "zh") -> TableError:
    with pytest.raises(TableError) as caught:
        intake.load(path, lang=lang)
    return well_said(caught.value, path, lang)


def well_said(error: TableError, path: Path, lang: str = "zh") -> TableError:
    """One line that names the file and ends with what to do, and the same in the table of problems."""
    sentence, problems = str(error), error.problems
    assert "\n" not in sentence and len(sentence) < 400
    assert path.name in sentence and str(path.parent) not in sentence
    assert re.search("请" if lang == "zh" else r"[;,:] \w+ ", sentence), f"does not say what to do: {sentence}"
    assert re.search("。(（.*处）)?$" if lang == "zh" else r"\.( \(.* like it\))?$", sentence)
    assert not any(category(character) in ("Cc", "Cf") for character in sentence), "may steer the screen"
    assert not re.search(r"Traceback|Error\b|Exception|panick|errno|\bNone\b|\b0x[0-9a-f]{8}", sentence)
    assert (problems["severity"] == "error").any()
    return error


def values(path, **how) -> dict:
    return by_key(intake.load(path, **how).observations)


def by_key(observations) -> dict:
    assert set(observations["period"].astype(str)) <= {"2025-06"}
    keys = list(zip(observations["area"], observations["indicator"], strict=True))
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, observations["value"], strict=True))


def refused_or_right(path) -> None:
    """Never other numbers, never fewer without a word."""
    try:
        loaded = intake.load(path)
    except TableError as error:
        well_said(error, path)
    else:
        assert by_key(loaded.observations) == GOOD


# Refused


HOSTILE = {
    "corners.xlsx": hostile.corners,
    "corners_elsewhere.xlsx": hostile.corners_elsewhere,
    "corners_in_other_letters.xlsx": hostile.corners_spelled,
    "declared_smaller.xlsx": lambda: hostile.declared(20),
    "nested_bomb.zip": lambda: hostile.nested(hostile.ratio_bomb(100), 3),
    "flipped.xlsx": hostile.flipped,
    "flipped_name.xlsx": lambda: hostile.flipped("青渡区".encode(), "青渡县".encode()),
    "laughs_sheet.xlsx": lambda: hostile.entities(hostile.SHEET),
    "laughs_shared.xlsx": lambda: hostile.entities(hostile.SHARED),
    "laughs_workbook.xlsx": lambda: hostile.entities(hostile.WORKBOOK),
    "laughs_styles.xlsx": lambda: hostile.entities(hostile.STYLES),
    "laughs_utf16.xlsx": hostile.entities_in_utf16,
    "laughs_under_another_ending.xlsx": hostile.entities_elsewhere,
    "outside_sheet.xlsx": lambda: hostile.entities(hostile.SHEET, hostile.OUTSIDE),
    "absolute.xlsx": lambda: hostile.member_called("/etc/x"),
    "above.xlsx": lambda: hostile.member_called("../../x.csv"),
    "above_on_windows.xlsx": lambda: hostile.member_called("..\\..\\x.csv"),
    "above.zip": lambda: hostile.zip_of({"../月报.csv": hostile.text_table()}),
    "sheet_twice.xlsx": hostile.sheet_twice,
    "locked_zip.xlsx": lambda: hostile.locked_zip(hostile.workbook()),
    "locked.zip": lambda: hostile.locked_zip(hostile.zip_of({"月报.csv": hostile.text_table()})),
    "locked.xlsx": hostile.locked_workbook,
    "locked_as_old.xls": hostile.locked_workbook,
    "locked_biff.xls": hostile.locked_biff,
    "locked_biff.et": hostile.locked_biff,
    "macros.xlsx": hostile.with_macros,
    "macros.xls": hostile.biff_with_macros,
    "macros.xlsm": hostile.with_macros,
    "page.xls": hostile.page,
    "page_in_parts.xls": hostile.page_in_parts,
    "page.csv": hostile.page,
    "page.xlsx": hostile.page,
    "xml2003.xls": hostile.spreadsheet_2003,
    "pdf.xlsx": hostile.pdf,
    "pdf.csv": hostile.pdf,
    "picture.xlsx": hostile.picture,
    "letter.xlsx": hostile.letter,
    "letter.zip": hostile.letter,
    "open.xlsx": hostile.open_document,
    "binary.xlsx": hostile.binary_workbook,
    "cut.xlsx": lambda: hostile.cut(hostile.workbook()),
    "cut.xls": lambda: hostile.cut((FILES / "plain.xls").read_bytes()),
    "cut_short.xls": lambda: (FILES / "plain.xls").read_bytes()[:700],
    "empty.xlsx": lambda: b"",
    "empty.xls": lambda: b"",
    "empty.csv": lambda: b"",
    "blank.csv": lambda: b"\xef\xbb\xbf\r\n\r\n",
    "zeros.xlsx": lambda: bytes(5000),
    "no_cells.xlsx": lambda: hostile.workbook([]),
    "headings_only.xlsx": lambda: hostile.workbook([hostile.HEADINGS]),
    "headings_only.csv": lambda: hostile.text_table([hostile.HEADINGS]),
    "nothing.zip": lambda: hostile.zip_of({}),
    "letters_only.zip": lambda: hostile.zip_of({"说明.docx": hostile.letter()}),
    "nul.csv": lambda: hostile.text_table().replace(b",3,", b",\0" + b"3,"),
    "utf16_without_mark.csv": lambda: hostile.text_table(encoding="utf-16-le"),
    "half_a_character.csv": hostile.half_a_character,
    "half_utf8.csv": lambda: hostile.text_table()[:-12],
    "open_quote.csv": hostile.open_quote,
    "commas.csv": hostile.commas,
    "long_cell.csv": hostile.long_cell,
    "same_place_twice.xlsx": hostile.same_place_twice,
    "same_row_twice.xlsx": hostile.same_row_twice,
    "shared_formula.xlsx": hostile.shared_formula,
    "all_hidden.xlsx": lambda: hostile.archive(hostile.members({"月报": hostile.TABLE}, states=["hidden"])),
    "member_missing.xlsx": lambda: hostile.archive(
        {name: part for name, part in hostile.members({"月报": hostile.TABLE}).items() if name != hostile.SHEET}
    ),
    "no_relations.xlsx": lambda: hostile.archive(
        {name: part for name, part in hostile.members({"月报": hostile.TABLE}).items() if "rels" not in name}
    ),
    "torn_xml.xlsx": lambda: hostile.workbook(hostile.sheet(hostile.cells(hostile.TABLE))[:-60]),
    "sheet_twice_in_other_letters.xlsx": lambda: hostile.sheet_twice("xl/worksheets/Sheet1.xml"),
    "row_and_cell_differ.xlsx": lambda: hostile.workbook(hostile.sheet(hostile.cells(hostile.TABLE).replace('"C2"', '"C4"'))),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_in_one_sentence(tmp_path, name):
    refused(put(tmp_path, name, HOSTILE[name]()))


@pytest.mark.parametrize("name", ["flipped.xlsx", "locked.xlsx", "page.xls", "macros.xls", "open_quote.csv", "cut.xls"])
def test_the_sentence_is_whole_in_english_too(tmp_path, name):
    refused(put(tmp_path, name, HOSTILE[name]()), lang="en")


@pytest.mark.parametrize("name, word", [
    ("locked.xlsx", "密码"), ("locked_biff.xls", "密码"), ("locked_zip.xlsx", "密码"), ("macros.xlsx", "宏"),
    ("macros.xls", "宏"), ("flipped.xlsx", "损坏"), ("page.xls", "网页"), ("corners.xlsx", "范围"),
])  # fmt: skip
def test_the_sentence_names_the_cause(tmp_path, name, word):
    assert word in str(refused(put(tmp_path, name, HOSTILE[name]())))


def test_a_real_password_protected_xls_is_refused():
    assert "密码" in str(refused(FILES / "password.xls"))


BOMBS = {
    "long_string.xlsx": hostile.long_string,
    "long_string_said_to_be_short.xlsx": lambda: hostile.long_string(declared=1000),
    "ratio.xlsx": hostile.ratio_bomb,
    "members.zip": hostile.many_members,
}
WATCHED = """
import resource, sys
from drugstats import intake
from drugstats.tables import TableError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    try:
        intake.load(path)
    except TableError as error:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(scope="module")
def bombs(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bombs")
    return {name: put(folder, name, make()) for name, make in BOMBS.items()}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(bombs, name):
    refused(bombs[name])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak of memory")
@pytest.mark.parametrize("name", ["long_string.xlsx", "long_string_said_to_be_short.xlsx", "ratio.xlsx"])
def test_a_bomb_takes_little_memory_of_the_process_that_reads_on(bombs, name):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, bombs[name]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak of memory")
@pytest.mark.parametrize(
    "name, make",
    [("corners.xlsx", hostile.corners), ("corners_elsewhere.xlsx", hostile.corners_elsewhere),
     ("corners.xls", hostile.biff_corners), ("columns.xlsx", hostile.columns_hidden_often), ("merged.xlsx", hostile.merged_often)],
)  # fmt: skip
def test_a_giant_extent_takes_little_memory_of_the_process_that_reads_on(tmp_path, name, make):
    path = put(tmp_path, name, make())
    done = subprocess.run([sys.executable, "-c", WATCHED, path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400


def test_a_file_that_keeps_its_reader_busy_for_ever_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "SECONDS", 2)
    refused(put(tmp_path, "endless.xls", hostile.endless()))


def test_a_hostile_file_takes_no_good_one_with_it_and_none_loads(tmp_path):
    put(tmp_path, "a.csv", hostile.text_table())
    put(tmp_path, "b.xlsx", hostile.corners_elsewhere())
    with pytest.raises(TableError, match="b.xlsx"):
        intake.load(tmp_path)
    (tmp_path / "b.xlsx").unlink()
    assert values(tmp_path) == GOOD


def test_nothing_is_left_behind_or_written_outside(tmp_path, scratch):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    refused(put(inside, "above.zip", HOSTILE["above.zip"]()))
    values(put(inside, "月报.zip", hostile.zip_of({"月报.xlsx": hostile.workbook()})))
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["above.zip", "月报.zip"]
    assert list(scratch.iterdir()) == []


# Refused or read right, never read wrong


UNSURE = {
    "declared_larger.xlsx": lambda: hostile.declared(200_000),
    "deep.xlsx": hostile.deep,
    "merged_whole.xlsx": hostile.merged_whole,
    "merged_often.xlsx": hostile.merged_often,
    "columns_hidden_often.xlsx": hostile.columns_hidden_often,
    "rows_to_the_edge.xlsx": hostile.rows_to_the_edge,
    "members.xlsx": hostile.many_members,
    "nested.zip": lambda: hostile.nested(hostile.zip_of({"月报.csv": hostile.text_table()}), 1),
    "workbook.xls": hostile.workbook,
    "workbook.csv": hostile.workbook,
    "text.xls": hostile.text_table,
    "text.xlsx": hostile.text_table,
    "biff.xlsx": hostile.biff,
    "biff.csv": hostile.biff,
    "prefixed.xlsx": hostile.prefixed,
    "lower_case.xlsx": lambda: hostile.workbook(hostile.sheet(hostile.cells(hostile.TABLE).replace('"C2"', '"c2"'))),
    "dollars.xlsx": lambda: hostile.workbook(hostile.sheet(hostile.cells(hostile.TABLE).replace('"C2"', '"$C$2"'))),
    "quote_mark.xlsx": lambda: hostile.with_cell("A2", "'青渡区"),
    "quote_before_number.xlsx": lambda: hostile.with_cell("C2", "'3"),
    "quote_before_number.csv": lambda: hostile.text_table().replace(b",3,", b",'3,"),
    "excel_text.csv": lambda: hostile.text_table().replace(b",3,", b',="3",'),
    "bell.xlsx": lambda: hostile.with_cell("A2", "青渡区_x0007_"),
    "bell.csv": lambda: hostile.text_table().replace("青渡区".encode(), "青渡区\a".encode()),
    "zero_width.csv": lambda: hostile.text_table().replace("青渡区".encode(), "青\u200b渡区\ufeff".encode()),
    "left_to_right.csv": lambda: hostile.text_table().replace("青渡区".encode(), "\u202a青渡区\u202c".encode()),
    "escape.csv": lambda: hostile.text_table().replace("青渡区".encode(), "\x1b[31m青渡区".encode()),
    "old_line_ends.csv": lambda: hostile.text_table().replace(b"\n", b"\r"),
    "end_of_file_mark.csv": lambda: hostile.text_table() + b"\x1a",
    "line_separator.csv": lambda: hostile.text_table().replace("青渡区".encode(), "青渡区\u2028".encode()),
    "utf32.csv": lambda: hostile.text_table(encoding="utf-32"),
    "semicolons.csv": lambda: hostile.text_table().replace(b",", b";"),
    "wide_commas.csv": lambda: hostile.text_table().replace(b",", "，".encode()),
    "name_twice.zip": lambda: hostile.zip_with_twice("月报.csv", hostile.text_table()),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSURE)
def test_an_odd_file_is_refused_or_read_right(tmp_path, name):
    refused_or_right(put(tmp_path, name, UNSURE[name]()))


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "-inf", "Infinity", "1e999", "1_000", "0x10", "٣", "Ⅲ", "三", "½", "3 4", "3/4", "1,23", "+-3", "=1+2",
             "=3", "TRUE", "3-", "(3)", "3.3.3", "1e3", "１．２．３", "--3", "3e"],
)  # fmt: skip
def test_what_only_looks_like_a_number_is_refused_or_means_what_a_person_reads(tmp_path, text):
    readable = {"三": 3, "1e3": 1000, "½": 0.5, "Ⅲ": 3, "=3": 3, "1_000": None, "٣": 3}
    path = put(tmp_path, "x.csv", hostile.text_table([hostile.HEADINGS, ["青渡区", "2025年6月", text, 210]]))
    try:
        found = intake.load(path).observations
    except TableError as error:
        assert "C2" in str(well_said(error, path))
    else:
        assert found.loc[found["indicator"] == NEW, "value"].tolist() == [readable.get(text)]


@pytest.mark.parametrize("number", ["1E+999", "NaN", "INF", "1,5", "", "0x1F", "1e308"])
def test_a_number_that_no_sheet_can_hold_is_refused(tmp_path, number):
    path = put(tmp_path, "x.xlsx", hostile.with_cell("C2", f'<c r="C2"><v>{number}</v></c>'))
    if number == "":
        found = intake.load(path).observations
        assert found.loc[(found["area"] == "990101") & (found["indicator"] == NEW), "status"].tolist() == ["missing"]
    else:
        refused(path)


# Read right


LEGAL = {
    "workbook.xlsx": hostile.workbook,
    "workbook.XLSX": hostile.workbook,
    "stored.xlsx": lambda: hostile.archive(hostile.members({"月报": hostile.TABLE}), stored=True),
    "columns_hidden_to_the_edge.xlsx": hostile.columns_hidden_to_the_edge,
    "dimension_small.xlsx": lambda: hostile.dimension("A1:A1"),
    "dimension_large.xlsx": lambda: hostile.dimension("A1:XFD1048576"),
    "scattered.xlsx": hostile.scattered,
    "cells_scattered.xlsx": hostile.cells_scattered,
    "unnumbered.xlsx": hostile.unnumbered,
    "rich.xlsx": hostile.rich,
    "from_1904.xlsx": hostile.dated_1904,
    "linked.xlsx": hostile.linked,
    "hidden_row.xlsx": hostile.hidden_row,
    "hidden_column.xlsx": hostile.hidden_column,
    "filtered.xlsx": hostile.filtered,
    "hidden_sheet.xlsx": lambda: hostile.hidden_sheet([["底稿", 1]]),
    "very_hidden_sheet.xlsx": lambda: hostile.hidden_sheet([["底稿", 1]], "veryHidden"),
    "hidden_sheet_of_other_numbers.xlsx": lambda: hostile.hidden_sheet([hostile.HEADINGS, ["青渡区", "2025年5月", 9, 9]]),
    "utf8.csv": hostile.text_table,
    "utf8_mark.csv": lambda: hostile.text_table(encoding="utf-8-sig"),
    "gbk.csv": lambda: hostile.text_table(encoding="gbk"),
    "utf16.csv": lambda: hostile.text_table(encoding="utf-16"),
    "utf16_tabs.tsv": lambda: hostile.text_table(encoding="utf-16").replace(b",\0", b"\t\0"),
    "windows.csv": lambda: hostile.text_table().replace(b"\n", b"\r\n"),
    "trailing_commas.csv": lambda: hostile.text_table([[*row, "", ""] for row in hostile.TABLE]),
    "biff.xls": hostile.biff,
    "biff.et": hostile.biff,
    "biff5.xls": lambda: hostile.biff(old=True),
    "one.zip": lambda: hostile.zip_of({"月报.csv": hostile.text_table(), "说明.docx": hostile.letter()}),
    "packed_on_windows.zip": lambda: hostile.zip_in_gbk("月报.csv", hostile.text_table()),
    "with_mac_files.zip": lambda: hostile.zip_of({"月报.csv": hostile.text_table(), "__MACOSX/._月报.csv": b"\0\5\x16\7"}),
}  # fmt: skip


TOLD = {"hidden_sheet.xlsx": "隐藏", "very_hidden_sheet.xlsx": "隐藏", "hidden_sheet_of_other_numbers.xlsx": "隐藏",
        "hidden_row.xlsx": "隐藏", "hidden_column.xlsx": "隐藏", "filtered.xlsx": "隐藏|筛选", "linked.xlsx": "链接|其他工作簿|引用"}  # fmt: skip


@pytest.mark.parametrize("name", LEGAL)
def test_an_odd_but_legal_file_is_read_right_and_what_the_eye_cannot_see_is_told(tmp_path, name):
    observations, problems = intake.load(put(tmp_path, name, LEGAL[name]()))
    assert by_key(observations) == GOOD
    warnings = " ".join(problems.loc[problems["severity"] == "warning", "what"])
    assert re.search(TOLD[name], warnings) if name in TOLD else warnings == ""


@pytest.mark.parametrize(
    "code", [14, 17, 31, 57, 58, "yyyy-mm", 'yyyy"年"m"月"', '[$-804]yyyy"年"m"月";@', "yyyy.mm", "[DBNum1]yyyy年m月"]
)
def test_a_date_is_the_month_it_stands_for_in_whatever_format(tmp_path, code):
    assert values(put(tmp_path, "x.xlsx", hostile.dated(code))) == GOOD


def test_a_percent_format_is_read_as_its_share(tmp_path):
    path = put(tmp_path, "x.xlsx", hostile.formatted("0.0%", 0.935, "管控率"))
    assert values(path) == {("990101", "community_control_rate"): 0.935}


@pytest.mark.parametrize("code, value, heading, key, right", [
    ('0.0"万"', 3.5, "现有在册吸毒人员", HELD, 35000),
    ("0.0\\万", 3.5, "现有在册吸毒人员", HELD, 35000),
    ('0!.0,"万"', 35000, "现有在册吸毒人员", HELD, 35000),
    ('0"."0,"万"', 35000, "现有在册吸毒人员", HELD, 35000),
    ("#,##0,", 12000, "现有在册吸毒人员", HELD, 12000),
    ('0"吨"', 2.5, "缴获各类毒品", "seizure_total", 2500),
    ('0.00"克"', 2500, "缴获各类毒品", "seizure_total", 2.5),
    ('0"人"', 213, "现有在册吸毒人员", HELD, 213),
    ('General"人"', 213, "现有在册吸毒人员", HELD, 213),
    ('_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', 0, "现有在册吸毒人员", HELD, 0),
    ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 1234, "现有在册吸毒人员", HELD, 1234),
    (41, 0, "现有在册吸毒人员", HELD, 0),
    (43, 5, "现有在册吸毒人员", HELD, 5),
    ('[=0]"无";0', 0, "现有在册吸毒人员", HELD, 0),
    (";;;", 7, "现有在册吸毒人员", HELD, 7),
    ("[Red]0;[Blue]-0", 7, "现有在册吸毒人员", HELD, 7),
    ("[DBNum2]General", 7, "现有在册吸毒人员", HELD, 7),
    ("0_);(0)", 7, "现有在册吸毒人员", HELD, 7),
    ("000000", 213, "现有在册吸毒人员", HELD, 213),
    ("@", 213, "现有在册吸毒人员", HELD, 213),
    ("0.00E+00", 1234567, "现有在册吸毒人员", HELD, 1234567),
])  # fmt: skip
def test_a_format_that_changes_what_is_seen_gives_what_is_meant_or_is_asked_about(
    tmp_path, code, value, heading, key, right
):
    path = put(tmp_path, "x.xlsx", hostile.formatted(code, value, heading))
    try:
        loaded = intake.load(path)
    except TableError as error:
        assert "C2" in str(well_said(error, path))
        assert code in ('0!.0,"万"', '0"."0,"万"', "#,##0,", ";;;", "[DBNum2]General", '[=0]"无";0'), (
            "refused a plain format"
        )
    else:
        assert by_key(loaded.observations) == {("990101", key): right}


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
def test_an_error_value_is_refused_with_its_cell(tmp_path, error):
    formula = "<f>D2/0</f>" if error < "#NUM!" else ""
    path = put(tmp_path, "x.xlsx", hostile.with_cell("C3", f'<c r="C3" t="e">{formula}<v>{error}</v></c>'))
    sentence = str(refused(path))
    # The reader gives up a workbook with an error value that it does not know.
    assert error == "#SPILL!" or ("C3" in sentence and error in sentence)


@pytest.mark.parametrize("xml", ['<c r="C3"><f>D3/70</f></c>', '<c r="C3" t="str"><f>D3/70</f></c>', '<c r="C3"><f>D3/70</f><v></v></c>',
                                 '<c r="C3"><f t="array" ref="C3:C3">D3/70</f></c>', '<c r="C3" t="e"/>'])  # fmt: skip
def test_a_formula_never_calculated_is_no_missing_value(tmp_path, xml):
    assert "C3" in str(refused(put(tmp_path, "x.xlsx", hostile.with_cell("C3", xml))))


@pytest.mark.parametrize("xml", ['<c r="C3" t="b"><v>1</v></c>', '<c r="C3" t="d"><v>2025-06-01T00:00:00</v></c>'])
def test_a_truth_value_or_a_date_is_no_number(tmp_path, xml):
    assert "C3" in str(refused(put(tmp_path, "x.xlsx", hostile.with_cell("C3", xml))))


def test_the_other_files_of_a_zip_are_told_or_passed_over_but_no_sheet_is(tmp_path):
    path = put(tmp_path, "报表.zip", hostile.zip_of({"青渡区/月报.csv": hostile.text_table(hostile.TABLE[:2]),
                                                   "望鹭区/月报.xlsx": hostile.workbook([hostile.HEADINGS, *hostile.ROWS[1:]])}))  # fmt: skip
    found = intake.load(path).observations
    assert by_key(found) == GOOD
    assert found["source"].nunique() == 2 and found["source"].str.contains("月报").all()


# Old binary sheets


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_an_old_sheet_is_read_under_either_ending(tmp_path, ending):
    path = shutil.copy(FILES / "plain.xls", tmp_path / f"月报.{ending}")
    assert values(path) == GOOD


def test_merged_headings_of_an_old_sheet_are_read():
    found = intake.load(FILES / "stacked.xls").observations
    assert set(found["period"].astype(str)) == {"2025-06"}
    found = found[found["area"] == "990102"].set_index("indicator")["value"]
    assert found.to_dict() == {NEW: 4, HELD: 211, "cases_solved": 2, "cases_opened": 3}


def test_the_errors_of_an_old_sheet_are_refused_each_with_its_cell():
    problems = refused(FILES / "values.xls").problems
    assert {"D2", "C3", "D3"} <= set(problems["cell"])


def test_hidden_things_of_an_old_sheet_are_told_and_its_numbers_read():
    observations, problems = intake.load(FILES / "hidden.xls")
    assert by_key(observations) == GOOD
    assert {"旧表", "底稿"} <= set(problems["sheet"])
    assert problems["what"].str.contains("隐藏").sum() >= 3


def test_percent_and_dates_of_an_old_sheet_are_what_is_seen():
    rate = "community_control_rate"
    assert values(FILES / "shares.xls") == {("990101", rate): 0.935, ("990102", rate): 0.9}


def test_formats_of_an_old_sheet_are_what_is_seen():
    counts = [35000, 0, 213, 1234, 567, 89]
    assert values(FILES / "formats.xls") == {(f"99010{n}", HELD): count for n, count in enumerate(counts, start=1)}


def test_a_link_of_an_old_sheet_keeps_its_last_value():
    assert values(FILES / "links.xls") == {("990101", NEW): 4}


# Persons


def identity(first: str) -> str:
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


ID = identity("99010119900307123")
ID_X = next(number for serial in range(100, 200) if (number := identity(f"99010119900307{serial}")).endswith("X"))
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PERSONS = {
    "identity": ID,
    "identity with x": ID_X.lower(),
    "identity full width": ID.translate(WIDE),
    "identity spaced": f"{ID[:6]} {ID[6:14]} {ID[14:]}",
    "identity with dashes": f"{ID[:6]}-{ID[6:14]}-{ID[14:]}",
    "identity with a quote": f"'{ID}",
    "identity in words": f"张某（{ID}）为新发现",
    "identity beside letters": f"ID{ID}号",
    "identity zero width": f"{ID[:6]}\u200b{ID[6:]}",
    "identity masked": f"{ID[:6]}********{ID[14:]}",
    "identity masked by x": f"{ID[:6]}xxxxxxxx{ID[14:]}",
    "identity masked shortly": f"{ID[:10]}****{ID[14:]}",
    "identity masked wide": f"{ID[:6]}＊＊＊＊＊＊＊＊{ID[14:]}",
    "identity of fifteen": "990101900307123",
    "phone": "13812345678",
    "phone with dashes": "138-1234-5678",
    "phone from abroad": "+8613812345678",
    "phone full width": "13812345678".translate(WIDE),
    "phone masked": "138****5678",
    "phone in words": "联系人李某13812345678。",
    "passport": "护照E12345678",
    "passport of two letters": "护照号EJ1234567",
    "passport alone": "G12345678",
}


def windows(secret: str) -> set[str]:
    """Pieces of a secret that none may be found of: runs of six, in whatever spelling of digits."""
    runs = [secret, secret.translate({wide: narrow for narrow, wide in WIDE.items()})]
    return {run[at : at + 6] for run in runs for at in range(max(1, len(run) - 5))}


def keeps_silent(path: Path, secret: str, capfd, place: str = "", **how) -> str:
    with pytest.raises(TableError) as caught:
        intake.load(path, **how)
    said = str(caught.value) + caught.value.problems.to_csv() + "".join(capfd.readouterr())
    assert [piece for piece in windows(secret) if piece in said] == []
    assert "个人信息" in str(caught.value) or "个人信息" in " ".join(caught.value.problems["what"])
    assert place in said
    return str(caught.value)


@pytest.mark.parametrize(
    "kind, ending", [*((kind, "csv") for kind in PERSONS), ("identity", "xlsx"), ("phone", "xlsx")]
)
def test_a_person_in_a_note_is_refused_by_place_and_kind_never_by_content(tmp_path, capfd, kind, ending):
    rows = [[*hostile.HEADINGS, "备注"], *[[*row, ""] for row in hostile.ROWS]]
    rows[2][4] = PERSONS[kind]
    make = hostile.workbook if ending == "xlsx" else hostile.text_table
    keeps_silent(put(tmp_path, f"月报.{ending}", make(rows)), PERSONS[kind], capfd, "E3")


WHERE = {
    "title": ([[f"查处{ID}等"], [], *hostile.TABLE], "A1"),
    "heading": ([[*hostile.HEADINGS, ID], *[[*row, ""] for row in hostile.ROWS]], "E1"),
    "area": ([*hostile.TABLE, [ID, "2025年6月", 1, 1]], "A5"),
    "value": ([*hostile.TABLE[:3], ["澄溪县", "2025年6月", ID, 212]], "C4"),
    "note below": ([*hostile.TABLE, [f"注：含{ID}一名。"]], "A5"),
    "signature": ([*hostile.TABLE, ["填表人：", ID]], "B5"),
    "far away": ([*hostile.TABLE, *[[]] * 20, ["", "", "", "", "", "", ID]], "G25"),
    "second table": ([*hostile.TABLE, [], ["地区", "月份", "缴获各类毒品"], ["青渡区", "2025年6月", ID]], "C7"),
}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("how", [{}, {"skip_unknown": True}], ids=["", "skipping"])
def test_a_person_is_refused_wherever_the_cell_stands(tmp_path, capfd, where, how):
    rows, place = WHERE[where]
    keeps_silent(put(tmp_path, "月报.xlsx", hostile.workbook(rows)), ID, capfd, place, **how)


HIDDEN = {
    "hidden sheet": lambda: hostile.hidden_sheet([["底稿"], [ID]]),
    "very hidden sheet": lambda: hostile.hidden_sheet([["底稿"], [ID]], "veryHidden"),
    "shared string": lambda: hostile.workbook(
        [*hostile.TABLE, ['<c r="A5" t="s"><v>0</v></c>']], extra={hostile.SHARED: hostile.shared([ID])}
    ),
    "text of a formula": lambda: hostile.workbook(
        [[*hostile.HEADINGS, "备注"], [*hostile.ROWS[0], f'<c r="E2" t="str"><f>"{ID[:9]}"&amp;"{ID[9:]}"</f><v>{ID}</v></c>']]
    ),
    "hidden row": lambda: hostile.workbook(hostile.sheet(hostile.cells([*hostile.TABLE, [ID]], {5: 'hidden="1"'}))),
    "rich text": lambda: hostile.workbook(
        [*hostile.TABLE, [f'<c r="A5" t="inlineStr"><is><r><t>{ID[:8]}</t></r><r><t>{ID[8:]}</t></r></is></c>']]
    ),
    "rounded number": lambda: hostile.workbook([*hostile.TABLE, [f'<c r="A5"><v>{float(ID[:17] + "0")!r}</v></c>']]),
    "rounded number in a format": lambda: hostile.workbook(
        [*hostile.TABLE, [f'<c r="A5" s="1"><v>{float(ID[:17] + "0")!r}</v></c>']], formats=["0"]
    ),
    "rounded number in a hidden sheet": lambda: hostile.hidden_sheet([["底稿"], [int(ID[:15] + "000")]]),
    "sheet name": lambda: hostile.archive(hostile.members({f"人{ID}": hostile.TABLE})),
    "sheet name of a hidden sheet": lambda: hostile.archive(
        hostile.members({f"人{ID}": [["底稿"]], "月报": hostile.TABLE}, states=["hidden"])
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", HIDDEN)
def test_a_person_is_refused_however_it_is_hidden(tmp_path, capfd, where):
    keeps_silent(put(tmp_path, "月报.xlsx", HIDDEN[where]()), ID, capfd)


@pytest.mark.parametrize(
    "text", ["9.90101199003071E+17", "990101199003071000", ID + ".0", f'="{ID}"', f"\t{ID}", f"'{ID}"]
)
def test_an_identity_number_as_excel_spoils_it_in_text_is_refused(tmp_path, capfd, text):
    rows = [[*hostile.HEADINGS, "编号"], *[[*row, text] for row in hostile.ROWS]]
    keeps_silent(put(tmp_path, "月报.csv", hostile.text_table(rows)), text.strip("\t'\"="), capfd, "E2")


@pytest.mark.parametrize(
    "heading",
    [
        "姓名",
        "姓 名",
        "吸毒人员姓名",
        "人员姓名",
        "身份证号",
        "护照号",
        "护照号码",
        "联系方式",
        "手机号",
        "家庭住址",
        "户籍地址",
    ],
)
@pytest.mark.parametrize("layout", ["across", "down"])
def test_a_column_or_row_of_persons_is_refused_and_no_name_is_told(tmp_path, capfd, heading, layout):
    secret = "欧阳锋甲乙丙"
    rows = [["地区", "月份", heading, "新发现吸毒人员"], *[[row[0], row[1], secret, 1] for row in hostile.ROWS]]
    rows = rows if layout == "across" else [list(row) for row in zip(*rows, strict=True)]
    keeps_silent(
        put(tmp_path, "月报.csv", hostile.text_table(rows)), secret, capfd, "C1" if layout == "across" else "A3"
    )


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_a_person_in_an_old_sheet_is_refused(tmp_path, capfd, ending):
    keeps_silent(put(tmp_path, f"月报.{ending}", hostile.biff([*hostile.TABLE, [ID]])), ID, capfd, "A5")


def test_a_person_in_a_zip_is_refused(tmp_path, capfd):
    content = hostile.zip_of({"月报.csv": hostile.text_table([*hostile.TABLE, [ID, "", "", ""]])})
    keeps_silent(put(tmp_path, "报表.zip", content), ID, capfd, "A5")


@pytest.mark.parametrize("secret", [ID, "13812345678"])
@pytest.mark.parametrize("make", [
    lambda secret: (f"{secret}月报.csv", hostile.text_table()),
    lambda secret: (f"{secret}月报.xlsx", hostile.corners()),
    lambda secret: (f"{secret}月报.docx", b"x"),
    lambda secret: ("报表.zip", hostile.zip_of({f"{secret}月报.csv": hostile.text_table()})),
    lambda secret: ("报表.zip", hostile.zip_of({f"{secret}/月报.csv": hostile.text_table()})),
], ids=["file", "broken file", "other file", "member", "folder of a member"])  # fmt: skip
def test_a_person_in_a_file_name_is_refused_and_not_repeated(tmp_path, capfd, secret, make):
    keeps_silent(put(tmp_path, *make(secret)), secret, capfd)


def test_a_person_of_one_file_is_told_before_the_faults_of_another(tmp_path, capfd):
    put(tmp_path, "a.csv", hostile.text_table([hostile.HEADINGS, ["李某甲", "2025年6月", f"含{ID}", 2]]))
    put(tmp_path, "b.csv", hostile.text_table([*hostile.TABLE[:2], ["某某县", "六月", "x", "y"]]))
    sentence = keeps_silent(tmp_path, ID, capfd, "C2")
    assert "李某甲" not in sentence


def test_what_is_not_read_is_not_written_either(tmp_path):
    """A comment beside a cell is not looked at, and nothing of it is passed on."""
    path = put(tmp_path, "月报.xlsx", hostile.commented(f"含{ID}"))
    try:
        loaded = intake.load(path)
    except TableError as error:
        assert ID not in str(error)
    else:
        assert ID not in loaded.observations.to_csv() + loaded.problems.to_csv()


AGGREGATES = ["电话举报案件数", "出生率", "网络举报数", "手机扣押数（部）", "住所核查户数", "实名举报数", "姓名核对率"]


@pytest.mark.parametrize("heading", AGGREGATES[:4])
def test_a_heading_that_only_sounds_like_persons_is_no_reason_to_refuse_them(tmp_path, heading):
    rows = [[*hostile.HEADINGS, heading], *[[*row, 1] for row in hostile.ROWS]]
    assert values(put(tmp_path, "月报.csv", hostile.text_table(rows)), skip_unknown=True) == GOOD


@pytest.mark.parametrize("line", [
    ["填表人：李某某", "", "审核人：王某某", ""], ["填报单位：青渡区禁毒办", "", "联系电话：0571-88888888", ""],
    ["电话：88888888", "", "", ""], ["文号：云禁毒办〔2025〕138号", "", "", ""], ["编号：20250630000123", "", "", ""],
])  # fmt: skip
def test_the_signatures_of_the_office_are_no_persons_of_the_table(tmp_path, line):
    loaded = intake.load(put(tmp_path, "月报.xlsx", hostile.workbook([*hostile.TABLE, line])))
    assert len(loaded.observations) == 6
    assert "李某某" not in loaded.observations.to_csv()


@pytest.fixture
def with_persons(tmp_path) -> Path:
    """A folder of two files that hold persons."""
    rows = [
        [*hostile.HEADINGS, "备注", "姓名"],
        *[[*row, f"{ID}；13812345678", "欧阳锋甲乙丙"] for row in hostile.ROWS],
    ]
    put(tmp_path, "月报.xlsx", hostile.workbook(rows))
    put(tmp_path, "旧表.xls", hostile.biff([*hostile.TABLE, [ID_X, "护照E12345678"]]))
    return tmp_path


def tells_nothing(said: str, *folders: Path) -> None:
    left = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in left
        if path.name not in ("月报.xlsx", "旧表.xls")
    ]
    for secret in (ID, ID_X, "13812345678", "E12345678", "欧阳锋甲乙丙"):
        assert [piece for piece in windows(secret) if piece in said + "".join(kept)] == []


@pytest.mark.parametrize("flags", [[], ["--json"], ["--lang", "en"], ["--json", "--lang", "en"]], ids=" ".join)
def test_the_command_tells_and_leaves_nothing_of_a_person(with_persons, scratch, capfd, flags):
    assert cli.main(["load", str(with_persons), "--out", str(with_persons / "out" / "observations.csv"), *flags]) == 1
    out, err = capfd.readouterr()
    assert "月报.xlsx" in out + err or "旧表.xls" in out + err
    tells_nothing(out + err, with_persons, scratch)


def test_the_program_itself_tells_and_leaves_nothing_of_a_person(with_persons, scratch):
    command = [
        sys.executable,
        "-m",
        "drugstats",
        "load",
        with_persons,
        "--out",
        with_persons / "out" / "observations.csv",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    tells_nothing(done.stderr, with_persons, scratch)


def test_the_command_refuses_a_hostile_file_without_more_ado(tmp_path, capfd):
    assert cli.main(["load", str(put(tmp_path, "corners.xlsx", hostile.corners()))]) == 1
    out, err = capfd.readouterr()
    assert out == "" and all("corners.xlsx" in line for line in err.splitlines()) and len(err.splitlines()) <= 2


def test_no_word_of_this_file_is_about_a_real_person():
    """990101 is a made-up county."""
    assert vocab.area("990101") == "青渡区" and ID.startswith("990101")
