"""Observations kept with their checksum: as long as it fits, they were checked already and need no second look."""

import hashlib
from pathlib import Path

import pandas as pd

from drugstats import tables


def keep(observations: pd.DataFrame, path: Path) -> str:
    """Write observations that `load` returned to a CSV file, its checksum beside it, and return the checksum."""
    tables.write(observations, path)
    checksum = _checksum(path)
    _seal(path).write_text(checksum, encoding="ascii")
    return checksum


def read(paths) -> pd.DataFrame | None:
    """Return the observations of one file that `keep` wrote and nobody changed since; of anything else None."""
    path = Path(paths) if isinstance(paths, str | Path) else None
    if path is None or not path.is_file() or not _seal(path).is_file():
        return None
    return tables.read(path) if _seal(path).read_text(encoding="ascii") == _checksum(path) else None


def _seal(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
