"""`ask_agent`: lets an agent ask a colleague, and cite what that one's answer rests on.

Above: the turn's toolbox. Below: the types of asking. Whom an agent may ask is decided by its contract: those that it
may hand over to, and the research agent. A model names no tenant, no session and no contact; depth, circles, time and
tokens are not its to choose either.
"""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol

from cachetools import LRUCache
from pydantic import BaseModel, Field

from deskhand.agents.model import AgentNotActive, UnknownAgent
from deskhand.attachments.model import FoundExcerpt
from deskhand.attachments.tool import ExcerptShelf
from deskhand.conversations.model import Citation
from deskhand.kit.errors import DeskhandError
from deskhand.knowledge.model import FoundPassage, StoredChunk
from deskhand.knowledge.tool import PassageShelf
from deskhand.llm.injection import Trust
from deskhand.orchestration.asking import (
    ASK_SECONDS,
    MAX_QUESTIONS,
    NOBODY,
    OUTPUT_TOKENS,
    RESEARCH_AGENT,
    AskAgent,
    Asked,
    AskLine,
    AskPlace,
    present_line,
)
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

ASK_AGENT = "ask_agent"
KEPT_TURNS = 10_000
LEAST_TOKENS = 50
"""Below it there is no room for an answer."""
OF_ATTACHMENTS = "att_"
"""How the ids of attachments begin: what a customer sent along stays a stranger's words, whoever cites it."""

_MARKER = re.compile(r"\[(\d{1,3})\]")
_TOO_MANY = f"At most {MAX_QUESTIONS} questions may be asked in a turn: answer with what you have."
_NO_ROOM = "This turn has used up what may be written in it: answer with what you have."


@dataclass(frozen=True, kw_only=True, slots=True)
class MayAsk:
    """Whom an agent may ask, and how much may be written for it in one turn."""

    agents: tuple[str, ...]
    output_tokens: int


class AskedAgents(AskAgent, Protocol):
    """Who answers, and who may ask whom."""

    async def may_ask(self, scope: TenantScope, agent_id: str) -> MayAsk:
        """Whom that agent may ask."""
        ...


class Switchboard:
    """Puts questions through to who answers them. One for the process; it counts the questions of each turn.

    The agents that answer use tools themselves, so they are connected once both are there.
    """

    def __init__(self) -> None:
        self._agents: AskedAgents | None = None
        self._questions: LRUCache[tuple[str, str], int] = LRUCache(maxsize=KEPT_TURNS)

    def connect(self, agents: AskedAgents) -> None:
        self._agents = agents

    @property
    def agents(self) -> AskedAgents:
        """Who answers.

        Raises:
            RuntimeError: before anybody is connected.
        """
        if self._agents is None:
            raise RuntimeError("Nobody answers questions of agents yet: call Switchboard.connect at the start.")
        return self._agents

    def takes_one_more(self, turn: ToolTurn) -> bool:
        """Count a question; whether it is still one of those that the turn may ask."""
        at = (turn.scope.tenant_id, turn.turn_id)
        self._questions[at] = count = self._questions.get(at, 0) + 1
        return count <= MAX_QUESTIONS


class QuestionForAgent(BaseModel):
    """What to ask, and whom."""

    question: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            description="One complete question that can be understood without this conversation.",
        ),
    ]
    agent_id: Annotated[
        str | None,
        Field(max_length=64, description="The id of the agent to ask; leave it out to ask the research agent."),
    ] = None


