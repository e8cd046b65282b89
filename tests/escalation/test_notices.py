"""Notices: written with the ticket, sent once, tried again with growing waits, given up for staff to see."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from deskhand.escalation.assessment import EscalationPolicy
from deskhand.escalation.channels import NotSent
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.model import EventKind, NoticeStatus
from deskhand.escalation.sender import ATTEMPTS, CLAIMED_FOR, NoticeSender
from deskhand.kit.background import Background
from escalation.desks import Company, Desk, Pigeons, open_company

DOWN = NotSent("it was refused, or could not be reached")
TWO = EscalationPolicy(channels=("service-desk", "on-call"))


async def test_a_notice_tells_what_is_needed_and_nothing_the_customer_said(company: Company) -> None:
    ticket = await company.ticket()
    assert await company.rig.sender.sweep() == 1
    assert company.rig.channels.carried == [
        (
            "service-desk",
            f"New ticket {ticket.id} (medium, complaint)",
            (
                "Why: asked for a person.\nFirst response due: 2026-03-02 10:00 UTC\n"
                f"Solution due: 2026-03-02 17:00 UTC\nhttps://desk.example.com/console/tickets/{ticket.id}"
            ),
        )
    ]


async def test_each_channel_of_the_contract_is_told_once(company: Company) -> None:
    ticket = await company.ticket(policy=TWO)
    assert await company.rig.sender.sweep() == 2
    assert await company.rig.sender.sweep() == 0
    assert sorted(channel for channel, _, _ in company.rig.channels.carried) == ["on-call", "service-desk"]
    details = await company.rig.desk.details(company.ada, ticket.id)
    assert {notice.status for notice in details.notices} == {NoticeStatus.SENT}


async def test_a_ticket_without_channels_is_told_to_nobody(company: Company) -> None:
    await company.ticket(policy=EscalationPolicy())
    assert await company.rig.sender.sweep() == 0


async def test_the_desk_sends_beside_the_turn(company: Company) -> None:
    ticket = await company.ticket()
    company.rig.desk.notify_later(company.contact, ticket)
    await company.rig.background.settle()
    assert len(company.rig.channels.carried) == 1


async def test_a_ticket_whose_turn_is_rolled_back_is_told_to_nobody(company: Company) -> None:
    class TurnFailed(Exception):
        """After the ticket was opened."""

    opening = TicketDesk.open

    async def open_and_fail(*given: Any) -> None:
        await opening(*given)
        raise TurnFailed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TicketDesk, "open", open_and_fail)
        with pytest.raises(TurnFailed):
            await company.opened()
    assert await company.rig.sender.sweep() == 0
    assert await company.opened() is not None


async def test_a_channel_that_is_down_is_tried_again_with_growing_waits(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    rig.channels.refusing["service-desk"] = DOWN
    waits = []
    for _ in range(4):
        await rig.sender.sweep()
        (notice,) = (await rig.desk.details(company.ada, ticket.id)).notices
        assert (notice.status, notice.last_error) == (NoticeStatus.WAITING, DOWN.reason)
        waits.append((notice.next_at - rig.clock.now()).total_seconds())
        assert await rig.sender.sweep() == 0, "too soon"
        rig.clock.move(timedelta(seconds=waits[-1]))
    assert waits == [30, 60, 120, 240]
    del rig.channels.refusing["service-desk"]
    await rig.sender.sweep()
    (notice,) = (await rig.desk.details(company.ada, ticket.id)).notices
    assert (notice.status, notice.attempts, notice.last_error) == (NoticeStatus.SENT, 5, None)


async def test_what_cannot_be_sent_is_given_up_and_shows_on_the_ticket(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    rig.channels.refusing["service-desk"] = DOWN
    for _ in range(ATTEMPTS):
        await rig.sender.sweep()
        rig.clock.move(timedelta(hours=2))
    async with rig.client(company.ada) as ada:
        shown = (await ada.get(f"/api/v1/tickets/{ticket.id}")).json()
    assert (shown["notices"][0]["status"], shown["notices"][0]["attempts"]) == ("failed", ATTEMPTS)
    assert shown["notices"][0]["last_error"] == "it was refused, or could not be reached"
    assert shown["events"][-1]["kind"] == "notice_failed"
    rig.clock.move(timedelta(days=1))
    assert await rig.sender.sweep() == 0


async def test_a_channel_that_is_not_set_up_is_given_up_at_once_and_holds_up_none(company: Company) -> None:
    rig = company.rig
    rig.channels.refusing["typo"] = NotSent("no channel of that name is set up", final=True)
    policy = EscalationPolicy(channels=("typo", "service-desk"))
    ticket = await company.ticket(policy=policy)
    await rig.sender.sweep()
    notices = {n.channel: n.status for n in (await rig.desk.details(company.ada, ticket.id)).notices}
    assert notices == {"typo": NoticeStatus.FAILED, "service-desk": NoticeStatus.SENT}


async def test_when_a_channel_is_down_its_other_notices_wait_for_the_next_sweep(company: Company) -> None:
    rig = company.rig
    rig.channels.refusing["service-desk"] = DOWN
    tickets = [await company.opened(await company.another_session()) for _ in range(3)]
    await rig.sender.sweep()
    attempts = [(await rig.desk.details(company.ada, t.id)).notices[0].attempts for t in tickets if t is not None]
    assert sorted(attempts) == [0, 0, 1]


async def test_a_slow_channel_holds_nobody_up(company: Company) -> None:
    rig = company.rig
    going, gone_on = asyncio.Event(), asyncio.Event()

    class Slow(Pigeons):
        async def send(self, channel: str, *, title: str, body: str) -> None:
            if channel == "on-call":
                going.set()
                await gone_on.wait()
            await super().send(channel, title=title, body=body)

    slow = Slow()
    sender = NoticeSender(store=rig.store, clock=rig.clock, channels=slow)
    await company.ticket(policy=EscalationPolicy(channels=("on-call",)))
    first = asyncio.create_task(sender.sweep())
    await going.wait()
    await company.opened(await company.another_session())
    await company.opened(await company.another_session(), policy=EscalationPolicy(channels=("on-call",)))
    await sender.sweep()
    assert [channel for channel, _, _ in slow.carried] == ["service-desk"]
    gone_on.set()
    await first
    await sender.sweep()
    assert [channel for channel, _, _ in slow.carried] == ["service-desk", "on-call", "on-call"]


async def test_of_two_processes_one_sends(company: Company) -> None:
    rig = company.rig
    other = NoticeSender(store=rig.store, clock=rig.clock, channels=rig.channels)
    for _ in range(5):
        await company.opened(await company.another_session())
    await asyncio.gather(rig.sender.sweep(), other.sweep())
    assert len(rig.channels.carried) == 5


async def test_what_a_crash_left_in_mid_sending_is_sent_again(company: Company) -> None:
    rig = company.rig

    class Crash(Pigeons):
        async def send(self, channel: str, *, title: str, body: str) -> None:
            raise asyncio.CancelledError(channel, title, body)

    await company.ticket()
    crashing = NoticeSender(store=rig.store, clock=rig.clock, channels=Crash())
    with pytest.raises(asyncio.CancelledError):
        await crashing.sweep()
    assert await rig.sender.sweep() == 0
    rig.clock.move(CLAIMED_FOR)
    assert await rig.sender.sweep() == 1


async def test_times_that_pass_are_marked_once_and_told(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    await rig.sender.sweep()
    assert await rig.watch.sweep() == 0
    rig.clock.move(timedelta(hours=1, seconds=1))
    assert await rig.watch.sweep() == 1
    assert await rig.watch.sweep() == 0
    async with rig.client(company.ada) as ada:
        path = f"/api/v1/tickets/{ticket.id}"
        shown = (await ada.get(path)).json()
        assert (shown["sla"]["overdue"], shown["sla"]["first_response_breached"]) == (True, True)
        assert (await ada.get("/api/v1/tickets?overdue=true")).json()["total"] == 1
        rig.clock.move(timedelta(hours=7))
        assert await rig.watch.sweep() == 1
        shown = (await ada.get(path)).json()
    assert [event["kind"] for event in shown["events"]] == ["opened", "response_overdue", "resolution_overdue"]
    assert [title for _, title, _ in rig.channels.carried] == [
        f"New ticket {ticket.id} (medium, complaint)",
        f"Ticket {ticket.id}: the first response is overdue (medium, complaint)",
        f"Ticket {ticket.id}: the solution is overdue (medium, complaint)",
    ]


async def test_a_ticket_that_ended_in_time_is_never_overdue(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    await rig.desk.assign(company.ada, ticket.id)
    await rig.desk.close(company.ada, ticket.id)
    rig.clock.move(timedelta(days=30))
    assert await rig.watch.sweep() == 0
    assert not (await rig.desk.details(company.ada, ticket.id)).ticket.is_overdue(rig.clock.now())


async def test_of_two_processes_one_marks_what_is_overdue(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    rig.clock.move(timedelta(hours=2))
    assert sum(await asyncio.gather(rig.watch.sweep(), rig.watch.sweep())) == 1
    details = await rig.desk.details(company.ada, ticket.id)
    assert [event.kind for event in details.events].count(EventKind.RESPONSE_OVERDUE) == 1


async def test_more_time_is_given_with_a_lower_priority(company: Company) -> None:
    rig = company.rig
    ticket = await company.ticket()
    rig.clock.move(timedelta(hours=2))
    await rig.watch.sweep()
    async with rig.client(company.ada) as ada:
        shown = (await ada.patch(f"/api/v1/tickets/{ticket.id}", json={"priority": "normal"})).json()
    assert (shown["sla"]["overdue"], shown["sla"]["first_response_breached"]) == (False, False)


async def test_the_sweeps_serve_every_tenant(company: Company, rig: Desk) -> None:
    rival = await open_company(rig, "rival")
    await company.ticket()
    theirs = await rival.ticket()
    assert await rig.sender.sweep() == 2
    rig.clock.move(timedelta(hours=1, seconds=1))
    assert await rig.watch.sweep() == 2
    assert (await rig.desk.details(rival.ada, theirs.id)).ticket.first_response_breached


async def test_waits_differ_a_little_so_that_many_do_not_come_at_once(rig: Desk) -> None:
    waits = set()
    for chance in (0.0, 0.5, 1.0):
        sender = NoticeSender(store=rig.store, clock=rig.clock, channels=rig.channels, chance=partial(float, chance))
        waits.add((sender._wait(1).total_seconds(), sender._wait(20).total_seconds()))
    assert waits == {(24, 2880), (30, 3600), (36, 4320)}


async def test_a_desk_may_send_by_a_sender_of_another_kind(rig: Desk) -> None:
    company = await open_company(rig)
    swept = []

    class Counting:
        async def sweep(self) -> int:
            swept.append(1)
            return 0

    background = Background()
    desk = TicketDesk(store=rig.store, clock=rig.clock, background=background, sender=Counting())
    desk.notify_later(company.contact, await company.ticket())
    await background.settle()
    assert swept == [1]
