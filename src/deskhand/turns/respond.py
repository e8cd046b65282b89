"""Respond: the model writes, with tools where it has them; when it is down, the offline model answers instead.

Above: the journey. Below: `writing.py` (one model's answer, checked as it comes), the budget, the toolbox. What was
told of an answer that broke off is void; never a half answer is left standing.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from agent_framework import Message

from deskhand.agents.prompt import rendered_passages
from deskhand.agents.runtime import RunningAgent
from deskhand.agents.wording import HUMAN_REQUESTED
from deskhand.conversations.context import estimated_tokens, rendered_summary
from deskhand.conversations.model import Message as StoredMessage
from deskhand.conversations.model import MessageRole
from deskhand.llm.model import ChatModel, ModelDown, WhyDown
from deskhand.llm.offline_style import STYLE_KEY
from deskhand.llm.passages import PASSAGES_KEY, QUESTIONS_KEY, VECTORS_KEY
from deskhand.llm.small_talk import SmallTalk
from deskhand.orchestration.asking import answering
from deskhand.turns.answer import AnswerKind
from deskhand.turns.asked import note_asked
from deskhand.turns.budget import Budget
from deskhand.turns.events import Stage, StageReached, Tell, TextAdded
from deskhand.turns.metering import CallMeter
from deskhand.turns.reflecting import Reflection
from deskhand.turns.shown import shown_attachments
from deskhand.turns.state import Accepted, Draft, Gathered
from deskhand.turns.toolbox import Toolboxes
from deskhand.turns.writing import Writer
from deskhand.usage.model import ModelCall
from deskhand.usage.recorder import UsageRecorder

log = structlog.get_logger(__name__)

_QUIETLY = frozenset({WhyDown.BUDGET, WhyDown.RESTING})
"""Reasons that are no news to the customer: the model was not even asked."""


class NobodyUp(ModelDown):
    """None of an agent's models is up. `draft` says what was used on the way."""

    def __init__(self, last: ModelDown, draft: Draft) -> None:
        super().__init__(last.detail, why=last.why)
        self.draft = draft


class Responder:
    """Lets the agent's models answer, in their order."""

    def __init__(self, *, toolboxes: Toolboxes, budget: Budget, usage: UsageRecorder) -> None:
        self._toolboxes = toolboxes
        self._budget = budget
        self._usage = usage

    async def respond(
        self, accepted: Accepted, gathered: Gathered, tell: Tell, *, calls: list[ModelCall] | None = None
    ) -> Draft:
        """What the first model that is up, and that the budget allows, wrote.

        Where the agent gave the message on instead, the draft says to whom, and nothing in it is for the customer.
        `calls` collects what the models used, also where nothing comes of it.

        Raises:
            NobodyUp: when none is; the offline model at the end of the list makes that a fault of ours.
        """
        with answering(gathered.agent.id) as line:
            draft = await self._answered(accepted, gathered, tell, [] if calls is None else calls)
        note_asked(draft, line)
        return draft

    async def _answered(self, accepted: Accepted, gathered: Gathered, tell: Tell, calls: list[ModelCall]) -> Draft:
        agent = gathered.agent
        if gathered.small_talk is SmallTalk.HUMAN:
            return _hand_over(agent, tell)
        messages = _messages(gathered)
        if agent.models and agent.models[0].is_offline:
            return await self._by_turns(accepted, gathered, messages, tell, calls)
        expected = sum(map(estimated_tokens, _texts(agent, messages))) + agent.max_tokens
        async with self._budget.turn(accepted.scope, agent, expected) as spending:
            try:
                return await self._by_turns(accepted, gathered, messages, tell, calls, may_spend=spending.allowed)
            finally:
                spending.used = sum(call.tokens for call in calls)

    async def _by_turns(
        self,
        accepted: Accepted,
        gathered: Gathered,
        messages: Sequence[Message],
        tell: Tell,
        calls: list[ModelCall],
        *,
        may_spend: bool = True,
    ) -> Draft:
        """One model after the other. `calls` collects what they used, those that failed included."""
        failure: ModelDown | None = None
        failed = Draft(agent=gathered.agent, passages=[])
        for model in gathered.agent.models:
            draft = _draft(gathered, model, failure, failed)
            try:
                self._require_leave(model, gathered.agent, messages, may_spend=may_spend)
                _tell_of_failure(failure, failed, tell)
                await self._write(accepted, model, gathered, messages, draft, calls, tell)
            except ModelDown as down:
                log.warning("model_down", model=model.name, why=down.why.value)
                failure = down if failure is None or down.why not in _QUIETLY else failure
                failed = draft
            else:
                draft.calls, draft.usage = calls, self._usage.priced(calls)
                return draft
        failed.calls, failed.usage = calls, self._usage.priced(calls)
        raise NobodyUp(failure or ModelDown("No model is configured for this agent."), failed)

    def _require_leave(
        self, model: ChatModel, agent: RunningAgent, messages: Sequence[Message], *, may_spend: bool
    ) -> None:
        """That the model may be asked: it costs nothing, or the budget allows it and its provider is not at rest."""
        if model.is_offline:
            return
        if not may_spend or sum(map(estimated_tokens, _texts(agent, messages))) > agent.input_tokens:
            raise ModelDown("This agent has used up what it may use.", why=WhyDown.BUDGET)
        if not model.circuit.lets_through():
            raise ModelDown("The language model is not available right now.", why=WhyDown.RESTING)

    async def _write(
        self,
        accepted: Accepted,
        model: ChatModel,
        gathered: Gathered,
        messages: Sequence[Message],
        draft: Draft,
        calls: list[ModelCall],
        tell: Tell,
    ) -> None:
        meter = CallMeter(model.name, _texts(gathered.agent, messages))
        try:
            async with self._toolboxes.open(accepted, model, draft, tell) as toolbox:
                look = Reflection(model=model, gathered=gathered, draft=draft, meter=meter, tell=tell)
                writer = Writer(
                    model=model, gathered=gathered, draft=draft, toolbox=toolbox, tell=look.tell, meter=meter
                )
                await writer.write(messages)
                await look.improve(writer, messages)
        except ModelDown as down:
            model.went_down(down.why)
            raise
        except BaseException:
            model.circuit.let_go()
            raise
        else:
            model.answered()
        finally:
            if not model.is_offline:
                calls.extend(meter.calls)


