"""What a turn tells at its turning points, from what it knows there. Above: the journey. Below: the events."""

from deskhand.escalation.model import Ticket
from deskhand.kit.errors import DeskhandError, Unavailable
from deskhand.turns.events import Escalated, Failed, Routed, Started
from deskhand.turns.state import Accepted, TurnRoute


def started(accepted: Accepted) -> Started:
    turn = accepted.turn
    return Started(message_id=turn.message_id, idempotency_key=turn.idempotency_key, text=turn.text)


def escalated(ticket: Ticket) -> Escalated:
    return Escalated(ticket=ticket.id, category=ticket.category.value, priority=ticket.priority.value)


def routed(route: TurnRoute) -> Routed:
    return Routed(
        agent_id=route.agent_id,
        name=route.name,
        category=route.category,
        confidence=route.confidence,
        reasoning=route.reasoning,
    )


def failure_of(accepted: Accepted, error: DeskhandError) -> Failed:
    return Failed(
        code=error.code,
        title=error.title,
        detail=error.detail,
        retryable=isinstance(error, Unavailable),
        message_id=accepted.turn.message_id,
    )
