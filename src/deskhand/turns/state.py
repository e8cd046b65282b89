"""What a turn knows at each stage of its journey. Each stage takes the one before and returns the next."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from deskhand.agents.runtime import RunningAgent
from deskhand.conversations.model import Citation, Message, Session, Turn
from deskhand.llm.passages import Passage
from deskhand.llm.small_talk import SmallTalk
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.answer import AnswerKind


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRequest:
    """A message as a channel hands it in. `knowledge_bases` (slugs) narrows the search; empty means all of them."""

    scope: TenantScope
    session_id: str
    text: str
    idempotency_key: str | None = None
    knowledge_bases: tuple[str, ...] = ()


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
class Gathered:
    """Everything the answer may rest on. `questions` are those of `text`, each so that it stands alone.

    `agent` is the one that answers, in the version that the whole turn keeps.
    """

    agent: RunningAgent
    text: str
    history: tuple[Message, ...]
    questions: tuple[str, ...]
    passages: tuple[Passage, ...]
    small_talk: SmallTalk | None = None
    summary: str = ""
    """What was said before the history, where some of it is left out."""
    outgrown: int | None = None
    """The tokens of room for the history, where the thread has more than that, or may have by the next turn."""


@dataclass(kw_only=True, slots=True)
class Draft:
    """What the model wrote, unchecked. `passages` grows when a tool finds more."""

    agent: RunningAgent
    passages: list[Passage]
    text: str = ""
    kind: AnswerKind = AnswerKind.ANSWER
    model: str = ""
    degraded: bool = False
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What the customer gets: every citation in it names a passage that was found."""

    content: str
    kind: AnswerKind
    citations: tuple[Citation, ...]
    confidence: float
    draft: Draft
