"""One agent asks another: what a question and its answer are, who may be asked, and how far that may go.

Above: the tool `ask_agent`, plans, consensus, and the turn, which answers (`turns/asking.py`). Below: agents, slices.
An answer is data: what it cites can be cited again, and what it says is checked like anything else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from deskhand.conversations.model import Citation
from deskhand.kit.errors import Conflict, InvalidValue, Unavailable
from deskhand.orchestration.consensus import Consensus
from deskhand.tenancy.scope import TenantScope
from deskhand.usage.model import Usage

RESEARCH_AGENT = "research"
"""Whom an agent asks that names nobody."""
MAX_DEPTH = 2
"""An agent that was asked may ask another one; that one asks nobody."""
MAX_QUESTIONS = 3
"""Of one turn, those of the agents that were asked included."""
MAX_QUESTION_CHARS = 4_000
MAX_CONTEXT_CHARS = 12_000
"""Of the data that goes with a question; what is longer is cut."""
ASK_SECONDS = 20.0
"""How long one question may take, unless whoever asks says otherwise."""
OUTPUT_TOKENS = 1_500
"""The most that one question may have written, unless whoever asks says otherwise."""

NOBODY = "none"
"""In the place of a session, a turn or a contact, where a question comes from none."""


class AskRefused(Conflict):
    """The question would go round in a circle, or too deep."""

    code = "ask_refused"
    title = "This agent cannot be asked here"


class QuestionTooLong(InvalidValue):
    code = "question_too_long"


class NoAnswerInTime(Unavailable):
    """The agent that was asked did not answer in its time."""

    code = "no_answer_in_time"
    title = "The agent did not answer in time"


@dataclass(frozen=True, kw_only=True, slots=True)
class AskPlace:
    """From where a question is asked, and how much its answer may take. None of it is chosen by a model.

    `asked_by` is the agent that asks, where one does. `knowledge_bases` (slugs) narrows the search; empty: no narrower
    than the asked agent's own. `output_tokens` is the most that may be written for it.
    """

    session_id: str | None = None
    thread_id: str | None = None
    turn_id: str | None = None
    contact_id: str | None = None
    asked_by: str | None = None
    knowledge_bases: tuple[str, ...] = ()
    seconds: float = ASK_SECONDS
    output_tokens: int = OUTPUT_TOKENS


NOWHERE = AskPlace()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an agent answered. `text` holds markers `[n]` that name its citations; it is checked, and is data.

    `usage` includes what agents used that were asked on the way; it is counted for each of them already.
    """

    agent_id: str
    agent_version: str
    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Consulted:
    """What an agent's model wrote, as it is: unchecked, and not for customers."""

    agent_id: str
    agent_version: str
    text: str
    model: str
    usage: Usage
    seconds: float


class AskAgent(Protocol):
    """Lets an agent answer a question from its knowledge. No conversation is written; what it costs is counted."""

    async def ask(
        self,
        scope: TenantScope,
        agent_id: str,
        question: str,
        *,
        context: str = "",
        place: AskPlace = NOWHERE,
        depth: int = 0,
    ) -> Asked:
        """The agent's answer. `context` is data for it; `depth` is how many agents were asked before this one.

        Raises:
            UnknownAgent, AgentNotActive: when there is no such agent, or it does not answer.
            AskRefused: when the agent is one of those that ask, or `depth` is too deep.
            QuestionTooLong: naming the most.
            NoAnswerInTime, ModelDown: when it cannot answer now.
        """
        ...


class ConsultAgent(Protocol):
    """Lets an agent's model do a piece of work that is no answer to a customer, a vote for one."""

    async def consult(
        self, scope: TenantScope, agent_id: str, task: str, data: str, *, place: AskPlace = NOWHERE
    ) -> Consulted | None:
        """What the model writes for `task`, with the agent's own instructions above it and `data` as data.

        None where only the offline model could: it answers from passages and does no other work.

        Raises:
            UnknownAgent, AgentNotActive: when there is no such agent, or it does not answer.
            NoAnswerInTime, ModelDown: when no model of it answers now, or its day's tokens are used up.
        """
        ...


@dataclass(slots=True)
class AskLine:
    """The agents that ask one another, from the one that asked first; and what came of the last one's questions."""

    agents: tuple[str, ...]
    depth: int = 0
    above: "AskLine | None" = None
    used: Usage = field(default_factory=Usage)
    """By agents that this one asked, and while it is asked itself, by it."""
    answers: list[Asked] = field(default_factory=list)
    votes: list[Consensus] = field(default_factory=list)
    """That were held about what this one is doing."""


_LINE: ContextVar[AskLine | None] = ContextVar("deskhand_ask_line", default=None)
"""It goes with the work itself, so that no caller can forget to hand it on."""


def present_line() -> AskLine | None:
    """The line of agents in which this work is done; None outside of every answer."""
    return _LINE.get()


@contextmanager
def answering(agent_id: str) -> Iterator[AskLine]:
    """While an agent answers: a line begins with it, unless it answers because it was asked."""
    present = _LINE.get()
    if present is not None and present.agents[-1:] == (agent_id,):
        yield present
    else:
        with _as_present(AskLine(agents=(agent_id,))) as line:
            yield line


@contextmanager
def asking(agent_id: str, place: AskPlace, depth: int) -> Iterator[AskLine]:
    """While an agent is asked: what is asked from here on is one deeper, and what it used is counted above, too.

    Raises:
        AskRefused: when the agent stands in the line already, or the line is as long as it may be.
    """
    above = _LINE.get()
    agents, deep = _asking_agents(above, place), max(depth, above.depth if above else 0)
    if agent_id in agents:
        circle = " → ".join((*agents, agent_id))
        raise AskRefused(f"The agent {agent_id!r} is asking already ({circle}): answer with what is known.")
    if deep >= MAX_DEPTH:
        reason = f"{MAX_DEPTH} agents were asked one after the other already"
        raise AskRefused(f"The agent {agent_id!r} is not asked: {reason}. Answer with what is known.")
    with _as_present(AskLine(agents=(*agents, agent_id), depth=deep + 1, above=above)) as line:
        try:
            yield line
        finally:
            if above is not None:
                above.used = together(above.used, line.used)


@contextmanager
def _as_present(line: AskLine) -> Iterator[AskLine]:
    token = _LINE.set(line)
    try:
        yield line
    finally:
        _LINE.reset(token)


def _asking_agents(above: AskLine | None, place: AskPlace) -> tuple[str, ...]:
    if above is not None:
        return above.agents
    return () if place.asked_by is None else (place.asked_by,)


def together(one: Usage, other: Usage) -> Usage:
    """Both in one sum; the prices of an installation are in one currency."""
    costs = [each.cost_nanos for each in (one, other) if each.cost_nanos is not None]
    return Usage(
        calls=one.calls + other.calls,
        estimated_calls=one.estimated_calls + other.estimated_calls,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost_nanos=sum(costs) if costs else None,
        currency=one.currency or other.currency,
    )
