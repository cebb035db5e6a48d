"""The drugs, what units of them weigh and what law says of them: complete, sourced, found by every name, extended."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from drugstats import names, vocab
from drugstats.tables import TableError

ROOT = Path(__file__).resolve().parent.parent
DRUGS, CLASSES, SOURCES = (vocab.table(name) for name in ("drugs", "drug_classes", "sources"))
CONVERSIONS, SENTENCING = vocab.table("conversions"), vocab.table("sentencing")


def test_every_drug_has_two_names_and_a_class():
    assert (DRUGS[["zh", "en"]] != "").all(axis=None) and DRUGS.index.is_unique
    assert set(DRUGS["class"]) == set(CLASSES.index)
    assert list(CLASSES["zh"]) == ["阿片类", "合成毒品", "大麻", "可卡因", "新精神活性物质", "麻精药品", "未列管物质"]
    assert DRUGS.index.str.fullmatch("[a-z_]+").all()


def test_no_name_means_two_drugs_and_each_is_found_however_it_is_typed():
    owners = {}
    for key, row in DRUGS.iterrows():
        for name in {key, row["zh"], row["en"], *filter(None, row["aliases"].split("|"))}:
            assert name == name.strip() and owners.setdefault(names.plain(name), key) == key, name
            assert names.find_drug(f" {name}\u3000") == names.find_drug(name.upper()) == key


@pytest.mark.parametrize(
    "name, key",
    [("冰毒", "meth"), ("甲基苯丙胺", "meth"), ("冰", "meth"), ("麻古", "meth_tablets"), ("麻果", "meth_tablets"),
     ("冰毒片剂", "meth_tablets"), ("Ｋ粉", "ketamine"), ("氯胺酮", "ketamine"), ("mdma", "mdma"), ("搖頭丸", "mdma"),
     ("上头电子烟", "etomidate"), ("烟油", "etomidate"), ("氧化亚氮", "nitrous_oxide"), ("Heroin", "heroin")],
)  # fmt: skip
def test_a_drug_is_found_by_the_names_that_offices_write(name, key):
    assert names.find_drug(name) == key


def test_an_unknown_drug_is_refused_with_the_nearest():
    with pytest.raises(TableError, match="不认识“依托米酯”这种毒品，最接近的是“依托咪酯”"):
        names.find_drug("依托米酯")
    with pytest.raises(TableError, match="no drug called 'ketamin', the nearest is 'ketamine'"):
        names.find_drug("ketamin", "en")
    with pytest.raises(TableError, match="最接近的是“—”"):
        names.find_drug("qqqq")
    with pytest.raises(TableError, match="'met' is not in drugs.csv; the nearest is 'meth'"):
        vocab.drug("met")
    for ask, name in ((vocab.drug, "meth"), (vocab.drug, "opioid"), (names.find_drug, "?")):
        with pytest.raises(TableError, match="The language is 'fr'"):
            ask(name, "fr")


def test_drugs_and_classes_have_their_names():
    assert [vocab.drug("meth", lang) for lang in vocab.LANGUAGES] == ["冰毒", "methamphetamine"]
    assert [vocab.drug("nps", lang) for lang in vocab.LANGUAGES] == ["新精神活性物质", "new psychoactive substances"]
    both = CLASSES.index.intersection(DRUGS.index)
    assert len(both) and DRUGS.loc[both, ["zh", "en"]].equals(CLASSES.loc[both, ["zh", "en"]])


# Since when


def test_a_date_is_a_day_a_month_or_a_year_and_has_its_source():
    known = DRUGS[DRUGS["scheduled"] != ""]
    assert known["scheduled"].str.fullmatch(r"none|\d{4}(-\d\d(-\d\d)?)?").all()
    dates = [day for day in [*known["scheduled"], *DRUGS["scheduled_by"]] if day not in ("", "none")]
    assert all(pd.Period("1950") < pd.Period(day, freq="Y") <= pd.Period("2026") for day in dates)
    told = DRUGS[(DRUGS["scheduled"] != "") | (DRUGS["scheduled_by"] != "")]
    assert set(told["scheduled_source"]) <= set(SOURCES.index)
    assert ((DRUGS["scheduled"] != "") & (DRUGS["scheduled_by"] != "")).sum() == 0
    untold = DRUGS.drop(told.index)
    assert (untold["scheduled_source"] == "").all() and untold["note"].str.contains("not confirmed").all()


@pytest.mark.parametrize(
    "key, day",
    [("etomidate", "2023-10-01"), ("fentanyl_analogues", "2019-05-01"), ("synthetic_cannabinoids", "2021-07-01"),
     ("dextromethorphan", "2024-07-01"), ("khat", "2014-01-01"), ("mephedrone", "2010-09-01"),
     ("codeine_syrup", "2015-05-01"), ("tramadol", "2008-01-01"), ("nitrous_oxide", "none"), ("heroin", "")],
)  # fmt: skip
def test_the_days_that_announcements_name(key, day):
    assert DRUGS.at[key, "scheduled"] == day


def test_a_day_by_which_a_drug_was_under_control_is_that_of_a_law_that_names_it():
    laws = {"criminal_law_1997": "1997-10-01", "spc_2000_13": "2000-06-10", "spc_2016_8": "2016-04-11"}
    named = DRUGS[DRUGS["scheduled_by"] != ""]
    assert (named["scheduled_by"] == named["scheduled_source"].map(laws)).all()
    assert all(day in SOURCES.at[law, "title"] for law, day in laws.items())


# What units weigh, and what law says


def test_units_are_written_plainly_and_only_mass_weighs_for_any_drug():
    assert [names.plain(unit) for unit in CONVERSIONS["unit"]] == list(CONVERSIONS["unit"])
    assert not CONVERSIONS.duplicated(["drug", "unit"]).any()
    assert set(CONVERSIONS["source"]) <= set(SOURCES.index) and (CONVERSIONS["grams"].astype(float) > 0).all()
    assert set(CONVERSIONS["drug"]) == {"", "pethidine", "dihydroetorphine"}
    mass = CONVERSIONS[CONVERSIONS["drug"] == ""]
    assert set(mass["unit"]) == {*"吨 t tonne 千克 公斤 kg 克 g 毫克 mg 微克 μg ug 斤 市斤 两 市两".split()}


def test_the_content_of_a_medicine_is_the_one_its_unit_names():
    grams = {"mg": 1e-3, "μg": 1e-6}
    for row in CONVERSIONS[CONVERSIONS["drug"] != ""].itertuples():
        number, unit = re.fullmatch(r".+\((\d+)(\D+)\)", row.unit).groups()
        assert float(row.grams) == pytest.approx(int(number) * grams[unit])
        assert row.note.startswith("content of the drug")


def test_every_ratio_of_law_is_fifty_grams_over_what_is_large_and_cites_its_article():
    assert set(SENTENCING["drug"]) <= set(DRUGS.index) and SENTENCING["drug"].is_unique
    assert set(SENTENCING["source"]) == {"spc_2016_8", "criminal_law_1997"}
    ratio, large = SENTENCING["heroin_ratio"].astype(float), SENTENCING["large"].astype(float)
    assert (ratio == 50 / large).all()
    law = SENTENCING["source"] == "spc_2016_8"
    assert SENTENCING.loc[law, "article"].str.fullmatch("法释〔2016〕8号第一条第一款第[一二三四五六七八九十]+项").all()
    assert SENTENCING.loc[~law, "article"].str.startswith("刑法第三百四十七条第二款第一项").all()
    numbered = SENTENCING.loc[law, "article"].str.extract("款第(.+)项")[0].unique()
    assert list(numbered) == [vocab.ordinal(number) for number in range(1, 17)]


# A workspace's own

OWN = {
    "drugs": "key,zh,en,class,aliases\nglue,胶水,glue,unscheduled,强力胶\nketamine,克他命,ketamine,synthetic,K粉\n",
    "conversions": "drug,unit,grams,source\nmdma,片,0.3,市局称量\n,两,31.25,旧秤\n",
    "sentencing": "drug,large,heroin_ratio,article,source\nglue,500000,0.0001,本地意见,市局\n",
}
ASK = """
import json
from drugstats import names, vocab
told, law = vocab.table("conversions"), vocab.table("sentencing")
print(json.dumps({
    "found": [names.find_drug(name) for name in ("强力胶", "K粉", "冰毒")],
    "names": [vocab.drug("ketamine"), vocab.drug("meth")],
    "weights": told[told["unit"].isin(["片", "两"])][["drug", "unit", "grams"]].values.tolist(),
    "law": [len(law), law["drug"].is_unique, "glue" in set(law["drug"])],
}))
"""


def test_a_workspaces_rows_are_added_or_replace_those_of_the_same_drug_and_unit(tmp_path):
    (tmp_path / "vocabulary").mkdir()
    for name, text in OWN.items():
        (tmp_path / "vocabulary" / f"{name}.csv").write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "DRUGSTATS_WORKSPACE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-300:]
    told = json.loads(done.stdout)
    assert told["found"] == ["glue", "ketamine", "meth"] and told["names"] == ["克他命", "冰毒"]
    assert sorted(told["weights"]) == [["", "两", "31.25"], ["mdma", "片", "0.3"]]
    assert told["law"] == [len(SENTENCING) + 1, True, True]
