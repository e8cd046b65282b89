"""One model's answer to a turn: streamed, checked sentence by sentence, and told as far as it stands.

Above: respond, which turns to the next model when this one is down. Below: the checks, the model's client, the toolbox.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import structlog
from agent_framework import ChatResponseUpdate, Message
from agent_framework.exceptions import AgentFrameworkException

from deskhand.agents.contract_limits import Unsupported
from deskhand.agents.wording import NOT_FOUND, NOTED
from deskhand.conversations.model import MessageRole
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE
from deskhand.llm.failures import down_because
from deskhand.llm.model import ChatModel, ModelDown, WhyDown
from deskhand.llm.offline import KIND_KEY
from deskhand.llm.passages import NO_ANSWER
from deskhand.orchestration.ask_tool import ASK_AGENT, rests_on_passages
from deskhand.turns.answer import AnswerKind
from deskhand.turns.checking import AnswerCheck
from deskhand.turns.checking_record import Checks, Grounds
from deskhand.turns.checking_steps import SentenceSteps, is_finished
from deskhand.turns.events import Stage, StageReached, Tell, TextAdded
from deskhand.turns.leaks import LeakWatch
from deskhand.turns.markers import MarkerFilter, cited_numbers
from deskhand.turns.metering import CallMeter
from deskhand.turns.state import Draft, Gathered
from deskhand.turns.toolbox import Toolbox

log = structlog.get_logger(__name__)

WRITTEN_AGAIN = "The answer went beyond its sources, so it is being written again."
OWN_MESSAGES = 6
HANDED_OVER = "handover"
"""What waits for a person counts as handed over to one."""
"""So many of the customer's messages count as known words: a sentence may restate them."""
_CUT_OFF = frozenset({"length"})
_WITHHELD = frozenset({"content_filter"})


