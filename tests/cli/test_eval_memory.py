"""`deskhand eval memory`: figures that a person can check by hand, and errors that name what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Run
from deskhand.evaluation.files import BadData
from deskhand.evaluation.memory import said_at

SAID = [
    ("a1", "Ana", "1:56 pm on 8 May, 2023", "I adopted a small grey cat from the shelter."),
    ("a2", "Bob", "1:56 pm on 8 May, 2023", "How lovely!"),
    ("b1", "Bob", "2023-06-01T10:00:00Z", "My bicycle was stolen in Oslo."),
    ("b2", "Ana", "2023-06-01T10:00:00Z", "That is sad."),
    *((f"c{day}", "Bob", f"2023-07-{day:02}T10:00:00Z", f"Lunch number {day} was soup.") for day in range(1, 20)),
    ("d1", "Ana", "2023-08-01T10:00:00Z", "My bicycle was stolen in Oslo."),
]


def conversation(**changed: Any) -> dict[str, Any]:
    turns = [{"id": key, "speaker": who, "at": at, "text": text} for key, who, at, text in SAID]
    questions = [
        {"question": "Which cat did Ana adopt from the shelter?", "evidence": ["a1"], "category": 4},
        {"question": "Where was the bicycle of Bob stolen?", "evidence": ["b1", "gone"], "category": "place"},
        {"question": "What did nobody say?", "evidence": [], "category": 5},
    ]
    return {"id": "one", "turns": turns, "questions": questions} | changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "talk"
    made.mkdir()
    return made


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "conversations.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def test_memory_gives_recall_over_all_and_by_category(run: Run, folder: Path) -> None:
    ended = run("eval", "memory", write(folder, conversation(), conversation(id="two")), "--json")

    assert ended.code == 0
    figures = ended.json
    assert list(figures) == ["recall@5", "recall@10", "by_category", "ms_per_query", "n", "unknown_evidence"]
    assert figures["recall@5"] == figures["recall@10"] == 1.0
    assert figures["by_category"]["4"] == {"recall@5": 1.0, "recall@10": 1.0, "n": 2}
    # The question without evidence counts for nothing, nor does evidence that names no turn.
    assert (figures["n"], figures["unknown_evidence"]) == (4, 2)
    assert not Path("data").exists()


def test_memory_for_people_is_a_table(run: Run, folder: Path) -> None:
    wrong = [{"question": "Which soup?", "evidence": ["a2"], "category": 1}]
    ended = run("eval", "memory", write(folder, conversation(questions=wrong)))
    assert ended.code == 0
    assert "recall@10" in ended.out
    assert "all" in ended.out


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"turns": []}, "no turns"),
        ({"turns": [{"id": "a", "speaker": "Ana", "at": "yesterday", "text": "Hi"}], "questions": []}, "'yesterday'"),
        ({"turns": [{"id": "a", "speaker": "Ana", "text": "Hi"}]}, "turns.0.at"),
    ],
)
def test_wrong_conversations_are_named(run: Run, folder: Path, changed: dict[str, Any], named: str) -> None:
    ended = run("eval", "memory", write(folder, conversation(**changed)))
    assert ended.code == 2
    assert named in ended.err


def test_moments_are_read_in_either_way_of_writing() -> None:
    assert said_at("1:56 pm on 8 May, 2023") == said_at("2023-05-08T13:56:00Z") == said_at("2023-05-08T15:56:00+02:00")
    assert said_at("12:05 am on 1 January, 2024") == said_at("2024-01-01T00:05")
    with pytest.raises(BadData, match="'8 May'"):
        said_at("8 May")
