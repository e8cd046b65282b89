"""E-mail addresses and telephone numbers that the sender calls their own, and numbers of orders and the like.

Above: `extraction`. Below: `llm/entities` finds them; here is decided whose they are.
"""

import re
from collections.abc import Iterator

from deskhand.llm.entities import Entity, EntityKind, find_entities
from deskhand.memory.extraction_facts import Fact, fact
from deskhand.memory.extraction_sentences import Sentence
from deskhand.memory.model import MemoryType

_KIND = r"(?:new|current|actual|correct|right|work|private|personal|business|office|home|main|primary|best|own)"
_IS = r"(?:'s| is(?: now| still| actually)?| has changed to| changed to| to|:| =|,)?(?: now)?\s*:?\s*$"
_EMAIL_OF_MINE = re.compile(
    rf"\bmy (?:{_KIND} ){{0,2}}(?:e-?mail(?: address)?|mail address|address){_IS}"
    r"|\b(?:e-?mail|write(?: to)?|contact|reach|message|answer|reply to|get back to) me (?:\w+ )?(?:at|on|under|via|by)"
    r"(?: my)?(?: e-?mail)?\s*:?\s*$|^\s*(?:e-?mail|mail)(?: address)?\s*[:=]\s*$",
    re.IGNORECASE,
)
_EMAIL_IS_MINE = re.compile(rf"^\s*(?:is|=) my (?:{_KIND} ){{0,2}}(?:e-?mail|address)", re.IGNORECASE)
_PHONE_OF_MINE = re.compile(
    rf"\bmy (?:{_KIND} ){{0,2}}(?:(?:tele|mobile |cell ?)?phone(?: number)?|mobile(?: number)?|cell(?: number)?|number"
    rf"|phone no\.?){_IS}"
    r"|\b(?:call|ring|phone|text|reach|contact|message)(?: me)(?: back)? (?:\w+ )?(?:at|on|under|via)(?: my)?"
    r"(?: mobile| cell| phone)?\s*:?\s*$|^\s*(?:tel|phone|mobile|telephone|cell)\.?(?: number)?\s*[:=]\s*$",
    re.IGNORECASE,
)
_PHONE_IS_MINE = re.compile(
    rf"^\s*(?:is|=) my (?:{_KIND} ){{0,2}}(?:phone|mobile|cell|number|telephone)", re.IGNORECASE
)
_OWN = {
    EntityKind.EMAIL: ("user.email", "E-mail address", _EMAIL_OF_MINE, _EMAIL_IS_MINE),
    EntityKind.PHONE: ("user.phone", "Telephone number", _PHONE_OF_MINE, _PHONE_IS_MINE),
}
_SHORTEST_CLAIM = 40
"""Characters before an address in which it is claimed."""

_NUMBERED = {
    EntityKind.ORDER: ("order", "Order number"),
    EntityKind.TICKET: ("ticket", "Ticket number"),
    EntityKind.INVOICE: ("invoice", "Invoice number"),
}
_SEVERAL = re.compile(
    r"\b(order|ticket|case|invoice)(?:s| numbers?| nos?\.?)+[ :#]{0,3}"
    r"((?:#?[A-Za-z]{0,6}[-_/]?\d[\w/-]{2,24}(?:\s{0,2}(?:,|and|&|or)\s{0,2}){0,3}){1,20})",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z]{0,6}[-_/]?\d[\w/-]{2,24}")
_SOMEBODY_ELSES = re.compile(
    r"\b(?:his|her|their|your|(?:my|the|a) \w{2,20}(?: \w{2,20})?'s|somebody's|someone's|"
    r"(?<!it)(?<!that)(?<!what)(?<!there)[a-z]{2,20}'s)(?: \w{2,20}){0,2}\s*(?:#|number|no\.?|is|:)?\s*$",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|isn't|wasn't|never)\b[^,;]{0,20}$", re.IGNORECASE)
_REQUEST = re.compile(r"\b(?:change|update|set|correct|reach|call|contact)\b", re.IGNORECASE)
_LETTERS_BEFORE = 60


def contact_facts(sentence: Sentence) -> Iterator[Fact]:
    """Addresses and numbers that the sentence says are the sender's."""
    if not any(sign == "@" or sign.isdigit() for sign in sentence.plain):
        return
    for entity in find_entities(sentence.plain):
        if entity.kind in _OWN and _is_own(entity, sentence):
            key, called, _, _ = _OWN[entity.kind]
            yield fact(MemoryType.USER_INFO, key, f"{called}: {entity.value}", sentence.text)


def numbered_facts(sentence: Sentence) -> Iterator[Fact]:
    """Orders, tickets and invoices that the sender speaks of, in questions too; each is a fact of its own."""
    if not any(sign.isdigit() for sign in sentence.plain):
        return
    for entity in find_entities(sentence.plain):
        if entity.kind in _NUMBERED and not _is_foreign(sentence.plain[: entity.start]):
            yield _numbered(entity.kind, entity.value, sentence)
    for several in _SEVERAL.finditer(sentence.plain):
        name = "ticket" if several[1].lower() == "case" else several[1].lower()
        if not _is_foreign(sentence.plain[: several.start(2)]):
            for code in _CODE.findall(several[2]):
                yield _numbered(EntityKind(name), code.upper(), sentence)


def _numbered(kind: EntityKind, value: str, sentence: Sentence) -> Fact:
    name, called = _NUMBERED[kind]
    return fact(MemoryType.FACT, f"{name}.{value}", f"{called}: {value}", sentence.text)


def _is_own(entity: Entity, sentence: Sentence) -> bool:
    _, _, claimed_before, claimed_after = _OWN[entity.kind]
    start = max(0, entity.start - _LETTERS_BEFORE)
    before = claimed_before.search(sentence.plain[start : entity.start])
    after = claimed_after.search(sentence.plain[entity.end : entity.end + _SHORTEST_CLAIM])
    if before is None and after is None:
        return False
    at = start + before.start() if before is not None else entity.start
    if _NOT.search(sentence.plain[:at]):
        return False
    # "Can you change my e-mail to …?" states it as well; "Is my e-mail …?" asks.
    asked = sentence.asks and not _REQUEST.search(sentence.plain)
    return not asked and sentence.holds(at, entity.end)


def _is_foreign(before: str) -> bool:
    near = before[-_LETTERS_BEFORE:]
    return bool(_SOMEBODY_ELSES.search(near) or _NOT.search(near[-30:]))
