"""What of a message is several matters: seen by its words alone, for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.matters import matters_in
from deskhand.orchestration.plan_model import MAX_SUBTASKS, MAX_TASK_CHARS


@pytest.mark.parametrize(
    "message",
    [
        "How long can I return a helmet?",
        "Hello, my name is Ann, my order is 1234, thanks!",
        "I ordered a bike and then I wanted to cancel it. How does that work?",
        "I bought a helmet, then it broke. What now?",
        "",
        "?!",
        "How long? " * MAX_TASK_CHARS,
    ],
)
def test_one_matter_has_no_parts(message: str) -> None:
    assert matters_in(message) == ()


@pytest.mark.parametrize(
    ("message", "parts", "waits"),
    [
        ("Why was I charged twice? And the display stays black, what can I do?", 2, False),
        ("Is there a free trial? Does it suit a beginner? Can I move Thursday's visit?", 3, False),
        ("First check my invoice, then tell me how to reset the display, and finally book an appointment.", 3, True),
    ],
)
def test_several_matters_are_parts_and_what_waits_says_for_which(message: str, parts: int, *, waits: bool) -> None:
    found = matters_in(message)
    assert len(found) == parts
    assert any(part.dependencies for part in found) == waits
    known = {part.id for part in found}
    assert all(set(part.dependencies) <= known for part in found)


@given(st.text(max_size=300))
def test_whatever_is_written_there_are_none_or_several_parts_and_never_too_many(message: str) -> None:
    found = matters_in(message)
    assert len(found) != 1
    assert len(found) <= MAX_SUBTASKS
    assert all(part.description.strip() for part in found)
