"""What of a plan begins next, is passed over, or has come to its end. Pure.

Above: the runner, which asks after every change. Below: the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.orchestration.plan_model import Strategy, Subtask, SubtaskStatus

_NEVER = frozenset({SubtaskStatus.FAILED, SubtaskStatus.SKIPPED, SubtaskStatus.CANCELLED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """`start` and `skip` are keys of subtasks; `is_over` when nothing is left to wait for."""

    start: tuple[str, ...]
    skip: tuple[str, ...]
    is_over: bool


def course_of(subtasks: Sequence[Subtask], strategy: Strategy, *, at_once: int) -> Course:
    """Each subtask begins as soon as its own dependencies have succeeded and one of the `at_once` places is free.

    None waits for another that it does not depend on, but for a place. What depends on something that did not
    succeed is passed over, and so is what depends on that.
    """
    status = {subtask.id: subtask.status for subtask in subtasks}
    skipped = _skipped(subtasks, status)
    waiting = [each for each in subtasks if each.status is SubtaskStatus.WAITING and each.key not in skipped]
    in_hand = sum(each.status is SubtaskStatus.RUNNING or (each in waiting and each.queued) for each in subtasks)
    places = max(0, (1 if strategy is Strategy.SEQUENTIAL else at_once) - in_hand)
    ready = [each.key for each in waiting if not each.queued and _is_ready(each, status)]
    return Course(start=tuple(ready[:places]), skip=tuple(skipped), is_over=not waiting and not in_hand)


def given_to(subtask: Subtask, subtasks: Sequence[Subtask], strategy: Strategy) -> tuple[Subtask, ...]:
    """Those whose results the subtask is told: what it depends on; one after another, all that ended before it."""
    return tuple(
        each
        for each in subtasks
        if each.status is SubtaskStatus.DONE and (strategy is Strategy.SEQUENTIAL or each.id in subtask.dependencies)
    )


def _is_ready(subtask: Subtask, status: dict[str, SubtaskStatus]) -> bool:
    return all(status.get(name) is SubtaskStatus.DONE for name in subtask.dependencies)


def _skipped(subtasks: Sequence[Subtask], status: dict[str, SubtaskStatus]) -> list[str]:
    """Marks them in `status` on the way, so that what depends on them follows."""
    skipped: list[str] = []
    found = True
    while found:
        found = False
        for each in subtasks:
            if status[each.id] is SubtaskStatus.WAITING and any(
                status.get(name) in _NEVER for name in each.dependencies
            ):
                status[each.id] = SubtaskStatus.SKIPPED
                skipped.append(each.key)
                found = True
    return skipped
