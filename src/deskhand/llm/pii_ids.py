"""What an office knows a person by: social security, identity, tax, passport and licence numbers, the date of birth.

Told by their checksums where a country has one; a bare row of digits counts only where the text says what it is.

Above: `pii`. Below: `python-stdnum` for the checksums, `pii_context`; pure functions.
"""

import re
from collections.abc import Iterator
from types import ModuleType

from stdnum.be import nn as belgian
from stdnum.br import cpf as brazilian
from stdnum.ca import sin as canadian
from stdnum.ch import ssn as swiss
from stdnum.cz import rc as czech
from stdnum.de import idnr as german
from stdnum.dk import cpr as danish
from stdnum.es import nif as spanish
from stdnum.fi import hetu as finnish
from stdnum.fr import nir as french
from stdnum.gb import nhs as british
from stdnum.in_ import aadhaar as indian
from stdnum.it import codicefiscale as italian
from stdnum.nl import bsn as dutch
from stdnum.pl import pesel as polish
from stdnum.pt import nif as portuguese
from stdnum.se import personnummer as swedish
from stdnum.us import ssn as american

from deskhand.llm.pii_context import any_of, before, has_any, has_digit, has_long_number, last_at
from deskhand.llm.pii_spans import PiiSpan, PiiType

_SSN = re.compile(r"(?<![\w.-])([0-9]{3})([- .]?)([0-9]{2})\2([0-9]{4})(?!\w|[-.][0-9])")
_SSN_WORDS = any_of(
    r"ssn'?s?", r"social(?:[ -]?security)?(?: (?:number|no\.?|nr\.?|insurance))?", r"s\.s\.n\.?", "itin", "tax id"
)  # fmt: skip
_SSN_DASH = "-"

_FORMED: tuple[tuple[re.Pattern[str], ModuleType], ...] = (
    (re.compile(r"(?<![\w-])(?:[0-9]{8}|[XYZ][0-9]{7})-?[A-Z](?![\w-])"), spanish),
    (re.compile(r"(?<!\w)[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z](?!\w)"), italian),
    (re.compile(r"(?<![\w.])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?!\w)"), brazilian),
    (re.compile(r"(?<![\w.])756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}(?!\w)"), swiss),
    (re.compile(r"(?<![\w-])[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y](?!\w)"), finnish),
    (re.compile(r"(?<![\w-])[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?!\w)"), french),
    (re.compile(r"(?<![\w.-])[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}(?!\w)"), belgian),
)
"""Forms that hardly anything else has, with the check that makes sure."""
_CHECKED: tuple[ModuleType, ...] = (
    british, canadian, belgian, brazilian, czech, danish, dutch, french, german, indian, polish, portuguese, swedish,
    swiss,
)  # fmt: skip
"""Checks for a number that the text calls a personal or a tax number."""
_NATIONAL_WORDS = any_of(
    r"national (?:id|identity|insurance)(?: (?:number|no\.?))?", r"identity (?:card|number|no\.?)",
    r"id (?:card|number|no\.?)", r"personal (?:id|number|code|identification(?: number)?)",
    r"tax(?:payer)? (?:id|number|no\.?|code|identification number)", "tin", "nhs(?: number)?", "sin", "cpf",
    "dni", "nie", "nif", "bsn", "pesel", "aadhaar", "aadhar", r"codice fiscale", "cpr", "personnummer",
    "rodn[eé] č[ií]slo", r"steuer[- ]?id(?:entifikationsnummer)?", r"steuernummer", "nir", "ahv", "avs",
    r"num[eé]ro de s[eé]curit[eé] sociale", "curp", "rut", "nino", r"ausweis(?:nummer)?", "carte vitale",
    "insurance number",
)  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.-])(?=[A-Za-z0-9./-]{0,6}[0-9])[A-Za-z]{0,2}[0-9](?:[ ./+-]?[0-9]){7,14}[A-Za-z]?(?![\w]|[-.][0-9])"
)
_NINO = re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?!\w)")
_NEAR = 40

