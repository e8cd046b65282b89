"""SQL of approvals and their history, in one scope. Above: the services. Below: tables.

Steps are taken by conditional updates, so that of two who take one at the same time only one does.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.orchestration.approval_model import (
    OPEN,
    ActionResult,
    Approval,
    ApprovalEvent,
    ApprovalEventKind,
    ApprovalFilter,
    ApprovalPage,
    ApprovalStatus,
    Decision,
    UnknownApproval,
    Verdict,
)
from deskhand.orchestration.approval_tables import ApprovalEventRow, ApprovalRow
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import Unanswered

_SILENT = {"synchronize_session": False}


class ApprovalRepository:
    """Approvals of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, values: Mapping[str, Any]) -> bool:
        """Whether the request is stored: not while the same one is open."""
        row = {"tenant_id": self._scope.tenant_id, **values}
        await self._db.execute(upsert(self._db, ApprovalRow).on_conflict_do_nothing(), [row])
        return await self._db.scalar(select(ApprovalRow.id).where(ApprovalRow.id == row["id"])) is not None

    async def approval(self, approval_id: str) -> Approval:
        """The request of that id.

        Raises:
            UnknownApproval: when there is none.
        """
        found = await self.find(approval_id)
        if found is None:
            raise UnknownApproval(f"There is no request {approval_id!r}: list them with GET /api/v1/approvals.")
        return found

    async def find(self, approval_id: str) -> Approval | None:
        """The request of that id, when there is one."""
        row = await self._db.scalar(self._select().where(ApprovalRow.id == approval_id))
        return None if row is None else approval_of(row)

    async def open_one(self, fingerprint: str) -> Approval | None:
        """The same request, while it is open."""
        row = await self._db.scalar(
            self._select().where(ApprovalRow.fingerprint == fingerprint, ApprovalRow.status.in_(OPEN))
        )
        return None if row is None else approval_of(row)

    async def rejected_one(self, fingerprint: str) -> Approval | None:
        """The same request, when a person has refused it."""
        rejected = (ApprovalRow.fingerprint == fingerprint, ApprovalRow.status == ApprovalStatus.REJECTED)
        row = await self._db.scalar(self._select().where(*rejected).order_by(ApprovalRow.id.desc()).limit(1))
        return None if row is None else approval_of(row)

    async def count_open(self, thread_id: str) -> int:
        """How many requests of a conversation are open."""
        condition = (ApprovalRow.thread_id == thread_id, ApprovalRow.status.in_(OPEN))
        return await self._db.scalar(select(func.count()).select_from(ApprovalRow).where(*condition)) or 0

    async def open_of(self, session_id: str) -> tuple[Approval, ...]:
        """The open requests of a session, oldest first."""
        rows = await self._db.scalars(
            self._select()
            .where(ApprovalRow.session_id == session_id, ApprovalRow.status.in_(OPEN))
            .order_by(ApprovalRow.id)
        )
        return tuple(map(approval_of, rows))

    async def approvals(self, wanted: ApprovalFilter, *, limit: int, offset: int) -> ApprovalPage:
        """The newest first."""
        equal = {
            ApprovalRow.kind: wanted.kind,
            ApprovalRow.contact_id: wanted.contact_id,
            ApprovalRow.session_id: wanted.session_id,
        }
        conditions = [column == value for column, value in equal.items() if value is not None]
        # An empty AND is not what a query without conditions takes.
        condition = and_(*(conditions or [ApprovalRow.id.is_not(None)]))
        counts = await self._counts(condition)
        total = sum(counts.values()) if wanted.status is None else counts[wanted.status]
        if wanted.status is not None:
            condition = and_(condition, ApprovalRow.status == wanted.status)
        newest_first = (ApprovalRow.requested_at.desc(), ApprovalRow.id.desc())
        rows = await self._db.scalars(
            self._select().where(condition).order_by(*newest_first).limit(limit).offset(offset)
        )
        return ApprovalPage(items=tuple(map(approval_of, rows)), counts=counts, total=total, limit=limit, offset=offset)

    async def _counts(self, condition: ColumnElement[bool]) -> dict[ApprovalStatus, int]:
        found = await self._db.execute(
            select(ApprovalRow.status, func.count()).where(condition).group_by(ApprovalRow.status)
        )
        counted = {ApprovalStatus(status): count for status, count in found}
        return {status: counted.get(status, 0) for status in ApprovalStatus}

    async def change(
        self, approval_id: str, values: Mapping[str, Any], *, when: Sequence[ApprovalStatus], also: Any = None
    ) -> bool:
        """Whether the request was in one of these states, and `also` held, and so took the change."""
        statement = (
            update(ApprovalRow)
            .where(ApprovalRow.id == approval_id, ApprovalRow.status.in_(when))
            .values(dict(values))
            .returning(ApprovalRow.id)
        )
        if also is not None:
            statement = statement.where(also)
        changed = await self._db.execute(statement, execution_options=_SILENT)
        return changed.first() is not None

    async def note(
        self, approval_id: str, kind: ApprovalEventKind, detail: str = "", *, actor: str | None = None
    ) -> None:
        """Add to the request's history."""
        values = {
            "id": new_id("ape"),
            "tenant_id": self._scope.tenant_id,
            "approval_id": approval_id,
            "kind": kind,
            "actor": actor,
            "detail": detail,
            "at": self._clock.now(),
        }
        await self._db.execute(insert(ApprovalEventRow), [values])

    async def history(self, approval_id: str) -> tuple[ApprovalEvent, ...]:
        """What happened to the request, oldest first."""
        rows = await self._db.scalars(
            select(ApprovalEventRow).where(ApprovalEventRow.approval_id == approval_id).order_by(ApprovalEventRow.id)
        )
        return tuple(
            ApprovalEvent(id=row.id, kind=ApprovalEventKind(row.kind), actor=row.actor, detail=row.detail, at=row.at)
            for row in rows
        )

    def _select(self) -> Any:
        # Rows that an update of this transaction went past must be read anew.
        return select(ApprovalRow).execution_options(populate_existing=True)


def approval_of(row: ApprovalRow) -> Approval:
    return Approval(
        id=row.id,
        tenant_id=row.tenant_id,
        status=ApprovalStatus(row.status),
        kind=row.kind,
        tool=row.tool,
        arguments=row.arguments,
        summary=row.summary,
        amount=None if row.amount is None else Decimal(row.amount),
        currency=row.currency,
        percent=row.percent,
        confidence=row.confidence,
        reasoning=row.reasoning,
        reasons=tuple(row.reasons),
        contact_id=row.contact_id,
        session_id=row.session_id,
        thread_id=row.thread_id,
        turn_id=row.turn_id,
        agent_id=row.agent_id,
        agent_version=row.agent_version,
        message=row.message,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        on_timeout=Unanswered(row.on_timeout),
        channels=tuple(row.channels),
        decision=_decision_of(row),
        result=None if row.result is None else ActionResult(**row.result),
        started_at=row.started_at,
        executed_at=row.executed_at,
        consensus_id=row.consensus_id,
        ticket_id=row.ticket_id,
    )


def _decision_of(row: ApprovalRow) -> Decision | None:
    if row.verdict is None or row.decided_at is None:
        return None
    return Decision(
        verdict=Verdict(row.verdict),
        by=row.decided_by,
        by_name=row.decided_by_name,
        at=row.decided_at,
        notes=row.notes,
        arguments=row.decided_arguments,
        summary=row.decided_summary,
    )
