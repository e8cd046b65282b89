"""What is wrong with a contract, field by field: the value that was given, and what the field may hold.

Above: documents, endpoints, commands. Below: the contract's schema, problems.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deskhand.agents.contract_schema import Node, field_schema, held_schema, is_nullable
from deskhand.agents.contract_text import MAX_QUOTED, PATTERNS_IN_WORDS, RULE, quoted
from deskhand.kit.errors import TooLarge
from deskhand.kit.problems import FieldProblem, InvalidFields

MAX_PROBLEMS = 50
"""More are counted, not told."""
MAX_LISTED = 12

Path = tuple[int | str, ...]


class InvalidContract(InvalidFields):
    """A contract that cannot be kept; `problems` names each wrong field."""

    code = "invalid_contract"
    title = "The contract is not valid"


class ContractTooLarge(TooLarge):
    code = "contract_too_large"
    title = "The contract is too large"


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """Each wrong field with the value given and what is allowed, in the contract's order.

    A list is not said to be too short when that is only because its entries are wrong.
    """
    found = error.errors(include_url=False)
    wrong_inside = {details["loc"][:-1] for details in found}
    told = [each for each in found if not (each["type"] == "too_short" and each["loc"] in wrong_inside)]
    return [_problem(details) for details in told[:MAX_PROBLEMS]]


def first_problem(error: ValidationError) -> FieldProblem:
    """The first wrong field."""
    return field_problems(error)[0]


def named(path: Iterable[int | str]) -> str:
    """The path as it is told: `routing.examples.3`; nothing means the contract as a whole."""
    return ".".join(str(step)[:MAX_QUOTED] for step in path) or "contract"


def listed(names: Iterable[str]) -> str:
    """Some names, for a sentence."""
    ordered = sorted(names)
    shown = ", ".join(repr(name) for name in ordered[:MAX_LISTED])
    return f"{shown} and {len(ordered) - MAX_LISTED} more" if len(ordered) > MAX_LISTED else shown or "none"


def nearest(name: str, known: Iterable[str]) -> str:
    """The next step after a name that is not known: the one that was probably meant, or those there are."""
    names = list(known)
    close = get_close_matches(name[:MAX_QUOTED], names, n=1, cutoff=0.75)
    return f"did you mean {close[0]!r}?" if close else f"there is {listed(names)}."


def allowed(path: Path) -> str:
    """What the field at this path may hold: `a whole number from 0 to 100`."""
    node, held = field_schema(path), held_schema(path)
    if node is None or held is None:
        return "another value"
    return _described(held) + (", or null" if is_nullable(node) else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wrong:
    """One wrong value, where it stands, and the bound that it broke."""

    path: Path
    value: Any
    bounds: Mapping[str, Any]

    @property
    def shown(self) -> str:
        return quoted(self.value)

    @property
    def remedy(self) -> str:
        return f"give {allowed(self.path)}."


def _problem(details: ErrorDetails) -> FieldProblem:
    path: Path = details["loc"]
    kind, bounds = details["type"], details.get("ctx", {})
    if kind == RULE:
        at = str(bounds["field"])
        return FieldProblem(field=named([*path, *at.split(".")] if at else path), message=str(bounds["reason"]))
    tell = _MESSAGES.get(kind, _wrong_kind if kind.endswith("_type") else _not_allowed)
    return FieldProblem(field=named(path), message=tell(_Wrong(path=path, value=details["input"], bounds=bounds)))


def _unknown(wrong: _Wrong) -> str:
    parent, name = wrong.path[:-1], str(wrong.path[-1])
    fields = (held_schema(parent) or {}).get("properties", {})
    return f"{quoted(name)} is no field of {named(parent)}: {nearest(name, fields)}"


def _below(wrong: _Wrong) -> str:
    return f"{wrong.shown} is below the least allowed, {_number(wrong.bounds['ge'])}: {wrong.remedy}"


def _above(wrong: _Wrong) -> str:
    return f"{wrong.shown} is above the most allowed, {_number(wrong.bounds['le'])}: {wrong.remedy}"


def _too_long(wrong: _Wrong) -> str:
    size, most = len(wrong.value), wrong.bounds["max_length"]
    said = f"{wrong.shown} is {size} characters long" if isinstance(wrong.value, str) else f"holds {size} entries"
    return f"{said}, above the most allowed, {most}: {wrong.remedy}"


def _too_short(wrong: _Wrong) -> str:
    said = f"{wrong.shown} is too short" if isinstance(wrong.value, str) else "holds too few entries"
    return f"{said}: {wrong.remedy}"


def _wrong_kind(wrong: _Wrong) -> str:
    said = "is text" if isinstance(wrong.value, str) else "was given"
    return f"{wrong.shown} {said}: {wrong.remedy}"


def _not_allowed(wrong: _Wrong) -> str:
    return f"{wrong.shown} is not allowed: {wrong.remedy}"


_MESSAGES: dict[str, Callable[[_Wrong], str]] = {
    "missing": lambda wrong: f"is missing: {wrong.remedy}",
    "extra_forbidden": _unknown,
    "greater_than_equal": _below,
    "less_than_equal": _above,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "too_long": _too_long,
    "too_short": _too_short,
    "string_unicode": lambda _: "holds half a character (a lone surrogate), which cannot be written: remove it.",
}


def _described(held: Node) -> str:
    if "enum" in held:
        return "one of " + ", ".join(repr(choice) for choice in held["enum"])
    describe = _KINDS.get(held.get("type", ""))
    return describe(held) if describe is not None else "another value"


def _text(held: Node) -> str:
    example = f", such as {held['examples'][0]!r}" if held.get("examples") else ""
    if "pattern" in held:
        return PATTERNS_IN_WORDS[held["pattern"]] + example
    if held.get("format") == "date-time":
        return f"date, time and zone{example}"
    return f"text of {_span(held, 'minLength', 'maxLength')} characters"


def _whole_number(held: Node) -> str:
    return f"a whole number {_range(held)}"


def _any_number(held: Node) -> str:
    return f"a number {_range(held)}"


def _list(held: Node) -> str:
    return f"a list of {_span(held, 'minItems', 'maxItems')} entries"


def _object(held: Node) -> str:
    return f"an object with the fields {listed(held.get('properties', {}))}"


_KINDS: dict[str, Callable[[Node], str]] = {
    "string": _text,
    "integer": _whole_number,
    "number": _any_number,
    "array": _list,
    "object": _object,
    "boolean": lambda _: "true or false",
}


def _range(held: Node) -> str:
    return f"from {_number(held['minimum'])} to {_number(held['maximum'])}"


def _span(held: Node, least: str, most: str) -> str:
    return f"{held[least]} to {held[most]}" if held.get(least) else f"at most {held[most]}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
