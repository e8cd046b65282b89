"""Orders to an agent that stand in data: found, and left out of what a model is shown.

Above: the turn (documents, attachments, tool results, memories, summaries). Below: `injection_signs.py`, sentences.

It is one of several lines of defence and promises little by itself: a wording that nobody thought of passes it. What
an agent may do is decided by its grants and its tenant's scope, and what it may say by the check of its sentences;
both hold whatever the model was told.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from deskhand.kit.sentences import Span, sentence_spans
from deskhand.llm.injection_signs import ABOUT_ITSELF, ANY_ORDER, TRIGGERS

LEFT_OUT = "[left out: text that addresses the agent]"
MAX_SENTENCE = 2_000
"""What is longer is looked at in pieces."""
_OVERLAP = 200
KEPT_TEXTS = 2_048
KEPT_CHARS = 8_000
"""So many texts are remembered as they were cleaned, of at most that length: passages come again."""

_WORD = re.compile(r"[a-z_]+")
_WRAPPED = re.compile(r"(?:\w[ .\-_*]){4}\w\b|[A-Za-z0-9+/_-]{24}|<!--|<\|")
_DISGUISED = re.compile(r"[A-Za-z][0134@$]|[0134@$][A-Za-z]")

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝгτνοικαρεΑΒΕΗΙΚΜΝΟΡΤΧАВЕКМНОРСТХ0134@$", "aeopcyxijsdhlqwrtvoikapeABEHIKMNOPTXABEKMHOPCTXoieaas"
)
_SPACED = re.compile(r"(?<!\w)(?:\w[ .,;:\-_*]{1,3}){4,}\w(?!\w)")
_APART = re.compile(r"[ .,;:\-_*]")
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,4000}={0,2}")
_COMMENT = re.compile(r"<!--(.{0,4000}?)-->", re.DOTALL)


class Trust(StrEnum):
    """Who wrote a text."""

    COMPANY = "company"
    """The company itself: an article may tell its agents what to say or which tool to use."""
    STRANGER = "stranger"
    """Anybody: a customer, the maker of a file, the far side of a tool."""


def orders_in(text: str, trust: Trust = Trust.STRANGER) -> tuple[Span, ...]:
    """Where sentences stand that give an agent orders which who wrote them may not give; in order, without overlap."""
    return tuple(_spans(text, _FORBIDDEN[trust]))


def without_orders(text: str, trust: Trust = Trust.STRANGER) -> str:
    """The text with `LEFT_OUT` in the place of each such sentence; neighbours are left out together."""
    return _cleaned(text, trust) if len(text) > KEPT_CHARS else _remembered(text, trust)


def folded(text: str) -> str:
    """The text as a reader takes it: no invisible signs, letters that look alike made one, spaced-out words joined."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPACED.sub(lambda found: _APART.sub("", found[0]), plain)


def _cleaned(text: str, trust: Trust) -> str:
    kept: list[str] = []
    at = 0
    for start, end in _spans(text, _FORBIDDEN[trust]):
        between = text[at:start]
        if between.strip() or not kept:
            kept += [between, LEFT_OUT]
        at = end
    return text if not kept else "".join([*kept, text[at:]])


_remembered = lru_cache(maxsize=KEPT_TEXTS)(_cleaned)


def _spans(text: str, forbidden: re.Pattern[str]) -> Iterator[Span]:
    if not _is_suspect(text):
        return
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if _is_suspect(sentence) and any(_orders(piece, forbidden) for piece in _pieces(sentence)):
            yield start, end


def _is_suspect(text: str) -> bool:
    """Whether a closer look is worth its time."""
    if not text.isascii() or _WRAPPED.search(text) or _DISGUISED.search(text):
        return True
    return not TRIGGERS.isdisjoint(_WORD.findall(text.lower()))


def _pieces(sentence: str) -> Iterator[str]:
    for start in range(0, max(len(sentence) - _OVERLAP, 1), MAX_SENTENCE - _OVERLAP):
        yield sentence[start : start + MAX_SENTENCE]


def _orders(sentence: str, forbidden: re.Pattern[str]) -> bool:
    plain = folded(sentence)
    readings = [plain, *_COMMENT.findall(plain), *decoded_words(plain)]
    if not plain.isascii() or _DISGUISED.search(plain):
        readings.append(plain.translate(_LOOKALIKES))
    return any(forbidden.search(" ".join(reading.split())) for reading in readings)


def decoded_words(text: str) -> Iterator[str]:
    """What encoded words in the text say, where that is text."""
    for found in _ENCODED.findall(text):
        word = found.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            said = base64.b64decode(word + "=" * (-len(word) % 4), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if said.isprintable():
            yield said


_FORBIDDEN: Mapping[Trust, re.Pattern[str]] = {Trust.COMPANY: ABOUT_ITSELF, Trust.STRANGER: ANY_ORDER}
