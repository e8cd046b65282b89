"""What came of a turn's plan, as a message of the agent in the conversation it came from.

Above: the runner, which has it written in the transaction that ends the plan: once, whatever is killed. Below: the
conversations, through a port. Who said what stands in the citations and in the message's details.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.wording import PLAN_CAME_TO_NOTHING, PLAN_FOUND
from deskhand.conversations.model import Citation
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.transcript import clipped
from deskhand.kit.clock import Clock
from deskhand.orchestration.plan_model import Plan, Subtask, Synthesis
from deskhand.orchestration.plan_synthesis import OFFLINE, synthesis_of_plan
from deskhand.tenancy.scope import TenantScope

KIND = "plan"
"""What such a message is, in its details."""
MAX_CHARS = 19_000
MAX_QUOTE_CHARS = 200
MAX_REFERENCES = 100

_MARK = re.compile(r"\[([\w.-]{1,60})\]")
_MARKS = re.compile(r"[ \t]*(?:\[[\w.-]{1,60}\])+")


class PlanSpeaker(Protocol):
    """Writes to a customer in the agent's name."""

    async def say(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        session_id: str | None,
        thread_id: str,
        text: str,
        details: Mapping[str, Any] | None = None,
        citations: Sequence[Citation] = (),
    ) -> str:
        """The id of the message, stored in the caller's transaction."""
        ...

    def announce(self, scope: TenantScope, message_id: str) -> None:
        """Tell of it, once that is committed."""
        ...


class PlanReply:
    """Tells customers what came of plans."""

    def __init__(self, *, clock: Clock, speaker: PlanSpeaker, may_be_said: Callable[[str], bool]) -> None:
        """`may_be_said`: whether a text that a model has put together promises nothing that is not its to promise."""
        self._clock = clock
        self._speaker = speaker
        self._may_be_said = may_be_said

    async def write(self, db: AsyncSession, scope: TenantScope, plan: Plan) -> str | None:
        """The id of the message; None where nobody waits for one: the plan is of no turn, or a person has the
        conversation by now.
        """
        if plan.turn_id is None or plan.session_id is None or plan.thread_id is None:
            return None
        if await ConversationRepository(db, scope, self._clock).person_has(plan.thread_id):
            return None
        text, citations = self._said(plan)
        return await self._speaker.say(
            db,
            scope,
            session_id=plan.session_id,
            thread_id=plan.thread_id,
            text=text,
            details=_details(plan),
            citations=citations,
        )

    def announce(self, scope: TenantScope, message_id: str | None) -> None:
        """To be called when the transaction is committed."""
        if message_id is not None:
            self._speaker.announce(scope, message_id)

    def _said(self, plan: Plan) -> tuple[str, tuple[Citation, ...]]:
        synthesis = plan.synthesis
        if synthesis is None or not synthesis.text.strip():
            return PLAN_CAME_TO_NOTHING, ()
        if synthesis.written_by != OFFLINE and not self._may_be_said(synthesis.text):
            synthesis = synthesis_of_plan(plan)
        return cited(plan.done, synthesis)


def cited(done: Sequence[Subtask], synthesis: Synthesis) -> tuple[str, tuple[Citation, ...]]:
    """The text as a customer reads it: where it named a subtask, it names the passages that the subtask rests on."""
    numbers: dict[str, int] = {}
    citations: list[Citation] = []
    markers: dict[str, str] = {}
    for subtask in done:
        for citation in subtask.citations:
            if numbers.setdefault(citation.chunk_id, len(numbers) + 1) > len(citations):
                citations.append(replace(citation, number=len(citations) + 1))
        of_subtask = dict.fromkeys(numbers[citation.chunk_id] for citation in subtask.citations)
        markers[subtask.id] = "".join(f"[{number}]" for number in of_subtask)
    text = _MARKS.sub(lambda found: _told(found.group(), markers), synthesis.text)
    text = _cut(f"{PLAN_FOUND}\n\n{text}")
    return text, tuple(each for each in citations if f"[{each.number}]" in text)


def _cut(text: str) -> str:
    """Cut at a word where it is too long; its lines stay, for what was found may be a list."""
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1].rsplit(maxsplit=1)[0] + "…"


def _told(marks: str, markers: Mapping[str, str]) -> str:
    numbers = dict.fromkeys(number for name in _MARK.findall(marks) for number in _MARK.findall(markers.get(name, "")))
    return f" {''.join(f'[{number}]' for number in numbers)}" if numbers else ""


def _details(plan: Plan) -> dict[str, Any]:
    counts = plan.counts
    references = () if plan.synthesis is None else plan.synthesis.references[:MAX_REFERENCES]
    told = {
        "id": plan.id,
        "status": plan.status.value,
        "counts": {"succeeded": counts.succeeded, "failed": counts.failed, "skipped": counts.skipped},
        "references": [
            {"subtask": each.subtask, "agent": each.agent, "quote": clipped(each.quote, MAX_QUOTE_CHARS)}
            for each in references
        ],
        "conflicts": 0 if plan.synthesis is None else len(plan.synthesis.conflicts),
    }
    return {"kind": KIND, "answered": bool(plan.done), "in_reply_to": plan.turn_id, "plan": told}
