"""The hand-over summary, opening hours, and the tool by which a model asks for a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deskhand.escalation.assessment import Said
from deskhand.escalation.handover import Fact, clipped, hand_over
from deskhand.escalation.hours import DAYS, OpenHours, due_after, is_open
from deskhand.escalation.tool import (
    ASKED_BY_AGENT,
    EscalationReason,
    EscalationRequests,
    make_escalate_to_human,
    with_request,
)
from deskhand.llm.sentiment import VaderSentiment
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import ToolTurn
from escalation.desks import assessed

MOOD = VaderSentiment()
OFFICE = OpenHours.of("Europe/Berlin", {day: [("09:00", "12:00"), ("13:00", "17:00")] for day in DAYS[:5]})
MONDAY_NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 12:00 in Berlin


def test_the_operator_is_told_the_matter_what_was_tried_and_what_is_open() -> None:
    told = hand_over(
        [
            Said(role="customer", text="Hi there!"),
            Said(role="agent", text="Hello! How can I help?"),
            Said(role="customer", text="My order A-10442 from 3 May has not arrived. I am very unhappy."),
            Said(role="agent", text="Standard delivery takes three working days."),
            Said(role="customer", text="It was supposed to come to jo@example.com's office. Do you ship boats?"),
            Said(role="agent", text="I found no answer to that.", answered=False),
            Said(role="customer", text="I'd like to talk to a real person. This is awful."),
        ],
        MOOD,
    )
    assert told.wants.startswith("It was supposed to come to jo@example.com's office.")
    assert told.asked_for_person
    assert [(each.reply, each.answered) for each in told.tried] == [
        ("Standard delivery takes three working days.", True),
        ("I found no answer to that.", False),
    ]
    assert told.open_points == (told.wants,)
    assert told.sentiment_label == "negative"
    assert Fact(kind="order", value="A-10442") in told.facts
    assert Fact(kind="email", value="jo@example.com") in told.facts
    assert told.message_count == 7
    assert told.kept()["facts"][0]["kind"]


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("I need to talk to a human, my parcel A-10442 never arrived", "my parcel A-10442 never arrived"),
        ("Get me a human because you have charged me twice", "you have charged me twice"),
        ("My helmet broke on the first day and I want to speak to a person.", "My helmet broke on the first day"),
        ("I'd like to talk to a real person. This is awful.", ""),
    ],
)
def test_the_matter_is_told_also_where_one_message_holds_it_and_the_request(text: str, wants: str) -> None:
    assert hand_over([Said(role="customer", text=text)], MOOD).wants == wants


def test_what_nobody_has_answered_yet_is_open() -> None:
    told = hand_over([Said(role="customer", text="Where is my helmet? Get me a human.")], MOOD)
    assert told.wants == "Where is my helmet?"
    assert told.open_points == ("Where is my helmet?",)


def test_who_only_asks_for_a_person_wants_nothing_else_as_far_as_we_know() -> None:
    told = hand_over([Said(role="customer", text="agent please")], MOOD, agent_reason="  They ask.  ")
    assert (told.wants, told.asked_for_person, told.open_points) == ("", True, ())
    assert told.agent_reason == "They ask."
    assert hand_over([], MOOD).message_count == 0


@given(st.lists(st.builds(Said, role=st.sampled_from(("customer", "agent")), text=st.text(max_size=300)), max_size=12))
def test_every_conversation_can_be_handed_over_within_bounds(messages: list[Said]) -> None:
    told = hand_over(messages, MOOD)
    assert len(told.wants) <= 400
    assert all(len(point) <= 240 for point in told.open_points)
    assert -1 <= told.sentiment_score <= 1


def test_long_lines_are_cut_at_a_word() -> None:
    assert clipped("one two  three", 20) == "one two three"
    assert clipped("one two three", 9) == "one two…"


@pytest.mark.parametrize(
    ("since", "worked", "due"),
    [
        (MONDAY_NOON, timedelta(minutes=30), "2026-03-02T12:30:00+00:00"),
        (MONDAY_NOON - timedelta(hours=1), timedelta(hours=2), "2026-03-02T13:00:00+00:00"),
        (MONDAY_NOON + timedelta(hours=8), timedelta(hours=1), "2026-03-03T09:00:00+00:00"),
        (MONDAY_NOON, timedelta(hours=24), "2026-03-05T15:00:00+00:00"),
        # From Friday, 27 March over the night in which the clocks go forward.
        (datetime(2026, 3, 27, 15, 30, tzinfo=UTC), timedelta(hours=1), "2026-03-30T07:30:00+00:00"),
    ],
)
def test_promises_count_open_hours(since: datetime, worked: timedelta, due: str) -> None:
    assert due_after(since, worked, OFFICE).isoformat() == due


def test_without_hours_all_time_counts_and_hours_that_never_open_bind_nobody() -> None:
    never = OpenHours.of("UTC", {})
    assert never.never_opens
    for hours in (None, never):
        assert due_after(MONDAY_NOON, timedelta(hours=4), hours) == MONDAY_NOON + timedelta(hours=4)
    assert is_open(MONDAY_NOON, None)
    assert not is_open(MONDAY_NOON, never)


def test_hours_too_rare_to_count_by_bind_nobody() -> None:
    rare = OpenHours.of("UTC", {"monday": [("09:00", "09:01")]})
    assert due_after(MONDAY_NOON, timedelta(hours=4), rare) == MONDAY_NOON + timedelta(hours=4)


def test_a_day_may_last_until_midnight() -> None:
    late = OpenHours.of("UTC", {"monday": [("20:00", "24:00")], "tuesday": [("00:00", "02:00")]})
    since = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert due_after(since, timedelta(hours=1), late) == since + timedelta(hours=1)
    assert is_open(since, late)
    assert not is_open(since + timedelta(hours=3), late)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), st.integers(1, 48))  # noqa: DTZ001 - hypothesis adds the zone
def test_what_is_due_later_is_never_due_sooner_and_hours_survive_their_keeping(since: datetime, hours: int) -> None:
    due = due_after(since, timedelta(hours=hours), OFFICE)
    assert due >= since + timedelta(hours=hours)
    assert due_after(since, timedelta(hours=hours + 1), OFFICE) > due
    assert OpenHours.loaded(OFFICE.kept()) == OFFICE


TURN = ToolTurn(
    scope=TenantScope(tenant_id="ten_1", role=Role.CONTACT, contact_id="con_1"),
    request_id=None,
    session_id="ses_1",
    thread_id="thr_1",
    turn_id="trn_1",
    contact_id="con_1",
    agent_id="support",
    agent_version="1.0.0",
    text="Help",
)


async def test_a_model_asks_for_a_person_and_the_turn_finds_it_once() -> None:
    requests = EscalationRequests()
    tool = make_escalate_to_human(requests, TURN)
    result = await tool.execute(EscalationReason(reason="They want  a refund\nabove my limit."))
    assert result.success
    assert requests.take("ten_2", "trn_1") is None
    assert requests.take("ten_1", "trn_1") == "They want a refund above my limit."
    assert requests.take("ten_1", "trn_1") is None


def test_what_the_model_says_is_not_told_to_channels() -> None:
    assessment = with_request(assessed(escalate=False, reasons=()))
    assert (assessment.escalate, assessment.reasons) == (True, (ASKED_BY_AGENT,))


@pytest.mark.parametrize("reason", ["", "x" * 301])
def test_a_reason_is_one_sentence(reason: str) -> None:
    with pytest.raises(ValidationError):
        EscalationReason(reason=reason)
