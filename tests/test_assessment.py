"""The main job: what lands in the folder, the same twice, and nothing where something is refused."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from drugstats import assessment
from drugstats.cli import main
from drugstats.tables import TableError

ROOT = assessment.ROOT
NATIONAL = {"national_stock", "national_new", "national_cases", "national_ratio", "national_enforcement",
            "national_printed", "national_sizes", "national_ages", "cost_a_head"}  # fmt: skip
OF_THE_CITY = {"sewage", "market", "origin", "target_pace", "outflow", "speech_check"}  # a county has no such figures
EXAMPLE = {"england_rate", "england_rank", "england_funnel"}


def exhibit(out, key) -> dict:
    return json.loads((out / "exhibits" / f"{key}.json").read_text(encoding="utf-8"))


def keys(out) -> set:
    return {path.stem for path in (out / "exhibits").glob("*.json")}


def test_the_assessment_holds_documents_charts_exhibits_notebooks_and_observations(city):
    assert (city / "毒情形势分析.docx").stat().st_size > 100_000
    assert (city / "毒情形势分析.html").stat().st_size > 100_000
    assert {path.name for path in (city / "notebooks").iterdir()} == {
        "01_national_picture.ipynb", "02_control_line.ipynb", "03_county_ranking.ipynb",
        "04_cases_and_seizures.ipynb", "05_early_warning.ipynb", "06_campaign_effect.ipynb",
        "07_speech_figures.ipynb", "08_users_and_costs.ipynb",
    }  # fmt: skip
    told = (city / "manifest.txt").read_text(encoding="utf-8").split()
    assert sorted(told) == sorted(
        path.relative_to(city).as_posix() for path in city.rglob("*") if path.is_file() and path.name != "manifest.txt"
    )
    for key in keys(city):
        if exhibit(city, key)["chart"]:
            assert all((city / "charts" / f"{key}.{ending}").stat().st_size > 3000 for ending in ("png", "svg", "pdf"))


def test_the_last_year_of_the_city_says_the_speeches_figures(city):
    headline = {row["indicator"]: row["after"] for row in exhibit(city, "headline")["figures"]}
    assert headline["users_current"] == 4788
    assert headline["hiv_positive_users"] == 160
    county = next(row for row in exhibit(city, "parts_verdict")["figures"] if row["area"] == "990109")
    assert (county["part"], county["whole"], county["verdict"]) == (26, 213, "above")
    assert round(county["value"], 3) == 0.122


def test_the_city_has_counties_above_below_and_too_small_to_tell(city):
    verdicts = pd.DataFrame(exhibit(city, "parts_verdict")["figures"]).set_index("area")["verdict"]
    assert verdicts.value_counts().to_dict() == {"cannot tell": 4, "below": 3, "above": 2}


def test_no_county_is_called_last_where_ranges_overlap(city):
    places = pd.DataFrame(exhibit(city, "rank_ratio")["figures"])["standing"]
    assert places.str.match(rf"{len(places)}（\d–{len(places)}）$").any()
    assert "没有哪一个可以被称为最高（末位）" in exhibit(city, "rank_ratio")["sentences"][0]


def test_another_area_and_language_change_every_number_and_sentence(city, county):
    assert keys(city) - keys(county) == OF_THE_CITY
    assert keys(county) - keys(city) == {"rank_own"}
    for key in keys(city) - NATIONAL - EXAMPLE - OF_THE_CITY:
        one, other = exhibit(city, key), exhibit(county, key)
        assert one["title"] != other["title"]
        assert one["rows"] != other["rows"]
        assert not set(one["sentences"]) & set(other["sentences"])


def test_another_period_reaches_the_title_and_the_national_series(city, county):
    assert "2024" in exhibit(county, "headline")["title"] and "2025年" in exhibit(city, "headline")["title"]
    assert len(exhibit(county, "national_stock")["rows"]) < len(exhibit(city, "national_stock")["rows"])
    assert [exhibit(out, "concentration")["figures"][-1]["period"] for out in (county, city)] == ["2024", "2025"]


def test_the_english_assessment_holds_no_chinese_but_names_that_have_no_english(county):
    text = (county / "situation-assessment.html").read_text(encoding="utf-8")
    body = text[text.index("<body>") :]
    chinese = {part for key in keys(county) for part in exhibit(county, key)["headings"] + exhibit(county, key)["sentences"]
               if any("\u4e00" <= letter <= "\u9fff" for letter in part)}  # fmt: skip
    assert chinese == set()
    assert "Shideng County" in body and "石磴县毒情" not in body


def test_made_up_data_say_so_in_the_title_the_notice_and_every_source_line(city, county):
    assert "虚构" in (city / "毒情形势分析.html").read_text(encoding="utf-8")
    for out, mark in ((city, "虚构数据"), (county, "made-up data")):
        for key in keys(out) - NATIONAL - EXAMPLE:
            assert mark in exhibit(out, key)["sources"]
    for key in NATIONAL | EXAMPLE:
        assert "虚构" not in exhibit(city, key)["sources"]


def test_built_twice_it_is_the_same_bytes(office, city, tmp_path):
    again = tmp_path / "outputs"
    assessment.build(office, again, jobs=1, say=lambda line: None)
    told = (city / "manifest.txt").read_text(encoding="utf-8").split()
    same, different, errors = filecmp.cmpfiles(city, again, told, shallow=False)
    assert not errors
    assert sorted(different) == []
    assert {"毒情形势分析.docx", "毒情形势分析.html"} <= set(same)


def test_archives_carry_no_date_of_today(city):
    with zipfile.ZipFile(city / "毒情形势分析.docx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_a_refusal_leaves_the_folder_as_it_was_and_nothing_beside_it(office, city, tmp_path, capsys):
    out = tmp_path / "outputs"
    shutil.copytree(city, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    broken = tmp_path / "broken.csv"
    broken.write_text("地区,年份,现有在册吸毒人员\n石磴县,2025年,二百\n", encoding="utf-8")

    assert main(["build", str(broken), "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "broken.csv" in said and "C2" in said and "二百" in said and said.count("\n") == 1
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.csv", "outputs"]


def test_a_failure_inside_a_notebook_leaves_nothing_either(office, tmp_path, monkeypatch):
    def refuse(path, given):
        (assessment.Path(given["out"]) / "half.txt").write_text("half", encoding="utf-8")
        raise TableError("refused")

    monkeypatch.setattr(assessment, "run_notebook", refuse)
    with pytest.raises(TableError, match="refused"):
        assessment.build(office, tmp_path / "outputs", say=lambda line: None)
    assert list(tmp_path.iterdir()) == []


def test_files_of_an_earlier_build_that_are_no_longer_made_are_removed_and_others_kept(tmp_path):
    for name, made in (("one", ["a.txt", "b.txt"]), ("two", ["b.txt"])):
        staging = tmp_path / name
        staging.mkdir()
        for file in made:
            (staging / file).write_text(name, encoding="utf-8")
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
        assessment._deliver(staging, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b.txt", "manifest.txt", "mine.txt"]
    assert (tmp_path / "out" / "b.txt").read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--period", "2025-06"], "2025-06不是数据里的完整年份"),
        (["--period", "1999"], "1999不是数据里的完整年份"),
        (["--area", "石灯县"], "石磴县；请改用全称或代码"),
        (["--area", "990101001"], "没有云埠街道下级地区的数"),
        (["--area", "1"], "不认识“1”这个地区"),
    ],
)
def test_an_area_or_period_that_the_data_lack_is_refused(office, tmp_path, capsys, options, sentence):
    assert main(["build", str(office), "--out", str(tmp_path / "out"), *options]) == 1
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_half_a_year_is_no_year(tmp_path):
    rows = ["地区,月份,现有在册吸毒人员"] + [f"石磴县,2025年{month}月,200" for month in range(1, 7)]
    (tmp_path / "half.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(TableError, match="没有一个完整的年份"):
        assessment.build(tmp_path / "half.csv", tmp_path / "out", area="990100", say=lambda line: None)


def test_an_office_with_two_columns_and_a_line_of_its_own_gets_what_these_allow(tmp_path):
    (tmp_path / "vocabulary").mkdir()
    own = "key,zh,en,unit,kind,part,whole,whole_when,per,better,decimals,aliases"
    row = "new_user_ratio,本市新发现占比,our new-user ratio,fraction,share,users_new,users_current,end,,low,1,"
    (tmp_path / "vocabulary" / "indicators.csv").write_text(f"{own}\n{row}\n", encoding="utf-8")
    rows = ["地区,年份,现有在册吸毒人员,新发现吸毒人员", "石门县,2024年,300,20", "澧县,2024年,60,4", "临澧县,2024年,120,3"]
    (tmp_path / "two.csv").write_text("\n".join(rows), encoding="gb18030")
    call = [sys.executable, "-m", "drugstats", "build", "two.csv", "--out", "out"]
    done = subprocess.run(call, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert "本市新发现占比" in exhibit(tmp_path / "out", "parts_verdict")["headings"]
    assert {"parts_verdict", "rank_ratio", "rank_count"} <= keys(tmp_path / "out")
    assert "rank_rate" not in keys(tmp_path / "out")
    assert exhibit(tmp_path / "out", "parts_verdict")["title"].startswith("常德市")
