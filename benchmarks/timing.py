"""What the benchmarks share: the clock, and that the drugstats they import is that of this checkout."""

import sys
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def in_turns(calls: dict, rounds: int, shares: dict | None = None) -> pd.DataFrame:
    """Return the seconds of every call, one row a round: in turns, since the machine's pace changes.

    `shares` are those of the whole work that calls were given; they are told as if they had done all of it.
    """
    runs = pd.DataFrame([{name: seconds(call) for name, call in calls.items()} for _ in range(rounds)])
    return runs / pd.Series(dict.fromkeys(calls, 1) | (shares or {}))


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def tell(runs: pd.DataFrame, notes: dict) -> None:
    print(f"{'':22}   median     best of {len(runs)}")
    for name in runs:
        note = f"   ({notes[name]})" if name in notes else ""
        print(f"{name:22} {runs[name].median():6.2f} s {runs[name].min():6.2f} s{note}")


def ratio(runs: pd.DataFrame, rival: str, ours: str) -> float:
    return (runs[rival] / runs[ours]).median()
