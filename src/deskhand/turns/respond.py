"""Respond: the model writes, with tools where it has them; when it is down, the offline model answers instead.

Text is told as it comes, with every citation marker checked first, and never a half answer left standing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog
from agent_framework import ChatResponseUpdate, FunctionTool, Message
from agent_framework.exceptions import AgentFrameworkException

from deskhand.agents.prompt import rendered_passages
from deskhand.agents.runtime import RunningAgent
from deskhand.agents.wording import HUMAN_REQUESTED, NOT_FOUND
from deskhand.conversations.context import rendered_summary
from deskhand.conversations.model import Message as StoredMessage
from deskhand.conversations.model import MessageRole
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE, SearchKnowledge
from deskhand.llm.model import ChatModel, ModelDown
from deskhand.llm.offline import KIND_KEY
from deskhand.llm.offline_style import STYLE_KEY
from deskhand.llm.passages import NO_ANSWER, PASSAGES_KEY, QUESTIONS_KEY
from deskhand.llm.small_talk import SmallTalk
from deskhand.tools.adapter import as_function_tool
from deskhand.tools.contract import ToolResult
from deskhand.turns.answer import AnswerKind
from deskhand.turns.events import Stage, StageReached, Tell, TextAdded, ToolCalled, ToolState
from deskhand.turns.gather import numbered
from deskhand.turns.markers import MarkerFilter
from deskhand.turns.state import Accepted, Draft, Gathered

log = structlog.get_logger(__name__)


class Responder:
    """Lets the agent's models answer, in their order."""

    def __init__(self, *, library: KnowledgeLibrary) -> None:
        self._library = library

    async def respond(self, accepted: Accepted, gathered: Gathered, tell: Tell) -> Draft:
        """What the first model that is up wrote.

        Raises:
            ModelDown: when none is; the offline model at the end of the list makes that a fault of ours.
        """
        if gathered.small_talk is SmallTalk.HUMAN:
            return _hand_over(gathered.agent, tell)
        failure: ModelDown | None = None
        for model in gathered.agent.models:
            if failure is not None:
                tell(StageReached(stage=Stage.FALLING_BACK, detail=failure.detail))
            draft = Draft(
                agent=gathered.agent,
                passages=list(gathered.passages),
                model=model.name,
                degraded=failure is not None,
            )
            try:
                await self._write(accepted, model, gathered, draft, tell)
            except ModelDown as down:
                log.warning("model_down", model=model.name, reason=str(down.__cause__ or down))
                failure = down
            else:
                return draft
        raise failure or ModelDown("No model is configured for this agent.")

    async def _write(
        self,
        accepted: Accepted,
        model: ChatModel,
        gathered: Gathered,
        draft: Draft,
        tell: Tell,
    ) -> None:
        tools = self._tools(accepted, model, draft, tell)
        checked = MarkerFilter(lambda: {passage.number for passage in draft.passages})
        held = _NoAnswerGate()
        async for text in self._stream(model, gathered, tools, draft):
            _tell_text(checked.feed(held.feed(text)), draft, tell)
        _tell_text(checked.feed(held.rest()) + checked.rest(), draft, tell)
        if not draft.text.strip() and not held.said_no_answer:
            raise ModelDown("The language model answered with nothing.")
        if held.said_no_answer:
            draft.kind = AnswerKind.NO_ANSWER
            _tell_text(NOT_FOUND, draft, tell)

    async def _stream(
        self, model: ChatModel, gathered: Gathered, tools: Sequence[FunctionTool], draft: Draft
    ) -> AsyncIterator[str]:
        agent = gathered.agent
        # The client has the tool loop. The framework's Agent around it adds a session and context providers, which a
        # turn has of its own, and takes a third of the time that the framework takes.
        options: Any = {
            "instructions": agent.instructions,
            "temperature": agent.temperature,
            "max_tokens": agent.max_tokens,
            "tools": list(tools),
        }
        try:
            async with asyncio.timeout(model.timeout_seconds):
                async for update in model.client.get_response(_messages(gathered), stream=True, options=options):
                    _note_kind(update, draft)
                    if update.text:
                        yield update.text
        except TimeoutError as error:
            raise ModelDown(f"The language model took longer than {model.timeout_seconds:g} s.") from error
        except AgentFrameworkException as error:
            raise ModelDown("The language model is not available right now.") from error

    def _tools(self, accepted: Accepted, model: ChatModel, draft: Draft, tell: Tell) -> list[FunctionTool]:
        """The tools the agent is granted. The offline model searches by itself only where nothing was found for it."""
        granted = SEARCH_KNOWLEDGE in draft.agent.tools
        if not granted or (model.is_offline and draft.agent.prefetches):
            return []
        return [self._search_tool(accepted, draft, tell)]

    def _search_tool(self, accepted: Accepted, draft: Draft, tell: Tell) -> FunctionTool:
        agent = draft.agent

        def shelve(found: tuple[FoundPassage, ...]) -> list[int]:
            return [_shelve(hit, draft) for hit in found]

        def report(name: str, result: ToolResult | None, seconds: float) -> None:
            tell(_tool_event(name, result))
            if result is not None:
                calls = draft.tools.get(name, {}).get("calls", 0)
                draft.tools[name] = {
                    "calls": calls + 1,
                    "success": result.success,
                    "seconds": round(seconds, 4),
                }

        slugs = accepted.knowledge_bases or agent.bases
        tool = SearchKnowledge(self._library, accepted.scope, slugs=slugs, k=agent.k, shelve=shelve)
        return as_function_tool(tool, report)


