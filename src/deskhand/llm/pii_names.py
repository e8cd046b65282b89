"""Names of persons: after a title or words that introduce one, by known given and family names, and by their sound.

Without a recogniser that has learned from many texts this finds most names that customers give, not all that are told.

Above: `pii`. Below: `pii_name_cues`, `pii_words`, `pii_context`, `offline_words`; pure functions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deskhand.llm import pii_name_cues as cues
from deskhand.llm.offline_words import is_known
from deskhand.llm.pii_context import after, before
from deskhand.llm.pii_spans import PiiSpan, PiiType
from deskhand.llm.pii_words import family_names, given_names, plain, sure_family_names, sure_given_names

_MAX_WORDS = 5
_NEAR, _BEHIND = 48, 24
_LIST = re.compile(r",? (?:and|or|und|et|y|e|og|och|&) |, ")
_ENGLISH = re.compile(r"(?i:\b(?:the|is|my|to|and|of|has|for|with|a)\b)")
_OTHER_LANGUAGE = re.compile(r"\b(?:der|die|das|und|ich|nicht|ist|ein|mit|für)\b")
_LIST_LENGTH = 6
_WHOLE_LINES = (2, 3)
_DIGITS_OF_CONTACT = 5
_MIN_REPEATED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """Words with a capital that stand together, without edges that are no name's."""

    start: int
    end: int
    written: str
    words: tuple[str, ...]
    """In small letters, without accents and full stops."""


def names(text: str) -> Iterator[PiiSpan]:
    """Whole names, without the title before them."""
    candidates = [candidate for match in cues.SEQUENCE.finditer(text) if (candidate := _candidate(match))]
    sure = [_is_name(text, candidate) for candidate in candidates]
    _spread_in_lists(text, candidates, sure)
    _repeat(candidates, sure)
    for candidate, is_name in zip(candidates, sure, strict=True):
        if is_name:
            yield PiiSpan(start=candidate.start, end=candidate.end, type=PiiType.PERSON)
    yield from _in_small_letters(text)


def _candidate(match: re.Match[str]) -> _Candidate | None:
    parts = list(re.finditer(r"\S+", match[0]))
    while parts and _is_no_name(parts[0][0]):
        parts.pop(0)
    while parts and _is_no_name(parts[-1][0]):
        parts.pop()
    if not parts:
        return None
    start, end = match.start() + parts[0].start(), match.start() + parts[-1].end()
    words = tuple(plain(part[0]).rstrip(".") for part in parts)
    if len(words) > _MAX_WORDS or any(
        word in cues.ORGANISATION_WORDS or (word in cues.NOT_NAMES and len(word) > 1) for word in words
    ):
        return None
    return _Candidate(start=start, end=end, written=match.string[start:end], words=words)


def _is_no_name(word: str) -> bool:
    return plain(word).rstrip(".") in cues.NOT_NAMES


def _is_name(text: str, candidate: _Candidate) -> bool:
    behind = after(text, candidate.end, _BEHIND)
    if cues.ORGANISATION_BEHIND.match(behind):
        return False
    said = before(text, candidate.start, _NEAR)
    if _is_announced(text, candidate, said, behind):
        return True
    if cues.PLACED.search(said):
        return False
    cued = cues.INTRODUCED.search(said) is not None or cues.TELLS.match(behind) is not None
    hinted = cued or cues.HINTED.search(said) is not None
    return _looks_like_one(candidate, cued=cued, hinted=hinted) or _is_foreign_here(text, candidate)


def _is_announced(text: str, candidate: _Candidate, said: str, behind: str) -> bool:
    """After what leaves no doubt: a title, "my name is", a greeting, "my wife", a closing line, a letter's head."""
    if cues.TITLE.search(text[max(0, candidate.start - _NEAR) : candidate.start]):
        return True
    if cues.SURE.search(said) or cues.LABEL.search(said) or cues.SIGNED.search(said) or cues.RELATED.search(said):
        return True
    if cues.GREETED.search(said) and cues.GREETING_ENDS.match(behind):
        return True
    return not text[: candidate.start].strip(" \n>?*|-") and _heads_contact_data(text, candidate)


def _heads_contact_data(text: str, candidate: _Candidate) -> bool:
    """A line of two or three capitals alone, above numbers."""
    rest = text[candidate.end : candidate.end + 400]
    if len(candidate.words) not in _WHOLE_LINES or not re.match(r" *\n", rest):
        return False
    return sum(map(str.isdigit, rest)) >= _DIGITS_OF_CONTACT and not any(map(is_known, candidate.words))


def _looks_like_one(candidate: _Candidate, *, cued: bool, hinted: bool) -> bool:
    first, last = candidate.words[0].split("-")[0], candidate.words[-1]
    if len(candidate.words) == 1:
        known = first in given_names() or last in family_names()
        return first in sure_given_names() or (cued and known) or _sounds_strongly(candidate)
    if any(len(word) == 1 for word in candidate.words[1:-1]):
        return True  # "Hanne I. Kreutzmann"
    ordinary = any(map(is_known, candidate.words))
    by_sound = last in sure_family_names() or (cues.SOUNDS.fullmatch(last) is not None and not is_known(last))
    if first in given_names():
        return first in sure_given_names() or by_sound or last in family_names() or cued
    if hinted and last in family_names():
        return True
    return (not ordinary and (by_sound or cued)) or _sounds_strongly(candidate)


def _sounds_strongly(candidate: _Candidate) -> bool:
    return cues.STRONG_SOUNDS.fullmatch(candidate.words[-1]) is not None and not candidate.written.isupper()


def _is_foreign_here(text: str, candidate: _Candidate) -> bool:
    """Two words with foreign letters in an English sentence are mostly somebody's name."""
    if candidate.written.isascii() or len(candidate.words) == 1 or candidate.written.isupper():
        return False
    return _ENGLISH.search(text) is not None and _OTHER_LANGUAGE.search(text) is None


def _spread_in_lists(text: str, candidates: Sequence[_Candidate], sure: list[bool]) -> None:
    """What stands in one list with a name is one: "Efimiya, Mary and Jodi"."""
    for places in (range(1, len(candidates)), range(len(candidates) - 1, 0, -1)):
        for place in places:
            here, there = candidates[place - 1], candidates[place]
            listed = there.start - here.end <= _LIST_LENGTH and _LIST.fullmatch(text, here.end, there.start)
            if listed and sure[place - 1] != sure[place] and len(here.words) == len(there.words):
                sure[place - 1] = sure[place] = True


def _repeat(candidates: Sequence[_Candidate], sure: list[bool]) -> None:
    """Whoever was named in full is meant by a part of the name, too."""
    known = {
        word
        for candidate, is_name in zip(candidates, sure, strict=True)
        if is_name and len(candidate.words) > 1 and not candidate.written.isupper()
        for word in candidate.words
        if len(word) >= _MIN_REPEATED and not is_known(word)
    }
    for place, candidate in enumerate(candidates):
        sure[place] = sure[place] or known.issuperset(candidate.words)


def _in_small_letters(text: str) -> Iterator[PiiSpan]:
    lowered = text.lower()
    if len(lowered) == len(text) and cues.LOWER_HINT.search(lowered):
        for match in cues.LOWER_INTRODUCED.finditer(lowered):
            words = match[1].split()
            if not any(word in cues.NOT_NAMES or word in cues.NO_LOWER_NAMES for word in words):
                yield PiiSpan(start=match.start(1), end=match.end(1), type=PiiType.PERSON)
    if text.islower():
        for match in cues.LOWER_WORDS.finditer(text):
            if plain(match[0]) in sure_given_names():
                yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.PERSON)
