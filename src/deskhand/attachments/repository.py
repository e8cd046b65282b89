"""SQL of attachments, inside the caller's transaction. In its scope a contact sees its own, staff their tenant's.

Above: the shelf and the conversions. What a session holds is counted in a row of its own, which every upload changes
first: two at the same time wait for each other there, on either database, so that the counts are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.attachments.model import (
    Attachment,
    AttachmentStatus,
    AttachmentText,
    Page,
    SessionFull,
    SessionPlace,
    ShelfLimits,
    TooManyAttachments,
    UnknownAttachment,
)
from deskhand.attachments.tables import AttachmentRow, AttachmentTotal
from deskhand.documents.model import MIB
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

LEASE = timedelta(seconds=60)
DUE_AT_ONCE = 200
_CODE_CHARS, _REASON_CHARS = 60, 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A file as it came in, looked at and not yet read."""

    name: str
    media_type: str
    size_bytes: int
    content_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How the reading of an attachment ended."""

    status: AttachmentStatus
    title: str = ""
    text: str = ""
    preview: str = ""
    pages: int | None = None
    code: str | None = None
    reason: str | None = None


class AttachmentRepository:
    """Attachments of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def take(self, place: SessionPlace, received: Received, limits: ShelfLimits) -> tuple[Attachment, bool]:
        """The session's attachment of that content, and whether it is new.

        Raises:
            TooManyAttachments, SessionFull: when the session has no room for it; nothing is kept then.
        """
        files, size = await self._locked_total(place.session_id)
        same = AttachmentRow.content_hash == received.content_hash
        row = await self._db.scalar(
            select(AttachmentRow).where(AttachmentRow.session_id == place.session_id, same).limit(1)
        )
        if row is not None:
            return _attachment(row), False
        _check_room(received, files, size, limits)
        row = self._new_row(place, received)
        self._db.add(row)
        await self._db.flush()
        await self._count(place.session_id, 1, received.size_bytes)
        return _attachment(row), True

    async def attachment(self, attachment_id: str) -> Attachment:
        """The attachment of that id.

        Raises:
            UnknownAttachment: when there is none, or it is somebody else's.
        """
        row = await self._db.scalar(self._own().where(AttachmentRow.id == attachment_id))
        if row is None:
            raise _unknown(attachment_id)
        return _attachment(row)

    async def of_session(self, session_id: str, *, limit: int, offset: int) -> Page[Attachment]:
        """In the order in which they came."""
        wanted = self._own().where(AttachmentRow.session_id == session_id)
        total = await self._db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = await self._db.scalars(wanted.order_by(AttachmentRow.id).limit(limit).offset(offset))
        return Page(items=tuple(_attachment(row) for row in rows), total=total, limit=limit, offset=offset)

    async def in_session(self, session_id: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """Those of these ids, in their order.

        Raises:
            UnknownAttachment: naming the first that the session does not have.
        """
        wanted = self._own().where(AttachmentRow.session_id == session_id, AttachmentRow.id.in_(ids))
        found = {row.id: _attachment(row) for row in await self._db.scalars(wanted)}
        for attachment_id in ids:
            if attachment_id not in found:
                raise _unknown(attachment_id, f" in the session {session_id!r}")
        return tuple(found[attachment_id] for attachment_id in ids)

    async def named(self, session_id: str, name: str) -> Attachment | None:
        """The session's newest attachment of that id or, whatever the case, of that name."""
        is_it = (AttachmentRow.id == name) | (func.lower(AttachmentRow.name) == name.lower())
        wanted = self._own().where(AttachmentRow.session_id == session_id, is_it)
        row = await self._db.scalar(wanted.order_by(AttachmentRow.id.desc()).limit(1))
        return None if row is None else _attachment(row)

    async def text(self, attachment: Attachment, start: int, length: int) -> AttachmentText:
        """The part of its text that begins at `start`."""
        part = func.substr(AttachmentRow.text, start + 1, length)
        text = await self._db.scalar(select(part).where(AttachmentRow.id == attachment.id)) or ""
        note = attachment.reason
        if attachment.status is AttachmentStatus.PROCESSING:
            note = "It is still being read."
        elif not attachment.chars and note is None:
            note = attachment.preview or None
        return AttachmentText(
            id=attachment.id,
            name=attachment.name,
            status=attachment.status,
            text=text,
            start=start,
            chars=attachment.chars,
            note=note,
        )

    async def begin(self, attachment_id: str) -> tuple[Attachment, int] | None:
        """The attachment that is to be read now and how often that was tried; None when there is nothing to do."""
        attempts = await self._db.scalar(
            self._of(attachment_id)
            .where(AttachmentRow.status == AttachmentStatus.PROCESSING)
            .values(attempts=AttachmentRow.attempts + 1, leased_until=self._clock.now() + LEASE)
            .returning(AttachmentRow.attempts),
            execution_options={"synchronize_session": False},
        )
        return None if attempts is None else (await self.attachment(attachment_id), attempts)

    async def finish(self, attachment_id: str, outcome: Outcome) -> bool:
        """Whether it was still being read, and this is now how that ended."""
        more_to_do = outcome.status is AttachmentStatus.READY and bool(outcome.text)
        return await self._changed(
            self._of(attachment_id).where(AttachmentRow.status == AttachmentStatus.PROCESSING),
            status=outcome.status,
            title=outcome.title[:300],
            text=outcome.text,
            chars=len(outcome.text),
            preview=outcome.preview[:1000],
            pages=outcome.pages,
            code=outcome.code[:_CODE_CHARS] if outcome.code else None,
            reason=outcome.reason[:_REASON_CHARS] if outcome.reason else None,
            leased_until=self._clock.now() + LEASE if more_to_do else None,
        )

    async def release_ready(self, attachment_id: str) -> None:
        """Nothing is left to be done for it, if it was read."""
        ready = self._of(attachment_id).where(AttachmentRow.status == AttachmentStatus.READY)
        await self._changed(ready, leased_until=None)

    async def forget_attempt(self, attachment_id: str) -> None:
        """An attempt that failed for no fault of the attachment does not count."""
        await self._changed(self._of(attachment_id), attempts=AttachmentRow.attempts - 1)

    async def exists(self, attachment_id: str) -> bool:
        found = select(AttachmentRow.id).where(AttachmentRow.id == attachment_id)
        return await self._db.scalar(found) is not None

    async def renew(self, attachment_id: str) -> None:
        """Whoever works on it is still there."""
        still = self._of(attachment_id).where(AttachmentRow.leased_until.is_not(None))
        await self._changed(still, leased_until=self._clock.now() + LEASE)

    async def take_over(self, attachment_id: str) -> bool:
        """Whether nobody worked on it any more, and the caller does from now on."""
        now = self._clock.now()
        return await self._changed(
            self._of(attachment_id).where(AttachmentRow.leased_until < now), leased_until=now + LEASE
        )

    async def remove(self, attachment_id: str) -> bool:
        """Whether it was there; what the session holds is counted anew. Its excerpts go with it."""
        gone = await self._db.execute(
            delete(AttachmentRow)
            .where(AttachmentRow.id == attachment_id)
            .returning(AttachmentRow.session_id, AttachmentRow.size_bytes),
            execution_options={"synchronize_session": False},
        )
        row = gone.first()
        if row is None:
            return False
        await self._count(row.session_id, -1, -row.size_bytes)
        return True

    async def ids_of_contact(self, contact_id: str) -> tuple[str, ...]:
        return tuple(await self._db.scalars(select(AttachmentRow.id).where(AttachmentRow.contact_id == contact_id)))

    def _own(self) -> Select[Any]:
        wanted = select(AttachmentRow)
        contact_id = self._scope.own_contact_id
        return wanted if contact_id is None else wanted.where(AttachmentRow.contact_id == contact_id)

    @staticmethod
    def _of(attachment_id: str) -> Update:
        return update(AttachmentRow).where(AttachmentRow.id == attachment_id)

    async def _changed(self, wanted: Update, **values: object) -> bool:
        done = await self._db.execute(
            wanted.values(**values).returning(AttachmentRow.id), execution_options={"synchronize_session": False}
        )
        return done.first() is not None

    async def _locked_total(self, session_id: str) -> tuple[int, int]:
        """What the session holds; until the transaction ends, nobody else changes it."""
        values = {"session_id": session_id, "tenant_id": self._scope.tenant_id, "files": 0, "size_bytes": 0}
        await self._db.execute(upsert(self._db, AttachmentTotal).values(values).on_conflict_do_nothing())
        return await self._count(session_id, 0, 0)

    async def _count(self, session_id: str, files: int, size_bytes: int) -> tuple[int, int]:
        counted = await self._db.execute(
            update(AttachmentTotal)
            .where(AttachmentTotal.session_id == session_id)
            .values(files=AttachmentTotal.files + files, size_bytes=AttachmentTotal.size_bytes + size_bytes)
            .returning(AttachmentTotal.files, AttachmentTotal.size_bytes),
            execution_options={"synchronize_session": False},
        )
        row = counted.one()
        return row.files, row.size_bytes

    def _new_row(self, place: SessionPlace, received: Received) -> AttachmentRow:
        now = self._clock.now()
        return AttachmentRow(
            id=new_id("att"),
            tenant_id=self._scope.tenant_id,
            session_id=place.session_id,
            contact_id=place.contact_id,
            name=received.name,
            title="",
            media_type=received.media_type,
            size_bytes=received.size_bytes,
            content_hash=received.content_hash,
            status=AttachmentStatus.PROCESSING,
            preview="",
            chars=0,
            text="",
            attempts=0,
            leased_until=now + LEASE,
            created_at=now,
        )


async def due(db: AsyncSession, now: datetime) -> tuple[tuple[str, str], ...]:
    """Tenant and id of attachments of all tenants for which something is to be done that nobody does any more."""
    is_due: ColumnElement[bool] = AttachmentRow.leased_until < now
    rows = await db.execute(
        select(AttachmentRow.tenant_id, AttachmentRow.id).where(is_due).order_by(AttachmentRow.id).limit(DUE_AT_ONCE)
    )
    return tuple((row.tenant_id, row.id) for row in rows)


def _check_room(received: Received, files: int, size: int, limits: ShelfLimits) -> None:
    if files >= limits.per_session:
        raise TooManyAttachments(
            f"The session holds {files} attachments, and may hold {limits.per_session}: delete one, or open a new "
            f"session, and send {received.name!r} again."
        )
    if size + received.size_bytes > limits.session_bytes:
        raise SessionFull(
            f"With {received.name!r} the session's attachments would have more than {limits.session_bytes / MIB:.4g} "
            "MiB together: delete some, or open a new session."
        )


def _unknown(attachment_id: str, where: str = "") -> UnknownAttachment:
    return UnknownAttachment(
        f"There is no attachment {attachment_id!r}{where}: see GET /api/v1/sessions/{{session_id}}/attachments."
    )


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(
        id=row.id,
        session_id=row.session_id,
        contact_id=row.contact_id,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        status=AttachmentStatus(row.status),
        code=row.code,
        reason=row.reason,
        preview=row.preview,
        pages=row.pages,
        chars=row.chars,
        created_at=row.created_at,
    )
