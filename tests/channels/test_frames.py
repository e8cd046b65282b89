"""Events on the wire: each kind has its type, and its data is what the event says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deskhand.channels.frames import frame_of
from deskhand.turns.events import AgentSaid, ApprovalChanged, NumberedEvent, Routed, TurnEvent

AT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
MESSAGE = {"id": "msg_1", "content": "Your refund was approved."}


@pytest.mark.parametrize(
    ("event", "kind", "data"),
    [
        (
            Routed(agent_id="support-billing", name="Bella", category="support", confidence=0.9, reasoning="Money."),
            "route",
            {
                "agent_id": "support-billing",
                "name": "Bella",
                "category": "support",
                "confidence": 0.9,
                "reasoning": "Money.",
            },
        ),
        (
            ApprovalChanged(approval_id="apv_1", status="pending", summary="A refund of 600 euros"),
            "approval",
            {"approval_id": "apv_1", "status": "pending", "summary": "A refund of 600 euros"},
        ),
        (AgentSaid(message=MESSAGE), "status", {"state": "agent_message", "message": MESSAGE}),
    ],
)
def test_an_event_has_its_type_and_its_data(event: TurnEvent, kind: str, data: dict[str, Any]) -> None:
    frame = frame_of(NumberedEvent(seq=7, session_id="ses_1", turn_id="trn_1", at=AT, event=event))
    assert (frame.type, frame.seq, frame.session_id, frame.turn_id, frame.at) == (kind, 7, "ses_1", "trn_1", AT)
    assert frame.data == data
    # It survives the way over the wire.
    assert type(frame).model_validate_json(frame.model_dump_json()) == frame
