"""Sends the outbox: each notice once, tried again with growing waits, and given up for staff to see.

Above: the desk wakes it, the house sweeps now and then. Below: `notices.py` for what waits, a port for the channels.
A notice tells the number, the kind and the reasons, and where to look: it leaves the house, so nothing that the
customer said is in it.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from deskhand.escalation.channels import NotSent
from deskhand.escalation.model import EventKind, Notice, Ticket, UnknownTicket
from deskhand.escalation.notices import NoticeRepository, due_notices
from deskhand.escalation.repository import TicketRepository
from deskhand.kit.clock import Clock
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 15.0
ATTEMPTS = 7
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
CLAIMED_FOR = timedelta(minutes=5)
"""After a crash in mid-sending a notice is sent again after this long: better twice than never."""
_JITTER = 0.2

_HEADLINES = {
    EventKind.OPENED: "New ticket {id}",
    EventKind.REOPENED: "Ticket {id} was opened again",
    EventKind.RESPONSE_OVERDUE: "Ticket {id}: the first response is overdue",
    EventKind.RESOLUTION_OVERDUE: "Ticket {id}: the solution is overdue",
}


class Channels(Protocol):
    """Carries texts to named channels."""

    async def send(self, channel: str, *, title: str, body: str) -> None:
        """Raises NotSent."""
        ...


class NoticeSender:
    """One per process; of several processes one sends each notice."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        channels: Channels,
        console_url: str | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`console_url` is where staff sign in; notices link to the ticket there. `chance` gives 0 to 1."""
        self._store = store
        self._clock = clock
        self._channels = channels
        self._console_url = console_url
        self._chance = chance
        self._busy: set[str] = set()

    async def sweep(self) -> int:
        """Send everything that is due, channel by channel at the same time; how many were dealt with.

        A channel that another sweep is busy with is left to it, so that a slow one holds nobody up.
        """
        async with self._store.across_tenants() as db:
            due = await due_notices(db, self._clock.now())
        by_channel: dict[str, list[Notice]] = {}
        for notice in due:
            if notice.channel not in self._busy:
                by_channel.setdefault(notice.channel, []).append(notice)
        self._busy |= by_channel.keys()
        sent = await asyncio.gather(*(self._send_all(channel, each) for channel, each in by_channel.items()))
        return sum(sent)

    async def _send_all(self, channel: str, notices: Sequence[Notice]) -> int:
        sent = 0
        try:
            for notice in notices:
                if not await self._send(notice):
                    break  # the channel is down: the others wait for the next sweep
                sent += 1
        finally:
            self._busy.discard(channel)
        return sent

    async def _send(self, notice: Notice) -> bool:
        """Whether the channel works; also when somebody else is sending this one."""
        scope = TenantScope(tenant_id=notice.tenant_id, role=Role.OWNER)
        async with self._store.write(scope) as db:
            if not await NoticeRepository(db, scope, self._clock).claim(notice, until=self._clock.now() + CLAIMED_FOR):
                return True
        try:
            async with self._store.read(scope) as db:
                ticket = await TicketRepository(db, scope, self._clock).ticket(notice.ticket_id)
            title, body = self.text_of(ticket, notice.kind)
            await self._channels.send(notice.channel, title=title, body=body)
        except UnknownTicket:
            return True  # erased meanwhile, and the notice with it
        except NotSent as failure:
            await self._failed(scope, notice, failure)
            return failure.final
        async with self._store.write(scope) as db:
            await NoticeRepository(db, scope, self._clock).sent(notice)
        log.info("ticket_notice_sent", ticket=notice.ticket_id, channel=notice.channel, kind=notice.kind.value)
        return True

    async def _failed(self, scope: TenantScope, notice: Notice, failure: NotSent) -> None:
        attempts = notice.attempts + 1
        gives_up = failure.final or attempts >= ATTEMPTS
        async with self._store.write(scope) as db:
            notices = NoticeRepository(db, scope, self._clock)
            if gives_up:
                await notices.give_up(notice, failure.reason)
                detail = f"{notice.channel}: {failure.reason}"
                await TicketRepository(db, scope, self._clock).note(notice.ticket_id, EventKind.NOTICE_FAILED, detail)
            else:
                await notices.put_off(notice, failure.reason, wait=self._wait(attempts))
        log.warning(
            "ticket_notice_failed",
            ticket=notice.ticket_id,
            channel=notice.channel,
            attempts=attempts,
            reason=failure.reason,
            given_up=gives_up,
        )

    def _wait(self, attempts: int) -> timedelta:
        """30 s, doubled with every attempt, up to an hour; a fifth more or less, so that many do not come at once."""
        doubled = FIRST_WAIT.total_seconds() * 2 ** (attempts - 1)
        wait = min(doubled, LONGEST_WAIT.total_seconds())
        return timedelta(seconds=wait * (1 - _JITTER + 2 * _JITTER * self._chance()))

    def text_of(self, ticket: Ticket, kind: EventKind) -> tuple[str, str]:
        """Headline and text of a notice."""
        title = f"{_HEADLINES[kind].format(id=ticket.id)} ({ticket.priority.value}, {ticket.category.value})"
        lines = [f"Why: {'; '.join(ticket.reasons)}."] if ticket.reasons else []
        lines.append(f"First response due: {ticket.first_response_due_at:%Y-%m-%d %H:%M} UTC")
        lines.append(f"Solution due: {ticket.resolution_due_at:%Y-%m-%d %H:%M} UTC")
        if self._console_url:
            lines.append(f"{self._console_url.rstrip('/')}/tickets/{ticket.id}")
        return title, "\n".join(lines)
