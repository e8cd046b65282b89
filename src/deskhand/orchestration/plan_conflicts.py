"""Where subtasks say different things about the same: other figures, or yes where another says no. Pure.

Above: the synthesis. Below: figures, words. Two sentences are about the same thing when they share words that say
something, and not both have such a word of their own: "standard delivery" and "express delivery" are two things.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from deskhand.kit.sentences import split_sentences
from deskhand.llm.offline_words import Term, content_terms
from deskhand.orchestration.plan_figures import Figure, figures_of
from deskhand.orchestration.plan_model import Disagreement, Subtask

MAX_CONFLICTS = 20
MAX_SENTENCES = 200
"""Of all subtasks together that are compared, each with as many of its first ones."""
SHARED = 1.5
"""The weight of the words that two sentences must share to be about the same thing."""
LITTLE = 1.0
"""It is enough when all that one of them speaks of is in the other."""
STRONG = 0.5
"""From this weight on a word that only one of them has makes it another thing."""

_MARKER = re.compile(r"\s*\[[\w.-]{1,60}\]")
_NOT = re.compile(
    r"\b(?:not|no|never|cannot|neither|nor|none|nobody|without|unable)\b|n['’]t\b|^\W*no\b", re.IGNORECASE
)
_YES_OR_NO = re.compile(r"^\W*(?P<word>yes|no)\b", re.IGNORECASE)
_NOT_A_DENIAL = re.compile(
    r"\b(?:not\s+only|no\s+(?:later|more|less|longer)\s+than|no\s+problem|no\s+later)\b", re.IGNORECASE
)
_ASKED = re.compile(r"\?\s*$")
_OPPOSITES = {
    "impossible": "possible",
    "forbidden": "allowed",
    "prohibited": "allowed",
    "excluded": "included",
    "ineligible": "eligible",
    "invalid": "valid",
    "unavailable": "available",
    "rejected": "approved",
    "refused": "approved",
    "declined": "approved",
    "closed": "open",
    "disabled": "enabled",
    "incompatible": "compatible",
    "illegal": "legal",
    "optional": "required",
}
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(_OPPOSITES)})\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One sentence of a subtask: what it is about, its figures, and whether it denies."""

    subtask: str
    text: str
    topic: dict[str, Term]
    figures: tuple[Figure, ...]
    denies: bool


def conflicts_in(subtasks: Sequence[Subtask]) -> tuple[Disagreement, ...]:
    """What these say against each other, in their order; a thing is named once, with all who speak of it."""
    each = MAX_SENTENCES // max(1, len(subtasks))
    said = [_statements(subtask, each) for subtask in subtasks]
    found: dict[tuple[str, ...], Disagreement] = {}
    for one, other in combinations(said, 2):
        for disagreement in _between(one, other):
            found.setdefault((*disagreement.between, *disagreement.statements), disagreement)
    return tuple(found.values())[:MAX_CONFLICTS]


def plain(text: str) -> str:
    """The text without markers of citations."""
    return _MARKER.sub("", text)


def denies(text: str) -> bool:
    """Whether a sentence says no. Two opposites in it take each other away."""
    turned = len(_OPPOSITE.findall(text))
    negated = bool(_NOT.search(_NOT_A_DENIAL.sub(" ", text)))
    return negated != bool(turned % 2)


def _between(one: Sequence[Statement], other: Sequence[Statement]) -> Iterator[Disagreement]:
    for first in one:
        for second in other:
            shared = _shared(first, second)
            if shared and _differ(first, second):
                about = ", ".join(term.word.lower() for term in shared)
                yield Disagreement(
                    between=(first.subtask, second.subtask), about=about, statements=(first.text, second.text)
                )


def _shared(first: Statement, second: Statement) -> list[Term]:
    """The words that both are about; none when they are about two things."""
    shared = [term for key, term in first.topic.items() if key in second.topic]
    weight = sum(term.weight for term in shared)
    own = (_own(first, second), _own(second, first))
    if weight < LITTLE or min(own) >= STRONG or (weight < SHARED and min(own) > 0):
        return []
    return shared


def _own(one: Statement, other: Statement) -> float:
    """The weight of the weightiest word that only the first has."""
    return max((term.weight for key, term in one.topic.items() if key not in other.topic), default=0.0)


def _differ(first: Statement, second: Statement) -> bool:
    if first.denies != second.denies:
        return True
    measures = {each.measure for each in first.figures} & {each.measure for each in second.figures}
    return any(_apart(first.figures, second.figures, measure) for measure in measures)


def _apart(first: Sequence[Figure], second: Sequence[Figure], measure: str) -> bool:
    """Whether no figure of that measure stands in both."""
    ours, theirs = ([each for each in figures if each.measure == measure] for figures in (first, second))
    return not any(one.is_like(other) for one in ours for other in theirs)


def _statements(subtask: Subtask, most: int) -> list[Statement]:
    if subtask.answered is False:
        return []
    sentences = [text for text in split_sentences(plain(subtask.output or "")) if not _ASKED.search(text)]
    return [_statement(subtask, text, is_first=at == 0) for at, text in enumerate(sentences[:most])]


def _statement(subtask: Subtask, text: str, *, is_first: bool) -> Statement:
    """A bare yes or no is about what was asked."""
    figures = figures_of(text)
    answers = is_first and _YES_OR_NO.match(text)
    about = f"{subtask.description} {_without(text, figures)}" if answers else _without(text, figures)
    return Statement(
        subtask=subtask.id,
        text=text.strip(),
        topic={term.key: term for term in content_terms(_positive(about))},
        figures=figures,
        denies=denies(text),
    )


def _without(text: str, figures: Sequence[Figure]) -> str:
    parts, start = [], 0
    for figure in figures:
        parts.append(text[start : figure.start])
        start = figure.end
    return " ".join([*parts, text[start:]])


def _positive(text: str) -> str:
    """With every opposite as the word it is the opposite of."""
    return _OPPOSITE.sub(lambda found: _OPPOSITES[found.group().lower()], text)
