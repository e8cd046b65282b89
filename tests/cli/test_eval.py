"""`deskhand eval`: figures that a person can check by hand, and errors that name the line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Run

FIGURES = ["recall@1", "recall@5", "recall@10", "hit@1", "hit@5", "hit@10", "mrr", "ms_per_query", "n"]


def write(path: Path, rows: Sequence[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Four documents that share no words, and questions whose best document is beyond doubt."""
    folder = tmp_path / "bank"
    texts = {
        "lock": "The bicycle lock opens with the silver key.",
        "soup": "Tomato soup is cooked with basil and garlic.",
        "moon": "The moon circles the earth in a month.",
        "cat": "A cat sleeps most of its life.",
    }
    write(folder / "documents.jsonl", [{"id": key, "title": key.title(), "text": text} for key, text in texts.items()])
    write(
        folder / "queries.jsonl",
        [
            {"query": "Which key opens the bicycle lock?", "relevant": ["lock"]},
            {"query": "How is tomato soup cooked?", "relevant": ["soup", "moon"]},
            {"query": "How long does the moon circle the earth?", "relevant": ["cat"]},
        ],
    )
    write(folder / "queries-one.jsonl", [{"query": "How long does a cat sleep?", "relevant": ["cat"]}])
    return folder


@pytest.mark.parametrize("mode", ["dense", "lexical", "hybrid"])
def test_retrieval_gives_the_figures_of_each_file_of_queries(run: Run, bank: Path, mode: str) -> None:
    ended = run("eval", "retrieval", bank, "--mode", mode, "--json")

    assert ended.code == 0
    figures = ended.json
    assert set(figures) == {"queries", "queries-one"}
    assert list(figures["queries"]) == FIGURES
    # The first document is right for one query of three, half of what is right for another, wrong for the third.
    assert figures["queries"]["recall@1"] == pytest.approx((1 + 0.5 + 0) / 3, abs=1e-4)
    assert figures["queries"]["hit@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["queries"]["n"] == 3
    assert figures["queries-one"]["mrr"] == figures["queries-one"]["recall@10"] == 1.0
    assert not Path("data").exists()


def test_retrieval_for_people_is_a_table(run: Run, bank: Path) -> None:
    ended = run("eval", "retrieval", bank, "--mode", "lexical")

    assert ended.code == 0
    assert "Retrieval, lexical" in ended.out
    assert all(name in ended.out for name in [*FIGURES, "queries-one"])


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("documents.jsonl", None, "documents.jsonl' cannot be read"),
        ("documents.jsonl", "", "documents.jsonl' holds no line"),
        (
            "documents.jsonl",
            '{"id": "a", "title": "A", "text": "x"}\nnot JSON\n',
            "documents.jsonl' line 2: line: Invalid JSON",
        ),
        (
            "documents.jsonl",
            '{"id": 1, "title": "A", "text": "x"}\n',
            "documents.jsonl' line 1: id: Input should be a valid string",
        ),
        ("queries.jsonl", '\n{"query": "x"}\n', "queries.jsonl' line 2: relevant: Field required"),
        (
            "queries.jsonl",
            '{"query": "x", "relevant": ["dog"]}\n',
            "names the document 'dog', which documents.jsonl does not hold",
        ),
    ],
)
def test_bad_retrieval_data_is_named_with_its_file_and_line(
    run: Run, bank: Path, file: str, content: str | None, says: str
) -> None:
    if content is None:
        (bank / file).unlink()
    else:
        (bank / file).write_text(content)

    error = run("eval", "retrieval", bank).error

    assert says in error
    assert file in error


def test_a_folder_without_queries_is_named(run: Run, bank: Path) -> None:
    for file in bank.glob("queries*.jsonl"):
        file.unlink()

    assert run("eval", "retrieval", bank).error == f"There is no queries*.jsonl in {str(bank)!r}."


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    write(
        folder / "cases.jsonl",
        [
            {"question": "How long can I return a helmet?", "expect": ["30 DAYS"]},
            {"question": "What does express delivery cost?", "expect": ["9.90", "pounds"]},
            {"question": "How long does standard delivery take?", "expect": ["four working days"]},
            {"question": "Who won the chess world championship in 1972?", "expect": None},
        ],
    )
    return folder


def test_answers_are_judged_against_what_was_expected(through: Run, documents: Path, cases: Path) -> None:
    through("ingest", documents, "--kb", "judged")

    ended = through("eval", "answers", cases, "--kb", "judged", "--json", "--failures")

    assert ended.code == 0
    # Two of the three that have an answer are right; the third says "three working days".
    assert ended.json == {
        "answered": 0.6667,
        "grounded": 1.0,
        "cited": 1.0,
        "refused_rightly": 1.0,
        "refused_wrongly": 0.0,
        "n": 4,
    }
    assert "How long does standard delivery take?" in ended.err
    assert "expected: four working days" in ended.err
    assert "chess" not in ended.err


def test_answers_for_people_are_a_table(through: Run, documents: Path, cases: Path) -> None:
    through("ingest", documents, "--kb", "judged")

    ended = through("eval", "answers", cases / "cases.jsonl", "--kb", "judged")

    assert ended.code == 0
    assert "refused_rightly" in ended.out
    assert "0.6667" in ended.out


def test_bad_cases_are_named_with_their_file_and_line(through: Run, cases: Path) -> None:
    (cases / "cases.jsonl").write_text('{"question": "x", "expect": null}\n{"question": "x", "expect": "y"}\n')

    error = through("eval", "answers", cases).error

    assert "cases.jsonl' line 2: expect: Input should be a valid" in error
    assert "cannot be read" in through("eval", "answers", cases / "nowhere").error
