"""What a turn knows at each stage of its journey. Each stage takes the one before and returns the next."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

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
    """The message is stored: the turn is to be run."""

    scope: TenantScope
    session: Session
    turn: Turn
    knowledge_bases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """The same key was answered before: this is that answer."""

    turn: Turn
    answer: dict[str, Any]


Admission: TypeAlias = Accepted | Repeated


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Everything the answer may rest on. `questions` are those of `text`, each so that it stands alone."""

    text: str
    history: tuple[Message, ...]
    questions: tuple[str, ...]
    passages: tuple[Passage, ...]
    small_talk: SmallTalk | None = None


@dataclass(kw_only=True, slots=True)
class Draft:
    """What the model wrote, unchecked. `passages` grows when a tool finds more."""

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
