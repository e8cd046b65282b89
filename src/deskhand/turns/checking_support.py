"""Whether a passage bears a sentence out: its words, its figures, its names, and no yes made of a no.

Above: the checks of a turn. Below: figures, words. Pure functions, linear in the length of sentence and passage; what
is known of a passage is kept for the next sentence.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from deskhand.kit.sentences import split_sentences
from deskhand.llm.offline_words import Term, content_terms, keys, matches
from deskhand.llm.passages import Passage
from deskhand.turns.checking_figures import Figure, Key, figures_in, keys_of_figures, stands_in, without_figures
from deskhand.turns.checking_numbers import MONEY
from deskhand.turns.checking_words import (
    content_stems,
    is_courtesy,
    names_in,
    negations_in,
    says_free,
    speak_differently,
    turns_in,
)

REMEMBERED_PASSAGES = 1_024
ENOUGH = 0.5
"""The share of a sentence's words that must stand in what it cites; words of the customer's own do not count."""
SOME = 0.3
"""The share of all its words that must: a sentence made of the customer's words alone is borne out by nothing."""
ALIKE = 0.6
"""From this share of common words on, two clauses speak of the same, and must not say yes and no."""
_FREE = content_stems("free charge cost")
_STRONG = re.compile(
    r"\b(any ?time|always|anytime|whenever|lifetime|life ?long|forever|unlimited|immediately|instantly|at once|today"
    r"|tomorrow|tonight|worldwide|every country|everywhere|24 7|around the clock|automatically|in all cases"
    r"|never|every (?:order|customer|product|item|purchase)|all (?:orders|customers|products|items|purchases))\b"
)
_BEGINS_WITH_A_THING = re.compile(
    r"\W*(?:(?:[Tt]he|[Aa]n?|[Yy]our|[Oo]ur|[Tt]his|[Ee]ach|[Ee]very)\s|[A-Z][a-z]+\s[A-Z])"
)
_PLACED = re.compile(r"\b(?:to|in|into|from|within)\s([A-Z][a-zA-Z]*[a-z])")
_WORD = re.compile(r"[^\W_]+")
_CLAUSES = re.compile(
    r"(?<=[,;:–—])\s|\s(?=(?:when|if|where|unless|until|because|since)\s)|\s(?:and|but|while|whereas|or)\s"
)


class Doubt(StrEnum):
    """Why a sentence is not borne out."""

    NO_SUCH_PASSAGE = "no_such_passage"
    OTHER_WORDS = "other_words"
    FIGURE = "figure"
    FIGURE_OF_SOMETHING_ELSE = "figure_of_something_else"
    NAME = "name"
    NEGATION = "negation"
    UNCITED_FACT = "uncited_fact"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figured:
    """A sentence that holds figures: what it is about, what they count, and they themselves."""

    stems: frozenset[str]
    dimensions: frozenset[str]
    keys: frozenset[Key]
    is_free: bool


