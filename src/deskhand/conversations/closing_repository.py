"""SQL of closings, executions and counts: what is known of sessions beside their messages."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from deskhand.conversations.model import (
    Closing,
    Execution,
    Message,
    NamedEntity,
    Page,
    Session,
    SessionDetails,
)
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.tables import ClosingRow, ExecutionRow, MessageRow
from deskhand.kit.clock import Clock
from deskhand.llm.entities import EntityKind
from deskhand.llm.sentiment import SentimentLabel
from deskhand.tenancy.scope import TenantScope

_LOGGED = insert(ExecutionRow)
NOBODY = ""
"""Who wrote a record that is only begun."""


class ClosingRepository:
    """Closings and executions of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def details(self, sessions: Sequence[Session]) -> tuple[SessionDetails, ...]:
        """The sessions with what is known of them: three queries, however many sessions there are."""
        ids = [session.id for session in sessions]
        if not ids:
            return ()
        messages = await self._counts(MessageRow.session_id, func.count(), ids)
        agents = await self._agent_counts(ids)
        rows = await self._db.scalars(select(ClosingRow).where(ClosingRow.session_id.in_(ids)))
        closings = {row.session_id: closing_of(row) for row in rows if row.written_by != NOBODY}
        return tuple(
            SessionDetails(
                session=session,
                message_count=messages.get(session.id, 0),
                agent_count=agents.get(session.id, 0),
                closing=closings.get(session.id),
            )
            for session in sessions
        )

    async def closing(self, session_id: str) -> Closing | None:
        """The record of a closed session; None as long as nothing is written."""
        row = await self._db.scalar(select(ClosingRow).where(ClosingRow.session_id == session_id))
        return None if row is None or row.written_by == NOBODY else closing_of(row)

    async def begin(self, session_id: str) -> None:
        """Note, with the closing itself, that a record is to be written: a crash in between is found again."""
        values = {
            "session_id": session_id,
            "tenant_id": self._scope.tenant_id,
            "summary": "",
            "sentiment_label": SentimentLabel.NEUTRAL,
            "sentiment_score": 0.0,
            "topics": [],
            "entities": [],
            "duration_seconds": 0.0,
            "message_count": 0,
            "agent_count": 0,
            "written_by": NOBODY,
            "draft": True,
            "created_at": self._clock.now(),
        }
        await self._db.execute(insert(ClosingRow), [values])

    async def keep(self, closing: Closing) -> bool:
        """Whether the record took its draft's place. What is no draft any more stays as it is."""
        kept = await self._db.execute(
            update(ClosingRow)
            .where(ClosingRow.session_id == closing.session_id, ClosingRow.draft)
            .values(_values(closing))
            .returning(ClosingRow.session_id),
            execution_options={"synchronize_session": False},
        )
        return kept.first() is not None

    async def messages_of_session(self, session_id: str, *, first: int, newest: int) -> tuple[Message, ...]:
        """The messages of one session, oldest first; of a long one its beginning and its end."""
        of_session = select(MessageRow).where(MessageRow.session_id == session_id)
        newest_rows = (await self._db.scalars(of_session.order_by(MessageRow.id.desc()).limit(newest))).all()
        rows = list(reversed(newest_rows))
        if len(rows) == newest:
            begin = of_session.where(MessageRow.id < rows[0].id).order_by(MessageRow.id).limit(first)
            rows = [*(await self._db.scalars(begin)).all(), *rows]
        return await ConversationRepository(self._db, self._scope, self._clock).with_citations(rows)

    async def log(self, execution: Execution) -> None:
        """Keep that an agent ran."""
        await self._db.execute(_LOGGED, [{**asdict(execution), "tenant_id": self._scope.tenant_id}])

    async def executions(self, session_id: str, *, limit: int, offset: int) -> Page[Execution]:
        """The agents' runs in a session, oldest first."""
        of_session = ExecutionRow.session_id == session_id
        total = await self._db.scalar(select(func.count()).select_from(ExecutionRow).where(of_session)) or 0
        rows = await self._db.scalars(
            select(ExecutionRow).where(of_session).order_by(ExecutionRow.id).limit(limit).offset(offset)
        )
        return Page(items=tuple(_execution(row) for row in rows), total=total, limit=limit, offset=offset)

    async def _counts(
        self, session_id: InstrumentedAttribute[str], what: ColumnElement[int], ids: Sequence[str]
    ) -> dict[str, int]:
        found = await self._db.execute(select(session_id, what).where(session_id.in_(ids)).group_by(session_id))
        return {of: count for of, count in found}  # noqa: C416 - rows are no pairs to a type checker

    async def _agent_counts(self, ids: Sequence[str]) -> dict[str, int]:
        """How many agents answered in each. Runs without an agent's id are those of the tenant's default agent."""
        agent = func.coalesce(ExecutionRow.agent_id, "")
        return await self._counts(ExecutionRow.session_id, func.count(agent.distinct()), ids)


def closing_of(row: ClosingRow) -> Closing:
    entities = (
        NamedEntity(kind=EntityKind(item["kind"]), text=item["text"], value=item["value"]) for item in row.entities
    )
    return Closing(
        session_id=row.session_id,
        summary=row.summary,
        sentiment_label=SentimentLabel(row.sentiment_label),
        sentiment_score=row.sentiment_score,
        topics=tuple(row.topics),
        entities=tuple(entities),
        duration_seconds=row.duration_seconds,
        message_count=row.message_count,
        agent_count=row.agent_count,
        written_by=row.written_by,
        draft=row.draft,
        created_at=row.created_at,
    )


def _values(closing: Closing) -> dict[str, object]:
    return {
        **asdict(closing),
        "sentiment_label": closing.sentiment_label.value,
        "topics": list(closing.topics),
        "entities": [
            {"kind": entity.kind.value, "text": entity.text, "value": entity.value} for entity in closing.entities
        ],
    }


def _execution(row: ExecutionRow) -> Execution:
    return Execution(
        id=row.id,
        session_id=row.session_id,
        turn_id=row.turn_id,
        agent_id=row.agent_id,
        agent_version=row.agent_version,
        category=row.category,
        confidence=row.confidence,
        input=row.input,
        output=row.output,
        seconds=row.seconds,
        at=row.at,
    )


async def drafts(db: AsyncSession) -> tuple[tuple[str, str], ...]:
    """Tenant and session of every record that is still to be written; for the sweep at start."""
    found = await db.execute(
        select(ClosingRow.tenant_id, ClosingRow.session_id).where(ClosingRow.draft).order_by(ClosingRow.session_id)
    )
    return tuple((tenant_id, session_id) for tenant_id, session_id in found)
