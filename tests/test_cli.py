"""The command line: its exit codes, its languages and its answers for machines."""

import json

import pytest

from drugstats import tables
from drugstats.cli import main


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("地区,年份,现有在册吸毒人员,新发现吸毒人员\n石磴县,2025年,213,26\n芦泽县,2025年,54,\n", encoding="utf-8")
    return path


def test_load_counts_what_it_read(table, capsys):
    assert main(["load", str(table)]) == 0
    said = capsys.readouterr()
    assert "共4个数，2个地区，2个指标" in said.out and "空缺1个" in said.out and said.err == ""


def test_load_speaks_english_and_to_machines(table, capsys):
    assert main(["load", str(table), "--lang", "en"]) == 0
    assert "4 numbers, 2 areas" in capsys.readouterr().out
    assert main(["load", str(table), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["missing"] == 1


def test_load_writes_observations_that_can_be_loaded_again(table, tmp_path, capsys):
    assert main(["load", str(table), "--out", str(tmp_path / "observations.csv")]) == 0
    assert tables.read(tmp_path / "observations.csv")["value"].sum() == 213 + 26 + 54
    assert main(["load", str(tmp_path / "observations.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["rows"] == 4


def test_a_refusal_is_exit_code_one_and_one_sentence_in_the_readers_language(table, capsys):
    table.write_text("地区,年份,现有在册吸毒人员\n石磴县,2025年,-3\n", encoding="utf-8")
    assert main(["load", str(table)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err == "文件table.csv，工作表CSV，单元格C2：-3是负数；请改正。\n"
    assert main(["load", str(table), "--lang", "en"]) == 1
    assert "cell C2: -3 is negative" in capsys.readouterr().err
    assert main(["load", str(table), "--json"]) == 1
    assert "C2" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize("words", [[], ["nonsense"], ["load"], ["build", "--lang", "fr"]])
def test_wrong_use_is_exit_code_two(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err
