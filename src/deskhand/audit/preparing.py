"""A turn's facts as they will stand in a record: plain columns, the personal part redacted, the payload packed.

Above: the writer, which seals and stores it. Below: the facts. Pure, and all that burns CPU for a record: it leaves the
event loop, and happens before the turn's transaction. Nothing a model, a tool or a provider says can make a record
fail: texts lose what a database does not take, and numbers stay within their columns.
"""

import json
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from deskhand.audit.facts import ReplayInputs, ToolUse, TurnFacts
from deskhand.audit.model import AuditEvent, Outcome, Sealed, TurnPayload

Redact = Callable[[str], str]
BAR = "|"
_QUICK = 1
"""Of zlib's levels: a turn waits for it."""
_MOST = 2**53
"""Whole numbers beyond it are not the same in every reader of JSON."""
_ID, _NAME, _MODEL, _REQUEST = 40, 64, 200, 100
_MAX_TOOLS, _TOOL_NAMES_CHARS = 50, 2000
_MAX_STAGES = 50
_MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
_SEALED, _PAYLOAD = TypeAdapter(Sealed), TypeAdapter(TurnPayload)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedTurn:
    """A record but for its key, its seal and its place. `columns` are plain, the rest is still to be sealed."""

    contact_id: str
    columns: Mapping[str, Any]
    personal: bytes
    payload: bytes


def prepared(facts: TurnFacts, redact: Redact) -> PreparedTurn:
    """The facts, ready to be sealed."""
    texts = tuple(redact(text) for text in facts.texts)
    answer = redact(facts.answer)
    summaries = {_text(tool.name, _NAME): redact(tool.summary) for tool in facts.tools if tool.summary}
    changed = (texts, answer) != (facts.texts, facts.answer)
    changed = changed or any(redacted not in {tool.summary for tool in facts.tools} for redacted in summaries.values())
    personal = Sealed(
        texts=texts, answer=answer, sources=facts.sources, tool_summaries=summaries, approvals=facts.approvals
    )
    return PreparedTurn(
        contact_id=_text(facts.contact_id, _ID),
        columns=_columns(facts) | {"pii_redacted": changed},
        personal=_json(asdict(personal)),
        payload=packed(_payload(facts)),
    )


def packed(payload: TurnPayload) -> bytes:
    """Small, and the same again from `unpacked`."""
    return zlib.compress(_json(asdict(payload)), _QUICK)


def unpacked(content: bytes) -> TurnPayload:
    """What was packed.

    Raises:
        ValueError: when it is no payload.
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(content, _MAX_PAYLOAD_BYTES)
    except zlib.error as error:
        raise ValueError("a payload that was not packed here") from error
    return _PAYLOAD.validate_python(json.loads(text))


def read_personal(content: bytes) -> Sealed:
    """The personal part as it was prepared.

    Raises:
        ValueError: when it is none.
    """
    return _SEALED.validate_python(json.loads(content))


def _payload(facts: TurnFacts) -> TurnPayload:
    outcome = Outcome(
        answer=facts.answer,
        kind=facts.kind,
        confidence=_number(facts.confidence),
        model=facts.model,
        sources=facts.sources,
    )
    inputs: ReplayInputs = facts.inputs
    return TurnPayload(inputs=inputs, outcome=outcome)


def _columns(facts: TurnFacts) -> dict[str, Any]:
    event = AuditEvent.TURN if facts.failure is None else AuditEvent.FAILURE
    tools = [_tool(use) for use in facts.tools[:_MAX_TOOLS]]
    turn_ids = [_text(turn_id, _ID) for turn_id in facts.turn_ids]
    return {
        "event": event.value,
        "at": facts.at,
        "request_id": _text_or_none(facts.request_id, _REQUEST),
        "session_id": _text(facts.session_id, _ID),
        "thread_id": _text(facts.thread_id, _ID),
        "turn_id": turn_ids[0],
        "turn_ids": turn_ids,
        "contact_id": _text(facts.contact_id, _ID),
        "actor_id": None,
        "agent_id": _text(facts.agent_id, _NAME),
        "agent_version": _text(facts.agent_version, _NAME),
        "kind": _text(facts.kind if facts.failure is None else facts.failure, _NAME),
        "confidence": _number(facts.confidence),
        "model": _text(facts.model, _MODEL),
        "degraded": bool(facts.degraded),
        "input_tokens": _whole(facts.input_tokens),
        "output_tokens": _whole(facts.output_tokens),
        "cost_nanos": _whole(facts.cost_nanos),
        "currency": _text(facts.currency, 3),
        "seconds": _number(facts.seconds),
        "stages": {_text(name, _NAME): _number(took) for name, took in list(facts.stages.items())[:_MAX_STAGES]},
        "ticket_id": _text_or_none(facts.ticket_id, _ID),
        "tools": tools,
        "tool_names": searchable(tool["name"] for tool in tools),
    }


def searchable(names: Any) -> str:
    """Names between bars, as many as there is room for."""
    found = BAR
    for name in dict.fromkeys(names):
        if len(found) + len(name) + 1 > _TOOL_NAMES_CHARS:
            break
        found += name.replace(BAR, " ") + BAR
    return "" if found == BAR else found


def _tool(use: ToolUse) -> dict[str, Any]:
    return {
        "name": _text(use.name, _NAME),
        "success": bool(use.success),
        "calls": _whole(use.calls),
        "attempts": _whole(use.attempts),
        "seconds": _number(use.seconds),
    }


def _text(value: str, most: int) -> str:
    """Without NULs and lone surrogates, which not every database takes, and no longer than its column."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:most]


def _text_or_none(value: str | None, most: int) -> str | None:
    return None if value is None else _text(value, most)


def _number(value: float) -> float:
    """Rounded, and never what JSON cannot say."""
    return round(float(value), 6) + 0.0 if math.isfinite(value) else 0.0


def _whole(value: int) -> int:
    return max(0, min(int(value), _MOST))


def _json(value: Any) -> bytes:
    """In ASCII, so that no text can fail to be encoded."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str).encode()
