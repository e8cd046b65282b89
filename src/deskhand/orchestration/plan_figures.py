"""Figures of a sentence, each with what it measures, so that "two weeks" and "14 days" can be compared. Pure.

Above: conflicts, and the check of a model's synthesis. Below: nothing.
"""

import re
from dataclasses import dataclass

_SMALL = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
)
_WORDS = {word: float(number) for number, word in enumerate(_SMALL)} | {
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "ninety": 90.0,
    "hundred": 100.0,
}
_SIGNS = {"£": "gbp", "$": "usd", "€": "eur", "¥": "jpy"}
_MONEY = {
    "gbp": "gbp", "pound": "gbp", "pounds": "gbp", "quid": "gbp", "usd": "usd", "dollar": "usd", "dollars": "usd",
    "eur": "eur", "euro": "eur", "euros": "eur", "jpy": "jpy", "yen": "jpy", "chf": "chf", "francs": "chf",
}  # fmt: skip
_HOURS = {
    "minute": 1 / 60,
    "min": 1 / 60,
    "hour": 1.0,
    "hr": 1.0,
    "day": 24.0,
    "week": 168.0,
    "month": 730.0,
    "year": 8760.0,
}
_MASS = {"g": 0.001, "gram": 0.001, "kg": 1.0, "kilo": 1.0, "kilogram": 1.0, "tonne": 1000.0}
_LENGTH = {
    "mm": 0.001,
    "cm": 0.01,
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "km": 1000.0,
    "kilometre": 1000.0,
    "mile": 1609.0,
}
_MEASURES = (("time", _HOURS), ("mass", _MASS), ("length", _LENGTH))
_WORKING = frozenset({"working", "business"})
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_FIGURE = re.compile(
    rf"(?<![\w.,/-])(?P<sign>[£$€¥])?\s?(?P<number>(?>{_NUMBER})(?![.,/]?\d)|\b(?:{'|'.join(_WORDS)})\b)"
    r"(?P<percent>\s?(?:%|per\s?cent\b))?(?:[\s-]?(?P<unit>[a-z]+)\b(?:\s(?P<second>[a-z]+)\b)?)?",
    re.IGNORECASE,
)
CLOSE = 0.03
"""Two figures that differ by no more of the larger are the same: a month is 30 days, or 31."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """`value` in the measure's own unit; `start` and `end` are where it stands. A bare number measures nothing."""

    value: float
    measure: str
    start: int
    end: int

    def is_like(self, other: "Figure") -> bool:
        """Whether both say as much of the same."""
        return self.measure == other.measure and abs(self.value - other.value) <= CLOSE * max(self.value, other.value)


def figures_of(text: str) -> tuple[Figure, ...]:
    """The figures in order."""
    return tuple(_figure(found) for found in _FIGURE.finditer(text))


def _figure(found: re.Match[str]) -> Figure:
    written = found["number"].lower()
    value = _WORDS[written] if written in _WORDS else _value(written)
    unit, second = (found["unit"] or "").lower(), (found["second"] or "").lower()
    if found["percent"]:
        return Figure(value=value, measure="percent", start=found.start(), end=found.end("percent"))
    if found["sign"] or unit in _MONEY:
        currency = _SIGNS[found["sign"]] if found["sign"] else _MONEY[unit]
        end = found.end("number") if found["sign"] else found.end("unit")
        return Figure(value=value, measure=currency, start=found.start(), end=end)
    if unit in _WORKING and _singular(second) in _HOURS:
        scaled = value * _HOURS[_singular(second)]
        return Figure(value=scaled, measure="working time", start=found.start(), end=found.end("second"))
    for measure, units in _MEASURES:
        if _singular(unit) in units:
            scaled = value * units[_singular(unit)]
            return Figure(value=scaled, measure=measure, start=found.start(), end=found.end("unit"))
    return Figure(value=value, measure=_singular(unit), start=found.start(), end=found.end("number"))


def _value(digits: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def _singular(unit: str) -> str:
    return unit[:-1] if unit.endswith("s") and len(unit) > 2 else unit  # noqa: PLR2004 - "ms" is none
