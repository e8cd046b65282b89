"""From a draft to a contract and back, when two contracts say the same, and how large one can be."""

import json
from typing import Any

import pytest

from agents.contracts import FULL, MOMENT, SMALLEST, a_contract, a_draft, full_with
from deskhand.agents.contract import content_hash, draft_of
from deskhand.agents.contract_documents import MAX_CONTRACT_BYTES, completed, contract_from, draft_from
from deskhand.agents.contract_problems import InvalidContract
from deskhand.agents.contract_schema import held_schema

Path = tuple[int | str, ...]


def test_a_draft_becomes_a_contract_with_what_the_server_sets() -> None:
    draft = a_draft(id="mine", version="9.9.9", metadata={"tenant_id": "ten_other", "tags": ["a"]})
    contract = completed(
        draft,
        agent_id="support",
        version="1.0.0",
        created_at=MOMENT,
        updated_at=MOMENT,
        tenant_id="ten_1",
        owner_id="usr_1",
    )
    assert (contract.id, contract.version, contract.metadata.tenant_id) == ("support", "1.0.0", "ten_1")
    assert (contract.metadata.owner_id, contract.metadata.tags) == ("usr_1", ("a",))


def test_an_owner_that_the_draft_names_stays() -> None:
    assert a_contract(metadata={"owner_id": "usr_named"}).metadata.owner_id == "usr_named"
    assert a_contract().metadata.owner_id == "usr_1"


def test_what_cannot_be_completed_is_refused_by_name() -> None:
    with pytest.raises(InvalidContract, match=r"routing\.handoff_targets\.0"):
        a_contract(routing={"handoff_targets": ["support"]})


def test_the_draft_of_a_contract_names_neither_tenant_nor_version_nor_times() -> None:
    draft = draft_of(contract_from(FULL))
    assert (draft.id, draft.version, draft.created_at, draft.updated_at) == ("support", None, None, None)
    assert (draft.metadata.tenant_id, draft.metadata.owner_id) == (None, "usr_1")
    assert draft.traits == contract_from(FULL).traits


def test_the_hash_tells_content_from_version_times_and_tenant() -> None:
    contract = contract_from(FULL)
    same = [("version", "2.0.0"), ("created_at", "2027-01-01T00:00:00Z"), ("updated_at", "2027-01-01T00:00:00Z")]
    for name, value in same:
        assert content_hash(contract_from(full_with((name,), value))) == content_hash(contract)
    assert content_hash(contract_from(full_with(("metadata", "tenant_id"), "ten_2"))) == content_hash(contract)
    assert content_hash(draft_of(contract)) == content_hash(contract)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), "other"),
        (("name",), "Robyn"),
        (("traits", "humor"), 21),
        (("metadata", "status"), "inactive"),
        (("escalation", "keywords", 0, "weight"), 0.8),
    ],
)
def test_the_hash_changes_with_the_content(path: tuple[int | str, ...], value: object) -> None:
    assert content_hash(draft_from(full_with(path, value))) != content_hash(draft_from(FULL))


def test_the_hash_does_not_depend_on_how_the_file_is_written() -> None:
    reordered = dict(reversed(FULL.items()))
    short, spelled = {**SMALLEST}, {**SMALLEST, "traits": {"creativity": 50}, "languages": ["EN"]}
    assert content_hash(draft_from(reordered)) == content_hash(draft_from(FULL))
    assert content_hash(draft_from(spelled)) == content_hash(draft_from(short))


def longest(path: Path) -> Any:
    """The longest value that the field at this path can hold, in characters of four bytes where it may be any."""
    held = held_schema(path) or {}
    match held["type"]:
        case "object":
            return {name: longest((*path, name)) for name in held["properties"]}
        case "array":
            return [longest((*path, 0))] * held["maxItems"]
        case "string" if "maxLength" in held and "pattern" not in held:
            return "🙂" * held["maxLength"]
        case "string":
            return "a" * 64
        case _:
            return -1234567890.123456789


def test_no_contract_within_its_bounds_is_too_large_to_be_kept() -> None:
    size = len(json.dumps(longest(()), ensure_ascii=False).encode())
    assert MAX_CONTRACT_BYTES / 2 < size < MAX_CONTRACT_BYTES
