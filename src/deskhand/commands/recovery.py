"""What a start does about what a crash left: turns without an answer, sessions without a record, stale indexes."""

from collections.abc import AsyncIterator, Callable

import structlog
from sqlalchemy import select

from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.turn_repository import unfinished_turns
from deskhand.kit.errors import DeskhandError
from deskhand.knowledge.model import Base
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.tables import Tenant
from deskhand.turns.state import Accepted
from deskhand.wiring import House

log = structlog.get_logger(__name__)

Report = Callable[[int, int], None]


async def answer_interrupted_turns(house: House) -> int:
    """Run again the turns that were accepted and never ended; how many there were."""
    async with house.store.across_tenants() as db:
        turns = await unfinished_turns(db)
    for turn in turns:
        scope = TenantScope(tenant_id=turn.tenant_id, role=Role.CONTACT, contact_id=turn.contact_id)
        async with house.store.read(scope) as db:
            session = await ConversationRepository(db, scope, house.clock).session(turn.session_id)
        house.runner.start(Accepted(scope=scope, session=session, turn=turn, knowledge_bases=()))
    if turns:
        log.warning("interrupted_turns_resumed", count=len(turns))
    return len(turns)


async def write_closing_records(house: House) -> int:
    """Write, beside everything else, what was still to be written of closed sessions; how many there are."""
    unwritten = await house.sessions.finish_records()
    if unwritten:
        log.warning("closing_records_resumed", count=unwritten)
    return unwritten


async def mend_indexes(house: House) -> int:
    """Bring the passage index into line with the database where that can be done; how many passages were embedded."""
    embedded = 0
    async for scope, base in every_base(house):
        try:
            embedded += await mend_index(house, scope, base)
        except DeskhandError as error:
            log.error("index_not_mended", base=base.slug, reason=error.detail)  # noqa: TRY400 - the reason says it all
    return embedded


async def mend_index(house: House, scope: TenantScope, base: Base, report: Report = lambda *_: None) -> int:
    """The same for one base; `report(done, all)` counts its passages.

    Raises:
        DeskhandError: when it cannot be done; the base is searched as far as it is indexed.
    """
    embedded = 0
    async for done, total in house.library.reindex(scope, base):
        report(done, total)
        embedded = done
    return embedded


async def every_base(house: House) -> AsyncIterator[tuple[TenantScope, Base]]:
    """The knowledge bases of all tenants, each with the scope that may change it."""
    async with house.store.database.read() as db:
        tenant_ids = (await db.scalars(select(Tenant.id).order_by(Tenant.id))).all()
    for tenant_id in tenant_ids:
        scope = TenantScope(tenant_id=tenant_id, role=Role.OWNER)
        for base in await house.library.bases(scope):
            yield scope, base
