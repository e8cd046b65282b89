"""Identifiers: they name their kind, are never the same, and sort by when they were made."""

import threading
from itertools import pairwise
from uuid import UUID

import pytest

from deskhand.kit.ids import new_id, uuid_of


def test_an_identifier_is_its_kind_and_a_uuid_of_version_7() -> None:
    made = new_id("thr")

    kind, digits = made.split("_")
    assert kind == "thr"
    assert len(digits) == 32
    assert UUID(hex=digits).version == 7
    assert UUID(hex=digits).variant == "specified in RFC 4122"


def test_identifiers_sort_in_the_order_they_were_made_also_within_a_millisecond() -> None:
    made = [new_id("msg") for _ in range(2000)]

    assert all(earlier < later for earlier, later in pairwise(made))


def test_identifiers_made_by_many_threads_at_once_are_all_different() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id("msg") for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 8 * 500


def test_the_uuid_comes_out_as_it_went_in() -> None:
    made = new_id("chk")

    assert f"chk_{uuid_of(made).hex}" == made


def test_the_time_can_be_read_from_an_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_123_456_789)

    value = uuid_of(new_id("trn")).int

    assert value >> 80 == 1_700_000_000_123
    assert (value >> 64) & 0xFFF == 456_789 * 4096 // 1_000_000
