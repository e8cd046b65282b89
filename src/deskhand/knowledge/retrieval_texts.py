"""What of a chunk is embedded and what is counted: the one place that decides it.

Above it: ingestion, which embeds and indexes these texts. Below it: nothing. Change anything here and every index
must be rebuilt.
"""

import re
from dataclasses import dataclass

WINDOW_WORDS = 120
"""Words in one embedded window. The embedding model reads 256 word pieces and forgets the rest; shorter windows also
keep one subject each."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexTexts:
    """`lexical` is counted by BM25, each of `dense` (at least one) becomes a vector."""

    lexical: str
    dense: tuple[str, ...]


def index_texts(title: str, heading: str | None, text: str) -> IndexTexts:
    """The texts under which a chunk is found. `heading` is the breadcrumb down to the chunk."""
    name = " › ".join(part for part in (title.strip(), (heading or "").strip()) if part)
    dense = tuple(f"{name}\n{window}".strip() for window in _windows(text))
    return IndexTexts(lexical=f"{name}\n{name}\n{text}", dense=dense)


def _windows(text: str) -> list[str]:
    """The text in runs of whole sentences of about `WINDOW_WORDS` words; one empty window for an empty text."""
    windows: list[str] = []
    current: list[str] = []
    size = 0
    for sentence in _SENTENCE_END.split(text):
        words = len(sentence.split())
        if current and size + words > WINDOW_WORDS:
            windows.append("\n".join(current))
            current, size = [], 0
        current.append(sentence)
        size += words
    windows.append("\n".join(current))
    return windows
