"""What a memory is, where it belongs, and how one is found. Above: every module of the slice. Below: the error tree."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from deskhand.kit.errors import Conflict, InvalidValue, NotFound

MAX_CONTENT = 4_000
"""Characters of one memory."""
MAX_QUOTE = 500
"""Characters of the sentence that a memory was taken from."""


class MemoryType(StrEnum):
    USER_INFO = "user_info"
    PREFERENCE = "preference"
    FACT = "fact"
    CONTEXT = "context"


TYPE_WEIGHTS = MappingProxyType(
    {MemoryType.USER_INFO: 1.0, MemoryType.PREFERENCE: 0.9, MemoryType.FACT: 0.8, MemoryType.CONTEXT: 0.7}
)


class MemorySource(StrEnum):
    """Who or what a memory comes from."""

    MESSAGE = "message"
    """Something the customer said, found by `extraction`."""
    SUMMARY = "summary"
    """What a closed session was about."""
    TOOL = "tool"
    """A model noted it in a conversation."""
    STAFF = "staff"
    """Somebody of the tenant, or a program with a key, over the API."""


class UnknownMemory(NotFound):
    code = "unknown_memory"


class UnknownPlace(NotFound):
    code = "unknown_memory_place"


class SameMemory(Conflict):
    code = "same_memory"


class BadMemory(InvalidValue):
    code = "bad_memory"


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryPlace:
    """Whose memory: an agent's, of everybody; of one contact; or of one thread, which then names its contact too."""

    agent_id: str
    contact_id: str | None = None
    thread_id: str | None = None

    def namespace(self, tenant_id: str) -> str:
        """The namespace of what is remembered here, the narrowest that the place names."""
        return self.namespaces(tenant_id)[-1]

    def namespaces(self, tenant_id: str) -> tuple[str, ...]:
        """Every namespace that can be seen from here, the agent's own first."""
        of_agent = f"{tenant_id}:{self.agent_id}"
        seen = [of_agent]
        if self.contact_id is not None:
            seen.append(f"{of_agent}:user:{self.contact_id}")
        if self.thread_id is not None:
            seen.append(f"{of_agent}:thread:{self.thread_id}")
        return tuple(seen)

    @property
    def of_contact(self) -> "MemoryPlace":
        """The same without its thread: where what stays true beyond a conversation belongs."""
        return MemoryPlace(agent_id=self.agent_id, contact_id=self.contact_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where a memory comes from: the message and the sentence of it, or a session."""

    source: MemorySource
    session_id: str | None = None
    turn_id: str | None = None
    message_id: str | None = None
    quote: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMemory:
    """Something to remember. Of one `key` only the newest holds in a namespace; without a key nothing is contradicted.

    `occurred_at` is when it was said, now unless given.
    """

    type: MemoryType
    content: str
    importance: float
    provenance: Provenance
    key: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Something remembered. `importance` runs from 0 to 1; `lineage` names it with all its earlier versions."""

    id: str
    lineage: str
    place: MemoryPlace
    namespace: str
    type: MemoryType
    key: str | None
    content: str
    importance: float
    uses: int
    repeats: int
    """How often it was said again."""
    provenance: Provenance
    occurred_at: datetime
    stated_at: datetime
    """When it was last said."""
    last_used_at: datetime | None
    created_at: datetime
    superseded_by: str | None
    superseded_at: datetime | None

    @property
    def weight(self) -> float:
        """Importance times the weight of its type, 0 to 1."""
        return self.importance * TYPE_WEIGHTS[self.type]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A memory as it is now, and whether it was not there before."""

    memory: Memory
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RecalledMemory:
    """A memory with its score and the three parts that it is made of, each 0 to 1."""

    memory: Memory
    score: float
    recency: float
    semantic: float
    reinforcement: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryContext:
    """What was recalled, best first. `confidence` is the mean score, 0 when nothing was."""

    items: tuple[RecalledMemory, ...]
    confidence: float


NOTHING_RECALLED = MemoryContext(items=(), confidence=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryFilter:
    """Which memories are meant; what is None does not matter."""

    agent_id: str | None = None
    contact_id: str | None = None
    thread_id: str | None = None
    type: MemoryType | None = None
    min_importance: float | None = None
    since: datetime | None = None
    include_superseded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MemorySettings:
    """What can be adjusted. The scores' constants are documented in `scoring`, whose defaults these are."""

    half_life: timedelta = timedelta(days=180)
    """In which the part of recency that fades at all fades by half."""
    neighbour_gap: timedelta = timedelta(hours=1)
    """Context memories that were said at most so far apart speak for each other."""
    candidates: int = 4_000
    """The most memories of one namespace that are compared; beyond, the newest four fifths, and the most important."""
    cached_memories: int = 20_000
    """Kept decoded in this process, over all namespaces: about 2.5 KB each."""
    forget_after: timedelta = timedelta(days=30)
    forget_below: float = 0.3
    forget_uses: int = 3
    forget_at_once: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryPage:
    items: tuple[Memory, ...]
    total: int
    limit: int
    offset: int
