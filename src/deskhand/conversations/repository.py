"""SQL of messages, and of the session they are sent in. In its scope a contact sees its own, staff their tenant's."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, Update, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.model import (
    Citation,
    CloseReason,
    Feedback,
    Message,
    MessageRole,
    Page,
    Session,
    SessionStatus,
    ThreadStatus,
    TurnStatus,
    UnknownMessage,
    UnknownSession,
)
from deskhand.conversations.tables import ChatSession, CitationRow, MessageRow, Thread, TurnRow
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

TITLE_CHARS = 80

# Made once: putting a statement together takes longer than running it, and these run with every message.
_SESSION_TOUCHED = (
    update(ChatSession).where(ChatSession.id == bindparam("of_id")).values(last_activity_at=bindparam("now"))
)
_THREAD_TOUCHED = (
    update(Thread)
    .where(Thread.id == bindparam("of_id"))
    .values(
        message_count=Thread.message_count + 1,
        last_message_at=bindparam("now"),
        title=case((Thread.title == "", bindparam("said")), else_=Thread.title),
    )
)
_SESSION = select(ChatSession).where(ChatSession.id == bindparam("of_id"))
_OWNER = select(ChatSession.human_owner).where(ChatSession.id == bindparam("of_id"))
_OWN_SESSION = _SESSION.where(ChatSession.contact_id == bindparam("of_contact"))
_RECENT = (
    select(
        MessageRow.id,
        MessageRow.session_id,
        MessageRow.turn_id,
        MessageRow.role,
        MessageRow.content,
        MessageRow.details,
        MessageRow.created_at,
    )
    .outerjoin(TurnRow, TurnRow.id == MessageRow.turn_id)
    .where(
        MessageRow.thread_id == bindparam("of_thread"),
        TurnRow.status.is_(None) | (TurnRow.status != TurnStatus.ACCEPTED),
    )
    .order_by(MessageRow.id.desc())
    .limit(bindparam("most"))
)


class ConversationRepository:
    """Threads, sessions and messages of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def session(self, session_id: str) -> Session:
        """The session of that id.

        Raises:
            UnknownSession: when there is none, or it is somebody else's.
        """
        return session_of(await self._session_row(session_id))

    async def human_owner(self, session_id: str) -> str | None:
        """Who of the staff has the session now."""
        owner: str | None = await self._db.scalar(_OWNER, {"of_id": session_id})
        return owner

    async def person_has(self, thread_id: str) -> bool:
        """Whether somebody of the staff has an open session of the thread."""
        mine = (
            ChatSession.thread_id == thread_id,
            ChatSession.status == SessionStatus.ACTIVE,
            ChatSession.human_owner.is_not(None),
        )
        return await self._db.scalar(select(ChatSession.id).where(*mine).limit(1)) is not None

    async def request_human(self, session: Session) -> None:
        """Note on the thread that its customer asked for a person."""
        await self._update(
            update(Thread).where(Thread.id == session.thread_id).values(status=ThreadStatus.HUMAN_REQUESTED)
        )

    async def note_agent(self, session: Session, agent_id: str, version: str) -> None:
        """Keep which agent answers in the session, and in which version of its contract it last did."""
        of_session = update(ChatSession).where(ChatSession.id == session.id)
        await self._update(of_session.values(agent_id=agent_id, agent_version=version))

    async def add_message(
        self,
        session: Session,
        *,
        turn_id: str | None,
        role: MessageRole,
        content: str,
        details: dict[str, Any] | None = None,
        citations: Sequence[Citation] = (),
    ) -> Message:
        """The stored message, with its thread and session brought up to date."""
        # The thread first: that locks it, so that its messages become visible in the order of their ids.
        await self._touch(session, role, content)
        now = self._clock.now()
        message = Message(
            id=new_id("msg"),
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
            await self._db.execute(insert(CitationRow), [self._citation_values(message.id, item) for item in citations])
        return message

    async def messages(self, session_id: str, *, limit: int, offset: int) -> Page[Message]:
        """The messages of the session's thread, oldest first."""
        session = await self.session(session_id)
        of_thread = MessageRow.thread_id == session.thread_id
        total = await self._db.scalar(select(func.count()).select_from(MessageRow).where(of_thread)) or 0
        rows = await self._db.scalars(
            select(MessageRow).where(of_thread).order_by(MessageRow.id).limit(limit).offset(offset)
        )
        return Page(items=await self.with_citations(rows.all()), total=total, limit=limit, offset=offset)

    async def recent_messages(self, thread_id: str, *, limit: int) -> tuple[Message, ...]:
        """The newest messages of a thread, oldest first: only what was said, and none that waits for its answer."""
        rows = await self._db.execute(_RECENT, {"of_thread": thread_id, "most": limit})
        return tuple(
            Message(
                id=row.id,
                thread_id=thread_id,
                session_id=row.session_id,
                turn_id=row.turn_id,
                role=MessageRole(row.role),
                content=row.content,
                details=row.details,
                created_at=row.created_at,
            )
            for row in reversed(rows.all())
        )

    async def message(self, message_id: str) -> Message:
        """The message of that id.

        Raises:
            UnknownMessage: when there is none, or it stands in somebody else's conversation.
        """
        return (await self.with_citations([await self._message_row(message_id)]))[0]

    async def set_feedback(self, message_id: str, feedback: Feedback | None) -> Message:
        """The message with that feedback, or with none."""
        row = await self._message_row(message_id)
        row.feedback_score = feedback.score if feedback else None
        row.feedback_reason = feedback.reason if feedback else None
        await self._db.flush()
        return (await self.with_citations([row]))[0]

    async def _session_row(self, session_id: str) -> ChatSession:
        contact_id = self._scope.own_contact_id
        values = {"of_id": session_id, "of_contact": contact_id}
        row = await self._db.scalar(_SESSION if contact_id is None else _OWN_SESSION, values)
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

    async def _touch(self, session: Session, role: MessageRole, content: str) -> None:
        now = self._clock.now()
        title = ""
        if role is MessageRole.CUSTOMER:
            title = " ".join(content.split())[:TITLE_CHARS]
        if role in {MessageRole.CUSTOMER, MessageRole.OPERATOR}:
            await self._update(_SESSION_TOUCHED, {"of_id": session.id, "now": now})
        await self._update(_THREAD_TOUCHED, {"of_id": session.thread_id, "now": now, "said": title})

    async def _update(self, statement: Update, values: dict[str, object] | None = None) -> None:
        await self._db.execute(statement, values, execution_options={"synchronize_session": False})

    async def with_citations(self, rows: Sequence[MessageRow]) -> tuple[Message, ...]:
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


def own_sessions(scope: TenantScope) -> Select[ChatSession]:
    """The sessions that may be seen in the scope."""
    wanted = select(ChatSession)
    return wanted if scope.own_contact_id is None else wanted.where(ChatSession.contact_id == scope.own_contact_id)


def session_of(row: ChatSession) -> Session:
    return Session(
        id=row.id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        channel=row.channel,
        status=SessionStatus(row.status),
        started_at=row.started_at,
        last_activity_at=row.last_activity_at,
        agent_id=row.agent_id,
        agent_version=row.agent_version,
        closed_at=row.closed_at,
        close_reason=CloseReason(row.close_reason) if row.close_reason else None,
        resolution=row.resolution,
        human_owner=row.human_owner,
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
