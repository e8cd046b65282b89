"""HTTP shapes of plans. Below: the model."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from deskhand.conversations.schemas import CitationOut
from deskhand.conversations.texts import PlainText
from deskhand.conversations.transcript import clipped
from deskhand.orchestration.plan_model import (
    MAX_DESCRIPTION_CHARS,
    MAX_SUBTASKS,
    MAX_TASK_CHARS,
    Plan,
    PlanDraft,
    PlanPage,
    PlanStatus,
    Strategy,
    Subtask,
    SubtaskDraft,
    SubtaskStatus,
    Synthesis,
)

MAX_SUBTASK_ID = 60
MAX_ESTIMATE_SECONDS = 86_400
SHORT = 160
"""So much of a text is shown where a plan is one of many, or on its way."""
_NAME = rf"^[A-Za-z0-9_.-]{{1,{MAX_SUBTASK_ID}}}$"
_AGENT = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_ID = r"^[A-Za-z0-9_-]{1,40}$"

SubtaskName = Annotated[str, Field(pattern=_NAME, examples=["returns"])]
AgentName = Annotated[str, Field(pattern=_AGENT, examples=["support"])]

_TASK = "How long can I return a helmet, and then what does express delivery cost?"
_SUBTASKS: list[JsonValue] = [
    {"id": "returns", "description": "How long can a helmet be returned?", "agent": "support"},
    {"id": "reply", "description": "Is a refund possible?", "agent": "support", "dependencies": ["returns"]},
]


class SubtaskIn(BaseModel):
    """One part of the task, for one agent. It begins when all its dependencies have succeeded."""

    model_config = ConfigDict(extra="forbid")

    id: SubtaskName
    description: Annotated[PlainText, Field(max_length=MAX_DESCRIPTION_CHARS)]
    agent: AgentName
    dependencies: Annotated[list[SubtaskName], Field(max_length=MAX_SUBTASKS)] = []
    estimate_seconds: Annotated[float | None, Field(ge=0, le=MAX_ESTIMATE_SECONDS)] = None


class PlanIn(BaseModel):
    """What is to be done. Without subtasks Deskhand finds them; without a strategy it follows from them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"task": _TASK},
                {"task": "Can she send it back?", "strategy": "hybrid", "subtasks": _SUBTASKS},
            ]
        },
    )

    task: Annotated[PlainText, Field(min_length=1, max_length=MAX_TASK_CHARS)]
    strategy: Strategy | None = None
    subtasks: Annotated[list[SubtaskIn], Field(max_length=MAX_SUBTASKS)] = []
    session_id: Annotated[str | None, Field(pattern=_ID, description="Whose stream is told how far it is.")] = None


class SubtaskOut(BaseModel):
    """A part of the plan, and what came of it."""

    id: str
    description: str
    agent: str
    dependencies: list[str]
    estimate_seconds: float | None
    status: SubtaskStatus
    output: Annotated[str | None, Field(description="What the agent answered; `[n]` are its own citations.")]
    answered: Annotated[bool | None, Field(description="Whether the agent found an answer; null before it is done.")]
    citations: list[CitationOut]
    error: Annotated[str | None, Field(description="Why it failed or was skipped.")]
    seconds: Annotated[float | None, Field(ge=0)]
    attempts: Annotated[int, Field(ge=0)]


class ReferenceOut(BaseModel):
    """Who said what."""

    subtask: str
    agent: str
    quote: str
    citations: list[CitationOut]


class ConflictOut(BaseModel):
    """Subtasks whose answers do not go together."""

    between: list[str]
    about: str
    statements: Annotated[list[str], Field(description="What each says, in the order of `between`.")]


class SynthesisOut(BaseModel):
    """The results as one text. `[id]` in it names the subtask that said so."""

    text: str
    references: list[ReferenceOut]
    conflicts: list[ConflictOut]
    written_by: Annotated[str, Field(description="`offline`, or the name of the model.")]


class CountsOut(BaseModel):
    succeeded: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)]
    skipped: Annotated[int, Field(ge=0)]


class PlanOut(BaseModel):
    """A task in parts. `done`: it has ended and at least one part succeeded; `failed`: none did."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "pln_019a0c1f5e7b7c3d9a4e2f60718293a4"}]})

    id: Annotated[str, Field(examples=["pln_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    task: str
    strategy: Strategy
    status: PlanStatus
    subtasks: list[SubtaskOut]
    synthesis: SynthesisOut | None
    counts: CountsOut
    made_by: Annotated[
        str | None, Field(description="Who cut it into parts: `given`, `offline`, or a model; null before it is done.")
    ]
    error: Annotated[str | None, Field(description="Why no plan could be made.")]
    session_id: str | None
    turn_id: str | None
    created_at: datetime
    finished_at: datetime | None


class PlanPageOut(BaseModel):
    """A part of the list of plans, the newest first. Long texts are cut: get the plan for the whole."""

    items: list[PlanOut]
    total: int
    limit: int
    offset: int


def draft_of(body: PlanIn) -> PlanDraft:
    subtasks = (each.model_dump() | {"dependencies": tuple(each.dependencies)} for each in body.subtasks)
    return PlanDraft(
        task=body.task,
        strategy=body.strategy,
        subtasks=tuple(SubtaskDraft(**each) for each in subtasks),
        session_id=body.session_id,
    )


def plan_out(plan: Plan) -> PlanOut:
    return _out(
        plan, [_subtask(each) for each in plan.subtasks], _synthesis(plan.synthesis) if plan.synthesis else None
    )


def plan_brief(plan: Plan) -> PlanOut:
    """The plan with its long texts cut, and without the passages that they rest on."""
    subtasks = [
        _subtask(each).model_copy(update={"output": each.output and clipped(each.output, SHORT), "citations": []})
        for each in plan.subtasks
    ]
    if plan.synthesis is None:
        return _out(plan, subtasks, None)
    short = {"text": clipped(plan.synthesis.text, SHORT), "references": []}
    return _out(plan, subtasks, _synthesis(plan.synthesis).model_copy(update=short))


def plan_status(plan: Plan) -> dict[str, Any]:
    """How far the plan is, as its session's stream is told."""
    return {"state": "plan", "plan": plan_brief(plan).model_dump(mode="json")}


def plan_page_out(page: PlanPage) -> PlanPageOut:
    items = [plan_brief(plan) for plan in page.items]
    return PlanPageOut(items=items, total=page.total, limit=page.limit, offset=page.offset)


def _out(plan: Plan, subtasks: list[SubtaskOut], synthesis: SynthesisOut | None) -> PlanOut:
    same = "id task strategy status made_by error session_id turn_id created_at finished_at"
    return PlanOut(
        **{name: getattr(plan, name) for name in same.split()},
        subtasks=subtasks,
        synthesis=synthesis,
        counts=CountsOut.model_validate(plan.counts, from_attributes=True),
    )


def _subtask(subtask: Subtask) -> SubtaskOut:
    return SubtaskOut.model_validate(subtask, from_attributes=True)


def _synthesis(synthesis: Synthesis) -> SynthesisOut:
    return SynthesisOut.model_validate(synthesis, from_attributes=True)
