"""`eval pii`: when a labelled and a found span are the same find, and what the figures count."""

import json
from pathlib import Path
from typing import Any

import pytest

from deskhand.evaluation.files import BadData
from deskhand.evaluation.pii import SpanRow, TextRow, evaluate_pii, judge, read_texts, rows_of
from deskhand.llm.pii import PiiSpan, PiiType, find_pii


def row(text: str, *labels: tuple[str, str]) -> TextRow:
    spans = [SpanRow(start=text.index(part), end=text.index(part) + len(part), type=kind) for part, kind in labels]
    return TextRow(text=text, spans=spans)


def found(text: str, *parts: tuple[str, PiiType]) -> list[PiiSpan]:
    return [PiiSpan(start=text.index(part), end=text.index(part) + len(part), type=kind) for part, kind in parts]


def quiet(what: str, done: int, total: int) -> None:
    assert done <= total


def write(folder: Path, *rows: Any) -> Path:
    (folder / "texts.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("part", "same"),
    [("Ana Lopez", True), ("Ana L", True), ("Ana", False), ("I am Ana Lopez now", True), ("now", False)],
)
def test_a_label_is_found_when_half_of_its_characters_are(part: str, *, same: bool) -> None:
    text = "I am Ana Lopez now"

    judged = judge(row(text, ("Ana Lopez", "PERSON")), found(text, (part, PiiType.PERSON)))

    assert judged.labelled == ((PiiType.PERSON, same),)


def test_a_find_is_right_when_half_of_its_characters_are_labelled() -> None:
    text = "I am Ana Lopez from somewhere else"

    judged = judge(row(text, ("Ana", "PERSON")), found(text, ("Ana Lopez from", PiiType.PERSON)))

    assert judged.found == ((PiiType.PERSON, False),)


def test_another_kind_covers_but_is_no_find() -> None:
    text = "call 450 0840"

    judged = judge(row(text, ("450 0840", "PHONE_NUMBER")), found(text, ("450 0840", PiiType.BANK_ACCOUNT)))

    assert judged.labelled == ((PiiType.PHONE_NUMBER, False),)
    assert judged.found == ((PiiType.BANK_ACCOUNT, False),)
    assert judged.covered == 1


def test_an_address_may_hold_its_postcode_and_reach_over_the_names_of_places() -> None:
    text = "at 5 Main Road, Springfield, Very Long Country 12345"
    labels = (
        ("5 Main Road", "STREET_ADDRESS"),
        ("Springfield", "GPE"),
        ("Very Long Country", "GPE"),
        ("12345", "ZIP_CODE"),
    )

    judged = judge(row(text, *labels), found(text, (text[3:], PiiType.STREET_ADDRESS)))

    assert judged.labelled == ((PiiType.STREET_ADDRESS, True), (PiiType.ZIP_CODE, True))
    assert judged.found == ((PiiType.STREET_ADDRESS, True),)
    assert judged.unknown == ("GPE", "GPE")


def test_other_names_of_the_same_kind_are_understood() -> None:
    text = "see https://example.com"

    judged = judge(row(text, ("https://example.com", "DOMAIN_NAME")), find_pii(text))

    assert judged.labelled == judged.found == ((PiiType.URL, True),)


def test_the_figures_are_those_that_a_person_counts() -> None:
    rows = [
        row("mail ana@example.com or 10.1.2.3", ("ana@example.com", "EMAIL_ADDRESS"), ("10.1.2.3", "PHONE_NUMBER")),
        row("bo@example.com is public, pin 1234"),
        row("I am from Berlin", ("Berlin", "GPE")),
    ]

    figures = evaluate_pii(rows, find_pii, quiet)

    assert figures.pop("ms_per_text") >= 0  # type: ignore[operator] # a number
    assert figures == {
        "precision": 0.5,
        "recall": 0.5,
        "covered": 1.0,
        "structured": {"precision": 0.5, "recall": 0.5},
        "by_type": {
            "EMAIL_ADDRESS": {"precision": 0.5, "recall": 1.0, "labelled": 1, "found": 2},
            "PHONE_NUMBER": {"precision": 0.0, "recall": 0.0, "labelled": 1, "found": 0},
        },
        "not_recognised": {"GPE": 1},
        "not_labelled": {"IP_ADDRESS": 1, "SECRET": 1},
        "n": 3,
    }
    assert [name for name, _ in rows_of(figures)] == ["EMAIL_ADDRESS", "PHONE_NUMBER", "structured", "all"]


def test_data_without_any_label_gives_zeros() -> None:
    figures = evaluate_pii([row("nothing here")], find_pii, quiet)

    assert (figures["precision"], figures["recall"], figures["by_type"]) == (0.0, 0.0, {})


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"text": "abc", "spans": [{"start": 1, "end": 9, "type": "PERSON"}]}, "the span 1-9 does not lie"),
        ({"text": "abc", "spans": [{"start": 2, "end": 2, "type": "PERSON"}]}, "the span 2-2 does not lie"),
        ({"text": "abc"}, "spans"),
        ({"text": "abc", "spans": [{"start": "1", "end": 2, "type": "PERSON"}]}, "spans.0.start"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, bad: dict[str, Any], named: str) -> None:
    folder = write(tmp_path, {"text": "fine", "spans": []}, bad)

    with pytest.raises(BadData) as refused:
        read_texts(folder)

    assert "line 2" in refused.value.detail
    assert named in refused.value.detail


def test_a_file_can_be_given_as_well_as_its_folder(tmp_path: Path) -> None:
    folder = write(tmp_path, {"text": "fine", "spans": []})

    assert read_texts(folder) == read_texts(folder / "texts.jsonl")
