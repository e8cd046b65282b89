"""Every field of a contract, one by one: what is wrong is refused by name, with the value and with what is allowed.

The cases are made from the published schema, so that a new field is held to the same without a new test.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from agents.contracts import FULL, full_with, full_without
from deskhand.agents.contract_documents import draft_from
from deskhand.agents.contract_problems import InvalidContract
from deskhand.agents.contract_schema import contract_schema, held_schema, is_nullable
from deskhand.kit.problems import FieldProblem

Path = tuple[int | str, ...]
Node = dict[str, Any]

ANOTHER_TYPE: dict[str, Any] = {
    "integer": "50",
    "number": "0.5",
    "string": 7,
    "boolean": "true",
    "array": "one",
    "object": [],
}
NEEDED_BY: dict[Path, Path] = {
    ("voice",): ("voice",),
    ("configuration", "llm_provider"): ("configuration", "llm_model"),
    ("approval", "rules", 0, "above_amount"): ("approval", "rules", 0, "currency"),
}
"""What may be null by itself, and who then complains in the full contract."""
IN_WORDS = {
    "integer": "a whole number from",
    "number": "a number from",
    "boolean": "true or false",
    "array": "a list of",
    "object": "an object with the fields",
}


def fields(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every field below a node, each with the schema as it is published."""
    for name, field in node.get("properties", {}).items():
        at = (*path, name)
        held = held_schema(at)
        assert held is not None
        yield at, field
        yield from fields(held, at)
        if held.get("type") == "array":
            item = held_schema((*at, 0))
            assert item is not None
            yield (*at, 0), held["items"]
            yield from fields(item, (*at, 0))


FIELDS = list(fields(contract_schema()))
HELD = [(path, held_schema(path) or {}) for path, _ in FIELDS]


def label(value: object) -> str:
    return ".".join(map(str, value)) if isinstance(value, tuple) else "_"


def with_(*keys: str) -> list[Any]:
    """The fields whose schema has all these keys, as parameters."""
    chosen = [(path, held) for path, held in HELD if all(key in held for key in keys)]
    return [pytest.param(path, held, id=label(path)) for path, held in chosen]


def problem_of(document: dict[str, Any], path: Path) -> FieldProblem:
    """What is said about the field at this path; it must be the only field complained of."""
    with pytest.raises(InvalidContract) as refused:
        draft_from(document)
    assert [problem.field for problem in refused.value.problems] == [label(path)]
    assert refused.value.status == 422
    assert refused.value.detail.startswith(f"{label(path)}: ")
    return refused.value.problems[0]


def first_entry(path: Path) -> Any:
    """The first entry of the list at this path of the full contract."""
    entry: Any = FULL
    for step in (*path, 0):
        entry = entry[step]
    return entry


def many(path: Path, count: int) -> list[Any]:
    """So many right entries for the list at this path."""
    entry = first_entry(path)
    if path == ("languages",):
        return [f"a{chr(ord('a') + number)}" for number in range(count)]
    return [f"{entry}-{number}" if isinstance(entry, str) else entry for number in range(count)]


def plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def test_the_full_contract_is_right_and_says_something_everywhere() -> None:
    written = draft_from(FULL).model_dump(mode="json")
    assert written == FULL
    assert len(FIELDS) > 100


@pytest.mark.parametrize(("path", "held"), with_("minimum"))
def test_a_number_below_its_range_is_refused(path: Path, held: Node) -> None:
    wrong = held["minimum"] - 1
    problem = problem_of(full_with(path, wrong), path)
    assert problem.message.startswith(f"{wrong!r} is below the least allowed, {plain(held['minimum'])}")
    assert f"from {plain(held['minimum'])} to {plain(held['maximum'])}" in problem.message


@pytest.mark.parametrize(("path", "held"), with_("maximum"))
def test_a_number_above_its_range_is_refused(path: Path, held: Node) -> None:
    wrong = held["maximum"] + 1
    problem = problem_of(full_with(path, wrong), path)
    assert problem.message.startswith(f"{wrong!r} is above the most allowed, {plain(held['maximum'])}")
    assert f"from {plain(held['minimum'])} to {plain(held['maximum'])}" in problem.message


