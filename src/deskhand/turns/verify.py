"""Verify: each citation gets the words of its passage that support the sentence it stands behind, or goes."""

import re
from collections.abc import Sequence

from deskhand.conversations.model import Citation
from deskhand.kit.sentences import sentence_spans
from deskhand.llm.passages import Passage
from deskhand.turns.answer import AnswerKind
from deskhand.turns.markers import cited_numbers
from deskhand.turns.state import Draft, Verified

MAX_QUOTE_CHARS = 1500
GAP = " … "
"""Between words of a quote that stand apart in the passage."""

_WORD = re.compile(r"\w+")
_MARKERS = re.compile(r"\s*\[\d{1,3}\]")


def verify(draft: Draft) -> Verified:
    """The answer with its citations. Every number in the text names a passage, and every quote stands in it."""
    passages = {passage.number: passage for passage in draft.passages}
    citations = tuple(
        _citation(passages[number], supported_by(draft.text, number))
        for number in cited_numbers(draft.text)
        if number in passages
    )
    best = max((passages[citation.number].relevance for citation in citations), default=0.0)
    confidence = 1.0 if draft.kind in {AnswerKind.SMALL_TALK, AnswerKind.HUMAN} else best
    return Verified(
        content=draft.text.strip(), kind=draft.kind, citations=citations, confidence=confidence, draft=draft
    )


def supported_by(text: str, number: int) -> list[str]:
    """The sentences of an answer that cite a passage, without their markers."""
    sentences = re.findall(r"[^\n]*?(?:\[\d{1,3}\])+", text)
    return [_MARKERS.sub("", sentence).strip() for sentence in sentences if f"[{number}]" in sentence]


def _citation(passage: Passage, sentences: Sequence[str]) -> Citation:
    return Citation(
        number=passage.number,
        chunk_id=passage.chunk_id,
        source_id=passage.source_id,
        source=passage.source,
        title=passage.title,
        heading=passage.heading,
        link=passage.link,
        quote=quote_for(passage.text, sentences),
    )


def quote_for(text: str, sentences: Sequence[str]) -> str:
    """The words of a passage, exactly as they stand, that are nearest to the sentences resting on it.

    Words from several places are joined by `GAP`.
    """
    spans = sentence_spans(text)
    wanted = [_words(sentence) for sentence in sentences]
    chosen = sorted({_nearest(text, spans, words) for words in wanted if words and spans})
    runs = [text[start:end].strip() for start, end in _runs(spans, chosen)]
    quote = GAP.join(runs) if runs else text.strip()
    return quote if len(quote) <= MAX_QUOTE_CHARS else quote[:MAX_QUOTE_CHARS].rsplit(maxsplit=1)[0]


def _runs(spans: Sequence[tuple[int, int]], chosen: Sequence[int]) -> list[tuple[int, int]]:
    """From where to where the chosen sentences run, neighbours together."""
    runs: list[tuple[int, int]] = []
    for place in chosen:
        start, end = spans[place]
        if runs and place - 1 in chosen:
            start, _ = runs.pop()
        runs.append((start, end))
    return runs


def _nearest(text: str, spans: Sequence[tuple[int, int]], words: frozenset[str]) -> int:
    def nearness(place: int) -> float:
        theirs = _words(text[slice(*spans[place])])
        return len(words & theirs) / (len(words | theirs) or 1)

    return max(range(len(spans)), key=nearness)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
