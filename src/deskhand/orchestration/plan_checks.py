"""What makes a plan impossible, found before anything of it runs. Pure.

Above: the planner, and the making of plans. Below: the model.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from deskhand.kit.problems import FieldProblem
from deskhand.orchestration.plan_model import (
    MAX_DESCRIPTION_CHARS,
    MAX_SUBTASKS,
    PlanRefused,
    Strategy,
    SubtaskDraft,
)


def check_plan(subtasks: Sequence[SubtaskDraft], strategy: Strategy | None, agents: Mapping[str, str]) -> None:
    """That these subtasks can be carried out. `agents` says of an agent that cannot be asked why.

    Raises:
        PlanRefused: naming every subtask that stands in the way, and how to mend it.
    """
    problems = [] if len(subtasks) <= MAX_SUBTASKS else [_too_many(len(subtasks))]
    problems = problems or [*problems_of(subtasks, strategy, agents)]
    if problems:
        raise PlanRefused(problems)


def problems_of(
    subtasks: Sequence[SubtaskDraft], strategy: Strategy | None, agents: Mapping[str, str]
) -> Iterator[FieldProblem]:
    """What is wrong with each, then what is wrong with them together."""
    known = {subtask.id for subtask in subtasks}
    for name, times in Counter(subtask.id for subtask in subtasks).items():
        if times > 1:
            yield _problem(name, "id", f"the id {name!r} is used {times} times: give each subtask one of its own")
    for subtask in subtasks:
        yield from _of_description(subtask)
        if subtask.agent in agents:
            yield _problem(subtask.id, "agent", agents[subtask.agent])
        yield from _of_dependencies(subtask, known, strategy)
    circle = circle_in(subtasks)
    if len(circle) > 1:
        path = " → ".join(repr(name) for name in (*circle, circle[0]))
        message = f"these subtasks wait for each other: {path}; take one of the dependencies out"
        yield _problem(circle[0], "dependencies", message)


def circle_in(subtasks: Sequence[SubtaskDraft]) -> tuple[str, ...]:
    """The ids of a circle of dependencies, each before the one it waits for; empty when there is none.

    What is left when everything is taken away that waits for nothing, and so on, has one: follow it until an id
    comes again.
    """
    waits_for = {subtask.id: set(subtask.dependencies) for subtask in subtasks}
    waits_for = {name: before & waits_for.keys() for name, before in waits_for.items()}
    while free := {name for name, before in waits_for.items() if not before}:
        waits_for = {name: before - free for name, before in waits_for.items() if name not in free}
    path: list[str] = []
    name = next(iter(waits_for), None)
    while name is not None and name not in path:
        path.append(name)
        name = min(waits_for[name])
    return tuple(path[path.index(name) :]) if name is not None else ()


def _of_description(subtask: SubtaskDraft) -> Iterator[FieldProblem]:
    if not any(sign.isalnum() for sign in subtask.description):
        yield _problem(subtask.id, "description", "its description is empty: say what is to be done")
    elif len(subtask.description) > MAX_DESCRIPTION_CHARS:
        message = f"its description has {len(subtask.description)} characters: shorten it to {MAX_DESCRIPTION_CHARS}"
        yield _problem(subtask.id, "description", message)


def _of_dependencies(subtask: SubtaskDraft, known: set[str], strategy: Strategy | None) -> Iterator[FieldProblem]:
    if subtask.dependencies and strategy is Strategy.PARALLEL:
        message = "it has dependencies, and the strategy is 'parallel': choose 'hybrid', or take them out"
        yield _problem(subtask.id, "dependencies", message)
    for name in dict.fromkeys(subtask.dependencies):
        if name == subtask.id:
            yield _problem(subtask.id, "dependencies", "it depends on itself: take that dependency out")
        elif name not in known:
            message = f"it depends on {name!r}, which is no subtask of this plan: correct the id, or add the subtask"
            yield _problem(subtask.id, "dependencies", message)


def _problem(subtask: str, field: str, message: str) -> FieldProblem:
    return FieldProblem(field=f"subtasks.{subtask}.{field}", message=f"Subtask {subtask!r}: {message}.")


def _too_many(count: int) -> FieldProblem:
    message = f"a plan has at most {MAX_SUBTASKS} subtasks, and this one has {count}: cut the task into several plans."
    return FieldProblem(field="subtasks", message=message)
