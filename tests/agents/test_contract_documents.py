"""Documents: read within bounds, and changed by a merge patch."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contracts import FULL, SMALLEST, a_contract
from deskhand.agents.contract import document_of
from deskhand.agents.contract_documents import (
    MAX_CONTRACT_BYTES,
    MAX_DEPTH,
    UnreadableContract,
    apply_merge_patch,
    draft_from,
    parsed,
)
from deskhand.agents.contract_problems import ContractTooLarge, InvalidContract
from deskhand.kit.errors import DeskhandError

TEN_MEGABYTES = 10 * 1024 * 1024

# Lone surrogates too: JSON can write them, UTF-8 cannot.
texts = st.text(st.characters(), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
names = st.text(st.characters(), max_size=4)


def inside(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)


values = st.recursive(scalars, inside, max_leaves=8)
objects = st.dictionaries(names, values, max_size=4)


def nested(depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(depth - 1):
        document = {"a": document}
    return document


def test_a_file_is_read_with_or_without_a_byte_order_mark() -> None:
    text = json.dumps(FULL, ensure_ascii=False)
    assert parsed(text) == parsed(text.encode()) == parsed(text.encode("utf-8-sig")) == FULL


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "This is no JSON"),
        (b"{'name': 1}", "line 1, column 2"),
        (b'{"name": "Robin",}', "This is no JSON"),
        (b"\xff\xfe{}", "Byte 0 is not UTF-8"),
        (b"[]", "a contract is a JSON object, and this is a list"),
        (b'"text"', "this is 'text'"),
        (b"null", "this is null"),
        (b'{"name": "a", "name": "b"}', "'name' stands twice"),
        (b'{"traits": {"humor": 1, "humor": 2}}', "'humor' stands twice"),
        (b"[" * 100_000, "deeper than"),
        (b'{"a":' * 20_000, "deeper than"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
    ],
)
def test_what_is_no_json_object_is_refused_with_the_place(raw: bytes, said: str) -> None:
    with pytest.raises(UnreadableContract) as refused:
        parsed(raw)
    assert said.lower() in refused.value.detail.lower()
    assert refused.value.status == 400


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused(constant: str) -> None:
    with pytest.raises(InvalidContract, match=f"{constant} is no number"):
        parsed(f'{{"traits": {{"humor": {constant}}}}}')


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(InvalidContract, match=r"configuration\.temperature: inf "):
        draft_from(
            parsed('{"name": "R", "identity": {"short_description": "x"}, "configuration": {"temperature": 1e999}}')
        )


@pytest.mark.parametrize(
    "large",
    [
        {"name": "x" * TEN_MEGABYTES},
        {**SMALLEST, "tools": ["search"] * (TEN_MEGABYTES // 10)},
        {**SMALLEST, **{f"field{number}": 1 for number in range(TEN_MEGABYTES // 16)}},
        {**SMALLEST, "routing": {"examples": [["a"] * 50] * (TEN_MEGABYTES // 250)}},
    ],
    ids=["one text", "one list", "many fields", "lists in lists"],
)
def test_ten_megabytes_are_refused(large: dict[str, Any]) -> None:
    raw = json.dumps(large).encode()
    with pytest.raises(ContractTooLarge):
        draft_from(large)
    with pytest.raises(ContractTooLarge) as refused:
        parsed(raw)
    with pytest.raises(ContractTooLarge):
        apply_merge_patch({}, large)
    assert refused.value.status == 413
    assert str(MAX_CONTRACT_BYTES) in refused.value.detail


def test_depth_is_bounded_for_documents_and_patches() -> None:
    assert apply_merge_patch({}, nested(MAX_DEPTH - 1))
    for too_deep in (nested(MAX_DEPTH + 1), nested(100_000)):
        with pytest.raises(ContractTooLarge, match=f"deeper than {MAX_DEPTH}"):
            apply_merge_patch({}, too_deep)
        with pytest.raises(ContractTooLarge, match=f"deeper than {MAX_DEPTH}"):
            draft_from(too_deep)


def outcome(document: object) -> tuple[int, str]:
    """The status and words with which a document is refused; 200 when it is a draft. The words can be sent."""
    try:
        draft_from(document)
    except InvalidContract as refused:
        told = [refused.detail, *(part for problem in refused.problems for part in (problem.field, problem.message))]
        return refused.status, "\n".join(told).encode().decode()
    except DeskhandError as refused:
        return refused.status, refused.detail.encode().decode()
    return 200, "a draft"


@given(values)
def test_any_document_is_a_draft_or_refused_in_words(document: object) -> None:
    status, words = outcome(document)
    assert status in {413, 422}
    assert words


@given(st.sampled_from(sorted(FULL)), values)
def test_any_value_in_any_part_is_taken_or_refused_in_words(part: str, value: object) -> None:
    status, words = outcome({**FULL, part: value})
    assert status in {200, 413, 422}
    assert words


@pytest.mark.parametrize(
    ("document", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "foo"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_the_standard_says(
    document: dict[str, Any], patch: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert apply_merge_patch(document, patch) == merged


@given(objects, objects)
def test_a_merge_patch_changes_neither_argument_and_is_stable(document: dict[str, Any], patch: dict[str, Any]) -> None:
    kept_document, kept_patch = deepcopy(document), deepcopy(patch)
    once = apply_merge_patch(document, patch)
    assert (document, patch) == (kept_document, kept_patch)
    assert apply_merge_patch(once, patch) == once


@given(objects)
def test_an_empty_patch_changes_nothing(document: dict[str, Any]) -> None:
    assert apply_merge_patch(document, {}) == document


@pytest.mark.parametrize("patch", [[], "text", 1, None, True])
def test_a_patch_that_is_no_object_is_refused(patch: object) -> None:
    with pytest.raises(UnreadableContract, match="merge patch is a JSON object"):
        apply_merge_patch(FULL, patch)


def test_null_in_a_patch_brings_the_default_back() -> None:
    document = document_of(a_contract(traits={"humor": 90}, configuration={"temperature": 0.1}))
    patch = {"traits": {"humor": None}, "configuration": {"temperature": None}}
    draft = draft_from(apply_merge_patch(document, patch))
    assert (draft.traits.humor, draft.configuration.temperature) == (30, None)
