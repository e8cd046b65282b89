"""The transparent baseline, from one message: weighted keywords and urgency, both deaf to negation and quotation.

What the course of a conversation tells stands in `signals_course.py`. Above: `detector.py`. Below: pure text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from deskhand.escalation.assessment import Category
from deskhand.escalation.wording import unquoted

KEYWORDS: Mapping[float, tuple[str, ...]] = {
    1.0: ("urgent", "emergency", "lawsuit"),
    0.9: ("complaint", "angry", "legal", "lawyer", "sue", "critical"),
    0.8: (
        "frustrated",
        "disappointed",
        "unacceptable",
        "manager",
        "supervisor",
        "speak to someone",
        "talk to a person",
        "immediate",
        "asap",
        "right now",
    ),
    0.7: ("refund", "compensation", "human", "not helping"),
    0.6: ("doesn't work", "broken"),
}
"""What speaks for a person, and how strongly. A tenant adds its own."""

_CATEGORY_OF: Mapping[Category, frozenset[str]] = {
    Category.LEGAL: frozenset({"lawsuit", "legal", "lawyer", "sue"}),
    Category.URGENT: frozenset({"urgent", "emergency", "critical", "immediate", "asap", "right now"}),
    Category.COMPLAINT: frozenset(
        {
            "complaint",
            "angry",
            "frustrated",
            "disappointed",
            "unacceptable",
            "manager",
            "supervisor",
            "refund",
            "compensation",
            "not helping",
            "doesn't work",
            "broken",
        }
    ),
}
_SPECIAL = {
    # "Sue" is a name.
    "sue": r"(?-i:\b(?:sue|sues|sued|suing|SUE|SUING)\b)",
    "complaint": r"\bcomplain(?:t|ts|ed|ing|s)?\b",
    "doesn't work": r"\b(?:does\s*n['’]?t|does\s+not|do\s*n['’]?t|is\s*n['’]?t|is\s+not)\s+work(?:ing)?\b",
    "human": r"\bhumans?\b",
}
_OWN = re.compile(r"\b(?:my|our|his|her|their)\s+(?:\w+\s+)?$", re.IGNORECASE)
_OWN_PEOPLE = frozenset({"manager", "supervisor"})
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|without|nor|hardly)|n['’]t|\bdont|\bisnt|\bwont)(?:\s+[\w'’]+){0,4}\s*$", re.IGNORECASE
)
_THREAT = re.compile(
    r"\b(?:(?:sue|suing)\s+(?:you|your|this\s+company)|lawsuits?|legal\s+action|(?:my|our)\s+(?:lawyer|attorney|solicitor)s?"
    r"|(?:see|take|bring)\s+(?:you|this|it)\s+(?:in|to|before)\s+(?:a\s+|the\s+)?court)\b",
    re.IGNORECASE,
)
"""Whom the law is already called against needs a person, however calmly it is said."""
_CLAUSE = re.compile(r"[.!?;,:\n]|\bbut\b|\band\b", re.IGNORECASE)
_LOOK_BACK = 60

# Score, and the words that give it once.
_URGENCY: Mapping[str, tuple[float, str]] = {
    "time": (
        0.4,
        (
            r"\b(?:urgent(?:ly)?|asap|immediate(?:ly)?|right\s+(?:now|away)|at\s+once|hurry|emergency"
            r"|as\s+soon\s+as\s+possible"
            r"|time[\s-]critical|straight\s?away)\b"
        ),
    ),
    "deadline": (
        0.3,
        (
            r"\b(?:deadline|(?:by|before|until)\s+(?:today|tonight|tomorrow|noon|midnight|the\s+end\s+of|monday"
            r"|tuesday|wednesday"
            r"|thursday|friday|saturday|sunday|\d{1,2}(?::\d\d)?\s*(?:am|pm|o['’]?clock))|(?:in|within)\s+(?:an?"
            r"|one|two|three|\d+|half\s+an)"
            r"\s+(?:hours?|minutes?)|(?:leaves?|departs?|starts?|expires?)\s+(?:in|today|tonight|tomorrow))\b"
        ),
    ),
    "business": (
        0.3,
        (
            r"\b(?:production|outage|(?:site|system|server|service|shop|everything)\s+is\s+down|losing\s+(?:money"
            r"|customers|sales)"
            r"|our\s+(?:customers|clients|business)|business[\s-]critical|can(?:no|['’]?)t\s+(?:work|operate"
            r"|trade)|at\s+a\s+standstill)\b"
        ),
    ),
    "money": (
        0.3,
        (
            r"\b(?:fraud\w*|scam\w*|unauthori[sz]ed|charged\s+(?:twice|three\s+times|again)|overcharged"
            r"|double\s+charge|money\s+(?:is\s+)?"
            r"(?:missing|gone|stolen)|stole(?:n)?)\b"
        ),
    ),
    "security": (
        0.3,
        (
            r"\b(?:hacked|hacker|breach\w*|phishing|identity\s+theft|stole\s+my\s+identity|leaked|compromised"
            r"|locked\s+out|malware"
            r"|broke(?:n)?\s+into)\b"
        ),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class KeywordFound:
    phrase: str
    weight: float


def keywords_in(text: str, more: Sequence[tuple[str, float]] = ()) -> tuple[KeywordFound, ...]:
    """The keywords that the message itself says and does not deny, the strongest first. `more` are the tenant's."""
    said = unquoted(text)
    found = [
        KeywordFound(phrase=phrase, weight=weight)
        for phrase, weight in _table(tuple(more))
        if any(_counts(said, phrase, match.start()) for match in _pattern_of(phrase).finditer(said))
    ]
    return tuple(sorted(found, key=lambda each: -each.weight))


