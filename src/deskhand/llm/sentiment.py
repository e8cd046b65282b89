"""How a customer feels, from what they write: -1 (very unhappy) to 1 (very happy), 0 where nothing tells.

Above: closing records, escalation. Below: the VADER lexicon, which reads English; other languages come out as 0.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from deskhand.kit.sentences import split_sentences

POSITIVE_FROM, NEGATIVE_TO = 0.2, -0.2
MAX_CHARS = 20_000
MAX_WORDS = 60
"""Words that are judged together: the lexicon's rules take time that grows with the square of their number."""
_LATER_COUNTS = 1.5
"""How much more a text counts than the one before it: what was said last tells most of how it ended."""


class SentimentLabel(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class SentimentModel(Protocol):
    """Reads the feeling of one text."""

    def score(self, text: str) -> float:
        """From -1 to 1. Burns CPU: a few milliseconds for a long text."""
        ...


class VaderSentiment:
    """The lexicon is loaded with the first text (30 ms)."""

    def score(self, text: str) -> float:
        """The mean of the parts that show a feeling, so that a long neutral story does not hide an angry end."""
        scores = [self._analyzer.polarity_scores(part)["compound"] for part in _parts(text[:MAX_CHARS])]
        felt = [score for score in scores if score != 0]
        return sum(felt) / len(felt) if felt else 0.0

    @cached_property
    def _analyzer(self) -> SentimentIntensityAnalyzer:
        return SentimentIntensityAnalyzer()


def overall(scores: Sequence[float]) -> float:
    """The feeling of a conversation from that of its messages, oldest first; each counts more than the one before.

    A message that shows no feeling says nothing, except when none does.
    """
    felt = [score for score in scores if score != 0]
    weights = [_LATER_COUNTS ** (at - len(felt)) for at in range(len(felt))]
    if not felt:
        return 0.0
    mean = sum(score * weight for score, weight in zip(felt, weights, strict=True)) / sum(weights)
    return max(-1.0, min(1.0, mean))


def label_of(score: float) -> SentimentLabel:
    """The word for a score."""
    if score >= POSITIVE_FROM:
        return SentimentLabel.POSITIVE
    return SentimentLabel.NEGATIVE if score <= NEGATIVE_TO else SentimentLabel.NEUTRAL


def _parts(text: str) -> Iterator[str]:
    # A text of signs alone, such as ":-(", has no sentence.
    for sentence in split_sentences(text) or [text]:
        words = sentence.split()
        for start in range(0, len(words), MAX_WORDS):
            yield " ".join(words[start : start + MAX_WORDS])