class Evidence:
    """What a text says, as the checks look at it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = plain(text)

    @cached_property
    def keys(self) -> frozenset[str]:
        return keys(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.plain.split())

    @cached_property
    def figures(self) -> frozenset[Key]:
        return keys_of_figures(self.text)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(split_sentences(self.text))

    @cached_property
    def clauses(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Its sentences and their parts, each with the stems of its words."""
        parts = (part for sentence in self.sentences for part in {sentence, *_clauses(sentence)})
        return tuple((part, content_stems(part)) for part in parts)

    @cached_property
    def rows(self) -> tuple[frozenset[str], ...]:
        """The words of each row of its tables, those of the head included."""
        found: list[frozenset[str]] = []
        head: frozenset[str] | None = None
        for line in self.text.splitlines():
            if line.lstrip().startswith("|"):
                words = frozenset(plain(line).split())
                head = words if head is None else head
                found.append(words | head)
            else:
                head = None
        return tuple(found)

    @cached_property
    def figured(self) -> tuple[Figured, ...]:
        parts = (part for sentence in self.sentences for part in sentence.split(";"))
        found = [(part, figures_in(part)) for part in parts]
        return tuple(
            Figured(
                stems=content_stems(sentence),
                dimensions=frozenset(figure.dimension for figure in figures if figure.kind == "number"),
                keys=keys_of_figures(sentence),
                is_free=says_free(sentence),
            )
            for sentence, figures in found
            if figures or says_free(sentence)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A sentence without its markers, and the customer's own words, which it may repeat."""

    text: str
    own: Evidence


@lru_cache(maxsize=REMEMBERED_PASSAGES)
def evidence_of(text: str) -> Evidence:
    """Kept, since the same passages come up again and again."""
    return Evidence(text)


def of_passage(passage: Passage) -> Evidence:
    """A passage with what stands over it, where it is from and where it leads."""
    parts = (passage.title, passage.heading or "", passage.text, passage.link or "")
    return evidence_of("\n\n".join(part for part in parts if part))


def doubt_about(claim: Claim, evidence: Sequence[Evidence], others: Sequence[Evidence] = ()) -> Doubt | None:
    """What speaks against the sentence resting on these texts, or None.

    `others` are texts about the same matters: they may know better whose figure it is.
    """
    if any(_stands_word_for_word(claim.text, each) or _is_a_row(claim.text, each) for each in evidence):
        return None
    if _unknown_figures(claim, evidence):
        return Doubt.FIGURE
    if all(speak_differently(claim.text, each.text) for each in evidence):
        return None  # words of two languages cannot be compared; figures and addresses were
    return _doubt_about_words(claim, evidence, others)


def _doubt_about_words(claim: Claim, evidence: Sequence[Evidence], others: Sequence[Evidence]) -> Doubt | None:
    if _unknown_names(claim, evidence):
        return Doubt.NAME
    if not is_covered(claim, evidence) or _overstates(claim, evidence) or _speaks_of_another(claim, evidence):
        return Doubt.OTHER_WORDS
    if _turns_a_no(claim.text, [*evidence, *(each for each in others if _speaks_of_it(claim, each))]):
        return Doubt.NEGATION
    return Doubt.FIGURE_OF_SOMETHING_ELSE if _takes_figures_from_elsewhere(claim.text, [*evidence, *others]) else None


def coverage(claim: Claim, evidence: Sequence[Evidence]) -> tuple[float, float]:
    """The share of the sentence's words that the texts hold: of those that are not the customer's own, and of all."""
    terms = [term for term in content_terms(without_figures(claim.text)) if not is_courtesy(term.key)]
    found = sum(term.weight for term in terms if _is_in(term, evidence))
    total = sum(term.weight for term in terms)
    new = sum(term.weight for term in terms if not _is_in(term, evidence) and not matches(term, claim.own.keys))
    if not total:
        return 1.0, 1.0
    return (found / (found + new) if found + new else 0.0), found / total


def is_covered(claim: Claim, evidence: Sequence[Evidence]) -> bool:
    """Whether enough of the sentence's words stand in the texts."""
    of_new, of_all = coverage(claim, evidence)
    return of_new >= ENOUGH and of_all >= SOME


def plain(text: str) -> str:
    """The words of a text with single blanks between, without case and marks."""
    words = " ".join(_WORD.findall(text.casefold()))
    return f" {words} "


def _stands_word_for_word(text: str, evidence: Evidence) -> bool:
    bare = plain(text)
    return bool(bare.strip()) and bare in evidence.plain


def _is_a_row(text: str, evidence: Evidence) -> bool:
    """Whether all its words stand in one row of a table and the table's head."""
    words = frozenset(plain(text).split())
    return bool(words) and any(words <= row for row in evidence.rows)


def _is_in(term: Term, evidence: Iterable[Evidence]) -> bool:
    return any(matches(term, each.keys) for each in evidence)


def _unknown_figures(claim: Claim, evidence: Sequence[Evidence]) -> list[Figure]:
    """Figures that stand nowhere. The customer's own pass beside one that does: "45 days is more than the 30"."""
    unknown = [figure for figure in figures_in(claim.text) if not _stands(claim.text, figure, evidence)]
    if unknown and len(unknown) < len(figures_in(claim.text)):
        unknown = [figure for figure in unknown if not _stands(claim.text, figure, [claim.own])]
    return unknown


def _stands(text: str, figure: Figure, evidence: Iterable[Evidence]) -> bool:
    return any(stands_in(figure, text, each.figures) for each in evidence)


def _unknown_names(claim: Claim, evidence: Sequence[Evidence]) -> bool:
    """A name is known where it stands in any form: "Returns" is no new name where returns are spoken of."""
    placed = set(_PLACED.findall(claim.text)) if figures_in(claim.text) else set()
    for name in names_in(claim.text):
        stems = content_stems(name)
        # "We ship to Germany for 9 pounds": that the customer asked about Germany does not make it so.
        known = evidence if name in placed else [*evidence, claim.own]
        if stems and not any(name.casefold() in each.words or stems <= each.keys for each in known):
            return True
    return False


def _overstates(claim: Claim, evidence: Sequence[Evidence]) -> bool:
    """Whether it says always, or for ever, where the texts do not."""
    strong = _STRONG.findall(plain(claim.text))
    return any(not any(f" {word} " in each.plain for each in evidence) for word in strong)


def _speaks_of_another(claim: Claim, evidence: Sequence[Evidence]) -> bool:
    """Whether a sentence with figures begins with a thing that neither the texts nor the customer named."""
    if not figures_in(claim.text) or _BEGINS_WITH_A_THING.match(claim.text) is None:
        return False
    terms = [term for term in content_terms(without_figures(claim.text)) if not is_courtesy(term.key)]
    return bool(terms) and not _is_in(terms[0], evidence) and not matches(terms[0], claim.own.keys)


def _speaks_of_it(claim: Claim, evidence: Evidence) -> bool:
    """Whether a text shares enough words with the sentence to be worth a closer look."""
    words = {word for word in plain(claim.text).split() if len(word) > 3}  # noqa: PLR2004 - small words say nothing
    return len(words & evidence.words) >= 2  # noqa: PLR2004


def _turns_a_no(text: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a clause says no to what the nearest clause of the texts says yes to, or the other way round."""
    theirs = [clause for each in evidence for clause in each.clauses]
    return any(_is_turned(clause, theirs) for clause in _clauses(text))


def _is_turned(clause: str, theirs: Sequence[tuple[str, frozenset[str]]]) -> bool:
    mine = content_stems(clause)
    if len(mine) < 2:  # noqa: PLR2004 - one word tells too little
        return False
    alike = [(len(mine & stems) / len(mine), clause_) for clause_, stems in theirs if stems]
    best = max((share for share, _ in alike), default=0.0)
    if best < ALIKE:
        return False
    nearest = [other for share, other in alike if share == best]
    return all(_says_the_opposite(clause, other) for other in nearest)


def _says_the_opposite(one: str, other: str) -> bool:
    return negations_in(one) % 2 != negations_in(other) % 2 and turns_in(one) == turns_in(other)


def _clauses(text: str) -> list[str]:
    """A sentence, and its parts where it has several."""
    parts = [part for part in _CLAUSES.split(text) if part and part.strip()]
    return parts if len(parts) > 1 else [text]


def _takes_figures_from_elsewhere(text: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a figure is said of what has another one: 14 days for helmets, where that is for items on sale."""
    numbers = [figure for figure in figures_in(text) if figure.kind == "number" and figure.dimension]
    return any(_belongs_elsewhere(text, figure, evidence) for figure in numbers) or _is_free_elsewhere(text, evidence)


def _is_free_elsewhere(text: str, evidence: Sequence[Evidence]) -> bool:
    """Whether it calls free what has a price, where something else is free."""
    if not says_free(text) or any(figure.dimension in MONEY for figure in figures_in(text)):
        return False
    mine = content_stems(text) - _FREE
    sentences = [sentence for each in evidence for sentence in each.figured]
    free = max((len(mine & sentence.stems) for sentence in sentences if sentence.is_free), default=-1)
    priced = (each for each in sentences if not each.is_free and each.dimensions & MONEY)
    return free < max((len(mine & sentence.stems) for sentence in priced), default=-1)


def _belongs_elsewhere(text: str, figure: Figure, evidence: Sequence[Evidence]) -> bool:
    mine = content_stems(_clause_around(text, figure)) - content_stems(text[figure.start : figure.end])
    with_it = without = -1
    for sentence in (sentence for each in evidence for sentence in each.figured):
        if figure.dimension in sentence.dimensions:
            shared = len(mine & sentence.stems)
            if stands_in(figure, text, sentence.keys):
                with_it = max(with_it, shared)
            else:
                without = max(without, shared)
    return 0 <= with_it < without


def _clause_around(text: str, figure: Figure) -> str:
    """The part of the sentence in which a figure stands; the whole of it where that says little else."""
    start = 0
    for cut in _CLAUSES.finditer(text):
        if cut.start() >= figure.end:
            part = text[start : cut.start()]
            return part if len(content_stems(part)) > 2 else text  # noqa: PLR2004 - the figure and one word
        if cut.end() <= figure.start:
            start = cut.end()
    part = text[start:]
    return part if len(content_stems(part)) > 2 else text  # noqa: PLR2004 - likewise
