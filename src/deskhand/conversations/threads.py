"""SQL of threads and of windows onto their messages. In its scope a contact sees its own threads, staff all.

A window is found from a message on, not by counting, so that it stays right while messages arrive: what is before a
message never changes, and what is after it only grows.
"""

from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import (
    BadCursor,
    Message,
    MessageWindow,
    Page,
    ThreadRecord,
    ThreadStatus,
    UnknownThread,
)
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.tables import MessageRow, Thread
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope


class ThreadRepository:
    """Threads of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._conversations = ConversationRepository(db, scope, clock)

    async def threads(
        self, *, status: ThreadStatus | None, contact_id: str | None, limit: int, offset: int
    ) -> Page[ThreadRecord]:
        """Newest first."""
        wanted = self._own(select(Thread))
        if status is not None:
            wanted = wanted.where(Thread.status == status)
        if contact_id is not None:
            wanted = wanted.where(Thread.contact_id == contact_id)
        total = await self._db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = await self._db.scalars(wanted.order_by(Thread.id.desc()).limit(limit).offset(offset))
        return Page(items=tuple(_record(row) for row in rows), total=total, limit=limit, offset=offset)

    async def thread(self, thread_id: str) -> ThreadRecord:
        """The thread of that id.

        Raises:
            UnknownThread: when there is none, or it is somebody else's.
        """
        return _record(await self._row(thread_id))

    async def change(self, thread_id: str, *, title: str | None, status: ThreadStatus | None) -> ThreadRecord:
        """The thread with what is given changed.

        Raises:
            UnknownThread: as `thread` does.
        """
        await self._row(thread_id)
        changes: dict[str, Any] = {"title": title, "status": status}
        changes = {name: value for name, value in changes.items() if value is not None}
        if changes:
            await self._db.execute(
                update(Thread).where(Thread.id == thread_id).values(changes),
                execution_options={"synchronize_session": False},
            )
            self._db.expire_all()
        return await self.thread(thread_id)

    async def messages(
        self, thread_id: str, *, limit: int, before: str | None = None, after: str | None = None
    ) -> MessageWindow:
        """The newest messages, or those nearest before or after a message, oldest first.

        `has_more` tells of the direction looked in: older messages, or with `after` newer ones.

        Raises:
            UnknownThread: as `thread` does.
            BadCursor: when the cursor is no message of the thread, or two are given.
        """
        thread = await self.thread(thread_id)
        if before is not None and after is not None:
            raise BadCursor("Both 'before' and 'after' are given: look in one direction at a time.")
        for name, cursor in (("before", before), ("after", after)):
            if cursor is not None:
                await self._check_cursor(thread_id, name, cursor)
        found = await self._nearest(thread_id, limit + 1, before=before, after=after)
        has_more = len(found) > limit
        found = found[:limit]
        items = found if after is not None else found[::-1]
        return MessageWindow(
            items=tuple(items),
            has_more=has_more,
            before=items[0].id if items else before,
            after=items[-1].id if items else after,
            total=thread.message_count,
        )

    async def _nearest(
        self, thread_id: str, limit: int, *, before: str | None, after: str | None
    ) -> tuple[Message, ...]:
        wanted = select(MessageRow).where(MessageRow.thread_id == thread_id).limit(limit)
        if after is not None:
            wanted = wanted.where(MessageRow.id > after).order_by(MessageRow.id)
        else:
            wanted = wanted.order_by(MessageRow.id.desc())
            wanted = wanted if before is None else wanted.where(MessageRow.id < before)
        rows = (await self._db.scalars(wanted)).all()
        return await self._conversations.with_citations(rows)

    async def _check_cursor(self, thread_id: str, name: str, cursor: str) -> None:
        known = await self._db.scalar(
            select(MessageRow.id).where(MessageRow.id == cursor, MessageRow.thread_id == thread_id)
        )
        if known is None:
            raise BadCursor(
                f"The cursor {name}={cursor!r} is no message of this thread: take it from a page's 'before' or 'after'."
            )

    async def _row(self, thread_id: str) -> Thread:
        row = await self._db.scalar(self._own(select(Thread).where(Thread.id == thread_id)))
        if row is None:
            raise UnknownThread(f"There is no thread {thread_id!r}: list them with GET /api/v1/threads.")
        return row

    def _own(self, wanted: Select[Thread]) -> Select[Thread]:
        contact_id = self._scope.own_contact_id
        return wanted if contact_id is None else wanted.where(Thread.contact_id == contact_id)


def _record(row: Thread) -> ThreadRecord:
    return ThreadRecord(
        id=row.id,
        contact_id=row.contact_id,
        title=row.title,
        status=ThreadStatus(row.status),
        message_count=row.message_count,
        last_message_at=row.last_message_at,
        context_summary=row.context_summary,
        created_at=row.created_at,
    )
