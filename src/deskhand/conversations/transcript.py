"""A conversation as whoever sums it up is given it, and how it reads as data. Pure.

Above: `summarising.py`. Below: the messages.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.conversations.model import Message, MessageRole

MAX_LINES = 60
MAX_LINE_CHARS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing said. `sources` are the titles of the documents that it cites."""

    role: MessageRole
    text: str
    answered: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What was said, oldest first, and what was noted at the end."""

    lines: tuple[Line, ...]
    resolution: str | None = None
    human_requested: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """What the customer wrote."""
        return tuple(line.text for line in self.lines if line.role is MessageRole.CUSTOMER)


def line_of(message: Message) -> Line:
    """A message as a line. What an agent says of itself in `details` tells whether it had an answer."""
    return Line(
        role=message.role,
        text=message.content,
        answered=bool(message.details.get("answered", True)),
        sources=tuple(dict.fromkeys(citation.title for citation in message.citations)),
    )


def as_data(lines: Sequence[Line]) -> str:
    """One JSON object a line, so that nothing said can end its own frame; long ones cut, of many the ends kept."""
    kept = list(lines) if len(lines) <= MAX_LINES else [lines[0], *lines[-MAX_LINES + 1 :]]
    return "\n".join(
        json.dumps({"role": line.role.value, "text": clipped(line.text, MAX_LINE_CHARS)}, ensure_ascii=False)
        for line in kept
    )


def clipped(text: str, limit: int) -> str:
    """The text on one line, cut at a word when it is longer than `limit` characters."""
    words = " ".join(text.split())
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut) + "…"