@pytest.mark.parametrize("infinite", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize(("path", "held"), with_("minimum"))
def test_what_is_no_finite_number_is_refused(path: Path, held: Node, infinite: float) -> None:
    problem = problem_of(full_with(path, infinite), path)
    assert str(infinite) in problem.message
    assert f"from {plain(held['minimum'])} to {plain(held['maximum'])}" in problem.message


@pytest.mark.parametrize(("path", "held"), with_("minimum"))
def test_the_ends_of_a_range_are_in_it(path: Path, held: Node) -> None:
    for end in (held["minimum"], held["maximum"]):
        document = full_with(path, end)
        # A turn must hold one answer: the two budgets move together.
        if path == ("configuration", "output_tokens_per_turn"):
            document["configuration"]["max_tokens"] = 50
        written: Any = draft_from(document).model_dump(mode="json")
        for step in path:
            written = written[step]
        assert written == end


@pytest.mark.parametrize(("path", "held"), with_("type"))
def test_another_type_is_told_not_turned(path: Path, held: Node) -> None:
    wrong = ANOTHER_TYPE[held["type"]]
    problem = problem_of(full_with(path, wrong), path)
    shown = "a list" if wrong == [] else repr(wrong)
    if held.get("format") != "date-time":
        assert problem.message.startswith(shown)
    if "enum" not in held:
        assert IN_WORDS.get(held["type"], "") in problem.message


@pytest.mark.parametrize(("path", "held"), with_("type"))
def test_true_is_no_number_and_no_text(path: Path, held: Node) -> None:
    if held["type"] != "boolean":
        assert ": give " in problem_of(full_with(path, True), path).message


@pytest.mark.parametrize(("path", "field"), [pytest.param(*each, id=label(each[0])) for each in FIELDS])
def test_null_is_refused_where_nothing_cannot_be(path: Path, field: Node) -> None:
    document = full_with(path, None)
    if path in NEEDED_BY:
        problem_of(document, NEEDED_BY[path])
    elif is_nullable(field):
        assert draft_from(document).model_dump(mode="json") == document
    else:
        assert re.match("null (was given|is not allowed): give ", problem_of(document, path).message)


@pytest.mark.parametrize(("path", "held"), with_("maxLength"))
def test_text_that_is_too_long_is_refused_and_quoted_in_short(path: Path, held: Node) -> None:
    wrong = "a" * (held["maxLength"] + 1)
    problem = problem_of(full_with(path, wrong), path)
    if "pattern" not in held:
        assert f"is {len(wrong)} characters long, above the most allowed, {held['maxLength']}" in problem.message
    assert len(problem.message) < 400


@pytest.mark.parametrize(("path", "held"), with_("minLength"))
def test_text_that_is_empty_or_only_spaces_is_refused_where_some_is_needed(path: Path, held: Node) -> None:
    for wrong in ("", "   "):
        assert "too short" in problem_of(full_with(path, wrong), path).message


@pytest.mark.parametrize(("path", "held"), with_("pattern"))
def test_text_of_another_shape_is_refused_with_an_example(path: Path, held: Node) -> None:
    problem = problem_of(full_with(path, "¿no, not so?"), path)
    assert problem.message.startswith("'¿no, not so?' is not allowed: give ")
    assert held["pattern"] not in problem.message


@pytest.mark.parametrize(("path", "held"), with_("enum"))
def test_a_choice_that_is_none_is_refused_with_all_choices(path: Path, held: Node) -> None:
    problem = problem_of(full_with(path, "robot"), path)
    assert "'robot'" in problem.message
    assert all(repr(choice) in problem.message for choice in held["enum"])


@pytest.mark.parametrize(("path", "held"), with_("maxItems"))
def test_a_list_that_is_too_long_is_refused(path: Path, held: Node) -> None:
    count = held["maxItems"] + 1
    problem = problem_of(full_with(path, many(path, count)), path)
    assert problem.message.startswith(f"holds {count} entries, above the most allowed, {held['maxItems']}")


@pytest.mark.parametrize(("path", "held"), with_("uniqueItems"))
def test_an_entry_that_stands_there_twice_is_refused(path: Path, held: Node) -> None:
    entry = first_entry(path)
    problem = problem_of(full_with(path, [entry, entry]), (*path, 1))
    assert f"{entry!r} stands there twice" in problem.message


@pytest.mark.parametrize("path", [(), *(path for path, held in HELD if held.get("type") == "object")], ids=label)
def test_an_unknown_field_is_refused_wherever_it_stands(path: Path) -> None:
    problem = problem_of(full_with((*path, "surprise"), 1), (*path, "surprise"))
    assert problem.message.startswith(f"'surprise' is no field of {label(path) or 'contract'}: ")


@pytest.mark.parametrize(
    "path",
    [(*path, name) for path, held in [((), contract_schema()), *HELD] for name in held.get("required", ())],
    ids=label,
)
def test_a_required_field_that_is_missing_is_named(path: Path) -> None:
    assert problem_of(full_without(path), path).message.startswith("is missing: give ")


@pytest.mark.parametrize(("path", "held"), with_("minLength"))
@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\ud800"])
def test_characters_that_cannot_be_written_are_refused(path: Path, held: Node, character: str) -> None:
    assert "cannot be written" in problem_of(full_with(path, f"a{character}b"), path).message
