"""A turn that nothing is stored under and that nobody is told of: a replay, a question that one agent asks another.

Above: replay, asking. Below: the state of a turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deskhand.conversations.model import Session, SessionStatus, Turn, TurnStatus
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.events import TurnEvent
from deskhand.turns.state import Accepted


def silently(_event: TurnEvent) -> None:
    """Nobody is told how the turn goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unstored:
    """Whose turn it is as if. Ids that are not known are `nowhere`."""

    nowhere: str
    agent_id: str
    agent_version: str
    session_id: str | None = None
    thread_id: str | None = None
    contact_id: str | None = None
    turn_id: str | None = None

    def accepted(
        self, scope: TenantScope, texts: tuple[str, ...], text: str, *, bases: Sequence[str], now: datetime
    ) -> Accepted:
        """As the stages take it."""
        session = Session(
            id=self.session_id or self.nowhere,
            thread_id=self.thread_id or self.nowhere,
            contact_id=self.contact_id or self.nowhere,
            channel=self.nowhere,
            status=SessionStatus.ACTIVE,
            started_at=now,
            last_activity_at=now,
            agent_id=self.agent_id,
            agent_version=self.agent_version,
        )
        turn = Turn(
            id=self.turn_id or self.nowhere,
            tenant_id=scope.tenant_id,
            session_id=session.id,
            thread_id=session.thread_id,
            contact_id=session.contact_id,
            status=TurnStatus.ACCEPTED,
            idempotency_key=None,
            message_id=self.nowhere,
            text=text,
            answer=None,
            error=None,
        )
        return Accepted(scope=scope, session=session, turn=turn, knowledge_bases=tuple(bases), texts=texts)
