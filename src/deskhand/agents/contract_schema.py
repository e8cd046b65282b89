"""The JSON Schema (2020-12) of a contract: published, made forms from, and asked what a field may hold.

Above: endpoints, problems, documentation. Below: the contract.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from deskhand.agents.contract import ContractDraft

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Contract of an agent"
DESCRIPTION = "Who an agent is, how it speaks, what it may use, and when a person comes in."

Node = dict[str, Any]


def contract_schema() -> Node:
    """The schema of a contract as it is written; every stored contract fits it too. Without references."""
    return deepcopy(_schema())


def field_schema(path: Sequence[int | str]) -> Node | None:
    """The schema of the field at this path, or None when there is no such field."""
    node: Node | None = _schema()
    for step in path:
        node = _step(_without_null(node), step) if node is not None else None
    return node


def is_nullable(node: Mapping[str, Any]) -> bool:
    """Whether the field may hold null."""
    return any(choice.get("type") == "null" for choice in node.get("anyOf", ()))


def _step(node: Node, step: int | str) -> Node | None:
    if isinstance(step, int):
        found: Node | None = node.get("items")
        listed = next(iter(node.get("examples", ())), None)
        if found is not None and "examples" not in found and isinstance(listed, list) and listed:
            return found | {"examples": [listed[0]]}
        return found
    properties: dict[str, Node] = node.get("properties", {})
    return properties.get(step)


def _without_null(node: Node) -> Node:
    """What the field holds when it is not null, with what is said about it."""
    held = next((choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"), None)
    if held is None:
        return node
    said = {name: value for name, value in node.items() if name != "anyOf"}
    return {**held, **said}


def held_schema(path: Sequence[int | str]) -> Node | None:
    """Like `field_schema`, but of a field that may be null only what it holds otherwise."""
    node = field_schema(path)
    return None if node is None else _without_null(node)


@cache
def _schema() -> Node:
    written = ContractDraft.model_json_schema()
    whole: Node = _resolved(written, written.pop("$defs"))
    return {"$schema": DIALECT} | whole | {"title": TITLE, "description": DESCRIPTION}


def _resolved(node: Any, definitions: Mapping[str, Node]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    said = {name: _resolved(value, definitions) for name, value in node.items() if name != "$ref"}
    if "$ref" not in node:
        return said
    name = node["$ref"].rpartition("/")[2]
    whole: Node = _resolved(definitions[name], definitions)
    return whole | said
