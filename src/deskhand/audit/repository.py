"""SQL of records: found, listed, walked. Written by the writer alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.audit.model import AuditFilter, UnknownRecord
from deskhand.audit.preparing import BAR
from deskhand.audit.tables import AuditRow, ContactKeyRow, HeadRow
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.tables import Contact

_ESCAPE = "\\"
_EXACT = (
    ("session_id", AuditRow.session_id),
    ("contact_id", AuditRow.contact_id),
    ("agent_id", AuditRow.agent_id),
    ("event", AuditRow.event),
    ("ticket", AuditRow.ticket_id),
)
_SEARCHED = (
    AuditRow.id,
    AuditRow.request_id,
    AuditRow.session_id,
    AuditRow.thread_id,
    AuditRow.turn_id,
    AuditRow.contact_id,
    AuditRow.agent_id,
    AuditRow.agent_version,
    AuditRow.kind,
    AuditRow.model,
    AuditRow.ticket_id,
    AuditRow.tool_names,
)
"""What `q` looks into: what is stored in the clear."""


class AuditRepository:
    """Records of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope) -> None:
        self._db = db
        self._scope = scope

    async def row(self, record_id: str) -> AuditRow:
        """One record.

        Raises:
            UnknownRecord: when there is none of that id.
        """
        found = await self._db.scalar(select(AuditRow).where(AuditRow.id == record_id))
        if found is None:
            raise UnknownRecord(f"There is no audit record {record_id!r}: list them with GET /api/v1/audit.")
        return found

    async def page(self, wanted: AuditFilter, *, limit: int, offset: int) -> tuple[Sequence[AuditRow], int]:
        """Records, newest first, one more than `limit` where there are more; and how many there are in all."""
        conditions = _conditions(wanted)
        total = await self._db.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0
        listed = select(AuditRow).where(*conditions, *_before(wanted))
        rows = await self._db.scalars(listed.order_by(AuditRow.id.desc()).limit(limit + 1).offset(offset))
        return rows.all(), total

    async def oldest_after(self, wanted: AuditFilter, after: str, *, through: str, limit: int) -> Sequence[AuditRow]:
        """For walking all that is wanted, oldest first, up to a record."""
        query = select(AuditRow).where(*_conditions(wanted), *_before(wanted), AuditRow.id > after)
        rows = await self._db.scalars(query.where(AuditRow.id <= through).order_by(AuditRow.id).limit(limit))
        return rows.all()

    async def newest_id(self) -> str:
        """Empty when there is no record."""
        return await self._db.scalar(select(func.max(AuditRow.id))) or ""

    async def chained_after(self, seq: int, *, through: int, limit: int) -> Sequence[AuditRow]:
        """The chain, in its order."""
        query = select(AuditRow).where(AuditRow.seq > seq, AuditRow.seq <= through)
        return (await self._db.scalars(query.order_by(AuditRow.seq).limit(limit))).all()

    async def at(self, seq: int) -> AuditRow | None:
        found: AuditRow | None = await self._db.scalar(select(AuditRow).where(AuditRow.seq == seq))
        return found

    async def head(self) -> tuple[HeadRow | None, int]:
        """The chain's end as it is stored, and the number of the last record: both of one moment."""
        last = select(func.max(AuditRow.seq)).scalar_subquery()
        row = (await self._db.execute(select(HeadRow, last))).first()
        if row is None:
            return None, await self._db.scalar(select(func.max(AuditRow.seq))) or 0
        return row[0], row[1] or 0

    async def waiting(self) -> int:
        """How many records are not chained yet."""
        query = select(func.count()).select_from(AuditRow).where(AuditRow.seq.is_(None))
        return await self._db.scalar(query) or 0

    async def knows_contact(self, contact_id: str) -> bool:
        """Whether there is, or was, such a contact."""
        for query in (
            select(Contact.id).where(Contact.id == contact_id),
            select(ContactKeyRow.id).where(ContactKeyRow.contact_id == contact_id).limit(1),
            select(AuditRow.id).where(AuditRow.contact_id == contact_id).limit(1),
        ):
            if await self._db.scalar(query) is not None:
                return True
        return False

    async def sealed_of(self, contact_id: str) -> int:
        """How many records of the contact are sealed with a key that is there."""
        query: Select[Any] = (
            select(func.count())
            .select_from(AuditRow)
            .join(ContactKeyRow, ContactKeyRow.id == AuditRow.key_id)
            .where(AuditRow.contact_id == contact_id)
        )
        return await self._db.scalar(query) or 0


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, column in _EXACT:
        value = getattr(wanted, name)
        if value is not None:
            found.append(column == value)
    if wanted.since is not None:
        found.append(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditRow.at < wanted.until)
    if wanted.tool is not None:
        found.append(AuditRow.tool_names.like(f"%{BAR}{_escaped(wanted.tool)}{BAR}%", escape=_ESCAPE))
    found += [_holds(word) for word in (wanted.words or "").split()]
    return found


def _before(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    return [] if wanted.before is None else [AuditRow.id < wanted.before]


def _holds(word: str) -> ColumnElement[bool]:
    pattern = f"%{_escaped(word)}%"
    return or_(*(column.ilike(pattern, escape=_ESCAPE) for column in _SEARCHED))


def _escaped(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text
