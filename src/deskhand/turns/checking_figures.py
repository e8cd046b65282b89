"""The figures of a text, so that two ways of writing one are the same: "thirty days" and 30 days, 3,90 € and EUR 3.90.

Above: the checks. Below: `checking_numbers`. Pure functions, linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from deskhand.turns.checking_numbers import MONEY, NUMBER_WORDS, UNITS, number_of_words, readings, scaled

REMEMBERED_TEXTS = 4_096
Key = tuple[str, float | str]
"""A dimension and a value in it: ("time", 43200.0) for thirty days in minutes, ("£", 3.9), ("", 14.0) for a number."""

_TOP_LEVEL = (
    "com|org|net|io|co|uk|de|fr|eu|at|ch|nl|it|es|us|ca|au|app|dev|shop|store|info|biz|me|ai|example|test|help|support"
)
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|https?://[^\s<>()\[\]\"'`]+|www\.[^\s<>()\[\]\"'`]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,6}}(?:{_TOP_LEVEL})\b(?:/[^\s<>()\[\]\"'`]*)?",
    re.IGNORECASE,
)
_ADDRESS_SIGN = re.compile(r"@|://|[\w-]\.[a-zA-Z]")
_PHONE = re.compile(
    r"(?=[+(\d])(?:(?<![\w.,])(?:\+\d{1,3}[ \-/.]?)?(?:\(\d{1,5}\)[ \-/.]?)?\d{2,5}(?:[ \-/]\d{2,6}){1,6}(?![\w])"
    r"|(?<!\w)\+?\d{8,15}(?!\w))"
)
_MIN_PHONE_DIGITS, _SAME_PHONE_DIGITS = 7, 7
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"(?=[\dJFMASOND])(?<![\w-])(?:(?P<iso>\d{4}-\d{2}-\d{2})(?=T|\b)"
    r"|(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<slash_year>\d{4})\b"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,2}}(?:of\s)?(?P<month>{_MONTH})\b\.?(?:,?\s(?P<year>\d{{4}})\b)?"
    rf"|(?P<month2>{_MONTH})\b\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s(?P<year2>\d{{4}})\b)?)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?=\d)(?<![\w.:])(?:(?P<h>[01]?\d|2[0-4])(?::(?P<m>[0-5]\d)(?::[0-5]\d(?:\.\d{1,6})?)?\s?(?P<half>[ap]\.?m\b\.?)?"
    r"|(?:\.(?P<m2>[0-5]\d))?\s?(?P<half2>[ap]\.?m\b\.?)))",
    re.IGNORECASE,
)
_NOON = re.compile(r"\b(?:noon|midday|midnight)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b", re.IGNORECASE)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CODE = re.compile(r"(?<![\w-])(?=[\w-]{0,39}\d)(?=[\w-]{0,39}[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![\w-])")
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_BETWEEN = r"[\s-]{0,2}(?:(?:working|business|calendar|full|more|further|consecutive|whole)\s)?"
_SIGN = re.compile(r"(?:[£$€¥]|\b(?:GBP|USD|EUR|CHF|JPY|AUD|CAD))\s?\Z", re.IGNORECASE)
_SIGN_CHARS = 4
_RATE = re.compile(r"\s?(?:per|an?|each|every|/)\s?(hour|day|week|month|year)\b", re.IGNORECASE)
_DIGITS = r"\d{1,15}(?:[.,'’]\d{1,6}){0,6}"
_NUMBER = re.compile(
    rf"(?<![\w#])(?P<digits>{_DIGITS})(?:st|nd|rd|th)?(?:{_BETWEEN}(?P<unit>{_UNIT})(?![^\W_]))?", re.IGNORECASE
)
_WORDED = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_WORDS = re.compile(
    rf"(?=[a-z])(?<![\w-])(?P<words>(?:{_WORDED})(?:(?:[\s-]|\sand\s)(?:{_WORDED}))*)(?:{_BETWEEN}(?P<unit>{_UNIT})(?![^\W_]))?(?!\w)",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"\b(?:a|an|next|each|every|per|same|following)\s(?:(?:working|business)\s)?(?P<unit>{_UNIT})\b", re.IGNORECASE
)
_RANGE = re.compile(rf"({_DIGITS})\s?(?:-|–|—|to|and|or)\s?(?={_DIGITS}{_BETWEEN}({_UNIT})(?![^\W_]))", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure and where it stands. Any of `keys` is it: 03/04/2026 may be in March or in April."""

    start: int
    end: int
    keys: frozenset[Key]
    kind: str
    """number, date, time, phone, address or code."""

    @property
    def dimension(self) -> str:
        """What it counts, or nothing where the text does not say."""
        return next(iter(sorted(dimension for dimension, _ in self.keys)), "")


