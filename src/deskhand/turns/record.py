"""A turn as the audit records it, with all that its answer came from. Above: conclude, replay. Below: the facts."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from structlog.contextvars import get_contextvars

from deskhand.audit.facts import ApprovalNote, PassageGiven, ReplayInputs, SaidBefore, SourceUsed, ToolUse, TurnFacts
from deskhand.conversations.model import Citation
from deskhand.kit.errors import DeskhandError
from deskhand.llm.passages import Passage
from deskhand.orchestration.consensus import Consensus
from deskhand.turns.reflected import REFLECTION, Ended
from deskhand.turns.stages import Stages
from deskhand.turns.state import Accepted, Draft, Gathered, Verified

MEMORIES, ATTACHMENTS, SMALL_TALK, ROUTE, PLAN = "memories", "attachments", "small_talk", "route", "plan"
"""What the model was given beside passages and history, by name."""
CONSENSUS = "consensus"
"""Under this name the record tells of votes."""


def facts_of(accepted: Accepted, gathered: Gathered, verified: Verified, stages: Stages, *, at: datetime) -> TurnFacts:
    """What happened in an answered turn."""
    draft = verified.draft
    return TurnFacts(
        **_of_turn(accepted, stages, at),
        agent_id=draft.agent.id,
        agent_version=draft.agent.version,
        inputs=_inputs(accepted, gathered, verified),
        answer=verified.content,
        kind=verified.kind.value,
        confidence=verified.confidence,
        sources=sources_of(draft.passages, verified.citations),
        tools=(
            *(_tool(name, noted) for name, noted in sorted(draft.tools.items())),
            *_reflection(draft),
            *_votes(draft),
        ),
        model=draft.model,
        degraded=draft.degraded,
        input_tokens=draft.input_tokens,
        output_tokens=draft.output_tokens,
        cost_nanos=draft.usage.cost_nanos or 0,
        currency=draft.usage.currency,
        approvals=tuple(ApprovalNote(id=each, action=tool, decision="pending") for tool, each in draft.waiting),
    )


def facts_without_answer(
    accepted: Accepted, stages: Stages, *, at: datetime, kind: str, error: DeskhandError | None
) -> TurnFacts:
    """What happened in a turn that ended without an answer: it failed, or a person has the conversation."""
    agent_id, version = accepted.session.agent_id or "", accepted.session.agent_version or ""
    return TurnFacts(
        **_of_turn(accepted, stages, at),
        agent_id=agent_id,
        agent_version=version,
        inputs=ReplayInputs(text=accepted.turn.text, agent_id=agent_id, agent_version=version, model=""),
        kind=kind,
        failure=None if error is None else error.code,
    )


def _of_turn(accepted: Accepted, stages: Stages, at: datetime) -> dict[str, Any]:
    return {
        "session_id": accepted.session.id,
        "thread_id": accepted.session.thread_id,
        "contact_id": accepted.session.contact_id,
        "turn_ids": tuple(turn.id for turn in (accepted.turn, *accepted.others)),
        "texts": accepted.texts or (accepted.turn.text,),
        "at": at,
        "request_id": get_contextvars().get("request_id"),
        "seconds": stages.total,
        "stages": dict(stages.seconds),
    }


def _inputs(accepted: Accepted, gathered: Gathered, verified: Verified) -> ReplayInputs:
    draft = verified.draft
    return ReplayInputs(
        text=gathered.text,
        texts=accepted.texts,
        agent_id=gathered.agent.id,
        agent_version=gathered.agent.version,
        model=draft.model,
        questions=gathered.questions,
        history=tuple(
            SaidBefore(role=message.role.value, text=message.content, message_id=message.id)
            for message in gathered.history
        ),
        summary=gathered.summary,
        passages=tuple(_given(passage) for passage in gathered.passages),
        knowledge_bases=accepted.knowledge_bases,
        more={
            MEMORIES: gathered.memories,
            ATTACHMENTS: [{"id": each.id, "name": each.name, "text": each.text} for each in gathered.attachments],
            SMALL_TALK: gathered.small_talk.value if gathered.small_talk else None,
            **_route(gathered, draft),
            **({} if verified.plan is None else {PLAN: asdict(verified.plan)}),
        },
    )


def _route(gathered: Gathered, draft: Draft) -> dict[str, Any]:
    """Whose the message was found to be, and who gave it on to whom and why; nothing where one agent had it alone."""
    given_on = [
        {"by": each.agent.id, "to": each.handoff.agent_id, "reason": each.handoff.reason}
        for each in draft.passed
        if each.handoff is not None
    ]
    return {} if gathered.route is None else {ROUTE: {**asdict(gathered.route), "given_on": given_on}}


def _given(passage: Passage) -> PassageGiven:
    return PassageGiven(
        number=passage.number,
        chunk_id=passage.chunk_id,
        source_id=passage.source_id,
        source=passage.source,
        title=passage.title,
        heading=passage.heading,
        link=passage.link,
        text=passage.text,
        relevance=passage.relevance,
    )


def sources_of(passages: Sequence[Passage], citations: Sequence[Citation]) -> tuple[SourceUsed, ...]:
    quotes = {citation.number: citation.quote for citation in citations}
    return tuple(
        SourceUsed(
            number=passage.number,
            chunk_id=passage.chunk_id,
            source_id=passage.source_id,
            source=passage.source,
            title=passage.title,
            heading=passage.heading,
            link=passage.link,
            quote=quotes.get(passage.number, ""),
            cited=passage.number in quotes,
        )
        for passage in passages
    )


def _tool(name: str, noted: dict[str, Any]) -> ToolUse:
    return ToolUse(
        name=name,
        success=bool(noted.get("success")),
        calls=int(noted.get("calls", 1)),
        attempts=int(noted.get("attempts", 1)),
        seconds=float(noted.get("seconds", 0.0)),
        summary=str(noted.get("outcome", "")),
    )


def _reflection(draft: Draft) -> tuple[ToolUse, ...]:
    """Reflection stands beside the tools: what it criticised is sealed as what they found is."""
    so = draft.reflection
    if so is None:
        return ()
    failed = so.ended is Ended.FAILED
    return (ToolUse(name=REFLECTION, success=not failed, calls=so.rounds, seconds=so.seconds, summary=so.summary),)


def _votes(draft: Draft) -> tuple[ToolUse, ...]:
    """Votes stand beside the tools, too: what came out, who voted how and how surely, and why."""
    if not draft.votes:
        return ()
    return (
        ToolUse(
            name=CONSENSUS,
            success=all(vote.is_yes for vote in draft.votes),
            calls=len(draft.votes),
            seconds=sum(max((each.seconds for each in held.votes), default=0.0) for held in draft.votes),
            summary="\n".join(map(_told_vote, draft.votes)),
        ),
    )


def _told_vote(held: Consensus) -> str:
    votes = "; ".join(
        f"{each.agent}: {each.vote.value} {each.confidence:g} ({each.error or each.reason})" for each in held.votes
    )
    return f"{held.id} {held.outcome.value} {held.score:g} of {held.threshold:g}. {votes}"
