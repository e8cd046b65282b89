"""Numbers as people write them, and units brought to one measure. Above: the figures of a text. Below: nothing."""

import re

_ONES = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
)
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_HUNDRED, _THOUSAND = 100.0, 1000.0
NUMBER_WORDS: dict[str, float] = (
    {word: float(value) for value, word in enumerate(_ONES)}
    | {word: 10.0 * value for value, word in enumerate(_TENS, start=2)}
    | {"hundred": _HUNDRED, "thousand": _THOUSAND, "million": 1e6, "dozen": 12.0, "half": 0.5, "twice": 2.0}
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’])\d{3})(?:\1\d{3})*\Z")

_TIME = {"minute": 1, "min": 1, "mins": 1, "hour": 60, "hr": 60, "hrs": 60, "h": 60, "day": 1440, "week": 10080}
_LONG = {"month": 1, "year": 12}
_MASS = {"kg": 1000, "kilo": 1000, "kilogram": 1000, "g": 1, "gram": 1, "tonne": 1_000_000}
_LENGTH = {"mm": 1, "millimetre": 1, "cm": 10, "centimetre": 10, "m": 1000, "metre": 1000, "km": 1e6, "kilometre": 1e6}
_MONEY = {
    "£": ("£", 1), "gbp": ("£", 1), "pound": ("£", 1), "quid": ("£", 1), "pence": ("£", 0.01), "p": ("£", 0.01),
    "$": ("$", 1), "usd": ("$", 1), "dollar": ("$", 1), "€": ("€", 1), "eur": ("€", 1), "euro": ("€", 1),
    "¥": ("¥", 1), "jpy": ("¥", 1), "yen": ("¥", 1), "chf": ("chf", 1), "franc": ("chf", 1), "aud": ("aud", 1),
    "cad": ("cad", 1),
}  # fmt: skip
MONEY = frozenset(dimension for dimension, _ in _MONEY.values())
"""The dimensions of money."""
_PERCENT = {"%": ("%", 1.0), "percent": ("%", 1.0), "per cent": ("%", 1.0)}


def _table() -> dict[str, tuple[str, float]]:
    units: dict[str, tuple[str, float]] = {}
    for dimension, measures in (("time", _TIME), ("months", _LONG), ("mass", _MASS), ("length", _LENGTH)):
        for name, factor in measures.items():
            units[name] = (dimension, float(factor))
            if len(name) > 2:  # noqa: PLR2004 - abbreviations have no plural
                units[f"{name}s"] = (dimension, float(factor))
    for name, (dimension, factor) in _MONEY.items():
        units[name] = (dimension, float(factor))
        units[f"{name}s"] = (dimension, float(factor))
    return units | _PERCENT


UNITS = _table()
"""Every unit by its name: what it measures, and how many of that measure's own unit it is."""


def readings(digits: str) -> frozenset[float]:
    """What a number in digits may mean: 1.000 is a thousand to some and one to others."""
    found: set[float] = set()
    if _GROUPED.match(digits):
        found.add(float(re.sub(r"\D", "", digits)))
    separators = re.findall(r"[.,'’]", digits)
    if not separators:
        found.add(float(digits))
    elif separators[-1] in ".,":
        whole, _, part = digits.rpartition(separators[-1])
        if separators.count(separators[-1]) == 1:
            found.add(float(f"{re.sub(r'[^0-9]', '', whole)}.{part}"))
    return frozenset(found) or frozenset({float(re.sub(r"\D", "", digits))})


def number_of_words(words: str) -> float:
    """Twenty-five, two hundred and ten, three thousand."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        value = NUMBER_WORDS.get(word)
        if value is None:
            continue  # "and"
        if value >= _THOUSAND:
            total, current = total + (current or 1.0) * value, 0.0
        elif value == _HUNDRED or word == "dozen":
            current = (current or 1.0) * value
        else:
            current += value
    return total + current


def scaled(value: float, unit: str) -> tuple[str, float]:
    """The value in the measure's own unit, with the measure; without a unit the value as it is."""
    dimension, factor = UNITS.get(unit.lower(), ("", 1.0))
    return dimension, round(value * factor, 6)