def urgency_of(text: str) -> float:
    """From 0 to 1: what of time, deadlines, business, money and security the message speaks of."""
    said = unquoted(text)
    return min(1.0, sum(score for score, pattern in _urgency_patterns() if _is_meant(said, pattern)))


def threatens_with_law(text: str) -> bool:
    """Whether the message itself announces lawyers, a lawsuit or a court against the company."""
    return _is_meant(unquoted(text), _THREAT)


def category_of(keywords: Sequence[KeywordFound], *, urgent: bool, unhappy: bool) -> Category:
    """The gravest that the signs speak for."""
    phrases = {each.phrase for each in keywords}
    if phrases & _CATEGORY_OF[Category.LEGAL]:
        return Category.LEGAL
    if urgent or phrases & _CATEGORY_OF[Category.URGENT]:
        return Category.URGENT
    if unhappy or phrases & _CATEGORY_OF[Category.COMPLAINT]:
        return Category.COMPLAINT
    return Category.GENERAL


def _counts(said: str, phrase: str, start: int) -> bool:
    before = said[max(0, start - _LOOK_BACK) : start]
    if phrase in _OWN_PEOPLE and _OWN.search(before):
        return False
    return not _is_denied(before)


def _is_denied(before: str) -> bool:
    return _DENIED.search(_CLAUSE.split(before)[-1]) is not None


def _is_meant(said: str, pattern: re.Pattern[str]) -> bool:
    return any(not _is_denied(said[max(0, m.start() - _LOOK_BACK) : m.start()]) for m in pattern.finditer(said))


@lru_cache(maxsize=1000)
def _table(more: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    table = {phrase: weight for weight, phrases in KEYWORDS.items() for phrase in phrases}
    return tuple((table | {" ".join(phrase.lower().split()): weight for phrase, weight in more}).items())


@lru_cache(maxsize=5000)
def _pattern_of(phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, phrase.split()))
    return re.compile(_SPECIAL.get(phrase, rf"(?<!\w){words}(?:s|ed|ing|ly)?(?!\w)"), re.IGNORECASE)


@cache
def _urgency_patterns() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((score, re.compile(pattern, re.IGNORECASE)) for score, pattern in _URGENCY.values())
