"""`deskhand eval pii`: a table for people, one object for programs, and errors that name the line."""

import json
from pathlib import Path

import pytest

from cli.processes import Run


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rows = [
        {"text": "mail ana@example.com", "spans": [{"start": 5, "end": 20, "type": "EMAIL_ADDRESS"}]},
        {"text": "my name is Ana Lopez", "spans": [{"start": 11, "end": 20, "type": "PERSON"}]},
    ]
    (tmp_path / "texts.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def test_programs_get_one_object(run: Run, labelled: Path) -> None:
    ended = run("eval", "pii", labelled, "--json")

    assert ended.code == 0
    assert ended.json["precision"] == ended.json["recall"] == 1.0
    assert ended.json["structured"] == {"precision": 1.0, "recall": 1.0}
    assert list(ended.json["by_type"]) == ["EMAIL_ADDRESS", "PERSON"]
    assert ended.json["n"] == 2


def test_people_get_a_table(run: Run, labelled: Path) -> None:
    ended = run("eval", "pii", labelled)

    assert ended.code == 0
    assert all(word in ended.out for word in ("EMAIL_ADDRESS", "PERSON", "structured", "all", "recall"))


def test_a_wrong_line_is_named(run: Run, labelled: Path) -> None:
    (labelled / "texts.jsonl").write_text('{"text": "a", "spans": [{"start": 0, "end": 5, "type": "PERSON"}]}\n')

    ended = run("eval", "pii", labelled)

    assert ended.code == 2
    assert "line 1" in ended.err
    assert not ended.out
