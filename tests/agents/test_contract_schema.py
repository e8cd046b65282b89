"""The published schema: a form can be made from it, and its examples and defaults are right."""

from copy import deepcopy
from typing import Any

import pytest

from agents.contracts import FULL, SMALLEST, full_with
from deskhand.agents.contract_documents import draft_from
from deskhand.agents.contract_problems import allowed
from deskhand.agents.contract_schema import contract_schema, field_schema, held_schema, is_nullable
from deskhand.agents.contract_text import PATTERNS_IN_WORDS

Path = tuple[int | str, ...]
Node = dict[str, Any]


def fields(path: Path = ()) -> list[tuple[Path, Node]]:
    """Every named field with its schema as published."""
    held = held_schema(path) or {}
    found: list[tuple[Path, Node]] = []
    for name, node in held.get("properties", {}).items():
        at = (*path, name)
        found += [(at, node), *fields(at)]
        if (held_schema(at) or {}).get("type") == "array":
            found += fields((*at, 0))
    return found


FIELDS = fields()
each_field = pytest.mark.parametrize(("path", "node"), FIELDS, ids=[".".join(map(str, path)) for path, _ in FIELDS])


def nodes(node: object) -> list[Node]:
    """Every object inside the schema."""
    if isinstance(node, list):
        return [inner for item in node for inner in nodes(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(inner for value in node.values() for inner in nodes(value))]


def test_it_says_which_dialect_it_is_and_holds_no_references() -> None:
    schema = contract_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["name", "identity"]
    assert not any("$ref" in node or "$defs" in node for node in nodes(schema))


def test_changing_what_is_given_out_changes_nothing() -> None:
    contract_schema()["properties"].clear()
    assert contract_schema()["properties"]


@each_field
def test_every_field_says_what_it_is_and_gives_an_example(path: Path, node: Node) -> None:
    assert node["title"]
    assert node["description"].endswith(".")
    assert len(node["description"]) <= 140
    assert node["examples"]


@each_field
def test_every_field_has_a_default_or_is_required(path: Path, node: Node) -> None:
    parent = held_schema(path[:-1]) or {}
    assert ("default" in node) != (path[-1] in parent.get("required", ()))


@each_field
def test_every_field_is_bounded(path: Path, node: Node) -> None:
    held = held_schema(path) or {}
    match held["type"]:
        case "integer" | "number":
            assert held["minimum"] < held["maximum"]
        case "string":
            assert held.keys() & {"maxLength", "pattern", "enum", "format"}
        case "array":
            assert held["maxItems"] <= 100
        case "object":
            assert held["additionalProperties"] is False
        case kind:
            assert kind == "boolean"


@each_field
def test_its_examples_are_right(path: Path, node: Node) -> None:
    for example in node["examples"]:
        document = full_with(path, example)
        if path == ("configuration", "llm_provider") and example == "offline":
            document["configuration"]["llm_model"] = None
        if path == ("configuration", "fallbacks", 0, "provider"):
            last = [] if example == "offline" else [{"provider": "offline"}]
            document["configuration"]["fallbacks"] = [{"provider": example}, *last]
        draft_from(document)


@each_field
def test_its_defaults_are_those_a_contract_gets(path: Path, node: Node) -> None:
    if "default" not in node or 0 in path or path[0] == "voice" or path[:2] == ("escalation", "hours"):
        return
    written: Any = draft_from(SMALLEST).model_dump(mode="json")
    for step in path:
        written = written[step]
    assert written == node["default"]


@each_field
def test_what_a_field_may_hold_can_be_said_in_words(path: Path, node: Node) -> None:
    words = allowed(path)
    assert "another value" not in words
    assert words.endswith(", or null") == is_nullable(node)


def test_every_pattern_is_said_in_words() -> None:
    patterns = {node["pattern"] for node in nodes(contract_schema()) if isinstance(node.get("pattern"), str)}
    assert patterns == set(PATTERNS_IN_WORDS)


def test_what_the_server_sets_is_marked() -> None:
    marked = {".".join(map(str, path)) for path, node in FIELDS if node.get("readOnly")}
    assert marked == {"created_at", "updated_at", "metadata.tenant_id"}


def test_it_says_that_a_voice_agent_needs_a_voice() -> None:
    schema = contract_schema()
    assert schema["if"]["properties"]["type"] == {"const": "voice"}
    assert schema["then"]["required"] == ["voice"]


def test_every_field_of_the_full_contract_is_in_it_and_no_other() -> None:
    def names(document: Any, path: Path = ()) -> set[Path]:
        if isinstance(document, list):
            return names(document[0], (*path, 0)) if document else set()
        if not isinstance(document, dict):
            return set()
        here = {(*path, name) for name in document}
        return here.union(*(names(value, (*path, name)) for name, value in document.items()))

    assert names(deepcopy(FULL)) == {path for path, _ in FIELDS}
    assert field_schema(("traits", "surprise")) is None
    assert field_schema(("surprise", "traits", 0)) is None