class Writer:
    """Has one model write into a draft. For one turn and one model."""

    def __init__(
        self, *, model: ChatModel, gathered: Gathered, draft: Draft, toolbox: Toolbox, tell: Tell, meter: CallMeter
    ) -> None:
        self._model = model
        self._gathered = gathered
        self._draft = draft
        self._toolbox = toolbox
        self._tell = tell
        self._meter = meter
        self._grounds = _grounds(gathered, draft)
        self._said_before = len(self._grounds.said)
        self._results: dict[str, str] = {}
        self._finish: str | None = None

    async def write(self, messages: Sequence[Message]) -> None:
        """Let the model answer; where the contract wants it, once more when the answer goes beyond its sources.

        Raises:
            ModelDown: when it gives no whole answer. What was told by then is void.
        """
        policy = self._draft.agent.unsupported
        check = self._check(policy)
        said_nothing = await self._once(messages, check)
        if check.is_refused and self._draft.handoff is None:
            self._start_again()
            request = [*messages, Message("user", [_to_be_mended(check.objections)])]
            check = self._check(Unsupported.DROP)
            self._begin_again(request)
            said_nothing = await self._once(request, check)
        if self._draft.handoff is None:
            self._finish_up(check, said_nothing=said_nothing)

    async def rewrite(self, messages: Sequence[Message], wish: str) -> bool:
        """Let the model write its answer once more, without tools. Whether the new one holds, or the old one stays.

        It holds when it says something, cites where the old one did, and the checks object to no more of it.
        """
        draft, before = self._draft, replace(self._draft)
        request = [*messages, Message("assistant", [draft.text]), Message("user", [wish])]
        draft.text, draft.checks = "", Checks(regenerated=before.checks.regenerated)
        policy = before.agent.unsupported
        check = self._check(Unsupported.DROP if policy is Unsupported.REGENERATE else policy)
        self._begin_again(request)
        holds = False
        try:
            said_nothing = await self._once(request, check, tools=False)
            whole = not (said_nothing or check.is_hollow or self._is_cut_off())
            holds = whole and _is_no_worse(draft, before)
        except ModelDown as down:
            log.warning("revision_failed", model=self._model.name, why=down.why.value)
        finally:
            if not holds:
                draft.text, draft.kind, draft.checks = before.text, before.kind, before.checks
        return holds

    def _begin_again(self, messages: Sequence[Message]) -> None:
        """What is asked next is counted as a request of its own."""
        self._meter.begins_again([self._draft.agent.instructions, *(message.text for message in messages)])

    @property
    def returned(self) -> Sequence[str]:
        """What tools returned that is not cited by passages."""
        return self._grounds.said[self._said_before :]

    def _check(self, policy: Unsupported) -> AnswerCheck:
        draft = self._draft
        watch = LeakWatch(draft.agent.instructions, [self._grounds.own, *(each.text for each in draft.passages)])
        quotes = self._model.is_offline
        return AnswerCheck(
            self._grounds,
            draft.checks,
            policy=policy,
            quotes=quotes,
            leaks=(lambda _: False) if quotes else watch.leaks,
        )

    async def _once(self, messages: Sequence[Message], check: AnswerCheck, *, tools: bool = True) -> bool:
        """Whether the model said, in the agreed sign, that it has no answer."""
        told = _Told(self._draft, self._tell, check)
        async with aclosing(self._stream(messages, tools=tools)) as pieces:
            async for piece in pieces:
                told.feed(piece)
        if self._draft.handoff is not None:
            return False
        if not self._model.is_offline and self._finish is None:
            raise ModelDown("The language model broke off.", why=WhyDown.BROKE_OFF)
        if self._finish in _WITHHELD:
            raise ModelDown("The language model did not take the request.", why=WhyDown.REFUSED)
        told.rest(cut_off=self._is_cut_off())
        if not told.anything:
            raise ModelDown("The language model answered with nothing.", why=WhyDown.EMPTY)
        return told.said_no_answer

    async def _stream(self, messages: Sequence[Message], *, tools: bool) -> AsyncGenerator[str | None, None]:
        """The text as it comes; None where the model stopped writing to call tools."""
        model, agent, self._finish = self._model, self._draft.agent, None
        options: Any = {
            "instructions": agent.instructions,
            "temperature": agent.temperature,
            "max_tokens": min(agent.max_tokens, max(1, agent.output_tokens - self._meter.output_tokens)),
            "tools": list(self._toolbox.functions) if tools else [],
        }
        self._meter.asked()
        ask, guarded = model.client.get_response, self._toolbox.client_kwargs
        try:
            async with asyncio.timeout(model.timeout_seconds):
                async for update in ask(messages, stream=True, options=options, client_kwargs=guarded):
                    for piece in self._noted(update):
                        yield piece
                    if self._is_cut_off() or self._is_given_on(update):
                        return
        except TimeoutError as error:
            text = f"The language model took longer than {model.timeout_seconds:g} s."
            raise ModelDown(text, why=WhyDown.TIMED_OUT) from error
        except RecursionError as error:
            # Arguments of a tool that are nested without end break the framework's own reading of them.
            raise ModelDown("The language model wrote what cannot be read.", why=WhyDown.BROKE_OFF) from error
        except AgentFrameworkException as error:
            raise down_because(error) from error

    def _is_cut_off(self) -> bool:
        return self._finish in _CUT_OFF

    def _is_given_on(self, update: ChatResponseUpdate) -> bool:
        """Whether the message goes to another agent: once the call has ended that said so, nobody is asked again."""
        ended = any(content.type == "function_result" for content in update.contents)
        return ended and self._draft.handoff is not None

    def _noted(self, update: ChatResponseUpdate) -> Iterable[str | None]:
        """What an update has to tell, once its usage, its tools and its kind are noted."""
        kind = (update.additional_properties or {}).get(KIND_KEY)
        if kind is not None:
            self._draft.kind = AnswerKind(kind)
        self._finish = str(update.finish_reason) if update.finish_reason else self._finish
        pieces: list[str | None] = []
        for content in update.contents:
            if content.type == "usage":
                self._meter.reported(content.usage_details or {})
            elif content.type == "function_call":
                self._note_call(content)
                pieces.append(None)
        results = [content for content in update.contents if content.type == "function_result"]
        if results:
            self._note_results(results)
        if update.text:
            self._meter.wrote(update.text)
            pieces.append(update.text)
        if not self._model.is_offline and self._meter.output_tokens > self._draft.agent.output_tokens:
            self._finish = "length"
        return pieces

    def _note_call(self, content: Any) -> None:
        if content.call_id and content.name:
            self._results[content.call_id] = content.name
        self._meter.wrote(f"{content.name or ''}{content.arguments or ''}")

    def _note_results(self, contents: Sequence[Any]) -> None:
        """What tools returned may be said; what a search found is cited instead.

        Raises:
            ModelDown: when the next call would pass what a turn may be given.
        """
        texts = [str(content.result) for content in contents]
        for content, text in zip(contents, texts, strict=True):
            if not _is_cited(self._results.get(content.call_id), text):
                self._grounds.said.append(text)
        if self._draft.handoff is not None:
            return  # no further call follows that would be given them
        self._meter.got_results(texts)
        self._finish = None
        if not self._model.is_offline and self._meter.input_tokens > self._draft.agent.input_tokens:
            raise ModelDown("This turn has used up what its agent may use.", why=WhyDown.BUDGET)

    def _start_again(self) -> None:
        """Everything told so far is void."""
        draft = self._draft
        if draft.text:
            self._tell(StageReached(stage=Stage.FALLING_BACK, detail=WRITTEN_AGAIN))
        draft.text = ""
        draft.checks = Checks(regenerated=True, reasons=draft.checks.reasons)

    def _finish_up(self, check: AnswerCheck, *, said_nothing: bool) -> None:
        """Where nothing of substance is left, the answer says so."""
        draft = self._draft
        if not (said_nothing or check.is_hollow or not draft.text.strip()):
            return
        draft.kind = AnswerKind.NO_ANSWER
        if said_nothing and self._gathered.facts and "?" not in self._gathered.text:
            draft.kind = AnswerKind.SMALL_TALK
            _add(draft, NOTED, self._tell)
        elif not check.stopped_a_promise:
            _add(draft, f"\n\n{NOT_FOUND}" if draft.text.strip() else NOT_FOUND, self._tell)


