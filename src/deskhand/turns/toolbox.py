"""The tools of one turn: what the agent was granted and the settings switch on, each under the guard.

Above: respond hands the functions and the middleware to the model's client. Below: the registry, the guard, and what
the tools work with.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from agent_framework import FunctionMiddleware
from structlog.contextvars import get_contextvars

from deskhand.attachments.model import FoundExcerpt
from deskhand.attachments.tool import ExcerptShelf
from deskhand.knowledge.model import FoundPassage
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE, PassageShelf, SearchReach
from deskhand.llm.model import ChatModel
from deskhand.llm.passages import Passage
from deskhand.settings import Settings
from deskhand.tools.adapter import GuardMiddleware, ToolFunction
from deskhand.tools.bound import BoundTool, CallEnded, CallEvent, CallStarted
from deskhand.tools.contract import ToolTurn
from deskhand.tools.failures import Outcome
from deskhand.tools.guard import APPROVAL, Guard
from deskhand.tools.registry import Registered, ToolRegistry, build
from deskhand.turns.events import Tell, ToolCalled, ToolState
from deskhand.turns.handoff import HAND_OFF, DraftDesk, HandoffDesk
from deskhand.turns.sources import memory_place, numbered, numbered_excerpt
from deskhand.turns.state import APPROVALS, Accepted, Draft

log = structlog.get_logger(__name__)

OF_A_TURN: tuple[type, ...] = (ToolTurn, SearchReach, PassageShelf, ExcerptShelf, HandoffDesk)
"""What factories may ask for that is made anew for each turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolbox:
    """What a model may use in this turn; `middleware` goes to its client with the functions."""

    functions: Sequence[ToolFunction]
    middleware: Sequence[FunctionMiddleware]

    @property
    def client_kwargs(self) -> dict[str, Any]:
        """For the client's `get_response`."""
        return {"middleware": list(self.middleware)}


class Toolboxes:
    """Fills a toolbox for each turn. One for the process."""

    def __init__(
        self, *, registry: ToolRegistry, guard: Guard, settings: Settings, dependencies: Mapping[type, object]
    ) -> None:
        """`dependencies` are those that live as long as the process, under the types that factories ask for.

        Raises:
            WrongTool: when a registered tool asks for something that nobody provides.
        """
        registry.check_dependencies(*dependencies, *OF_A_TURN)
        self._registry = registry
        self._guard = guard
        self._middleware = (GuardMiddleware(guard),)
        self._settings = settings
        self._dependencies = dependencies

    @asynccontextmanager
    async def open(self, accepted: Accepted, model: ChatModel, draft: Draft, tell: Tell) -> AsyncIterator[Toolbox]:
        """The tools for one model's answer. At the end, however it went, every one of them is cleaned up."""
        granted = draft.agent.tools
        if model.is_offline and draft.agent.prefetches:
            # It searches by itself only where nothing was found for it.
            granted -= {SEARCH_KNOWLEDGE}
        if not draft.may_hand_to:
            granted -= {HAND_OFF}
        tools = self._bound(accepted, granted, draft, tell) if granted else []
        try:
            yield Toolbox(functions=[ToolFunction(bound) for bound in tools], middleware=self._middleware)
        finally:
            await self._guard.clean_up(tools)

    def _bound(self, accepted: Accepted, granted: frozenset[str], draft: Draft, tell: Tell) -> list[BoundTool]:
        turn = _turn_of(accepted, draft)
        reach = SearchReach(slugs=accepted.knowledge_bases or draft.agent.bases, k=draft.agent.k)
        shelf = _DraftShelf(draft)
        of_turn: dict[type, object] = {ToolTurn: turn, SearchReach: reach, PassageShelf: shelf, ExcerptShelf: shelf}
        dependencies = {**self._dependencies, **of_turn, HandoffDesk: DraftDesk(draft)}
        report = _Record(draft, tell)
        bound = [
            self._bind(tool, dependencies, turn, report) for tool in self._registry.offered(self._settings, granted)
        ]
        return [each for each in bound if each is not None]

    def _bind(
        self, tool: Registered, dependencies: Mapping[type, object], turn: ToolTurn, report: "_Record"
    ) -> BoundTool | None:
        try:
            built = build(tool, dependencies)
        except Exception:  # the border of a tool call: one that cannot be built must not cost the answer
            log.exception("tool_not_built", tool=tool.name)
            return None
        return BoundTool(built, turn, timeout_seconds=tool.timeout_seconds(self._settings), report=report)


class _DraftShelf:
    """Keeps what a search finds with the passages of the draft, each once."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def shelve(self, found: tuple[FoundPassage, ...]) -> list[int]:
        return [self._number(hit) for hit in found]

    def shelve_excerpts(self, found: tuple[FoundExcerpt, ...]) -> list[int]:
        return [self._kept(numbered_excerpt(hit, self._next)) for hit in found]

    def _number(self, hit: FoundPassage) -> int:
        return self._kept(numbered(hit, self._next))

    @property
    def _next(self) -> int:
        return len(self._draft.passages) + 1

    def _kept(self, found: Passage) -> int:
        for passage in self._draft.passages:
            if passage.chunk_id == found.chunk_id:
                return passage.number
        self._draft.passages.append(found)
        return found.number


class _Record:
    """Tells of each call, and keeps count of them in the draft."""

    def __init__(self, draft: Draft, tell: Tell) -> None:
        self._draft = draft
        self._tell = tell

    def __call__(self, event: CallEvent) -> None:
        match event:
            case CallStarted(tool=name):
                self._tell(ToolCalled(name=name, state=ToolState.STARTED))
            case CallEnded():
                self._note(event)
                # What the model is told of a failure is not meant for the customer, who sees these events.
                state = ToolState.DONE if event.result.success else ToolState.FAILED
                if event.outcome is Outcome.AWAITS_APPROVAL:
                    state = ToolState.WAITING
                self._tell(ToolCalled(name=event.tool, state=state))

    def _note(self, call: CallEnded) -> None:
        """Calls, attempts and seconds add up; the rest is of the last call."""
        before = self._draft.tools.get(call.tool, {"calls": 0, "attempts": 0, "seconds": 0.0})
        self._draft.tools[call.tool] = {
            "calls": before["calls"] + 1,
            "success": call.result.success,
            "attempts": before["attempts"] + call.attempts,
            "seconds": round(before["seconds"] + call.seconds, 4),
            "outcome": call.outcome.value,
            "error": None if call.result.success else call.outcome.value,
        }
        asked = [*before.get(APPROVALS, ()), *_approvals_of(call)]
        if asked:
            self._draft.tools[call.tool][APPROVALS] = list(dict.fromkeys(asked))


def _approvals_of(call: CallEnded) -> Sequence[str]:
    """The request that the call became, where a person is to allow it first."""
    if call.outcome is not Outcome.AWAITS_APPROVAL:
        return ()
    return (str(call.result.metadata[APPROVAL]["approval_id"]),)


def _turn_of(accepted: Accepted, draft: Draft) -> ToolTurn:
    session, turn = accepted.session, accepted.turn
    return ToolTurn(
        scope=accepted.scope,
        request_id=get_contextvars().get("request_id"),
        session_id=session.id,
        thread_id=session.thread_id,
        turn_id=turn.id,
        contact_id=session.contact_id,
        agent_id=draft.agent.id,
        agent_version=draft.agent.version,
        text=turn.text,
        approval=draft.agent.approval,
        memory_agent_id=memory_place(accepted).agent_id,
    )
