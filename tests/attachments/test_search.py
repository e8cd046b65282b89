"""The session's private knowledge: found by meaning and by words, in this session and in no other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachments.desks import Desk, Visit
from deskhand.attachments.excerpts import Excerpts
from deskhand.attachments.packing import pack_terms, pack_vectors, unpack_terms, unpack_vectors
from deskhand.attachments.ranking import HeldExcerpt, Part, ranked
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder

MANUAL = "# Bicycle manual\n\n" + "\n\n".join(
    f"## {title}\n\n" + f"{text} " * 12
    for title, text in [
        ("Brakes", "Check the brake pads every month and replace them below two millimetres."),
        ("Battery", "Charge the battery between ten and twenty-five degrees."),
        ("Warranty", "The frame is under warranty for seven years, the paint for two."),
    ]
)
vectors = st.integers(1, 6).flatmap(
    lambda rows: st.lists(st.lists(st.floats(-1, 1, width=16), min_size=4, max_size=4), min_size=rows, max_size=rows)
)
weights = st.dictionaries(st.integers(0, 2**32 - 1), st.floats(0, 3, width=32), max_size=20)


async def test_the_section_that_answers_comes_first(desk: Desk, shelf: AttachmentShelf, visit: Visit) -> None:
    await shelf.receive(visit.scope, visit.session_id, "manual.md", MANUAL.encode())
    await desk.background.settle()
    best = (await shelf.search(visit.scope, visit.session_id, ["For how many years is the frame under warranty?"]))[0]
    assert (best.name, best.heading) == ("manual.md", "Warranty")
    assert "seven years" in best.text
    assert 0.5 < best.relevance <= 1
    (other,) = await shelf.search(visit.scope, visit.session_id, ["Do you sell gift vouchers?"], k=1)
    assert other.relevance < best.relevance / 2


async def test_words_find_it_before_there_are_vectors(desk: Desk, visit: Visit, staff: TenantScope) -> None:
    shelf = desk.shelf()
    await shelf.receive(visit.scope, visit.session_id, "manual.md", MANUAL.encode())
    await desk.background.settle()
    other = HashEmbedder(32)
    without = await Excerpts(desk.store, other).search(
        staff, visit.session_id, ["the frame under warranty for years"], None, 1
    )
    assert without[0].heading == "Warranty", "vectors of another model were taken for its own"


async def test_given_vectors_are_used_for_short_questions_and_long_ones_are_read_in_parts(
    desk: Desk, shelf: AttachmentShelf, visit: Visit
) -> None:
    await shelf.receive(visit.scope, visit.session_id, "manual.md", MANUAL.encode())
    await desk.background.settle()
    short = "How do I charge the battery?"
    long = "Hello there. I had a lovely ride today. The weather was fine. " * 4 + "When do I replace the brake pads?"
    given_vectors = await desk.embedder.embed_queries([short, long])
    asked = [short, long]
    with_them = await shelf.search(visit.scope, visit.session_id, asked, given_vectors, k=2)
    without = await shelf.search(visit.scope, visit.session_id, asked, None, k=2)
    assert with_them == without
    assert {each.heading for each in with_them} == {"Battery", "Brakes"}


async def test_other_sessions_are_never_searched(
    desk: Desk, shelf: AttachmentShelf, staff: TenantScope, visit: Visit
) -> None:
    other = await desk.visit(staff)
    await shelf.receive(visit.scope, visit.session_id, "manual.md", MANUAL.encode())
    await desk.background.settle()
    for scope in (other.scope, staff):
        assert await shelf.search(scope, other.session_id, ["frame warranty years"]) == ()


async def test_nothing_is_found_where_there_is_nothing(shelf: AttachmentShelf, visit: Visit) -> None:
    assert await shelf.search(visit.scope, visit.session_id, ["anything"]) == ()
    await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words")
    assert await shelf.search(visit.scope, visit.session_id, []) == ()
    assert await shelf.search(visit.scope, visit.session_id, ["words"], k=0) == ()


@given(vectors)
def test_vectors_come_back_as_they_were(rows: list[list[float]]) -> None:
    given_rows = np.asarray(rows, dtype=np.float32)
    assert np.array_equal(unpack_vectors(pack_vectors(given_rows), 4), given_rows)


@given(weights)
def test_terms_come_back_as_they_were(given_weights: dict[int, float]) -> None:
    assert unpack_terms(pack_terms(given_weights)) == given_weights


@given(
    st.lists(st.tuples(weights, st.none() | vectors), max_size=6),
    st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=4), min_size=1, max_size=3),
    st.integers(0, 8),
)
def test_a_ranking_is_ordered_bounded_and_a_probability(
    excerpts: list[tuple[dict[int, float], list[list[float]] | None]], questions: list[list[int]], k: int
) -> None:
    held = [
        HeldExcerpt(id=f"exc_{n}", terms=terms, vectors=None if rows is None else np.asarray(rows, dtype=np.float32))
        for n, (terms, rows) in enumerate(excerpts)
    ]
    parts = [Part(question=n, words=words, vector=np.eye(4, dtype=np.float32)[0]) for n, words in enumerate(questions)]
    found = ranked(held, parts, k)
    assert len(found) == min(k, len(held))
    assert [value for _, value in found] == sorted((value for _, value in found), reverse=True)
    assert all(0 <= value <= 1 for _, value in found)
    backwards = ranked(list(reversed(held)), parts, k)
    assert [value for _, value in backwards] == pytest.approx([value for _, value in found], abs=1e-5)


@pytest.mark.parametrize("with_vectors", [True, False])
def test_who_holds_the_words_stands_above_who_does_not(with_vectors: bool) -> None:  # noqa: FBT001 - a parameter
    vector = np.asarray([[0.6, 0.8, 0, 0]], dtype=np.float32) if with_vectors else None
    held = [HeldExcerpt(id=f"exc_{n}", terms={7: 1.5} if n == 2 else {8: 1.5}, vectors=vector) for n in range(4)]
    found = ranked(held, [Part(question=0, words=[7], vector=np.eye(4, dtype=np.float32)[0])], 4)
    assert found[0][0] == "exc_2"
    assert found[0][1] > found[1][1]
