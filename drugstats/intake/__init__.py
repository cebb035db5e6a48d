"""Office files in, checked observations out; a file that seems to hold persons is refused."""

from drugstats.intake.events import seizures
from drugstats.intake.kept import keep
from drugstats.intake.load import Loaded, files, load

__all__ = ["Loaded", "files", "keep", "load", "seizures"]