class _NoAnswerGate:
    """Holds the first characters back until it is clear that they are not the sign for "no answer"."""

    def __init__(self) -> None:
        self._held = ""
        self._open = False

    @property
    def said_no_answer(self) -> bool:
        return not self._open and self._held.strip().rstrip(".") == NO_ANSWER

    def feed(self, text: str) -> str:
        if self._open:
            return text
        self._held += text
        start = self._held.lstrip()
        if NO_ANSWER.startswith(start) or start.rstrip().rstrip(".") == NO_ANSWER:
            return ""
        self._open = True
        return self._held

    def rest(self) -> str:
        if self._open or self.said_no_answer:
            return ""
        self._open = True
        return self._held


def _messages(gathered: Gathered) -> list[Message]:
    roles = {MessageRole.CUSTOMER: "user", MessageRole.AGENT: "assistant", MessageRole.OPERATOR: "assistant"}
    messages = [_message(stored, roles[stored.role]) for stored in gathered.history if stored.role in roles]
    if gathered.summary:
        messages.insert(0, Message("user", [rendered_summary(gathered.summary)]))
    carried: dict[str, Any] = {QUESTIONS_KEY: gathered.questions, STYLE_KEY: gathered.agent.behaviour.style}
    found: list[Message] = []
    if gathered.agent.prefetches:
        carried[PASSAGES_KEY] = gathered.passages
        found = [Message("user", [rendered_passages(gathered.passages)])]
    return [*messages, *found, Message("user", [gathered.text], additional_properties=carried)]


def _message(stored: StoredMessage, role: str) -> Message:
    return Message(role, [stored.content])


def _shelve(hit: FoundPassage, draft: Draft) -> int:
    for passage in draft.passages:
        if passage.chunk_id == hit.chunk.id:
            return passage.number
    draft.passages.append(numbered(hit, len(draft.passages) + 1))
    return len(draft.passages)


def _tool_event(name: str, result: ToolResult | None) -> ToolCalled:
    if result is None:
        return ToolCalled(name=name, state=ToolState.STARTED)
    state = ToolState.DONE if result.success else ToolState.FAILED
    return ToolCalled(name=name, state=state, detail=result.error)


def _note_kind(update: ChatResponseUpdate, draft: Draft) -> None:
    kind = (update.additional_properties or {}).get(KIND_KEY)
    if kind is not None:
        draft.kind = AnswerKind(kind)


def _tell_text(text: str, draft: Draft, tell: Tell) -> None:
    if text:
        draft.text += text
        tell(TextAdded(delta=text))


def _hand_over(agent: RunningAgent, tell: Tell) -> Draft:
    """Asking for a person is decided here, whatever model is configured."""
    draft = Draft(agent=agent, passages=[], kind=AnswerKind.HUMAN, model="deskhand")
    _tell_text(HUMAN_REQUESTED, draft, tell)
    return draft
