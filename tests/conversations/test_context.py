"""What an agent is given of a thread: the beginning and the end, never more than there is room for."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deskhand.conversations.context import (
    FIRST_SHARE,
    FRAME_TOKENS,
    Context,
    estimated_tokens,
    room_for_history,
    select_context,
)
from deskhand.conversations.model import Message, MessageRole

MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
PLENTY = 1_000_000


def thread(*lengths: int) -> list[Message]:
    return [
        Message(
            id=f"msg_{number:04}",
            thread_id="thr_1",
            session_id="ses_1",
            turn_id=None,
            role=MessageRole.CUSTOMER,
            content="x" * length,
            created_at=MOMENT,
        )
        for number, length in enumerate(lengths)
    ]


def selected(messages: list[Message], *, limit: int, tokens: int) -> Context:
    """As a turn asks: with one message more than the limit, and the first one where that leaves it out."""
    newest = messages[-(limit + 1) :]
    first = messages[0] if len(newest) < len(messages) else None
    return select_context(newest, first, limit=limit, tokens=tokens)


def cost(context: Context) -> int:
    return sum(FRAME_TOKENS + estimated_tokens(message.content) for message in context.messages)


def ids(messages: list[Message] | tuple[Message, ...]) -> list[str]:
    return [message.id for message in messages]


def test_a_short_thread_is_given_whole() -> None:
    messages = thread(10, 20, 30)
    assert selected(messages, limit=20, tokens=PLENTY) == Context(messages=tuple(messages), trimmed_through=None)
    assert selected([], limit=20, tokens=PLENTY) == Context(messages=(), trimmed_through=None)


def test_of_a_long_thread_the_first_and_the_newest_are_given() -> None:
    messages = thread(*[10] * 30)
    context = selected(messages, limit=5, tokens=PLENTY)
    assert ids(context.messages) == ["msg_0000", "msg_0026", "msg_0027", "msg_0028", "msg_0029"]
    assert context.trimmed_through == "msg_0025"


def test_long_messages_leave_room_for_fewer() -> None:
    messages = thread(40, 400, 400, 400)
    context = selected(messages, limit=20, tokens=14 + 2 * 104)
    assert ids(context.messages) == ["msg_0000", "msg_0002", "msg_0003"]
    assert context.trimmed_through == "msg_0001"


def test_a_long_first_message_is_cut_and_nothing_else_goes() -> None:
    messages = thread(4_000, 40)
    context = selected(messages, limit=20, tokens=400)
    assert ids(context.messages) == ["msg_0000", "msg_0001"]
    assert len(context.messages[0].content) < 400
    assert context.messages[0].content.endswith("…")
    assert context.trimmed_through is None


def test_the_room_for_history_is_what_eighty_percent_of_the_budget_leave() -> None:
    assert room_for_history(1000, taken=300) == 500
    assert room_for_history(1000, taken=900) == 0


_LENGTHS = st.lists(st.integers(0, 3_000), max_size=40)
_LIMITS = st.integers(1, 50)
_TOKENS = st.integers(0, 5_000)


@given(_LENGTHS, _LIMITS, _TOKENS)
def test_no_more_is_given_than_there_is_room_for(lengths: list[int], limit: int, tokens: int) -> None:
    context = selected(thread(*lengths), limit=limit, tokens=tokens)
    assert len(context.messages) <= limit
    assert cost(context) <= tokens


@given(_LENGTHS, _LIMITS, _TOKENS)
def test_what_is_given_is_the_beginning_and_an_unbroken_end(lengths: list[int], limit: int, tokens: int) -> None:
    messages = thread(*lengths)
    given_ids = ids(selected(messages, limit=limit, tokens=tokens).messages)
    everything = ids(messages)
    tail = [each for each in given_ids if each != "msg_0000"]
    assert given_ids in (tail, ["msg_0000", *tail])
    assert tail == everything[len(everything) - len(tail) :]


@given(_LENGTHS, _LIMITS, _TOKENS)
def test_every_message_is_given_or_counted_as_trimmed(lengths: list[int], limit: int, tokens: int) -> None:
    messages = thread(*lengths)
    context = selected(messages, limit=limit, tokens=tokens)
    missing = [each for each in ids(messages) if each not in ids(context.messages)]
    assert context.trimmed_through == (missing[-1] if missing else None)


@given(_LENGTHS, _LIMITS)
def test_with_room_enough_no_message_is_cut(lengths: list[int], limit: int) -> None:
    messages = thread(*lengths)
    context = selected(messages, limit=limit, tokens=PLENTY)
    originals = {message.id: message for message in messages}
    assert all(message == originals[message.id] for message in context.messages)
    assert len(context.messages) == min(limit, len(messages))


@given(_LENGTHS.filter(bool), st.integers(2, 50), st.integers(100, 5_000))
def test_the_first_message_never_takes_more_than_its_share_of_a_full_window(
    lengths: list[int], limit: int, tokens: int
) -> None:
    context = selected(thread(*lengths), limit=limit, tokens=tokens)
    if context.trimmed_through is not None:
        opening = replace(context, messages=context.messages[:1])
        assert opening.messages[0].id == "msg_0000"
        assert cost(opening) <= tokens * FIRST_SHARE