_LINK = (
    r"(?:'s)?(?:[ -]?(?:number|num(?:ero)?\.?|no\.?|nr\.?|nummer|num[eé]ro|n[uú]mero|id|code|#)){0,2}"
    r"(?: is| are| was| ist| est| es|:|=|#)?[ :#\"']{0,3}"
)
_CODE = r"((?=[A-Za-z -]{0,8}[0-9])[A-Za-z]{0,5}[ -]?[0-9](?:[ -]?[A-Za-z]?[0-9]){4,14}[A-Za-z]{0,5})(?!\w)"
_CALLED = (
    (
        PiiType.PASSPORT,
        re.compile(rf"\b(?:passport|reisepass|passeport|pasaporte|passaporto){_LINK}{_CODE}", re.IGNORECASE),
    ),
    (
        PiiType.DRIVER_LICENSE,
        re.compile(
            r"\b(?:driv(?:er'?s?|ers'|ing)[ -](?:licen[cs]e|permit)|f[uü]hrerschein|permis de conduire"
            r"|licencia de conducir"
            rf"|patente di guida){_LINK}{_CODE}",
            re.IGNORECASE,
        ),
    ),
)

_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janvier|f[eé]vrier|mars|avril|juin|juillet"
    r"|ao[uû]t|ene|abr|ago|dic"
    r")[^\W\d_]{0,7}\.?"
)
_BORN = re.compile(
    r"\b(?:born(?: on)?|date of birth|birth ?da(?:te|y)|d\.?o\.?b\.?|geboren(?: am)?|geburts(?:datum|tag)"
    r"|date de naissance"
    r"|n[eé]e? le|fecha de nacimiento|data di nascita|data de nascimento)(?: is| was| ist| est| es| [eè])?[ :]{0,3}"
    r"([0-9]{1,2}[./ -]{1,2}[0-9]{1,2}[./ -]{1,2}(?:[0-9]{4}|[0-9]{2})|[0-9]{4}[./-][0-9]{1,2}[./-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?\.?(?: of| de)? {_MONTH}(?:,| de)? [0-9]{{4}}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})(?!\w)",
    re.IGNORECASE,
)
_BORN_HINTS = ("born", "birth", "dob", "d.o.b", "geb", "naiss", "nac", "nasc", "né", "nee", "née", "ne le")
_CALLED_HINTS = ("pass", "pasa", "driv", "führer", "fuhrer", "permis", "licencia", "patente")


def personal_numbers(text: str) -> Iterator[PiiSpan]:
    """Numbers that name a person, and the day on which they were born."""
    if not has_digit(text):
        return
    lowered = text.lower()
    for match in _BORN.finditer(text) if has_any(lowered, _BORN_HINTS) else ():
        yield PiiSpan(start=match.start(1), end=match.end(1), type=PiiType.DATE_OF_BIRTH)
    if has_long_number(text.upper()):
        yield from _numbers(text, lowered)


def _numbers(text: str, lowered: str) -> Iterator[PiiSpan]:
    yield from _social_security(text)
    for kind, pattern in _CALLED if has_any(lowered, _CALLED_HINTS) else ():
        for match in pattern.finditer(text):
            yield PiiSpan(start=match.start(1), end=match.end(1), type=kind)
    for pattern, check in _FORMED:
        for match in pattern.finditer(text):
            if check.is_valid(match[0]):
                yield _national(match)
    for match in _NINO.finditer(text):
        yield _national(match)
    for match in _NUMBER.finditer(text):
        if _NATIONAL_WORDS.search(before(text, match.start(), _NEAR)) and _passes_a_check(match[0]):
            yield _national(match)


def _social_security(text: str) -> Iterator[PiiSpan]:
    for match in _SSN.finditer(text):
        called = last_at(_SSN_WORDS, before(text, match.start(), _NEAR)) >= 0
        dashed = match[2] == _SSN_DASH and american.is_valid(match[0])
        if called or dashed or _is_itin(match):
            yield PiiSpan(start=match.start(), end=match.end(), type=PiiType.US_SSN)


def _is_itin(match: re.Match[str]) -> bool:
    """The number of those who pay taxes without a social security number stands in for it."""
    return match[2] == _SSN_DASH and match[1][0] == "9" and match[3][0] in "56789"


def _passes_a_check(written: str) -> bool:
    return any(check.is_valid(written) for check in _CHECKED)


def _national(match: re.Match[str]) -> PiiSpan:
    return PiiSpan(start=match.start(), end=match.end(), type=PiiType.NATIONAL_ID)
