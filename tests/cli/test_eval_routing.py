"""`deskhand eval routing`: figures that a person can check, a table for people, and errors that name the line."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Run
from deskhand.evaluation.routing import IntentRow, auroc, candidates_of

FIGURES = ["accuracy_in_scope", "accuracy_with_rejection", "oos_recall", "oos_auroc", "ms_per_query", "n"]
TRAIN = {
    "order_status": ["Where is my order?", "Has my parcel been sent?", "When will my order arrive?", "Track my parcel"],
    "close_account": ["Please close my account", "I want to cancel", "Delete my account", "End my membership"],
}


def write(path: Path, rows: list[Any]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture
def intents(tmp_path: Path) -> Path:
    rows = [{"text": text, "intent": intent} for intent, texts in TRAIN.items() for text in texts]
    write(tmp_path / "train.jsonl", [*rows, {"text": "Is it raining?", "intent": None}])
    tests = [("When does my order come?", "order_status"), ("Close the account", "close_account"), ("Boil eggs", None)]
    write(tmp_path / "test.jsonl", [{"text": text, "intent": intent} for text, intent in tests])
    return tmp_path


def test_programs_get_one_object(run: Run, intents: Path) -> None:
    ended = run("eval", "routing", intents, "--json")

    assert ended.code == 0
    assert list(ended.json) == FIGURES
    assert ended.json["accuracy_in_scope"] == ended.json["oos_auroc"] == 1.0
    assert ended.json["n"] == 3


def test_people_get_a_table(run: Run, intents: Path) -> None:
    ended = run("eval", "routing", intents, "--shots", "2", "--seed", "1")

    assert ended.code == 0
    assert all(name in ended.out for name in FIGURES)


def test_without_a_text_out_of_scope_its_figures_are_left_open(run: Run, intents: Path) -> None:
    write(intents / "test.jsonl", [{"text": "Track it", "intent": "order_status"}])
    figures = run("eval", "routing", intents, "--json").json
    assert (figures["oos_recall"], figures["oos_auroc"]) == (None, None)


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("train.jsonl", {"text": 1, "intent": "a"}, "line 1"),
        ("train.jsonl", {"text": "a", "intent": None}, "has an intent"),
        ("test.jsonl", {"text": "a", "intent": "strange"}, "'strange'"),
    ],
    ids=["no text", "no intent at all", "an intent that nothing is known of"],
)
def test_what_is_wrong_is_named(run: Run, intents: Path, file: str, line: dict[str, Any], said: str) -> None:
    write(intents / file, [line])
    assert said in run("eval", "routing", intents).error


def test_shots_are_drawn_by_the_seed() -> None:
    rows = [IntentRow(text=f"text {at}", intent="an_intent") for at in range(50)]
    one, again, other = (candidates_of(rows, shots=5, seed=seed)[0] for seed in (1, 1, 2))
    assert one == again != other
    assert (len(one.examples), one.description) == (5, "an intent")


def test_the_area_under_the_curve_counts_ties_half() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 0.875
    assert auroc([], [0.1]) is None