@lru_cache(maxsize=REMEMBERED_TEXTS)
def figures_in(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in order, without overlap."""
    taken = bytearray(len(text))
    found: list[Figure] = []
    for each in _all(text):
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\x01" * (each.end - each.start)
            found.append(each)
    return tuple(sorted(found, key=lambda figure: figure.start))


@lru_cache(maxsize=REMEMBERED_TEXTS)
def keys_of_figures(text: str) -> frozenset[Key]:
    """What a text says in figures, generously: each also as a mere number, and "the next day" as one day."""
    keys: set[Key] = set()
    for figure in figures_in(text):
        keys |= figure.keys
        if figure.kind == "date":
            keys.update((dimension, str(value)[5:]) for dimension, value in figure.keys if len(str(value)) > 5)  # noqa: PLR2004
        keys.update((dimension.partition("/")[0], value) for dimension, value in figure.keys)
        if "/" not in figure.dimension:
            keys.update((f"{dimension}/", value) for dimension, value in figure.keys if dimension in MONEY)
        if figure.kind == "number":
            keys.update(("any", value) for value in _values(text[figure.start : figure.end]))
    for ordinal in _ORDINAL.finditer(text):
        place = float(_ORDINALS.index(ordinal[0].lower()) + 1)
        keys |= {("", place), ("any", place)}
    for single in _SINGLE.finditer(text):
        dimension, value = scaled(1.0, single["unit"])
        keys.add((dimension, value))
    return frozenset(keys)


def stands_in(figure: Figure, text: str, keys: frozenset[Key]) -> bool:
    """Whether a figure of `text` is among the keys of another. Without a unit on either side the number decides."""
    if figure.keys & keys:
        return True
    if figure.kind != "number":
        return False
    values = _values(text[figure.start : figure.end])
    if not figure.dimension:
        return any(("any", value) in keys for value in values)
    if "/" in figure.dimension and any((f"{each.partition('/')[0]}/", value) in keys for each, value in figure.keys):
        return True  # the other text does not say how often
    return any(("", value) in keys for value in values)


def without_figures(text: str) -> str:
    """What a text says in words."""
    pieces, at = [], 0
    for figure in figures_in(text):
        pieces.append(text[at : figure.start])
        at = figure.end
    return " ".join([*pieces, text[at:]])


def _all(text: str) -> Iterator[Figure]:
    """The most telling kind first: the digits of a date are not numbers of their own."""
    yield from _addresses(text)
    yield from _dates(text)
    yield from _times(text)
    yield from _codes(text)
    yield from _phones(text)
    yield from _numbers(text)
    yield from _worded(text)


def _addresses(text: str) -> Iterator[Figure]:
    if _ADDRESS_SIGN.search(text) is None:
        return
    for found in _ADDRESS.finditer(text):
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0].lower()).rstrip("/.,;:!?*_")
        yield Figure(start=found.start(), end=found.end(), keys=frozenset({("address", bare)}), kind="address")


def _dates(text: str) -> Iterator[Figure]:
    for found in _DATE.finditer(text):
        if (found["month"] or found["month2"]) in {"may", "march"}:
            continue  # "you may 3 times"
        yield Figure(start=found.start(), end=found.end(), keys=_date_keys(found), kind="date")


def _date_keys(found: re.Match[str]) -> frozenset[Key]:
    if found["iso"]:
        return frozenset({("date", found["iso"])})
    if found["a"]:
        first, second, year = int(found["a"]), int(found["b"]), found["slash_year"]
        days = ((first, second), (second, first))
        return frozenset(("date", f"{year}-{month:02}-{day:02}") for month, day in days if month <= 12)  # noqa: PLR2004
    month = _MONTHS[(found["month"] or found["month2"]).lower()]
    day, year = int(found["day"] or found["day2"]), found["year"] or found["year2"]
    return frozenset({("date", f"{year}-{month:02}-{day:02}" if year else f"{month:02}-{day:02}")})


def _times(text: str) -> Iterator[Figure]:
    for found in _NOON.finditer(text):
        clock = "00:00" if found[0].lower() == "midnight" else "12:00"
        yield Figure(start=found.start(), end=found.end(), keys=frozenset({("clock", clock)}), kind="time")
    for found in _TIME.finditer(text):
        hour, minute = int(found["h"]), int(found["m"] or found["m2"] or 0)
        half = (found["half"] or found["half2"] or "").lower()
        if half.startswith("p") and hour < 12:  # noqa: PLR2004 - noon
            hour += 12
        if half.startswith("a") and hour == 12:  # noqa: PLR2004 - midnight
            hour = 0
        yield Figure(
            start=found.start(), end=found.end(), keys=frozenset({("clock", f"{hour:02}:{minute:02}")}), kind="time"
        )


def _codes(text: str) -> Iterator[Figure]:
    """E17, LS-12345678; not 20kg, 2nd, 30-day."""
    for found in _CODE.finditer(text):
        if _NUMBER.fullmatch(found[0]) is None and re.match(r"\d+(?:st|nd|rd|th|x|-[A-Za-z]+)\Z", found[0]) is None:
            bare = re.sub(r"[-_]", "", found[0]).lower()
            yield Figure(start=found.start(), end=found.end(), keys=frozenset({("code", bare)}), kind="code")


def _phones(text: str) -> Iterator[Figure]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) >= _MIN_PHONE_DIGITS:
            keys = frozenset({("phone", digits[-_SAME_PHONE_DIGITS:])})
            yield Figure(start=found.start(), end=found.end(), keys=keys, kind="phone")


def _numbers(text: str) -> Iterator[Figure]:
    range_units = {found.start(1): found[2] for found in _RANGE.finditer(text)}
    for found in _NUMBER.finditer(text):
        rate = _RATE.match(text, found.end())
        sign = _SIGN.search(text[max(0, found.start() - _SIGN_CHARS) : found.start()])
        unit = sign[0].strip() if sign else found["unit"] or range_units.get(found.start()) or ""
        keys = frozenset(_at_a_rate(scaled(value, unit), rate) for value in readings(found["digits"]))
        yield Figure(start=found.start(), end=rate.end() if rate else found.end(), keys=keys, kind="number")


def _at_a_rate(key: Key, rate: re.Match[str] | None) -> Key:
    """A price a month is another one than a price a year; a time or a weight is what it is."""
    dimension, value = key
    return (f"{dimension}/{rate[1].lower()}", value) if rate and dimension in MONEY else key


def _worded(text: str) -> Iterator[Figure]:
    for found in _WORDS.finditer(text):
        words, unit = found["words"], found["unit"] or ""
        if (words.lower() == "one" and not unit) or text[: found.start()].endswith("and a "):
            continue  # "the one that", "one of them", "a year and a half"
        keys = {scaled(number_of_words(words), unit)}
        if words.lower() == "half":
            keys.add(("%", 50.0))
        yield Figure(start=found.start(), end=found.end(), keys=frozenset(keys), kind="number")


def _values(written: str) -> frozenset[float]:
    """The mere numbers of a figure as written."""
    digits = re.search(_DIGITS, written)
    if digits:
        return readings(digits[0])
    words = _WORDS.match(written)
    return frozenset({number_of_words(words["words"])}) if words else frozenset()
