"""The sender's name, where they say it. Above: `extraction`. Below: nothing but patterns."""

import re
from collections.abc import Iterator

from deskhand.memory.extraction_facts import Fact, fact
from deskhand.memory.extraction_sentences import Sentence
from deskhand.memory.model import MemoryType

_PART = r"[^\W\d_a-zß-ÿ][^\W\d_]*(?:['-][^\W\d_]+){0,2}\.?"
"""One part of a name: a letter that is no small one, then letters."""
_NAME = rf"(?P<name>{_PART}(?: (?:(?:van|von|de|der|den|da|di|la|le|bin|al|el) ){{0,2}}{_PART}){{0,3}})"
_GREETED = r"^\s*(?:(?:[Hh]i|[Hh]ello|[Hh]ey|[Gg]ood (?:morning|afternoon|evening))(?: there| all| team)?[\s,.!]{1,3})?"
_AFTER_NAME = r"(?=\s*(?:$|[,.;!)–-]|and\b|from\b|here\b|with\b|but\b|speaking\b|again\b|at\b|of\b))"

_STATED = re.compile(
    rf"\b[Mm]y (?:full |first |real |actual )?name(?:'s| is|:)(?: now| actually)? {_NAME}"
    rf"|\b(?:I go by|(?:[Pp]lease |[Jj]ust |[Yy]ou can |[Yy]ou may )call me) {_NAME.replace('<name>', '<called>')}"
)
_IN_SMALL_LETTERS = re.compile(
    r"\b(?:my|My) (?:full |first )?name(?:'s| is) (?P<name>[^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2}?)"
    r"(?=\s*(?:$|[,.;!]|and\b|but\b|from\b|i\b|i'm\b|with\b))"
)
_GREETED_AND_NAMED = re.compile(
    rf"^\s*(?:[Hh]i|[Hh]ello|[Hh]ey|[Gg]ood (?:morning|afternoon|evening))(?: there| all| team)?[\s,.!]{{1,3}}"
    rf"(?:[Tt]his is|[Ii]t's|[Ii]t is) {_NAME}(?=\s*[,.!]?\s*$|,)"
)
_SPEAKING = re.compile(rf"\b[Tt]his is {_NAME} (?:speaking|here|again|from|calling|writing)\b")
_I_AM = re.compile(rf"{_GREETED}(?:I'm|I am|[Ii]'m) {_NAME}{_AFTER_NAME}")

_OTHER_CAPITALS = """
    i it we he she they you the a an my your his her our this that there here not no yes ok okay sorry sure
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today tomorrow yesterday back later
    african american argentinian asian australian austrian belgian brazilian british bulgarian canadian catholic chinese
    christian colombian croatian czech danish dutch egyptian english estonian european finnish french german greek hindu
    hungarian icelandic indian indonesian iranian irish israeli italian japanese jewish kenyan korean latvian lithuanian
    malaysian mexican moroccan muslim nigerian norwegian pakistani peruvian polish portuguese romanian russian scottish
    serbian slovak slovenian spanish swedish swiss taiwanese thai turkish ukrainian vegan vietnamese welsh
    premium gold silver platinum pro basic free enterprise admin ceo cto cfo vip android iphone mac windows linux
    re urgent hello hi hey thanks thank please dear
    spelled spelt wrong missing incorrect listed misspelled misspelt different
    still being already shown used blank empty
    also in on at off too very so really just never nothing none hard easy long short changed
"""
_NO_NAMES = frozenset(_OTHER_CAPITALS.split())
_FULL_NAME = 2
"""Words of a name that may be written in capitals throughout."""


def name_facts(sentence: Sentence) -> Iterator[Fact]:
    """The name that the sentence gives, at most one."""
    if sentence.asks:
        return
    for pattern in (_STATED, _SPEAKING, _GREETED_AND_NAMED, _I_AM, _IN_SMALL_LETTERS):
        match = pattern.search(sentence.plain)
        name = _name_in(match) if match is not None else None
        if match is not None and name is not None and sentence.holds(match.start(), match.end()):
            yield fact(MemoryType.USER_INFO, "user.name", f"Name: {name}", sentence.text)
            return


def _name_in(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    words = (groups.get("name") or groups.get("called") or "").rstrip(".").split()
    kept: list[str] = []
    for word in words:
        if word.casefold() in _NO_NAMES:
            break
        kept.append(word)
    if not kept or _is_shouted(kept):
        return None
    name = " ".join(kept)
    return name if not name.islower() else name.title()


def _is_shouted(words: list[str]) -> bool:
    """Capitals throughout are emphasis, unless it is a full name."""
    return len(words) < _FULL_NAME and len(words[0]) > 1 and words[0].isupper()