def _messages(gathered: Gathered) -> list[Message]:
    roles = {MessageRole.CUSTOMER: "user", MessageRole.AGENT: "assistant", MessageRole.OPERATOR: "assistant"}
    messages = [_message(stored, roles[stored.role]) for stored in gathered.history if stored.role in roles]
    if gathered.summary:
        messages.insert(0, Message("user", [rendered_summary(gathered.summary)]))
    carried: dict[str, Any] = {
        QUESTIONS_KEY: gathered.questions,
        VECTORS_KEY: gathered.question_vectors,
        STYLE_KEY: gathered.agent.behaviour.style,
    }
    found: list[Message] = []
    if gathered.agent.prefetches:
        carried[PASSAGES_KEY] = gathered.passages
        found.append(Message("user", [rendered_passages(gathered.passages)]))
    beside = (gathered.memories, shown_attachments(gathered.attachments))
    found += [Message("user", [text]) for text in beside if text]
    return [*messages, *found, Message("user", [gathered.text], additional_properties=carried)]


def _message(stored: StoredMessage, role: str) -> Message:
    return Message(role, [stored.content])


def _texts(agent: RunningAgent, messages: Sequence[Message]) -> list[str]:
    return [agent.instructions, *(message.text for message in messages)]


def _tell_of_failure(failure: ModelDown | None, failed: Draft, tell: Tell) -> None:
    if failure is not None and (failed.text or failure.why not in _QUIETLY):
        tell(StageReached(stage=Stage.FALLING_BACK, detail=None if failure.why in _QUIETLY else failure.detail))


def _draft(gathered: Gathered, model: ChatModel, failure: ModelDown | None, failed: Draft) -> Draft:
    """What the model begins with. What tools did for the one before stays done."""
    return Draft(
        agent=gathered.agent,
        passages=list(gathered.passages),
        model=model.name,
        degraded=failure is not None,
        degraded_reason=None if failure is None else failure.why.value,
        tools=failed.tools,
        may_hand_to=() if gathered.assigned is None else gathered.assigned.may_hand_to,
    )


def _hand_over(agent: RunningAgent, tell: Tell) -> Draft:
    """Asking for a person is decided here, whatever model is configured."""
    tell(TextAdded(delta=HUMAN_REQUESTED))
    return Draft(agent=agent, passages=[], text=HUMAN_REQUESTED, kind=AnswerKind.HUMAN, model="deskhand")
