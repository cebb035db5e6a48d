"""The command line: its exit codes, its languages and its answers for machines."""

import json

import docx
import pandas as pd
import pytest

from drugstats import tables
from drugstats.cli import main
from drugstats.output import speech


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


# Drafts


def test_fill_writes_the_draft_with_its_figures_and_refuses_a_key_that_is_none(tmp_path, capsys):
    row = {"area": "990109", "indicator": "users_new", "period": pd.Period("2025"), "value": 26.0, "source": "x.xlsx"}
    figures = speech.write(speech.figures(pd.DataFrame([row]), "990109"), tmp_path)
    (tmp_path / "稿.md").write_text("新发现{{ users_new.county.text }}。", encoding="utf-8")
    assert main(["fill", str(tmp_path / "稿.md"), str(figures), "--out", str(tmp_path / "成稿.md")]) == 0
    assert (tmp_path / "成稿.md").read_text(encoding="utf-8") == "新发现26名。"
    (tmp_path / "稿.md").write_text("{{ user_new.county.text }}", encoding="utf-8")
    assert main(["fill", str(tmp_path / "稿.md"), str(figures), "--out", str(tmp_path / "二稿.md")]) == 1
    assert "最接近的是“users_new.county.text”" in capsys.readouterr().err and not (tmp_path / "二稿.md").exists()


def test_verify_tells_every_figure_prints_json_and_writes_comments(tmp_path, capsys):
    draft = tmp_path / "稿.txt"
    draft.write_text("石磴县在册213名，新发现26名，占13%。", encoding="utf-8")
    assert main(["verify", str(draft), "--out", str(tmp_path / "核对.docx")]) == 0
    assert "12.2%" in capsys.readouterr().out
    assert any("12.2%" in comment.text for comment in docx.Document(tmp_path / "核对.docx").comments)
    assert main(["verify", str(draft), "--json"]) == 0
    claims = json.loads(capsys.readouterr().out)
    assert {claim["claim"]: claim["verdict"] for claim in claims}["13%"] == "inconsistent"
    assert main(["verify", str(tmp_path / "没有.txt")]) == 1
    assert "没有.txt" in capsys.readouterr().err


def test_verify_holds_a_draft_against_data(tmp_path, capsys):
    (tmp_path / "月报.csv").write_text("地区,年份,查处吸毒人员\n石磴县,2025年,12\n", encoding="utf-8")
    (tmp_path / "稿.txt").write_text("2025年石磴县查处吸毒人员15人次。", encoding="utf-8")
    words = ["verify", str(tmp_path / "稿.txt"), str(tmp_path / "月报.csv"), "--json"]
    assert main(words) == 0
    assert [claim["verdict"] for claim in json.loads(capsys.readouterr().out)] == ["contradicted"]