class AskAgentTool(BaseTool[QuestionForAgent]):
    """Asks another agent, and gives what it cites the numbers by which the asking agent can cite it."""

    name: ClassVar[str] = ASK_AGENT
    description: ClassVar[str] = (
        "Ask another agent a question that takes its knowledge, when the passages at hand do not answer. Without an "
        "agent_id the research agent looks through the company's documents. Returns its answer as data, and the "
        "passages it rests on with the numbers to cite them by."
    )
    trust: ClassVar[Trust] = Trust.STRANGER
    timeout_seconds: ClassVar[float | None] = ASK_SECONDS + 2
    parameters = QuestionForAgent

    def __init__(self, board: Switchboard, turn: ToolTurn, shelf: PassageShelf, excerpts: ExcerptShelf) -> None:
        self._board = board
        self._turn = turn
        self._shelf = shelf
        self._excerpts = excerpts

    async def execute(self, parameters: QuestionForAgent) -> ToolResult:
        turn, asks = self._turn, self._board.agents
        may = await asks.may_ask(turn.scope, turn.agent_id)
        agent_id = parameters.agent_id or RESEARCH_AGENT
        if agent_id not in may.agents:
            return _no(f"You cannot ask {agent_id!r}. You may ask: {', '.join(may.agents) or 'nobody'}.")
        if not self._board.takes_one_more(turn):
            return _no(_TOO_MANY)
        line = present_line()
        left = may.output_tokens - (line.used.output_tokens if line is not None else 0)
        if left < LEAST_TOKENS:
            return _no(_NO_ROOM)
        try:
            asked = await asks.ask(turn.scope, agent_id, parameters.question, place=_place(turn, line, left))
        except (UnknownAgent, AgentNotActive):
            return _no(f"The agent {agent_id!r} does not answer: go on without it.")
        except DeskhandError as error:
            return _no(f"{error.detail} Go on without that answer.")
        return ToolResult(success=True, data=self._shown(asked), metadata={"agent_id": asked.agent_id})

    def _shown(self, asked: Asked) -> dict[str, Any]:
        numbers = {each.number: self._shelved(each, asked.confidence) for each in asked.citations}
        passages = [
            {"passage": numbers[each.number], "title": each.title, "heading": each.heading, "text": each.quote}
            for each in asked.citations
        ]
        answer = _renumbered(asked.text, numbers)
        return {"agent": asked.agent_id, "answered": asked.answered, "answer": answer, "passages": passages}

    def _shelved(self, citation: Citation, relevance: float) -> int:
        if citation.source_id.startswith(OF_ATTACHMENTS):
            return self._excerpts.shelve_excerpts((_excerpt(citation, relevance),))[0]
        return self._shelf.shelve((_passage(citation, relevance),))[0]


def rests_on_passages(result: str) -> bool:
    """Whether what a call came to rests on passages: whoever says it cites those, and does not rest on the words."""
    try:
        shown = json.loads(result)
    except ValueError:
        return False
    data = shown.get("data") if isinstance(shown, dict) else None
    return isinstance(data, dict) and bool(data.get("passages"))


def _no(error: str) -> ToolResult:
    return ToolResult(success=False, error=error)


def _place(turn: ToolTurn, line: AskLine | None, tokens: int) -> AskPlace:
    """From where it is asked. Who was asked itself has half the time."""
    deep = 0 if line is None else line.depth
    return AskPlace(
        session_id=_known(turn.session_id),
        thread_id=_known(turn.thread_id),
        turn_id=_known(turn.turn_id),
        contact_id=_known(turn.contact_id),
        asked_by=turn.agent_id,
        seconds=ASK_SECONDS / (deep + 1),
        output_tokens=min(OUTPUT_TOKENS, tokens),
    )


def _known(given: str) -> str | None:
    return None if given == NOBODY else given


def _renumbered(text: str, numbers: dict[int, int]) -> str:
    def replaced(marker: re.Match[str]) -> str:
        number = numbers.get(int(marker[1]))
        return "" if number is None else f"[{number}]"

    return _MARKER.sub(replaced, text)


def _passage(citation: Citation, relevance: float) -> FoundPassage:
    chunk = StoredChunk(
        id=citation.chunk_id,
        source_id=citation.source_id,
        source=citation.source,
        title=citation.title,
        heading=citation.heading,
        link=citation.link,
        text=citation.quote,
    )
    return FoundPassage(chunk=chunk, relevance=relevance)


def _excerpt(citation: Citation, relevance: float) -> FoundExcerpt:
    return FoundExcerpt(
        id=citation.chunk_id,
        attachment_id=citation.source_id,
        name=citation.source,
        heading=citation.heading,
        text=citation.quote,
        relevance=relevance,
    )
