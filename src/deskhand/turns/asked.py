"""What agents were asked in a turn, as its answer tells of it. Above: respond. Below: the draft, the line of agents."""

from typing import Any

from deskhand.orchestration.ask_tool import ASK_AGENT
from deskhand.orchestration.asking import Asked, AskLine, together
from deskhand.turns.state import Draft


def note_asked(draft: Draft, line: AskLine) -> None:
    """Count what the asked agents and voters used into the turn, and say who answered. Their days' sums have it
    already.
    """
    draft.usage = together(draft.usage, line.used)
    draft.votes = tuple(line.votes)
    if line.answers and ASK_AGENT in draft.tools:
        draft.tools[ASK_AGENT] |= {"asked": [_told(asked) for asked in line.answers]}


def _told(asked: Asked) -> dict[str, Any]:
    """Without what was said: the customer is not told of it."""
    return {
        "agent_id": asked.agent_id,
        "agent_version": asked.agent_version,
        "answered": asked.answered,
        "citations": len(asked.citations),
        "confidence": round(asked.confidence, 4),
        "model": asked.model,
        "tokens": asked.usage.tokens,
        "seconds": asked.seconds,
    }
