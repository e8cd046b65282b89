"""The shape of a fact found in a message, and what each kind of fact counts for. Below: the model."""

from dataclasses import dataclass

from deskhand.memory.model import MemoryType

IMPORTANCE = {
    MemoryType.USER_INFO: 0.8,
    MemoryType.PREFERENCE: 0.7,
    MemoryType.FACT: 0.5,
    MemoryType.CONTEXT: 0.4,
}
MAX_VALUE = 120
"""Characters of what a pattern may take for a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something a customer said of themselves. `quote` is the sentence; of one `key` the newest holds."""

    type: MemoryType
    content: str
    quote: str
    key: str | None

    @property
    def importance(self) -> float:
        return IMPORTANCE[self.type]


def fact(kind: MemoryType, key: str | None, content: str, quote: str) -> Fact:
    return Fact(type=kind, key=key, content=" ".join(content.split()), quote=quote)
