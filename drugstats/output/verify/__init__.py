"""The text side of checking a draft: what it claims and where, and the draft again with comments."""

from drugstats.output.verify.claim import Claim, Scene
from drugstats.output.verify.claims import find
from drugstats.output.verify.comments import annotate
from drugstats.output.verify.draft import Passage, passages, read

__all__ = ["Claim", "Passage", "Scene", "annotate", "find", "passages", "read"]
