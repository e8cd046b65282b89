"""What an answer may rest on, and what its checks came to. Above: the checks, the draft. Below: passages."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from deskhand.llm.passages import Passage


@dataclass(kw_only=True, slots=True)
class Checks:
    """What the checks of an answer came to, for its metadata and the audit."""

    sentences: int = 0
    cited: int = 0
    """Sentences without a citation that were given one."""
    corrected: int = 0
    """Sentences whose citation was replaced by the right one."""
    dropped: int = 0
    marked: int = 0
    stopped: int = 0
    regenerated: bool = False
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def objections(self) -> int:
        return self.dropped + self.marked + self.stopped

    def as_details(self) -> dict[str, Any]:
        """What there is to tell: nothing for an answer that went through as it was."""
        counts = {name: getattr(self, name) for name in ("cited", "corrected", "dropped", "marked", "stopped")}
        told: dict[str, Any] = {"sentences": self.sentences} | {name: count for name, count in counts.items() if count}
        if self.regenerated:
            told["regenerated"] = True
        return told | ({"reasons": dict(self.reasons)} if self.reasons else {})


@dataclass(kw_only=True, slots=True)
class Grounds:
    """What the sentences of a turn may rest on."""

    passages: Callable[[], Sequence[Passage]]
    """Those given by now: tools may find more."""
    own: str
    """The customer's own words, and what is known of them: restating it claims nothing."""
    said: list[str] = field(default_factory=list)
    """Earlier answers of this conversation and results of tools: facts, but nothing to cite."""
    done: Callable[[], Collection[str]] = tuple
    """Names of the tools that succeeded in this turn."""
