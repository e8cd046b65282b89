"""Plans as the floors above pass them around: a task cut into subtasks, each for one agent, and what came of it.

Above: the planner, its runner, the endpoints. Below: citations, the error tree. Shapes for HTTP stand in
`plan_schemas.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deskhand.conversations.model import Citation
from deskhand.kit.errors import Conflict, NotFound
from deskhand.kit.problems import InvalidFields

MAX_SUBTASKS = 50
MAX_TASK_CHARS = 8_000
MAX_DESCRIPTION_CHARS = 2_000
MAX_OUTPUT_CHARS = 20_000
MAX_ERROR_CHARS = 500


class Strategy(StrEnum):
    """In what order subtasks run. Whatever it is, none begins before those it depends on have ended well."""

    PARALLEL = "parallel"
    """All at once; there are no dependencies."""
    SEQUENTIAL = "sequential"
    """One after another, each told what those before it found."""
    HYBRID = "hybrid"
    """Each as soon as its own dependencies have ended."""


class PlanStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    """It has ended, and at least one subtask succeeded."""
    FAILED = "failed"
    """It has ended, and none did."""
    CANCELLED = "cancelled"


class SubtaskStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Something it depends on did not succeed."""
    CANCELLED = "cancelled"


UNDER_WAY = (PlanStatus.PENDING, PlanStatus.RUNNING)
OPEN_SUBTASKS = (SubtaskStatus.WAITING, SubtaskStatus.RUNNING)


class PlanRefused(InvalidFields):
    """The plan cannot be carried out as it is; `problems` names each subtask and what is wrong with it."""

    code = "plan_refused"
    title = "The plan cannot be carried out"


class UnknownPlan(NotFound):
    code = "unknown_plan"


class PlanEnded(Conflict):
    code = "plan_ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubtaskDraft:
    """One part of a task. `dependencies` are ids of subtasks of the same plan."""

    id: str
    description: str
    agent: str
    dependencies: tuple[str, ...] = ()
    estimate_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanDraft:
    """What is to be done. Without subtasks the planner finds them; without a strategy it follows from them.

    Of a turn there is one plan, whose outcome is told in its conversation. `id` is made up unless given.
    """

    task: str
    strategy: Strategy | None = None
    subtasks: tuple[SubtaskDraft, ...] = ()
    session_id: str | None = None
    turn_id: str | None = None
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MadePlan:
    """A task in parts. `made_by` is "given", "offline", or the name of the model that thought them out."""

    strategy: Strategy
    subtasks: tuple[SubtaskDraft, ...]
    made_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subtask:
    """A part of a plan and what came of it. `key` is its inner id; `id` its name within the plan."""

    key: str
    id: str
    description: str
    agent: str
    dependencies: tuple[str, ...] = ()
    estimate_seconds: float | None = None
    status: SubtaskStatus = SubtaskStatus.WAITING
    queued: bool = False
    """Whether there is a job for it."""
    output: str | None = None
    answered: bool | None = None
    """Whether the agent found an answer; None before it has ended well."""
    citations: tuple[Citation, ...] = ()
    error: str | None = None
    seconds: float | None = None
    attempts: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What an agent gave for a subtask, or why there is nothing. `tries` are those of this run."""

    status: SubtaskStatus
    seconds: float
    tries: int = 1
    output: str | None = None
    answered: bool | None = None
    citations: tuple[Citation, ...] = ()
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """Who said what: words of a subtask's output, and the passages that those rest on."""

    subtask: str
    agent: str
    quote: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """Subtasks that say different things about the same. `statements` in the order of `between`."""

    between: tuple[str, ...]
    about: str
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthesis:
    """The results as one text. A marker `[id]` in it names the subtask that said so."""

    text: str
    references: tuple[Reference, ...]
    conflicts: tuple[Disagreement, ...]
    written_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    succeeded: int
    failed: int
    skipped: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A task in parts, and how far it is. `made_by` is None until there are subtasks."""

    id: str
    task: str
    strategy: Strategy
    status: PlanStatus
    subtasks: tuple[Subtask, ...]
    created_at: datetime
    made_by: str | None = None
    synthesis: Synthesis | None = None
    error: str | None = None
    session_id: str | None = None
    thread_id: str | None = None
    contact_id: str | None = None
    turn_id: str | None = None
    finished_at: datetime | None = None

    @property
    def counts(self) -> Counts:
        """How many subtasks ended in which way."""
        ended = [subtask.status for subtask in self.subtasks]
        return Counts(
            succeeded=ended.count(SubtaskStatus.DONE),
            failed=ended.count(SubtaskStatus.FAILED),
            skipped=ended.count(SubtaskStatus.SKIPPED),
        )

    @property
    def done(self) -> tuple[Subtask, ...]:
        """The subtasks that succeeded, in order."""
        return tuple(subtask for subtask in self.subtasks if subtask.status is SubtaskStatus.DONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanPage:
    """A part of the list of plans."""

    items: tuple[Plan, ...]
    total: int
    limit: int
    offset: int


def storable(text: str) -> str:
    """What a model wrote, without what PostgreSQL does not take in a text."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
