"""A question as the offline model works on it: its content words, and what kind of thing it asks for.

Above: `offline_scoring`, `offline_signs`, `offline_answer`. Below: `questions`, `offline_words`, `offline_cues`.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from deskhand.llm.offline_cues import Cue, cues_of, focus_of
from deskhand.llm.offline_words import Term, content_terms, is_known, matches, stem
from deskhand.llm.questions import asking_part, context_part

MIN_TYPO_LENGTH = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A standalone question, taken apart once."""

    text: str
    asking: str
    terms: tuple[Term, ...]
    """Content words of the asking sentence."""
    background: tuple[Term, ...]
    """Content words of what stands before it, without those of the asking sentence."""
    cues: frozenset[Cue]
    focus: frozenset[str] = frozenset()
    """Keys of what is counted or chosen from: of "gears" in "how many gears does it have"."""


def take_apart(question: str, *, company: str = "") -> Question:
    """What is asked for is read from the asking sentence; a follow-up without cues of its own takes the old ones.

    The name of the company says nothing in its own help centre and counts for nothing.
    """
    asking, context = asking_part(question), context_part(question)
    own = {term.key for term in content_terms(f"of {company}")} if company else set()
    terms = [term for term in content_terms(asking) if term.key not in own] or content_terms(asking)
    known = {term.key for term in terms}
    background = [term for term in content_terms(context) if term.key not in known | own]
    cues = cues_of(asking) or cues_of(context)
    if not any(term.weight >= 1 for term in terms):
        terms, background = [*terms, *background], []
    focus = frozenset(term.key for term in content_terms(focus_of(asking)))
    return Question(
        text=question,
        asking=asking,
        terms=tuple(terms),
        background=tuple(background),
        cues=cues,
        focus=focus,
    )


def with_spelling(question: Question, words: Iterable[str], found: AbstractSet[str]) -> Question:
    """Words that stand nowhere in the passages take the key of the passage word they are a slip of the pen from.

    One letter left out, doubled, added or two swapped; the first letter must be right, and
    words that the model knows as everyday words are left alone ("gears" is not "years").
    """
    lost = [term for term in (*question.terms, *question.background) if _may_be_typo(term, found)]
    if not lost:
        return question
    table = _slips(words)
    keys = {
        term.key: next((table[slip] for slip in _shortened(term.word.casefold()) if slip in table), None)
        for term in lost
    }

    def mended(term: Term) -> Term:
        key = keys.get(term.key)
        return replace(term, key=key) if key else term

    return replace(
        question,
        terms=tuple(mended(term) for term in question.terms),
        background=tuple(mended(term) for term in question.background),
    )


def _may_be_typo(term: Term, found: AbstractSet[str]) -> bool:
    plain = term.word.isalpha() and not term.exact and len(term.word) >= MIN_TYPO_LENGTH
    return plain and not matches(term, found) and not is_known(term.word)


def _slips(words: Iterable[str]) -> dict[str, str]:
    """From each word with at most one letter missing to the key of the word."""
    table: dict[str, str] = {}
    for word in words:
        if word.isalpha() and len(word) >= MIN_TYPO_LENGTH:
            for slip in _shortened(word):
                table.setdefault(slip, stem(word))
    return table


def _shortened(word: str) -> list[str]:
    """The word itself and every word with one letter left out behind the first."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))]
