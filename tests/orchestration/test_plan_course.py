"""The order of things, for every plan there may be: nothing too early, nothing later than it must, nothing for ever."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.plan_course import course_of, given_to
from deskhand.orchestration.plan_model import Strategy, Subtask, SubtaskStatus

ENDED = {SubtaskStatus.DONE, SubtaskStatus.FAILED, SubtaskStatus.SKIPPED}


@st.composite
def plans(draw: st.DrawFn) -> list[Subtask]:
    """Each depends on some of those before it, then all are shuffled."""
    count = draw(st.integers(1, 12))
    subtasks = []
    for number in range(count):
        before = draw(st.sets(st.integers(0, number - 1), max_size=4)) if number else set()
        subtasks.append(
            Subtask(
                key=f"k{number}",
                id=f"s{number}",
                description="x",
                agent="support",
                dependencies=tuple(f"s{each}" for each in sorted(before)),
            )
        )
    return draw(st.permutations(subtasks))


class Course:
    """A plan being carried out, one event after another."""

    def __init__(self, subtasks: list[Subtask], strategy: Strategy, places: int) -> None:
        self.subtasks = {subtask.key: subtask for subtask in subtasks}
        self.strategy = strategy
        self.places = places
        self.over = False

    def of(self, *statuses: SubtaskStatus) -> set[str]:
        return {key for key, subtask in self.subtasks.items() if subtask.status in statuses}

    def put(self, key: str, status: SubtaskStatus) -> None:
        self.subtasks[key] = replace(self.subtasks[key], status=status)

    def go_on(self) -> None:
        course = course_of([*self.subtasks.values()], self.strategy, at_once=self.places)
        for key in course.skip:
            self.put(key, SubtaskStatus.SKIPPED)
        for key in course.start:
            assert self.is_ready(key), "it began before what it depends on had succeeded"
            self.subtasks[key] = replace(self.subtasks[key], queued=True)
        self.over = course.is_over

    def is_ready(self, key: str) -> bool:
        done = {self.subtasks[each].id for each in self.of(SubtaskStatus.DONE)}
        return set(self.subtasks[key].dependencies) <= done

    @property
    def in_hand(self) -> set[str]:
        return {key for key in self.of(SubtaskStatus.WAITING) if self.subtasks[key].queued} | self.of(
            SubtaskStatus.RUNNING
        )

    @property
    def ready_but_not_begun(self) -> set[str]:
        return {key for key in self.of(SubtaskStatus.WAITING) if not self.subtasks[key].queued and self.is_ready(key)}


@given(plans(), st.sampled_from(Strategy), st.integers(1, 5), st.data())
def test_each_begins_as_soon_as_its_own_dependencies_have_ended(
    subtasks: list[Subtask], strategy: Strategy, places: int, data: st.DataObject
) -> None:
    plan = Course(subtasks, strategy, places)
    room = 1 if strategy is Strategy.SEQUENTIAL else places
    plan.go_on()
    while not plan.over:
        assert len(plan.in_hand) <= room
        # It waits for a place, and for nothing else: never for others of its level.
        assert not plan.ready_but_not_begun or len(plan.in_hand) == room
        key = data.draw(st.sampled_from(sorted(plan.in_hand)))
        if plan.subtasks[key].status is SubtaskStatus.WAITING and data.draw(st.booleans()):
            plan.put(key, SubtaskStatus.RUNNING)
        else:
            plan.put(key, data.draw(st.sampled_from((SubtaskStatus.DONE, SubtaskStatus.FAILED))))
        plan.go_on()

    assert plan.of(*ENDED) == set(plan.subtasks)
    status = {subtask.id: subtask.status for subtask in plan.subtasks.values()}
    for subtask in plan.subtasks.values():
        without = any(status[name] is not SubtaskStatus.DONE for name in subtask.dependencies)
        assert (subtask.status is SubtaskStatus.SKIPPED) == without


def done(name: str, *dependencies: str) -> Subtask:
    return Subtask(key=name, id=name, description=name, agent="a", dependencies=dependencies, status=SubtaskStatus.DONE)


def test_a_subtask_is_told_what_it_depends_on_and_one_after_another_all_before_it() -> None:
    first, second = done("a"), done("b")
    third = replace(done("c", "b"), status=SubtaskStatus.RUNNING)
    subtasks = (first, second, third)
    assert given_to(third, subtasks, Strategy.HYBRID) == (second,)
    assert given_to(third, subtasks, Strategy.SEQUENTIAL) == (first, second)
