"""Sequences: each step once and on time, in the contact's zone, until a reply."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.posts import ADA, CONTACT, Post, an_enrolment, open_post
from deskhand.conversations.model import CloseReason
from deskhand.conversations.sessions import SessionRepository
from deskhand.crm.delivery_model import (
    AlreadyEnrolled,
    Condition,
    DeliveryEnded,
    DeliveryFilter,
    DeliveryStatus,
    EnrolmentEnded,
    EnrolmentStatus,
    Plan,
    Step,
)
from deskhand.crm.model import ProfileChange, Writing
from deskhand.crm.sequences import due, not_quiet, plan_of, plan_values
from deskhand.crm.templates import Variable
from deskhand.kit.errors import KeyReused

NIGHT = ("21:00", "08:00")


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with open_post(tmp_path) as opened:
        yield opened


@pytest.fixture
async def welcome(post: Post) -> str:
    """A hello at once, a tip after a day, a goodbye after a week."""
    await post.template("hello", "Hello {{name}}!")
    await post.template("tip", "Charge it warm.", names=())
    await post.template("bye", "Goodbye {{name}}.")
    return await post.sequence(
        Step(after="PT0S", template="hello"), Step(after="P1D", template="tip"), Step(after="P1W", template="bye")
    )


async def standing(post: Post, enrolment_id: str) -> tuple[EnrolmentStatus, str | None]:
    enrolment = await post.enrolments.enrolment(post.scope, enrolment_id)
    return enrolment.status, enrolment.reason


async def test_each_step_is_sent_once_and_on_time(post: Post, welcome: str) -> None:
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until()
    assert await post.said() == ["Hello Ana!"]

    await post.until(hours=23, minutes=59)
    assert len(await post.said()) == 1
    await post.until(minutes=1)
    assert await post.said() == ["Hello Ana!", "Charge it warm."]
    assert (await standing(post, enrolment.id))[0] is EnrolmentStatus.ACTIVE

    await post.until(days=7)
    await post.until(days=30)
    assert await post.said() == ["Hello Ana!", "Charge it warm.", "Goodbye Ana."]
    assert await standing(post, enrolment.id) == (EnrolmentStatus.FINISHED, None)


async def test_after_a_long_stop_the_steps_do_not_come_all_at_once(post: Post, welcome: str) -> None:
    await post.session()
    await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    other = post.another_process()
    await post.background.settle()
    post.clock.move(days=30)

    await asyncio.gather(other.jobs.run_due(), post.jobs.run_due())
    assert len(await post.said()) <= 2
    before = len(await post.said())
    await post.until(hours=1)
    assert len(await post.said()) == before
    await post.until(days=1)
    await post.until(days=7)
    assert await post.said() == ["Hello Ana!", "Charge it warm.", "Goodbye Ana."]


async def test_a_reply_stops_it(post: Post, welcome: str) -> None:
    session_id = await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    await post.customer_writes(session_id)

    await post.until(days=1)

    assert await post.said() == ["Hello Ana!"]
    assert await standing(post, enrolment.id) == (EnrolmentStatus.STOPPED, "The contact replied.")
    assert await post.until(days=30) == 0


async def test_what_the_contact_wrote_before_is_no_reply(post: Post, welcome: str) -> None:
    session_id = await post.session()
    await post.customer_writes(session_id, "Hello?")
    await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    assert await post.said() == ["Hello Ana!"]


async def test_after_a_reply_the_contact_can_begin_anew(post: Post, welcome: str) -> None:
    session_id = await post.session()
    first = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    with pytest.raises(AlreadyEnrolled, match="'welcome' already"):
        await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.customer_writes(session_id)

    second = await post.enrolments.enrol(post.scope, welcome, an_enrolment())

    assert second.id != first.id
    assert (await standing(post, first.id))[0] is EnrolmentStatus.STOPPED
    await post.until(minutes=1)
    await post.until(days=1)
    assert await post.said() == ["Hello Ana!", "Hello Ana!", "Charge it warm."]


async def test_conditions_leave_single_steps_out(post: Post) -> None:
    await post.template("hello", "Hello", names=())
    await post.template("ping", "Still there?", names=())
    sequence = await post.sequence(
        Step(after="PT1H", template="ping", condition=Condition.NO_REPLY),
        Step(after="PT1H", template="ping", condition=Condition.STILL_OPEN),
        Step(after="PT1H", template="hello"),
        stop_on_reply=False,
    )
    session_id = await post.session()
    enrolment = await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))
    await post.until(minutes=1)
    await post.customer_writes(session_id)
    await post.until(hours=1)
    assert await post.said() == []
    async with post.store.write(post.scope) as db:
        await SessionRepository(db, post.scope, post.clock).close(session_id, CloseReason.EXPLICIT)
    await post.until(hours=1)
    await post.until(hours=1)

    assert await post.said() == ["Hello"]
    assert (await standing(post, enrolment.id))[0] is EnrolmentStatus.FINISHED
    page = await post.deliveries.page(post.scope, DeliveryFilter(enrolment_id=enrolment.id), limit=10, offset=0)
    assert [(item.status.value, item.outcome) for item in reversed(page.items)] == [
        ("skipped", "The contact replied."),
        ("skipped", "The conversation has been closed."),
        ("sent", None),
    ]


async def test_conditions_that_hold_send(post: Post) -> None:
    await post.template("ping", "Still there?", names=())
    sequence = await post.sequence(
        Step(after="PT1H", template="ping", condition=Condition.NO_REPLY),
        Step(after="PT1H", template="ping", condition=Condition.STILL_OPEN),
    )
    await post.session()
    await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))
    await post.until(hours=1)
    await post.until(hours=1)
    assert len(await post.said()) == 2


async def test_nobody_is_written_to_in_the_night_of_their_own_zone(post: Post) -> None:
    await post.template("tip", "Charge it warm.", names=())
    sequence = await post.sequence(Step(after="PT1H", template="tip"), quiet_hours=NIGHT)
    await post.session()
    # It is 09:00 UTC, 22:00 in Auckland.
    await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}, zone="Pacific/Auckland"))
    await post.until(hours=9, minutes=59)
    assert await post.said() == []
    await post.until(minutes=1)
    assert await post.said() == ["Charge it warm."]


async def test_a_step_that_comes_late_is_put_off_when_it_is_night_by_then(post: Post) -> None:
    await post.template("tip", "Charge it warm.", names=())
    sequence = await post.sequence(Step(after="PT1H", template="tip"), quiet_hours=NIGHT)
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}, zone="Europe/London"))
    await post.until(hours=14)  # nothing ran until 23:00
    assert await post.said() == []
    (waiting,) = (
        await post.deliveries.page(post.scope, DeliveryFilter(enrolment_id=enrolment.id), limit=9, offset=0)
    ).items
    assert waiting.due_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    await post.until(hours=9)
    assert await post.said() == ["Charge it warm."]


async def test_zone_and_language_come_from_the_profile(post: Post) -> None:
    await post.template("tip", "Charge it warm.", names=())
    await post.template("tip", "Warm laden.", names=(), language="de")
    sequence = await post.sequence(Step(after="P1D", template="tip"))
    await post.session()
    values = {"language": "de-AT", "time_zone": "Europe/Vienna"}
    await post.records.change(post.scope, CONTACT, ProfileChange(values=values), Writing(by=ADA))
    post.clock.moment = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)

    enrolment = await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))

    assert (enrolment.zone, enrolment.language) == ("Europe/Vienna", "de-AT")
    # The clocks go forward that night: a day later is 23 hours later.
    await post.until(hours=23)
    assert await post.said() == ["Warm laden."]


async def test_whoever_is_enrolled_keeps_the_plan_and_gets_the_newest_words(post: Post, welcome: str) -> None:
    await post.session()
    await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    await post.sequences.change(post.scope, welcome, {"steps": (Step(after="P9D", template="bye"),)})
    (tip,) = (await post.templates.page(post.scope, name="tip")).items
    await post.templates.change(post.scope, tip.id, {"body": "Charge it at 20 degrees."})
    await post.until(days=1)
    assert await post.said() == ["Hello Ana!", "Charge it at 20 degrees."]
    sent = await post.deliveries.page(post.scope, DeliveryFilter(), limit=1, offset=1)
    use = sent.items[0].wording.template
    assert use is not None
    assert use.version == 2


async def test_a_template_that_cannot_be_filled_any_more_ends_the_sequence_and_says_so(
    post: Post, welcome: str
) -> None:
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    (tip,) = (await post.templates.page(post.scope, name="tip")).items
    await post.templates.change(
        post.scope, tip.id, {"body": "Charge it at {{degrees}}.", "variables": (Variable(name="degrees"),)}
    )
    await post.until(days=1)
    assert await standing(post, enrolment.id) == (EnrolmentStatus.FAILED, "Step 2 could not be sent.")
    failed = await post.deliveries.page(post.scope, DeliveryFilter(status=DeliveryStatus.FAILED), limit=1, offset=0)
    assert "degrees" in str(failed.items[0].outcome)


async def test_a_cancelled_enrolment_sends_nothing_more(post: Post, welcome: str) -> None:
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.until(minutes=1)
    (waiting,) = (
        await post.deliveries.page(post.scope, DeliveryFilter(status=DeliveryStatus.SCHEDULED), limit=9, offset=0)
    ).items
    with pytest.raises(DeliveryEnded, match=enrolment.id):
        await post.deliveries.cancel(post.scope, waiting.id, ADA)

    cancelled = await post.enrolments.cancel(post.scope, enrolment.id, ADA)
    again = await post.enrolments.cancel(post.scope, enrolment.id, ADA)

    assert cancelled == again
    assert cancelled.status is EnrolmentStatus.CANCELLED
    assert (await post.deliveries.delivery(post.scope, waiting.id)).status is DeliveryStatus.CANCELLED
    assert await post.until(days=30) == 0
    assert [entry.kind for entry in await post.history()][-2:] == ["message_not_sent", "sequence_ended"]


async def test_a_finished_enrolment_cannot_be_cancelled(post: Post) -> None:
    await post.template("tip", "Charge it warm.", names=())
    sequence = await post.sequence(Step(after="PT0S", template="tip"))
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))
    await post.until()
    with pytest.raises(EnrolmentEnded, match="finished"):
        await post.enrolments.cancel(post.scope, enrolment.id, ADA)


async def test_cancelling_and_sending_at_once_never_goes_on(post: Post, welcome: str) -> None:
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await asyncio.gather(post.jobs.run_due(), post.enrolments.cancel(post.scope, enrolment.id, ADA))
    said = len(await post.said())
    await post.until(days=1)
    await post.until(days=7)
    assert len(await post.said()) == said


async def test_the_same_key_enrols_once_and_another_request_under_it_is_refused(post: Post, welcome: str) -> None:
    await post.session()
    keyed = Writing(by=ADA, idempotency_key="k1")
    first = await post.enrolments.enrol(post.scope, welcome, an_enrolment(writing=keyed))
    assert await post.enrolments.enrol(post.scope, "welcome", an_enrolment(writing=keyed)) == first
    with pytest.raises(KeyReused, match="'k1'"):
        await post.enrolments.enrol(post.scope, welcome, an_enrolment(writing=keyed, values={"name": "Bob"}))
    await post.until(minutes=1)
    assert await post.said() == ["Hello Ana!"]


async def test_of_many_enrolments_at_once_one_begins(post: Post, welcome: str) -> None:
    await post.session()
    done = await asyncio.gather(
        *(post.enrolments.enrol(post.scope, welcome, an_enrolment()) for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["AlreadyEnrolled"] * 4 + ["Enrolment"]
    await post.until(minutes=1)
    assert await post.said() == ["Hello Ana!"]


@given(
    st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["PT0S", "PT1M", "PT36H", "P1D", "P1M", "P2W"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"]),
    st.sampled_from([None, NIGHT, ("12:00", "14:00"), ("00:00", "23:59")]),
)
def test_a_step_is_due_after_its_pause_and_never_in_quiet_hours(
    since: datetime, after: str, zone: str, quiet: tuple[str, str] | None
) -> None:
    plan = Plan(steps=(Step(after=after, template="tip"),), quiet_hours=quiet)
    at = due(plan, 0, since, zone)
    assert since <= at <= since + timedelta(days=34)
    assert not_quiet(plan, at, zone) == at
    assert plan_of(plan_values(plan)) == plan
