"""A recorded turn, run again from what it was given, beside what came of it then."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.parts import ANSWER, OTHER_SOURCE, SOURCE, Audit, inputs, outcome
from deskhand.audit.model import PayloadGone
from deskhand.audit.replaying import MAX_WORDS, Piece, PieceKind, difference, pieces

texts = st.text(alphabet=st.sampled_from("ab \n\t.ü"), max_size=60)


def only(found: list[Piece], *kinds: PieceKind) -> str:
    return "".join(piece.text for piece in found if piece.kind in kinds)


@given(texts, texts)
def test_both_answers_can_be_read_out_of_their_difference(before: str, after: str) -> None:
    found = list(pieces(before, after))

    assert only(found, PieceKind.SAME, PieceKind.REMOVED) == before
    assert only(found, PieceKind.SAME, PieceKind.ADDED) == after
    assert all(piece.text for piece in found)


@given(texts)
def test_the_same_answer_has_no_difference(text: str) -> None:
    assert {piece.kind for piece in pieces(text, text)} <= {PieceKind.SAME}


def test_answers_are_compared_by_words() -> None:
    found = pieces("You have 30 days. [1]", "You have 14 days. [1]")

    assert [(piece.kind.value, piece.text) for piece in found] == [
        ("same", "You have"),
        ("removed", " 30"),
        ("added", " 14"),
        ("same", " days. [1]"),
    ]


@pytest.mark.parametrize("join", [" ", "\n"])
def test_very_long_answers_are_compared_by_lines_or_as_a_whole(join: str) -> None:
    before, after = join.join(["word"] * (MAX_WORDS + 1)), join.join(["word"] * (MAX_WORDS + 2))
    found = list(pieces(before, after))

    assert only(found, PieceKind.REMOVED) == before
    assert only(found, PieceKind.ADDED) == after


async def test_a_turn_is_run_again_from_what_it_was_given(audit: Audit) -> None:
    record_id = await audit.turn()

    diff = await audit.replay.replay(audit.scope, record_id)

    assert audit.replayer.given == [inputs()]
    assert (diff.same, diff.same_answer, diff.sources_added, diff.sources_removed) == (True, True, (), ())
    assert [piece.text for piece in diff.answer] == [ANSWER]


async def test_what_comes_out_differently_is_told(audit: Audit) -> None:
    audit.replayer.outcome = outcome(answer="No. [1]", model="gpt-4o-mini", confidence=0.5, sources=(OTHER_SOURCE,))
    record_id = await audit.turn()

    diff = await audit.replay.replay(audit.scope, record_id)

    assert (diff.same, diff.same_answer) == (False, False)
    assert (diff.sources_added, diff.sources_removed) == ((OTHER_SOURCE,), (SOURCE,))
    assert (diff.recorded.model, diff.replayed.model) == ("offline", "gpt-4o-mini")


def test_a_source_that_is_not_cited_does_not_count() -> None:
    uncited = outcome(sources=(replace(OTHER_SOURCE, cited=False),))

    assert difference("aud_1", outcome(sources=()), uncited).sources_added == ()


async def test_a_replay_leaves_nothing_behind(audit: Audit) -> None:
    record_id = await audit.turn()
    await audit.replay.replay(audit.scope, record_id)

    assert len(await audit.rows("SELECT id FROM audit_records")) == 1


async def test_an_erased_turn_cannot_be_run_again(audit: Audit) -> None:
    record_id = await audit.turn()
    await audit.eraser.erase(audit.scope, audit.contact_id)

    with pytest.raises(PayloadGone, match="was erased"):
        await audit.replay.replay(audit.scope, record_id)
    assert audit.replayer.given == []
