"""Compares what was expected with what came, and says the difference in words for people. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OPEN = "…"
SHOWN = 600


def differences(expected: Any, found: Any, place: str) -> Iterator[str]:
    """What is not as expected. Of a mapping what is expected is compared, of a list everything."""
    if isinstance(expected, Mapping):
        yield from _of_mapping(expected, found, place)
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        yield from _of_list(expected, found, place)
    elif isinstance(expected, str) and isinstance(found, str):
        if not fits(expected, found):
            yield f"{place} should be {expected!r} and is {_short(found)}"
    elif expected != found:
        yield f"{place} should be {expected!r} and is {_short(found)}"


def fits(expected: str, found: str) -> bool:
    """Whether the text is the expected one; where that begins or ends with … it may go on."""
    begun, ended = expected.startswith(OPEN), expected.endswith(OPEN)
    words = expected.strip(OPEN)
    if begun and ended:
        return words in found
    if begun:
        return found.endswith(words)
    return found.startswith(words) if ended else found == words


def _of_mapping(expected: Mapping[str, Any], found: Any, place: str) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{place} should have {', '.join(expected)} and is {_short(found)}"
        return
    for key, value in expected.items():
        if key not in found:
            yield f"{place} has no {key!r}; it has {', '.join(map(str, found)) or 'nothing'}"
        else:
            yield from differences(value, found[key], f"{place}.{key}")


def _of_list(expected: Sequence[Any], found: Any, place: str) -> Iterator[str]:
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != len(expected):
        count = len(found) if isinstance(found, Sequence) and not isinstance(found, str) else "no list"
        yield f"{place} should be {len(expected)} and is {count}: {_short(found)}"
        return
    for number, (each, came) in enumerate(zip(expected, found, strict=True), start=1):
        yield from differences(each, came, f"{place}[{number}]")


def missing_in_order(expected: Sequence[str], found: Sequence[str]) -> str | None:
    """The first of the expected that does not come, in their order, among what came; None when all do."""
    rest = iter(found)
    return next((each for each in expected if each not in rest), None)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}{OPEN}"
