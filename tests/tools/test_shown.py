"""What a model sees of a result: always JSON, never more than its bounds, whatever the tool gave."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from deskhand.tools.contract import ToolResult
from deskhand.tools.shown import MAX_BYTES, shown
from growth import grows_in_proportion

MEBIBYTE = 1024 * 1024
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=20,
)
ANYTHING = st.recursive(
    st.none()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.datetimes()
    | st.decimals()
    | st.fractions()
    | st.uuids(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(st.characters()) | st.integers() | st.binary(), inner)
    ),
    max_leaves=40,
)


class Colour(Enum):
    RED = "red"


class Customer(BaseModel):
    name: str
    password: SecretStr


@dataclass
class Parcel:
    weight: Decimal
    to: Customer


class Strange:
    """Says its secret to whoever prints it."""

    def __repr__(self) -> str:
        return "secret"


def read(data: Any, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    text = shown(ToolResult(success=True, data=data), max_bytes)
    assert len(text.encode()) <= max_bytes
    loaded: dict[str, Any] = json.loads(text, parse_constant=pytest.fail)
    return loaded


@given(JSON)
def test_plain_json_is_shown_as_it_is(data: Any) -> None:
    assert read(data) == {"ok": True, "data": data}


@given(ANYTHING, st.sampled_from([3000, 4000, MAX_BYTES]))
def test_anything_becomes_json_within_its_bounds(data: Any, max_bytes: int) -> None:
    assert read(data, max_bytes)["ok"] is True


@given(st.text(st.characters(), min_size=1, max_size=3), st.integers(1, 4000), st.integers(2500, 6000))
def test_long_texts_of_any_letters_are_cut_within_the_bounds(piece: str, times: int, max_bytes: int) -> None:
    answer = read({"text": piece * times}, max_bytes)
    assert ("cut" in answer) == (answer["data"]["text"] != (piece * times).encode("utf-8", "replace").decode())


CIRCLE: list[Any] = [1]
CIRCLE.append({"again": CIRCLE})


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (float("nan"), "(not a number)"),
        (float("-inf"), "(not a number)"),
        (b"\x00\x01", "(2 bytes)"),
        (bytearray(5), "(5 bytes)"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00+00:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (timedelta(seconds=90), "90.0 s"),
        (Decimal("3.90"), "3.90"),
        (Fraction(1, 4), 0.25),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (PurePosixPath("orders/7"), "orders/7"),
        (Colour.RED, "red"),
        ({Colour.RED: 1, 2: 3, None: 4, b"k": 5}, {"red": 1, "2": 3, "(NoneType)": 4, "(1 bytes)": 5}),
        (frozenset({1}), [1]),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.zeros(3), "(ndarray)"),
        (10**5000, "(a number too long to show)"),
        (Strange(), "(Strange)"),
        (iter([1, 2]), "(list_iterator)"),
        (Parcel, "(type)"),
        (SecretStr("hunter2"), "**********"),
        (CIRCLE, [1, {"again": "(contains itself)"}]),
        ("half \ud800 pair", "half ? pair"),
        ("\x00\x1b[31m", "\x00\x1b[31m"),
        (
            Parcel(weight=Decimal(2), to=Customer(name="Jo", password=SecretStr("hunter2"))),
            {"weight": "2", "to": {"name": "Jo", "password": "**********"}},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_has_no_form_for_is_put_into_words(data: Any, seen: Any) -> None:
    assert read(data) == {"ok": True, "data": seen}


def test_the_same_list_twice_is_no_circle() -> None:
    again = [1]
    assert read([again, again])["data"] == [[1], [1]]


def test_deep_nesting_ends_in_words() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert "(nested too deeply)" in json.dumps(read(deep))
    while deep:  # else its own destruction is deeply nested
        deep = deep[0]


@pytest.mark.parametrize(
    "data",
    ["ä" * 50 * MEBIBYTE, ["row"] * 10 * MEBIBYTE, {"a": {"b": ["x" * 50 * MEBIBYTE, "y" * 50 * MEBIBYTE]}}],
    ids=["text", "rows", "nested"],
)
def test_a_result_of_fifty_megabytes_is_cut_to_its_beginning(data: Any) -> None:
    answer = read(data)
    assert answer["cut"] == "The result is larger than 65,536 bytes: this is its beginning. Ask for less at once."
    assert len(json.dumps(answer["data"], ensure_ascii=False).encode()) > 60_000


def test_a_mapping_is_read_no_further_than_there_is_room() -> None:
    read_keys = 0

    class Endless(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            return "value"

        def __iter__(self) -> Iterator[str]:
            nonlocal read_keys
            while True:
                read_keys += 1
                yield f"key {read_keys}"

        def __len__(self) -> int:
            return 10**9

    assert "cut" in read(Endless())
    assert read_keys < 5000


def test_cutting_takes_time_in_proportion_to_what_is_shown() -> None:
    # Control characters take six bytes each: the hardest case for finding where to cut.
    def cut(size: int) -> str:
        return shown(ToolResult(success=True, data="\x01" * size + "a" * size), size)

    assert grows_in_proportion(cut, 16_000, 64_000)


@pytest.mark.parametrize(
    ("error", "told"), [(None, "It did not succeed."), ("x" * MEBIBYTE, "x" * 2000), ("half \udc00", "half ?")]
)
def test_a_failure_is_told_and_bounded(error: str | None, told: str) -> None:
    answer = json.loads(shown(ToolResult(success=False, data="not shown", error=error)))
    assert answer == {"ok": False, "error": told}
