"""Builds the erasing of persons: every slice's part of it, and what a person left outside of the database.

A part of the composition root. Above: `wiring_turns.py`. Below: `orchestration/erasing.py`, the slices.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.attachments.model import blob_key
from deskhand.attachments.tables import AttachmentRow
from deskhand.audit.erasing import AuditEraser
from deskhand.conversations.contact_eraser import erase_conversations, sessions_of
from deskhand.conversations.session_store import SessionStore
from deskhand.crm.changing import ContactDesk
from deskhand.crm.delivery_eraser import DeliveryEraser
from deskhand.memory.repository import MemoryRepository
from deskhand.orchestration.erasing import PersonEraser, Traces
from deskhand.orchestration.erasing_endpoints import ErasingEndpoints
from deskhand.orchestration.erasing_parts import erase_approvals, erase_free_text, erase_plans, erase_votes
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring_slices import Ground, Slices


def erasing(ground: Ground, slices: Slices, live: SessionStore) -> ErasingEndpoints:
    """From the slices to the route."""
    clock = ground.clock

    async def erase_crm(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:
        return await ContactDesk(db, scope, clock).erase(contact_id)

    async def erase_memories(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:
        return await MemoryRepository(db, scope, clock).erase(contact_id)

    async def forget(scope: TenantScope, traces: Traces) -> None:
        for session_id in traces.sessions:
            ground.hub.forget(session_id)
            await live.delete(session_id)
        for attachment_id in traces.attachments:
            await ground.blobs.delete(blob_key(scope.tenant_id, attachment_id))

    eraser = PersonEraser(
        store=ground.store,
        parts=(
            # The CRM first: it knows whether there is such a contact.
            ("crm", erase_crm),
            ("deliveries", DeliveryEraser().erase),
            ("memories", erase_memories),
            ("plans", erase_plans),
            ("votes", erase_votes),
            ("approvals", erase_approvals),
            ("refunds_and_orders", erase_free_text),
            ("conversations", erase_conversations),
        ),
        audit=AuditEraser(store=ground.store, clock=clock, vault=slices.vault, writer=slices.audit),
        traces=_traces,
        forget=forget,
    )
    return ErasingEndpoints(eraser)


async def _traces(db: AsyncSession, contact_id: str) -> Traces:
    files = await db.scalars(select(AttachmentRow.id).where(AttachmentRow.contact_id == contact_id))
    return Traces(sessions=await sessions_of(db, contact_id), attachments=tuple(files))