class _Told:
    """Text on its way from the model to the customer: the sign for "no answer", markers, sentences, checks."""

    def __init__(self, draft: Draft, tell: Tell, check: AnswerCheck) -> None:
        self._draft = draft
        self._tell = tell
        self._check = check
        self._gate = NoAnswerGate()
        self._markers = self._new_markers()
        self._steps = SentenceSteps()
        self._gap = ""
        self.anything = False
        self.said_no_answer = False

    def feed(self, piece: str | None) -> None:
        if piece is None:
            self._pause()
            return
        self.anything = self.anything or bool(piece.strip())
        text = self._markers.feed(self._gate.feed(piece))
        if text and self._gap:
            text, self._gap = f"{self._gap}{text.lstrip()}", ""
        self._pass_on(self._steps.feed(text))

    def rest(self, *, cut_off: bool) -> None:
        """Nothing follows. Of what was cut off, the half sentence at the end goes."""
        steps = self._steps.feed(self._last_text()) + self._steps.rest()
        if cut_off and steps and not is_finished(steps[-1]):
            steps.pop()
        self._pass_on(steps)
        self.said_no_answer = self._gate.said_no_answer

    def _pause(self) -> None:
        """What was written before a tool call is a paragraph of its own."""
        self._pass_on(self._steps.feed(self._last_text()) + self._steps.rest())
        self._gate, self._markers, self._steps = NoAnswerGate(), self._new_markers(), SentenceSteps()
        self._gap = "\n\n" if self._draft.text else ""

    def _last_text(self) -> str:
        return self._markers.feed(self._gate.rest()) + self._markers.rest()

    def _pass_on(self, steps: Iterable[str]) -> None:
        for step in steps:
            _add(self._draft, self._check.feed(step), self._tell)

    def _new_markers(self) -> MarkerFilter:
        return MarkerFilter(lambda: {passage.number for passage in self._draft.passages})


class NoAnswerGate:
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


def _add(draft: Draft, text: str, tell: Tell) -> None:
    if text:
        draft.text += text
        tell(TextAdded(delta=text))


def _grounds(gathered: Gathered, draft: Draft) -> Grounds:
    """What was said by whom: the customer's words may be repeated, earlier answers may be relied on."""
    own = [each.content for each in gathered.history if each.role is MessageRole.CUSTOMER][-OWN_MESSAGES:]
    said = [each.content for each in gathered.history if each.role in {MessageRole.AGENT, MessageRole.OPERATOR}]
    known = [gathered.agent.name, gathered.agent.company, gathered.summary, gathered.memories]
    return Grounds(
        passages=lambda: draft.passages,
        own="\n".join([*known, *own, gathered.text]),
        said=[*said, *(each.text for each in gathered.attachments if each.text)],
        done=lambda: _done(draft),
    )


def _is_no_worse(new: Draft, old: Draft) -> bool:
    """Whether an answer that was written again may stand in the place of the one before."""
    cites = bool(cited_numbers(new.text)) or not cited_numbers(old.text)
    return bool(new.text.strip()) and cites and new.checks.objections <= old.checks.objections


def _is_cited(tool: str | None, result: str) -> bool:
    """Whether what a tool returned is said with the numbers of its passages."""
    return tool == SEARCH_KNOWLEDGE or (tool == ASK_AGENT and rests_on_passages(result))


def _to_be_mended(objections: Sequence[str]) -> str:
    listed = "\n".join(f"- {objection}" for objection in objections)
    return (
        "Your answer went beyond its sources and was not sent. Write it again, whole, with only what the passages and "
        f"your tools' results say, each fact with the number of its passage. What was wrong:\n{listed}"
    )


def _done(draft: Draft) -> set[str]:
    """What was done in this turn, by the names of the tools; where a person is to decide, it was handed over."""
    done = {name for name, calls in draft.tools.items() if calls.get("success")}
    return done | {HANDED_OVER} if draft.waiting else done
