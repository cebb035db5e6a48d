"""The areas and their dated changes, put together from the raw lists; knows no number counted in them."""

import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
RAW = HERE.parent / "raw"

COLUMNS = ["code", "zh", "en", "level", "parent"]


def main(folder=HERE):
    areas = pd.concat([china(), read("areas_england.csv"), read("areas_example_city.csv")])
    refuse_repeated_codes(areas)
    refuse_unknown_parents(areas)

    write(areas[COLUMNS], Path(folder) / "areas.csv")
    write(read("area_changes.csv"), Path(folder) / "area_changes.csv")


def china():
    areas = read("areas_china.csv")
    names = read("area_names_en.csv").set_index("code")["en"]

    unknown = names.index.difference(areas["code"])
    if len(unknown):
        fail(f"data/raw/area_names_en.csv names {unknown[0]}, which is no area of data/raw/areas_china.csv.")
    return areas.assign(en=areas["code"].map(names).fillna(""))


def refuse_repeated_codes(areas):
    repeated = areas["code"][areas["code"].duplicated()]
    for code in repeated:
        fail(f"The area code {code} is given twice.")


def refuse_unknown_parents(areas):
    known = areas["parent"].isin(areas["code"]) | areas["parent"].eq("")
    for row in areas[~known].to_dict("records"):
        fail(f"The area {row['code']} {row['zh']} lies in {row['parent']}, which is no area.")


def read(name):
    if not (RAW / name).exists():
        fail(f"The list of areas needs data/raw/{name}, which is missing.")
    return pd.read_csv(RAW / name, dtype=str, keep_default_na=False, encoding="utf-8")


def write(table, path):
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def fail(sentence):
    raise SystemExit(sentence)


if __name__ == "__main__":
    main(*sys.argv[1:])
