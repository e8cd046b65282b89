"""What a turn knows at each stage of its journey. Each stage takes the one before and returns the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from deskhand.agents.runtime import RunningAgent
from deskhand.attachments.model import AttachmentText
from deskhand.conversations.model import Citation, Message, Session, Turn
from deskhand.escalation.assessment import Assessment, Said
from deskhand.llm.embedding import Vectors
from deskhand.llm.passages import Passage
from deskhand.llm.small_talk import SmallTalk
from deskhand.memory.extraction_facts import Fact
from deskhand.memory.model import NOTHING_RECALLED, MemoryContext
from deskhand.orchestration.consensus import Consensus
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.answer import AnswerKind
from deskhand.turns.checking_record import Checks
from deskhand.turns.reflected import REFLECTION, Reflected
from deskhand.usage.model import ModelCall, Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRequest:
    """A message as a channel hands it in. `knowledge_bases` (slugs) narrows the search; empty means all of them.

    `attachments` are ids of what the session holds already.
    """

    scope: TenantScope
    session_id: str
    text: str
    idempotency_key: str | None = None
    knowledge_bases: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The message is stored: the turn is to be run.

    Where one answer is for several messages, the turn is the first one's with the text of all of them; `others` are
    the rest of the turns, and `texts` what each message said.
    """

    scope: TenantScope
    session: Session
    turn: Turn
    knowledge_bases: tuple[str, ...]
    others: tuple[Turn, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """The same key was answered before: this is that answer."""

    turn: Turn
    answer: dict[str, Any]


Admission: TypeAlias = Accepted | Repeated


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRoute:
    """Whose the message was found to be. `agent_id` and `name` are of the agent that answers."""

    agent_id: str
    name: str
    category: str
    """What kind of matter the message is, whoever answers it."""
    confidence: float
    reasoning: str
    decided_by: str
    """By what it was found: semantic, model, general, kept; or handoff, when another agent gave it on."""
    fallback: bool = False
    """Whether another agent was chosen, and could not answer."""
    reason: str | None = None
    """Why that one could not."""
    path: tuple[str, ...] = ()
    """The agents that had the message before, and gave it on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """Who answers a message: `agent`, in the version that it keeps for the whole turn."""

    agent: RunningAgent
    entry: RunningAgent
    """Whose session it is: the same agent, or the one that has others answer."""
    talk: SmallTalk | None = None
    """Where the message is no question."""
    route: TurnRoute | None = None
    """None where nothing had to be found."""
    vector: Vectors | None = None
    """The message's own, where it was embedded to find whose it is."""
    may_hand_to: tuple["HandoffTarget", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoffTarget:
    """An agent that a message may be given on to."""

    agent_id: str
    name: str
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoffWish:
    """To whom an agent gives the message on, and why. The reason is a model's, and not for the customer."""

    agent_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Everything the answer may rest on. `questions` are those of `text`, each so that it stands alone.

    `agent` is the one that answers, in the version that the whole turn keeps; `assigned` says how it came to that.
    """

    agent: RunningAgent
    text: str
    history: tuple[Message, ...]
    questions: tuple[str, ...]
    passages: tuple[Passage, ...]
    small_talk: SmallTalk | None = None
    summary: str = ""
    """What was said before the history, where some of it is left out."""
    memory: MemoryContext = NOTHING_RECALLED
    memories: str = ""
    """The same as a model reads it."""
    attachments: tuple[AttachmentText, ...] = ()
    said: tuple[Said, ...] = ()
    """The conversation with this message as the judge of escalations reads it."""
    facts: tuple[Fact, ...] = ()
    """What the message says of its customer."""
    assessment: Assessment | None = None
    vector: Vectors | None = None
    """The message's own, where it was embedded."""
    question_vectors: Mapping[str, Vectors] = field(default_factory=dict)
    """Those of its questions."""
    outgrown: int | None = None
    """The tokens of room for the history, where the thread has more than that, or may have by the next turn."""
    assigned: Assigned | None = None
    """None in a replay, where nothing is chosen."""

    @property
    def route(self) -> TurnRoute | None:
        return None if self.assigned is None else self.assigned.route


APPROVALS = "approvals"
"""Under this name the notes of a tool's calls hold the ids of the requests that wait for a person."""


@dataclass(kw_only=True, slots=True)
class Draft:
    """What the model wrote, unchecked. `passages` grows when a tool finds more."""

    agent: RunningAgent
    passages: list[Passage]
    text: str = ""
    kind: AnswerKind = AnswerKind.ANSWER
    model: str = ""
    degraded: bool = False
    degraded_reason: str | None = None
    """Why the model that was to answer first did not: a `WhyDown`."""
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: Checks = field(default_factory=Checks)
    calls: list[ModelCall] = field(default_factory=list)
    """Every request to a model of this turn, those that failed included; the offline model makes none."""
    usage: Usage = field(default_factory=Usage)
    """What they used and cost together, with those of `passed`."""
    may_hand_to: tuple[HandoffTarget, ...] = ()
    handoff: HandoffWish | None = None
    """Where the agent gave the message on instead of answering it: the text is void then."""
    votes: tuple[Consensus, ...] = ()
    """That were held about what the agent wanted to do."""
    passed: tuple["Draft", ...] = ()
    """Of the agents that had the message before and did not answer it."""
    reflection: Reflected | None = None
    """What came of looking at it once more; None where the contract does not want that."""

    @property
    def tool_metadata(self) -> dict[str, Any]:
        """What the tools' calls came to, and what reflection did."""
        return self.tools | ({REFLECTION: self.reflection.as_details()} if self.reflection is not None else {})

    @property
    def waiting(self) -> tuple[tuple[str, str], ...]:
        """Tools and the requests that their calls became, which a person has yet to allow."""
        return tuple((name, each) for name, noted in self.tools.items() for each in noted.get(APPROVALS, ()))

    @property
    def input_tokens(self) -> int:
        return self.usage.input_tokens

    @property
    def output_tokens(self) -> int:
        return self.usage.output_tokens

    @property
    def cost(self) -> Decimal | None:
        """In the currency of the prices; None where no model had one."""
        return self.usage.cost


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanWish:
    """The plan to be made for a message: its parts, the agents they surely are for, and the words that announce it."""

    id: str
    parts: tuple[str, ...]
    agents: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What the customer gets: every citation in it names a passage that was found."""

    content: str
    kind: AnswerKind
    citations: tuple[Citation, ...]
    confidence: float
    draft: Draft
    plan: PlanWish | None = None
    """Where a plan goes on with what the answer began."""

    @property
    def told(self) -> str:
        """The whole text that the customer gets."""
        return self.content if self.plan is None else f"{self.content}\n\n{self.plan.note}"
