"""What a check found out on one claim, and the six words for it."""

from dataclasses import dataclass, field

HOLDS, CONTRADICTED, INCONSISTENT = "holds", "contradicted", "inconsistent"
TRAP, TOO_MUCH, UNTRACED = "definition trap", "more than the data allow", "not traceable"
VERDICTS = (HOLDS, CONTRADICTED, INCONSISTENT, TRAP, TOO_MUCH, UNTRACED)


@dataclass(frozen=True)
class Finding:
    """A verdict with its reason (a key of labels.csv and the words that fill it), the right figure and the facts."""

    verdict: str
    reason: str
    right: str = ""
    facts: tuple = ()
    words: dict = field(default_factory=dict)
