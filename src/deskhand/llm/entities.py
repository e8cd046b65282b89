"""What a text names: addresses, telephone numbers, numbers of orders, tickets and invoices, amounts, dates, products.

Above: closing records. Below: `phonenumbers`, `offline_words`; pure functions, in time linear in the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import phonenumbers

from deskhand.kit.sentences import split_sentences
from deskhand.llm.offline_words import is_identifier, is_known, tokens

MAX_CHARS = 20_000
MAX_OF_A_KIND = 20
MAX_PRODUCT_WORDS = 4
REGIONS = ("US", "GB")
"""Where a telephone number without its country is looked for."""


class EntityKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    ORDER = "order"
    TICKET = "ticket"
    INVOICE = "invoice"
    REFERENCE = "reference"
    """A number or code of which the text does not say what it belongs to."""
    AMOUNT = "amount"
    DATE = "date"
    PRODUCT = "product"
    """A name in capitals: a product, a company, a place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One thing named. `text` is how it stands there, `start` where; telephone numbers have E.164 as `value`."""

    kind: EntityKind
    text: str
    value: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+%-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}\b")
_CODE = r"#?\s?([A-Za-z]{0,6}[-_/]?\d[A-Za-z0-9_/-]{2,24})\b"
_CALLED = r"(?:\s{0,2}(?:number|no\.?|nr\.?|id|code|ref(?:erence)?|is|:|#)){0,3}\s{0,2}"
_NUMBERED = (
    (EntityKind.ORDER, re.compile(rf"\b(?:order|purchase|parcel|shipment){_CALLED}{_CODE}", re.IGNORECASE)),
    (EntityKind.TICKET, re.compile(rf"\b(?:ticket|case|request){_CALLED}{_CODE}", re.IGNORECASE)),
    (EntityKind.INVOICE, re.compile(rf"\b(?:invoice|bill|receipt){_CALLED}{_CODE}", re.IGNORECASE)),
)
_NUMBER = r"\d{1,9}(?:[.,' ]\d{3}){0,3}(?:[.,]\d{1,2})?"
_CURRENCY = r"(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|INR|euros?|dollars?|pounds?|francs?|cents?|pence|quid)"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:[$€£¥₹]\s?{_NUMBER}|{_NUMBER}\s?(?:[€£¥₹$]|{_CURRENCY}\b)|{_CURRENCY}\s{_NUMBER})(?![\d%])",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b\.?(?: \d{{4}})?"
    rf"|{_MONTH}\b\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?)(?![\d-])",
    re.IGNORECASE,
)
_OTHER_CAPITALS = """
i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december english german french hi hello hey dear thanks regards please ok okay mr mrs ms dr pdf url
id faq
"""
_NO_NAMES = frozenset(_OTHER_CAPITALS.split())


def find_entities(text: str) -> tuple[Entity, ...]:
    """What the text names, in the order in which it stands there; no two overlap, at most MAX_OF_A_KIND of a kind.

    Only the first MAX_CHARS characters are read.
    """
    text = text[:MAX_CHARS]
    found: list[Entity] = []
    for candidates in (_emails, _numbered, _amounts, _dates, _phones, _references, _products):
        free = (entity for entity in candidates(text) if not any(_overlap(entity, other) for other in found))
        found.extend(_apart(free))
    return tuple(sorted(found, key=lambda entity: entity.start))


def distinct(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Each thing once, as it was named first."""
    first: dict[tuple[EntityKind, str], Entity] = {}
    for entity in entities:
        first.setdefault((entity.kind, entity.value.casefold()), entity)
    return tuple(first.values())


def _apart(candidates: Iterator[Entity]) -> list[Entity]:
    kept: dict[EntityKind, list[Entity]] = {}
    for entity in candidates:
        of_kind = kept.setdefault(entity.kind, [])
        taken = (other for others in kept.values() for other in others)
        if len(of_kind) < MAX_OF_A_KIND and not any(_overlap(entity, other) for other in taken):
            of_kind.append(entity)
    return [entity for of_kind in kept.values() for entity in of_kind]


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _emails(text: str) -> Iterator[Entity]:
    for match in _EMAIL.finditer(text):
        yield Entity(kind=EntityKind.EMAIL, text=match[0], value=match[0].lower(), start=match.start())


def _numbered(text: str) -> Iterator[Entity]:
    for kind, pattern in _NUMBERED:
        for match in pattern.finditer(text):
            yield Entity(kind=kind, text=match[1], value=match[1].upper(), start=match.start(1))


def _amounts(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        yield _as_written(EntityKind.AMOUNT, match)


def _dates(text: str) -> Iterator[Entity]:
    for match in _DATE.finditer(text):
        yield _as_written(EntityKind.DATE, match)


def _phones(text: str) -> Iterator[Entity]:
    for region in REGIONS:
        # The limit of tries keeps a text made of digits from taking long.
        for match in islice(phonenumbers.PhoneNumberMatcher(text, region, max_tries=200), MAX_OF_A_KIND):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield Entity(kind=EntityKind.PHONE, text=match.raw_string, value=number, start=match.start)


def _references(text: str) -> Iterator[Entity]:
    at = 0
    for token in tokens(text):
        at = text.index(token, at)
        if is_identifier(token) and any(sign.isdigit() for sign in token):
            yield Entity(kind=EntityKind.REFERENCE, text=token, value=token.upper(), start=at)
        at += len(token)


def _products(text: str) -> Iterator[Entity]:
    at = 0
    for sentence in split_sentences(text):
        at = text.index(sentence, at)
        for start, end in _capitalised_runs(sentence):
            name = sentence[start:end]
            yield Entity(kind=EntityKind.PRODUCT, text=name, value=name, start=at + start)
        at += len(sentence)


_RUN_WORD = re.compile(r"[^\W_][\w'’-]*")


def _capitalised_runs(sentence: str) -> Iterator[tuple[int, int]]:
    """Where words with a capital stand together inside a sentence that is not written in capitals altogether."""
    words = list(_RUN_WORD.finditer(sentence))
    capitals = sum(_is_name(word[0]) for word in words)
    if capitals * 2 > len(words) and len(words) > MAX_PRODUCT_WORDS:
        return
    run: list[re.Match[str]] = []
    for place, word in enumerate([*words, None]):
        joins = word is not None and (not run or sentence[run[-1].end() : word.start()] == " ")
        if word is not None and joins and _goes_on(word[0], run, first=place == 0):
            run.append(word)
            continue
        # Any word is capital at the start of a sentence: alone it is no name.
        if len(run) > 1 or (run and run[0].start() != words[0].start()):
            yield run[0].start(), run[-1].end()
        run = [word] if word is not None and _goes_on(word[0], [], first=place == 0) else []


def _goes_on(word: str, run: Sequence[re.Match[str]], *, first: bool) -> bool:
    if len(run) >= MAX_PRODUCT_WORDS:
        return False
    if run and word.isdigit():
        return True  # "Kestrel 500"
    return _is_name(word) and not (first and is_known(word))


def _is_name(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and word.partition("'")[0].casefold() not in _NO_NAMES


def _as_written(kind: EntityKind, match: re.Match[str]) -> Entity:
    words = " ".join(match[0].split())
    return Entity(kind=kind, text=match[0], value=words, start=match.start())
