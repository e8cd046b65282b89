"""What changed between two versions of a contract, by path. Above: repository, endpoints, commands. Below: nothing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DifferenceKind(StrEnum):
    """What became of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that differs. `before` is None when it was added, `after` when it was removed."""

    path: str
    kind: DifferenceKind
    before: Any = None
    after: Any = None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What leads from one document to the other, in the order of the fields.

    Objects are compared field by field, lists of objects entry by entry at their positions
    (`escalation.keywords.0.weight`), every other list as a whole.
    """
    return list(_in_objects(before, after, ""))


def _in_objects(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        at = f"{path}.{name}" if path else name
        if name not in after:
            yield Difference(path=at, kind=DifferenceKind.REMOVED, before=before[name])
        elif name not in before:
            yield Difference(path=at, kind=DifferenceKind.ADDED, after=after[name])
        else:
            yield from _in_values(before[name], after[name], at)


def _in_values(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _in_objects(before, after, path)
    elif _list_of_objects(before) and _list_of_objects(after) and (before or after):
        yield from _in_objects(_by_position(before), _by_position(after), path)
    elif _written(before) != _written(after):
        yield Difference(path=path, kind=DifferenceKind.CHANGED, before=before, after=after)


def _list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _by_position(items: list[Any]) -> dict[str, Any]:
    return {str(place): item for place, item in enumerate(items)}


def _written(value: Any) -> str:
    """As JSON, where true is not 1 although Python takes them for equal."""
    return json.dumps(value, sort_keys=True)
