"""Office files in, checked observations out; a file that seems to hold persons is refused."""

from drugstats.intake.load import files, load

__all__ = ["files", "load"]
