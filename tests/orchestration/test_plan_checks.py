"""What is refused before anything runs: each fault is named, with the subtask it belongs to."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.plan_checks import check_plan, circle_in
from deskhand.orchestration.plan_model import MAX_DESCRIPTION_CHARS, PlanRefused, Strategy, SubtaskDraft
from orchestration.plan_parts import part


def refusal(*subtasks: SubtaskDraft, strategy: Strategy | None = None, agents: dict[str, str] | None = None) -> str:
    with pytest.raises(PlanRefused) as refused:
        check_plan(subtasks, strategy, agents or {})
    assert (refused.value.code, refused.value.status) == ("plan_refused", 422)
    return " ".join(problem.message for problem in refused.value.problems)


def test_a_circle_is_named_with_all_that_are_in_it() -> None:
    message = refusal(part("a", "c"), part("b", "a"), part("c", "b"), part("d", "a"))
    assert "'a' → 'c' → 'b' → 'a'" in message
    assert "'d'" not in message


def test_every_fault_is_named_at_once() -> None:
    message = refusal(
        part("a", "ghost"), part("b", "b"), part("c", description=" … "), part("a"), part("e", agent="nobody"),
        agents={"nobody": "There is no agent 'nobody'"},
    )  # fmt: skip
    assert "Subtask 'a': it depends on 'ghost', which is no subtask of this plan" in message
    assert "Subtask 'b': it depends on itself" in message
    assert "Subtask 'c': its description is empty" in message
    assert "Subtask 'a': the id 'a' is used 2 times" in message
    assert "Subtask 'e': There is no agent 'nobody'." in message
    assert "wait for each other" not in message


def test_fifty_subtasks_are_enough() -> None:
    check_plan([part(f"s{number}") for number in range(50)], None, {})
    assert "at most 50 subtasks, and this one has 51" in refusal(*(part(f"s{number}") for number in range(51)))


def test_a_description_has_its_length() -> None:
    check_plan([part("a", description="x" * MAX_DESCRIPTION_CHARS)], None, {})
    assert "has 2001 characters" in refusal(part("a", description="x" * (MAX_DESCRIPTION_CHARS + 1)))


def test_what_runs_all_at_once_has_no_dependencies() -> None:
    subtasks = (part("a"), part("b", "a"))
    assert "Subtask 'b': it has dependencies, and the strategy is 'parallel'" in refusal(
        *subtasks, strategy=Strategy.PARALLEL
    )
    check_plan(subtasks, Strategy.SEQUENTIAL, {})


GRAPHS = st.dictionaries(
    st.integers(0, 7).map(str), st.sets(st.integers(0, 7).map(str), max_size=3), min_size=1, max_size=8
)


@given(GRAPHS)
def test_a_circle_is_found_exactly_where_there_is_one(graph: dict[str, set[str]]) -> None:
    subtasks = [part(name, *sorted(before)) for name, before in graph.items()]
    circle = circle_in(subtasks)
    try:
        known = {name: before & graph.keys() for name, before in graph.items()}
        assert [*TopologicalSorter(known).static_order()]
        assert circle == ()
    except CycleError:
        assert len(set(circle)) == len(circle) >= 1
        assert all(then in graph[now] for now, then in zip(circle, (*circle[1:], circle[0]), strict=True))
