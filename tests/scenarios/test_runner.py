"""What the runner promises to whoever writes scenarios: nothing unknown is taken, and a difference is said in words."""

from pathlib import Path

import pytest

from scenarios.comparing import differences, fits, missing_in_order
from scenarios.shapes import WrongScenario, read_scenario

WHOLE = """
name: A greeting
about: Nothing happens.
shop: {agents: {support: }}
steps:
  - customer: Hello!
    expect: {answered: true}
"""


def refusal(folder: Path, text: str) -> str:
    path = folder / "greeting.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongScenario) as refused:
        read_scenario(path)
    return str(refused.value)


def test_a_whole_scenario_is_read(tmp_path: Path) -> None:
    path = tmp_path / "greeting.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    assert [step.customer for step in read_scenario(path).steps] == ["Hello!"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("answered: true", "answerd: true", "steps.0.expect.answerd: Extra inputs are not permitted"),
        ("about: ", "abuot: ", "about: Field required"),
        ("customer: Hello!", "customer: Hello!\n    time_passes: P1D", "give one of customer, staff"),
        ("customer: Hello!", "time_passes: a while", "steps.0.time_passes"),
        ("customer: Hello!", "staff: {takes_over: true, says: Hi}", "give one of decides, takes_over"),
        ("customer: Hello!", "customer: Hello!\n    model: [{says: Hi, fails: 500}]", "give one of says, calls"),
        ("customer: Hello!", "customer: [Hello!", "greeting.yaml is no YAML"),
        ("customer: Hello!", "staff: {takes_over: true}\n    model: [{says: Hi}]", "the model answers a customer"),
    ],
    ids=["unknown", "missing", "two at once", "no time", "two acts", "two answers", "no yaml", "nobody wrote"],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert said in refusal(tmp_path, WHOLE.replace(was, becomes))


def test_of_things_only_what_is_named_is_compared_and_of_lists_everything() -> None:
    found = {"status": "pending", "amount": "20.00", "by": None, "tags": ["a", "b"]}
    assert list(differences({"status": "pending", "tags": ["a", "b"]}, found, "approval")) == []
    assert list(differences({"status": "executed", "tags": ["a"], "who": 1}, found, "approval")) == [
        "approval.status should be 'executed' and is 'pending'",
        "approval.tags should be 1 and is 2: ['a', 'b']",
        "approval has no 'who'; it has status, amount, by, tags",
    ]
    assert list(differences({"by": {"name": "Ben"}}, found, "approval")) == ["approval.by should have name and is None"]


@pytest.mark.parametrize(
    ("expected", "found", "fit"),
    [
        ("Done.", "Done.", True),
        ("Done.", "Done. Thanks.", False),
        ("Done…", "Done. Thanks.", True),
        ("…Thanks.", "Done. Thanks.", True),
        ("…one. T…", "Done. Thanks.", True),
        ("…one", "Done. Thanks.", False),
    ],
)
def test_a_text_may_go_on_where_dots_stand(expected: str, found: str, *, fit: bool) -> None:
    assert fits(expected, found) is fit


def test_events_must_come_in_their_order() -> None:
    assert missing_in_order(["route", "text"], ["start", "route", "status", "text"]) is None
    assert missing_in_order(["text", "route"], ["start", "route", "status", "text"]) == "route"
