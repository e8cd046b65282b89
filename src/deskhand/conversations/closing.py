"""What is written down of a session when it has ended: summary, feeling, topics, entities, counts.

Above: `lifecycle.py` ends sessions and calls this. Below: the summariser, entities, SQL. The offline record is there
within milliseconds; where a language model is configured it is a draft, which the model's then replaces beside
everything else. Whoever wants to know of closed sessions is told of the final record, once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from deskhand.conversations.closing_repository import ClosingRepository
from deskhand.conversations.model import (
    CloseReason,
    Closing,
    Message,
    MessageRole,
    NamedEntity,
    Session,
    SessionDetails,
)
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.summarising import ConversationSummariser, Gist
from deskhand.conversations.transcript import Transcript, line_of
from deskhand.kit.clock import Clock
from deskhand.llm.entities import distinct, find_entities
from deskhand.llm.sentiment import label_of
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

FIRST_READ, NEWEST_READ = 20, 200
"""Messages of a session that its record is made from: its beginning and its end."""
MAX_ENTITIES = 50
_HUMAN = "human"
"""What a reply is noted as that answers a request for a person."""

log = structlog.get_logger(__name__)


class ClosingObserver(Protocol):
    """Somebody who wants to know what closed sessions were about."""

    async def session_closed(self, scope: TenantScope, session: Session, closing: Closing) -> None:
        """Called once the final record is kept. What it raises is logged, and takes nothing back."""
        ...


class ClosingWriter:
    """Writes the records. `quick` needs no model; `better` may be the same one."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        quick: ConversationSummariser,
        better: ConversationSummariser,
        observers: Sequence[ClosingObserver] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._quick = quick
        self._better = better
        self._observers = tuple(observers)

    async def write(self, tenant_id: str, session_id: str) -> bool:
        """Write what can be written at once; whether it is a draft, for `improve` to finish."""
        scope = _own_scope(tenant_id)
        details, transcript, messages = await self._read(scope, session_id)
        gist = await self._quick.gist(transcript)
        entities = await asyncio.to_thread(_entities, messages)
        closing = self._closing(details, gist, entities, draft=not self._better.is_offline)
        async with self._store.write(scope) as db:
            kept = await ClosingRepository(db, scope, self._clock).keep(closing)
        if kept and not closing.draft:
            await self._tell(scope, details.session, closing)
        return kept and closing.draft

    async def improve(self, tenant_id: str, session_id: str) -> None:
        """Finish a draft: in the model's words, or as it is when the model has none."""
        scope = _own_scope(tenant_id)
        details, transcript, _ = await self._read(scope, session_id)
        if details.closing is None or not details.closing.draft:
            return
        gist = await self._better.gist(transcript)
        closing = replace(self._closing(details, gist, (), draft=False), entities=details.closing.entities)
        async with self._store.write(scope) as db:
            kept = await ClosingRepository(db, scope, self._clock).keep(closing)
        if kept:
            await self._tell(scope, details.session, closing)

    async def _read(
        self, scope: TenantScope, session_id: str
    ) -> tuple[SessionDetails, Transcript, tuple[Message, ...]]:
        async with self._store.read(scope) as db:
            session = await ConversationRepository(db, scope, self._clock).session(session_id)
            closings = ClosingRepository(db, scope, self._clock)
            (details,) = await closings.details([session])
            messages = await closings.messages_of_session(session_id, first=FIRST_READ, newest=NEWEST_READ)
        transcript = Transcript(
            lines=tuple(line_of(message) for message in messages),
            resolution=session.resolution,
            human_requested=any(message.details.get("kind") == _HUMAN for message in messages),
        )
        return details, transcript, messages

    def _closing(
        self, details: SessionDetails, gist: Gist, entities: tuple[NamedEntity, ...], *, draft: bool
    ) -> Closing:
        return Closing(
            session_id=details.session.id,
            summary=gist.summary,
            sentiment_label=label_of(gist.sentiment_score),
            sentiment_score=gist.sentiment_score,
            topics=gist.topics,
            entities=entities,
            duration_seconds=duration_of(details.session),
            message_count=details.message_count,
            agent_count=details.agent_count,
            written_by=gist.written_by,
            draft=draft,
            created_at=self._clock.now(),
        )

    async def _tell(self, scope: TenantScope, session: Session, closing: Closing) -> None:
        log.info("session_closed", session_id=session.id, reason=session.close_reason, written_by=closing.written_by)
        for observer in self._observers:
            await observer.session_closed(scope, session, closing)


def duration_of(session: Session) -> float:
    """Seconds from the first to the last moment of a session; one that ended by itself ended with its last message."""
    end = session.last_activity_at if session.close_reason is CloseReason.IDLE else session.closed_at
    return max(0.0, round(((end or session.last_activity_at) - session.started_at).total_seconds(), 3))


def _entities(messages: Sequence[Message]) -> tuple[NamedEntity, ...]:
    """What the customer named."""
    said = (message.content for message in messages if message.role is MessageRole.CUSTOMER)
    found = distinct([entity for text in said for entity in find_entities(text)])
    return tuple(NamedEntity(kind=item.kind, text=item.text, value=item.value) for item in found[:MAX_ENTITIES])


def _own_scope(tenant_id: str) -> TenantScope:
    return TenantScope(tenant_id=tenant_id, role=Role.OWNER)
