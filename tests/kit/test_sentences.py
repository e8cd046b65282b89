"""Where sentences begin and end, in many languages and in Markdown."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.kit.sentences import sentence_spans, split_sentences

MARKS = (
    "a B word Word 3 10.5 v4.0.1 e.g. Mr. etc. U.S. J. . ! ? ... … 。 ！ \n \n\n - * | > # ## 1. 2) ` ``` ~~~ ( ) [ ] "
    "[1] \" ' ” » ** _ https://a.b/c.d?e=f a.b@c.de 你好 مرحبا؟ नमस्ते। \t ==="
)
PIECES = st.sampled_from(MARKS.split(" "))
TEXTS = st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=200)


@pytest.mark.parametrize(
    "text",
    [
        "Pay by card.|Or by bank.",
        "Really?!|Yes!|Good…|Fine.",
        "Use one, e.g. the first, i.e. this.|Then go on.",
        "Mr. Smith and Dr. J. F. Kennedy of St. Gallen came.|They left.",
        "It costs approx. 10 EUR.|That is 3.5 % more.",
        "See No. 5 and Fig. 2.|We said no.|Then we left.",
        "It works with v4.0.1.|Not with 3.9.",
        "Open https://a.example/b.c?d=e.f now.|Or write to a.b@c.example.|Bye.",
        "He waited... and went.|He waited...|Then he went.",
        '"Is it safe?" she asked.|"Yes."|(It is.)|Good.',
        "We sell books, etc.|Ask us.",
        "We sell books, etc. and more.",
        "Open until 5 p.m.|Closed on Sunday.",
        "The U.S. Government says so.",
        "It takes 5.|Next come 6.",
        "Am 3. Mai geht es los.|Bis zum 1. Quartal z.B. Montag.",
        "iPhone users first.|iPad users next.",
        "It is **done.**|Next *step.*|Last one.",
        "Refunds take 5 days.[1]|Returns are free.[2][3]|Ask.",
        "Run `a. B` first.|`b` comes next.",
        "Warum?|¿Qué pasa?|¡Hola!|«Oui.»|Bien.",
        "Vitamin c. was listed",
        "Is it x? y asks.",
        "One!",
        "no stop at all",
    ],
)
def test_a_sentence_ends_where_a_reader_would_say(text: str) -> None:
    expected = text.split("|")
    assert split_sentences(" ".join(expected)) == expected
    assert split_sentences("\n".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好。再见！他说：“好。”然后走了。", ["你好。", "再见！", "他说：“好。”", "然后走了。"]),
        ("هل هذا آمن؟ نعم.", ["هل هذا آمن؟", "نعم."]),
        ("यह सुरक्षित है। हाँ।", ["यह सुरक्षित है।", "हाँ।"]),
    ],
)
def test_stops_of_other_scripts_end_sentences(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_headings_items_rows_quotes_and_code_are_sentences_of_their_own() -> None:
    text = (
        "# Plans and prices. All of them\n"
        "Intro goes\nover lines. Second one:\n"
        "- first item. With more\n  and more\n- second item\n"
        "1. Click Save. Then wait.\n2) Done\n\n"
        "| A | B |\n| --- | --- |\n| x. Y | z |\n\n"
        "> quoted words\n\n---\n\n"
        "```bash\necho a. B\n\necho c\n```\n"
        "Last\n===\n\n👍\n"
    )
    assert split_sentences(text) == [
        "Plans and prices. All of them",
        "Intro goes\nover lines.",
        "Second one:",
        "first item.",
        "With more\n  and more",
        "second item",
        "1. Click Save.",
        "Then wait.",
        "2) Done",
        "| A | B |",
        "| x. Y | z |",
        "quoted words",
        "```bash\necho a. B\n\necho c\n```",
        "Last\n===",
        "👍",
    ]


def test_a_fence_that_never_closes_is_one_sentence_to_the_end() -> None:
    assert split_sentences("Run. This\n~~~\na. B\n\nc. D") == ["Run.", "This", "~~~\na. B\n\nc. D"]


def test_nothing_gives_nothing() -> None:
    assert split_sentences("") == []
    assert split_sentences(" \n\n---\n***\n| --- | --- |\n") == []


@given(TEXTS)
def test_every_letter_lies_in_exactly_one_sentence_and_the_order_is_kept(text: str) -> None:
    spans = sentence_spans(text)
    covered: set[int] = set()
    previous = 0
    for start, end in spans:
        assert previous <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        previous = end
    assert all(index in covered for index, letter in enumerate(text) if letter.isalnum())
    assert split_sentences(text) == [text[start:end] for start, end in spans]


@given(st.lists(st.sampled_from(["The plan costs 10 EUR.", "Is it safe?", "Ask us!", "See v1.2.3."]), max_size=20))
def test_plain_sentences_come_back_one_by_one(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "piece",
    [
        *(".", ". ", "`", "`a ", "a.", '"', '. "', "- ", "\n", " ", "> ", "1. ", "[1]", ". [1]", "#", ".[", "A. ", "."),
        *(". (", " \n", ".\n", "|", "*", ". *", "```\n", "~~~", "e.g. ", "x", "。", "\t", "1.", "B. C ", "J. "),
    ],
)
def test_work_grows_no_faster_than_the_text(piece: str) -> None:
    """Counted in steps of the splitter, not in time: eight times the text, about eight times the steps."""
    few, many = (steps(piece * count) for count in (250, 2000))
    assert many <= few * 10 + 100


def steps(text: str) -> int:
    """How many lines of Python the splitter runs."""
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: object) -> Any:
        nonlocal count
        count += 1
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        sentence_spans(text)
    finally:
        sys.settrace(previous)
    return count
