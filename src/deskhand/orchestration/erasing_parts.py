"""What plans, votes, approvals, refunds and orders hold of a person, taken away in the caller's transaction.

Above: the erasing of persons, through the wiring. Below: tables.
"""

from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.tables import ChatSession
from deskhand.orchestration.approval_tables import ApprovalRow
from deskhand.orchestration.billing_tables import BillingEntryRow, OrderRow
from deskhand.orchestration.consensus_tables import ConsensusRow
from deskhand.orchestration.plan_tables import PlanRow
from deskhand.tenancy.scope import TenantScope

_UNSYNCED = {"synchronize_session": False}


async def erase_plans(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG001 - bound to db
    """Plans that were made for the contact, with their subtasks."""
    return await _count(db, delete(PlanRow).where(_of(PlanRow, contact_id)))


async def erase_votes(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG001 - bound to db
    """Votes about the contact."""
    return await _count(db, delete(ConsensusRow).where(_of(ConsensusRow, contact_id)))


async def erase_approvals(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG001 - bound to db
    """Requests in the contact's conversations, decided or not. What was done stands in the ledger."""
    return await _count(db, delete(ApprovalRow).where(_of(ApprovalRow, contact_id)))


async def erase_free_text(db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG001 - bound to db
    """Words in refunds, discounts and orders; amounts and dates stay."""
    entries = update(BillingEntryRow).where(BillingEntryRow.contact_id == contact_id)
    worded = await _count(db, entries.values(reason="", declined=None))
    orders = update(OrderRow).where(OrderRow.contact_id == contact_id)
    return worded + await _count(db, orders.values(note="", items=[]))


def _of(table: Any, contact_id: str) -> Any:
    """Rows of the contact, or of one of its sessions."""
    sessions = select(ChatSession.id).where(ChatSession.contact_id == contact_id)
    return or_(table.contact_id == contact_id, table.session_id.in_(sessions))


async def _count(db: AsyncSession, statement: Any) -> int:
    changed = await db.execute(statement, execution_options=_UNSYNCED)
    return int(changed.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them
