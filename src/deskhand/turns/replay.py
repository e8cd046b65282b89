"""A recorded turn answered once more, from what it was given, and nothing of it kept.

Above: the audit, through its port. Below: the same stages that answer. Tools are left out: a replay must not act.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from deskhand.agents.runtime import AgentRuntime
from deskhand.attachments.model import AttachmentStatus, AttachmentText
from deskhand.audit.facts import PassageGiven, ReplayInputs, SaidBefore
from deskhand.audit.model import Outcome
from deskhand.conversations.model import Message, MessageRole
from deskhand.kit.clock import Clock
from deskhand.llm.injection import Trust
from deskhand.llm.passages import Passage
from deskhand.llm.small_talk import SmallTalk
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.record import ATTACHMENTS, MEMORIES, SMALL_TALK, sources_of
from deskhand.turns.respond import Responder
from deskhand.turns.state import Gathered
from deskhand.turns.unstored import Unstored, silently
from deskhand.turns.verify import verify

NOWHERE = "replay"
CONFIDENCE_DIGITS = 6
"""To which the audit keeps it."""
OF_ATTACHMENTS = "att_"
"""How the ids of attachments begin."""


class TurnReplayer:
    """Answers recorded turns once more."""

    def __init__(self, *, runtime: AgentRuntime, responder: Responder, clock: Clock) -> None:
        self._runtime = runtime
        self._responder = responder
        self._clock = clock

    async def replay(self, scope: TenantScope, inputs: ReplayInputs) -> Outcome:
        """What the agent, in its recorded version, makes of the recorded inputs now.

        Raises:
            UnknownAgent, UnknownVersion: when the agent or its version is gone.
            ModelDown: when no model is up.
        """
        agent = await self._runtime.in_version(scope, inputs.agent_id, inputs.agent_version)
        now = self._clock.now()
        gathered = Gathered(
            agent=replace(agent, tools=frozenset()),
            text=inputs.text,
            history=tuple(_message(said, now) for said in inputs.history),
            questions=inputs.questions or (inputs.text,),
            passages=tuple(_passage(given) for given in inputs.passages),
            small_talk=SmallTalk(kind) if (kind := inputs.more.get(SMALL_TALK)) else None,
            summary=inputs.summary,
            memories=str(inputs.more.get(MEMORIES, "")),
            attachments=tuple(_attachment(each) for each in inputs.more.get(ATTACHMENTS, ())),
        )
        turn = Unstored(
            nowhere=NOWHERE,
            agent_id=inputs.agent_id,
            agent_version=inputs.agent_version,
            contact_id=scope.contact_id,
        )
        accepted = turn.accepted(scope, inputs.texts, inputs.text, bases=inputs.knowledge_bases, now=now)
        draft = await self._responder.respond(accepted, gathered, silently)
        verified = verify(draft)
        return Outcome(
            answer=verified.content,
            kind=verified.kind.value,
            confidence=round(verified.confidence, CONFIDENCE_DIGITS),
            model=draft.model,
            sources=sources_of(draft.passages, verified.citations),
        )


def _message(said: SaidBefore, now: datetime) -> Message:
    return Message(
        id=said.message_id,
        thread_id=NOWHERE,
        session_id=NOWHERE,
        turn_id=None,
        role=MessageRole(said.role),
        content=said.text,
        created_at=now,
    )


def _passage(given: PassageGiven) -> Passage:
    return Passage(
        number=given.number,
        chunk_id=given.chunk_id,
        source_id=given.source_id,
        source=given.source,
        title=given.title,
        heading=given.heading,
        link=given.link,
        text=given.text,
        relevance=given.relevance,
        trust=Trust.STRANGER if given.source_id.startswith(OF_ATTACHMENTS) else Trust.COMPANY,
    )


def _attachment(given: Mapping[str, Any]) -> AttachmentText:
    text = str(given["text"])
    return AttachmentText(
        id=str(given["id"]),
        name=str(given["name"]),
        status=AttachmentStatus.READY,
        text=text,
        start=0,
        chars=len(text),
        note=None,
    )
