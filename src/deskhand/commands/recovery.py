"""What a start does about what a crash left: turns without an answer, passages out of step with the database."""

import structlog
from sqlalchemy import select

from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.turn_repository import unfinished_turns
from deskhand.kit.errors import DeskhandError
from deskhand.tenancy.scope import Role, TenantScope
from deskhand.tenancy.tables import Tenant
from deskhand.turns.state import Accepted
from deskhand.wiring import House

log = structlog.get_logger(__name__)


async def answer_interrupted_turns(house: House) -> int:
    """Run again the turns that were accepted and never ended; how many there were."""
    async with house.store.database.read() as db:
        turns = await unfinished_turns(db)
    for turn in turns:
        scope = TenantScope(tenant_id=turn.tenant_id, role=Role.CONTACT, contact_id=turn.contact_id)
        async with house.store.read(scope) as db:
            session = await ConversationRepository(db, scope, house.clock).session(turn.session_id)
        house.runner.start(Accepted(scope=scope, session=session, turn=turn, knowledge_bases=()))
    if turns:
        log.warning("interrupted_turns_resumed", count=len(turns))
    return len(turns)


async def mend_indexes(house: House) -> int:
    """Bring the passage index into line with the database, for every tenant; how many passages were embedded."""
    async with house.store.database.read() as db:
        tenant_ids = (await db.scalars(select(Tenant.id))).all()
    embedded = 0
    for tenant_id in tenant_ids:
        scope = TenantScope(tenant_id=tenant_id, role=Role.OWNER)
        for base in await house.library.bases(scope):
            try:
                async for done, _ in house.library.reindex(scope, base):
                    embedded = max(embedded, done)
            except DeskhandError as error:
                log.error("index_not_mended", base=base.slug, reason=error.detail)
    return embedded
