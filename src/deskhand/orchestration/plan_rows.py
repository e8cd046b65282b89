"""Plans as they are kept, and back. Above: the repository. Below: tables, the model."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from deskhand.conversations.model import Citation
from deskhand.orchestration.plan_model import (
    Disagreement,
    Plan,
    PlanStatus,
    Reference,
    Strategy,
    Subtask,
    SubtaskStatus,
    Synthesis,
)
from deskhand.orchestration.plan_tables import PlanRow, SubtaskRow


def plan_of(row: PlanRow, subtasks: Sequence[SubtaskRow]) -> Plan:
    return Plan(
        id=row.id,
        task=row.task,
        strategy=Strategy(row.strategy),
        status=PlanStatus(row.status),
        subtasks=tuple(map(subtask_of, subtasks)),
        made_by=row.made_by,
        synthesis=None if row.synthesis is None else synthesis_of(row.synthesis),
        error=row.error,
        session_id=row.session_id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        turn_id=row.turn_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def subtask_of(row: SubtaskRow) -> Subtask:
    return Subtask(
        key=row.key,
        id=row.subtask_id,
        description=row.description,
        agent=row.agent,
        dependencies=tuple(row.dependencies),
        estimate_seconds=row.estimate_seconds,
        status=SubtaskStatus(row.status),
        queued=row.queued,
        output=row.output,
        answered=row.answered,
        citations=citations_of(row.citations),
        error=row.error,
        seconds=row.seconds,
        attempts=row.attempts,
    )


def citations_in(citations: Iterable[Citation]) -> list[dict[str, Any]]:
    return [asdict(citation) for citation in citations]


def citations_of(kept: Iterable[dict[str, Any]]) -> tuple[Citation, ...]:
    return tuple(Citation(**each) for each in kept)


def synthesis_in(synthesis: Synthesis) -> dict[str, Any]:
    return asdict(synthesis)


def synthesis_of(kept: dict[str, Any]) -> Synthesis:
    references = (each | {"citations": citations_of(each["citations"])} for each in kept["references"])
    conflicts = (
        each | {"between": tuple(each["between"]), "statements": tuple(each["statements"])}
        for each in kept["conflicts"]
    )
    return Synthesis(
        text=kept["text"],
        references=tuple(Reference(**each) for each in references),
        conflicts=tuple(Disagreement(**each) for each in conflicts),
        written_by=kept["written_by"],
    )
