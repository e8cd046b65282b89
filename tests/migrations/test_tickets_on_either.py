"""Tickets on either database: one a session, one winner of each step, each notice sent once."""

import asyncio
from datetime import timedelta
from pathlib import Path

from deskhand.escalation.model import TicketFilter, TicketStepRefused
from escalation.desks import open_company, open_desk


async def test_what_many_do_at_once_is_done_once(tmp_path: Path, database_url: str) -> None:
    async with open_desk(tmp_path, database_url) as rig:
        company = await open_company(rig)

        opened = [ticket for ticket in await asyncio.gather(*(company.opened() for _ in range(6))) if ticket]
        (ticket,) = opened
        sent = await asyncio.gather(*(rig.sender.sweep() for _ in range(3)))
        assert len(rig.channels.carried) == 1, sent

        scopes = (company.ada, company.ben)
        taken = await asyncio.gather(
            *(rig.ownership.take_over(scope, company.session_id) for scope in scopes), return_exceptions=True
        )
        assert sorted(isinstance(each, Exception) for each in taken) == [False, True]
        resolved = await asyncio.gather(
            *(rig.desk.resolve(scope, ticket.id, "Done.") for scope in scopes), return_exceptions=True
        )
        assert [type(each) for each in resolved].count(TicketStepRefused) == 1

        second = await company.opened(await company.another_session())
        assert second is not None
        rig.clock.move(timedelta(days=3))
        assert sum(await asyncio.gather(*(rig.watch.sweep() for _ in range(3)))) == 2
        page = await rig.desk.list(company.ada, TicketFilter(overdue=True), limit=10, offset=0)
        assert [item.id for item in page.items] == [second.id]
        everything = await rig.desk.list(company.ada, TicketFilter(), limit=10, offset=0)
        assert [item.id for item in everything.items] == [second.id, ticket.id]
