"""SQL of threads, sessions and messages. In its scope a contact sees its own conversations, staff their tenant's."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, Update, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import (
    Citation,
    Feedback,
    Message,
    MessageRole,
    Page,
    Session,
    SessionClosed,
    SessionStatus,
    UnknownMessage,
    UnknownSession,
)
from deskhand.conversations.tables import ChatSession, CitationRow, MessageRow, Thread
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

TITLE_CHARS = 80
HUMAN_REQUESTED = "human_requested"


class ConversationRepository:
    """Threads, sessions and messages of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def open_session(self, contact_id: str, channel: str) -> Session:
        """The contact's active session on that channel, or a new one on a new thread."""
        row = await self._db.scalar(
            select(ChatSession)
            .where(ChatSession.contact_id == contact_id, ChatSession.channel == channel)
            .where(ChatSession.status == SessionStatus.ACTIVE)
            .order_by(ChatSession.id.desc())
            .limit(1)
        )
        if row is None:
            row = await self._new_session(contact_id, channel)
        return _session(row)

    async def session(self, session_id: str) -> Session:
        """The session of that id.

        Raises:
            UnknownSession: when there is none, or it is somebody else's.
        """
        return _session(await self._session_row(session_id))

    async def active_session(self, session_id: str) -> Session:
        """The same, refusing a closed one.

        Raises:
            SessionClosed: when it takes no more messages.
        """
        session = await self.session(session_id)
        if session.status is SessionStatus.CLOSED:
            raise SessionClosed(f"The session {session_id!r} is closed: open a new one with POST /api/v1/sessions.")
        return session

    async def sessions(self, *, status: SessionStatus | None, limit: int, offset: int) -> Page[Session]:
        """Newest first."""
        wanted = self._own(select(ChatSession))
        if status is not None:
            wanted = wanted.where(ChatSession.status == status)
        total = await self._db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        rows = await self._db.scalars(wanted.order_by(ChatSession.id.desc()).limit(limit).offset(offset))
        return Page(items=tuple(_session(row) for row in rows), total=total, limit=limit, offset=offset)

    async def close_session(self, session_id: str) -> Session:
        """Closed, also when it was already."""
        row = await self._session_row(session_id)
        if row.status != SessionStatus.CLOSED:
            row.status, row.closed_at = SessionStatus.CLOSED, self._clock.now()
            await self._db.flush()
        return _session(row)

    async def request_human(self, session: Session) -> None:
        """Note on the thread that its customer asked for a person."""
        await self._update(update(Thread).where(Thread.id == session.thread_id).values(status=HUMAN_REQUESTED))

    async def add_message(
        self,
        session: Session,
        *,
        message_id: str,
        turn_id: str,
        role: MessageRole,
        content: str,
        details: dict[str, Any] | None = None,
        citations: Sequence[Citation] = (),
    ) -> Message:
        """The stored message, with its thread and session brought up to date."""
        now = self._clock.now()
        message = Message(
            id=message_id,
            thread_id=session.thread_id,
            session_id=session.id,
            turn_id=turn_id,
            role=role,
            content=content,
            details=details or {},
            created_at=now,
            citations=tuple(citations),
        )
        await self._db.execute(insert(MessageRow), [self._message_values(message)])
        if citations:
            await self._db.execute(insert(CitationRow), [self._citation_values(message_id, item) for item in citations])
        await self._touch(session, role, content)
        return message

    async def messages(self, session_id: str, *, limit: int, offset: int) -> Page[Message]:
        """The messages of the session's thread, oldest first."""
        session = await self.session(session_id)
        of_thread = MessageRow.thread_id == session.thread_id
        total = await self._db.scalar(select(func.count()).select_from(MessageRow).where(of_thread)) or 0
        rows = await self._db.scalars(
            select(MessageRow).where(of_thread).order_by(MessageRow.id).limit(limit).offset(offset)
        )
        return Page(items=await self._with_citations(rows.all()), total=total, limit=limit, offset=offset)

    async def recent_messages(self, thread_id: str, *, before: str, limit: int) -> tuple[Message, ...]:
        """The newest messages of a thread that are older than the message `before`, oldest first, without citations."""
        rows = await self._db.scalars(
            select(MessageRow)
            .where(MessageRow.thread_id == thread_id, MessageRow.id < before)
            .order_by(MessageRow.id.desc())
            .limit(limit)
        )
        return tuple(_message(row, ()) for row in reversed(rows.all()))

    async def message(self, message_id: str) -> Message:
        """The message of that id.

        Raises:
            UnknownMessage: when there is none, or it stands in somebody else's conversation.
        """
        return (await self._with_citations([await self._message_row(message_id)]))[0]

    async def set_feedback(self, message_id: str, feedback: Feedback | None) -> Message:
        """The message with that feedback, or with none."""
        row = await self._message_row(message_id)
        row.feedback_score = feedback.score if feedback else None
        row.feedback_reason = feedback.reason if feedback else None
        await self._db.flush()
        return (await self._with_citations([row]))[0]

    async def _new_session(self, contact_id: str, channel: str) -> ChatSession:
        now, tenant_id = self._clock.now(), self._scope.tenant_id
        thread = Thread(id=new_id("thr"), tenant_id=tenant_id, contact_id=contact_id, created_at=now)
        self._db.add(thread)
        await self._db.flush()
        row = ChatSession(
            id=new_id("ses"),
            tenant_id=tenant_id,
            thread_id=thread.id,
            contact_id=contact_id,
            channel=channel,
            status=SessionStatus.ACTIVE,
            started_at=now,
            last_activity_at=now,
        )
        self._db.add(row)
        await self._db.flush()
        return row

    async def _session_row(self, session_id: str) -> ChatSession:
        row = await self._db.scalar(self._own(select(ChatSession).where(ChatSession.id == session_id)))
        if row is None:
            raise UnknownSession(f"There is no session {session_id!r}: open one with POST /api/v1/sessions.")
        return row

    async def _message_row(self, message_id: str) -> MessageRow:
        wanted = select(MessageRow).where(MessageRow.id == message_id)
        if self._scope.own_contact_id is not None:
            wanted = wanted.join(ChatSession, ChatSession.id == MessageRow.session_id)
            wanted = wanted.where(ChatSession.contact_id == self._scope.own_contact_id)
        row = await self._db.scalar(wanted)
        if row is None:
            raise UnknownMessage(f"There is no message {message_id!r}.")
        return row

    def _own(self, wanted: Select[ChatSession]) -> Select[ChatSession]:
        contact_id = self._scope.own_contact_id
        return wanted if contact_id is None else wanted.where(ChatSession.contact_id == contact_id)

    async def _touch(self, session: Session, role: MessageRole, content: str) -> None:
        now = self._clock.now()
        changes: dict[str, object] = {"message_count": Thread.message_count + 1, "last_message_at": now}
        if role is MessageRole.CUSTOMER:
            title = " ".join(content.split())[:TITLE_CHARS]
            changes["title"] = case((Thread.title == "", title), else_=Thread.title)
            await self._update(update(ChatSession).where(ChatSession.id == session.id).values(last_activity_at=now))
        await self._update(update(Thread).where(Thread.id == session.thread_id).values(changes))

    async def _update(self, statement: Update) -> None:
        await self._db.execute(statement, execution_options={"synchronize_session": False})

    async def _with_citations(self, rows: Sequence[MessageRow]) -> tuple[Message, ...]:
        ids = [row.id for row in rows if row.role == MessageRole.AGENT]
        cited: dict[str, list[Citation]] = {}
        if ids:
            wanted = select(CitationRow).where(CitationRow.message_id.in_(ids)).order_by(CitationRow.number)
            for citation in await self._db.scalars(wanted):
                cited.setdefault(citation.message_id, []).append(_citation(citation))
        return tuple(_message(row, cited.get(row.id, ())) for row in rows)

    def _message_values(self, message: Message) -> dict[str, object]:
        return {
            "id": message.id,
            "tenant_id": self._scope.tenant_id,
            "thread_id": message.thread_id,
            "session_id": message.session_id,
            "turn_id": message.turn_id,
            "role": message.role,
            "content": message.content,
            "details": message.details,
            "created_at": message.created_at,
        }

    def _citation_values(self, message_id: str, citation: Citation) -> dict[str, object]:
        return {"message_id": message_id, "tenant_id": self._scope.tenant_id, **asdict(citation)}


def _session(row: ChatSession) -> Session:
    return Session(
        id=row.id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        channel=row.channel,
        status=SessionStatus(row.status),
        started_at=row.started_at,
        last_activity_at=row.last_activity_at,
    )


def _citation(row: CitationRow) -> Citation:
    return Citation(
        number=row.number,
        chunk_id=row.chunk_id,
        source_id=row.source_id,
        source=row.source,
        title=row.title,
        heading=row.heading,
        link=row.link,
        quote=row.quote,
    )


def _message(row: MessageRow, citations: Sequence[Citation]) -> Message:
    feedback = None
    if row.feedback_score is not None:
        feedback = Feedback(score=row.feedback_score, reason=row.feedback_reason)
    return Message(
        id=row.id,
        thread_id=row.thread_id,
        session_id=row.session_id,
        turn_id=row.turn_id,
        role=MessageRole(row.role),
        content=row.content,
        details=row.details,
        created_at=row.created_at,
        citations=tuple(citations),
        feedback=feedback,
    )
