"""What came of looking at an answer once more, for its metadata and the audit. Above: reflection, the draft."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

REFLECTION = "reflection"
"""Under this name it stands beside the tools of a turn."""


class Ended(StrEnum):
    """Why no further round followed."""

    SATISFIED = "satisfied"
    ROUNDS = "rounds"
    KEPT = "kept"
    """What was written again did not hold, so the answer stayed as it was."""
    FAILED = "failed"
    """The criticism could not be had, or could not be read."""
    BUDGET = "budget"
    TIME = "time"
    NO_ANSWER = "no_answer"
    """There was no answer to be measured."""
    OFFLINE = "offline"
    """The offline model quotes its passages: there is nothing that it could write in another way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reflected:
    """How often an answer was criticised, whether it was changed, what that took, and why no further round followed."""

    rounds: int
    changed: bool
    criticisms: tuple[str, ...]
    tokens: int
    seconds: float
    ended: Ended

    def as_details(self) -> dict[str, Any]:
        """For the metadata of the answer: how much was criticised. The words are not for the customer."""
        return {
            "rounds": self.rounds,
            "changed": self.changed,
            "criticisms": len(self.criticisms),
            "tokens": self.tokens,
            "seconds": self.seconds,
            "ended": self.ended.value,
        }

    @property
    def summary(self) -> str:
        """For the audit, which seals it: how it ended, and what was criticised."""
        return "; ".join((self.ended.value, *self.criticisms))
