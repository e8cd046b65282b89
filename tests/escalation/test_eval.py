"""`deskhand eval escalation`: its figures, its formats, and wrong data named by line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deskhand.cli import app
from deskhand.evaluation.escalation import CaseRow, Judged, average_precision, escalation_figures

CASES = [
    ([("user", "Can I talk to a person?")], True),
    ([("customer", "Do you sell boats?"), ("assistant", "No."), ("customer", "agent please")], True),
    ([("customer", "When do you open?")], False),
    ([("customer", "I don't need a human")], False),
    ([("operator", "Hello, this is Ada."), ("agent", "Can I talk to a person?")], False),
]


def judged(*rows: tuple[float, bool, bool]) -> list[Judged]:
    return [
        Judged(case=CaseRow(messages=[], escalate=wanted), score=score, escalates=escalates)
        for score, escalates, wanted in rows
    ]


def written(folder: Path, lines: list[str]) -> Path:
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {"messages": [{"role": role, "content": text} for role, text in messages], "escalate": escalate}
        for messages, escalate in CASES
    ]
    return written(tmp_path, [json.dumps(row) for row in rows])


def evaluate(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["eval", "escalation", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    figures: dict[str, Any] = json.loads(result.stdout)
    return figures


def test_the_figures_are_those_of_the_decision_and_of_the_score() -> None:
    figures = escalation_figures(judged((0.9, True, True), (0.8, True, False), (0.7, False, True), (0.1, False, False)))
    assert figures == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "average_precision": round((1 / 1 + 2 / 3) / 2, 4),
        "n": 4,
    }


def test_cases_of_one_score_count_the_same_in_any_order() -> None:
    rows = judged((0.5, True, True), (0.5, True, False))
    assert average_precision(rows) == average_precision(rows[::-1]) == 0.5


def test_nothing_to_find_is_no_precision() -> None:
    assert escalation_figures(judged((0.1, False, False)))["average_precision"] == 0
    assert escalation_figures(judged((0.1, False, True)))["f1"] == 0


@pytest.mark.model
def test_the_command_measures_the_detector_that_ships(data: Path) -> None:
    expected = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "average_precision": 1.0, "n": 5}
    assert evaluate(str(data)) == evaluate(str(data / "cases.jsonl")) == expected


@pytest.mark.model
def test_the_cases_that_went_wrong_are_listed(tmp_path: Path) -> None:
    case = {"messages": [{"role": "customer", "content": "When do you open?"}], "escalate": True}
    folder = written(tmp_path, [json.dumps(case)])
    result = CliRunner().invoke(app, ["eval", "escalation", str(folder), "--failures"])
    assert result.exit_code == 0
    assert "expected: a person" in result.stderr
    assert "customer: When do you open?" in result.stderr
    assert "average_precision" in result.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "line 1"),
        ('{"messages": [], "escalate": "yes"}', "escalate"),
        ('{"messages": [{"role": "cat", "content": "miaow"}], "escalate": false}', "'cat' is none of"),
        ("", "no line"),
    ],
)
def test_wrong_data_is_one_clear_line(tmp_path: Path, line: str, said: str) -> None:
    result = CliRunner().invoke(app, ["eval", "escalation", str(written(tmp_path, [line]))])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_a_folder_without_cases_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "escalation", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "cases.jsonl" in result.stderr
