"""Sentences of an answer come out whole, as soon as the next begins, and nothing of the text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.turns.checking_parts import parted
from deskhand.turns.checking_steps import LONGEST_STEP, SentenceSteps, is_finished
from growth import grows_in_proportion

ANSWER = (
    "Hello there! You have 30 days. [1] It costs e.g. 3.90 pounds [2]. See:\n\n- One item [1]\n- Two items. [2]\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 [3] |\n\n```sh\nrm x. Y\nfoo\n```\n[1]\n\nRow: 1 [1]\nBye now. [2][3]\n\n"
    "1. First. [1]\n2. Second"
)
STEPS = [
    "Hello there!",
    " You have 30 days. [1]",
    " It costs e.g. 3.90 pounds [2].",
    " See:",
    "\n\n- One item [1]",
    "\n- Two items. [2]",
    "\n\n| a | b |",
    "\n|---|---|\n| 1 | 2 [3] |",
    "\n\n```sh\nrm x. Y\nfoo\n```\n[1]",
    "\n\nRow: 1 [1]",
    "\nBye now. [2][3]",
    "\n\n1. First. [1]",
    "\n2. Second",
]


def steps_of(pieces: list[str]) -> list[str]:
    steps = SentenceSteps()
    found = [step for piece in pieces for step in steps.feed(piece)]
    return found + steps.rest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 1000])
def test_sentences_items_rows_and_code_are_steps_with_their_citations(size: int) -> None:
    assert steps_of([ANSWER[at : at + size] for at in range(0, len(ANSWER), size)]) == STEPS


def test_a_sentence_comes_out_when_the_first_word_of_the_next_stands() -> None:
    steps = SentenceSteps()
    assert steps.feed("You have 30 days.") == []
    assert steps.feed(" [1]") == []
    assert steps.feed(" It") == []
    assert steps.feed(" must") == ["You have 30 days. [1]"]


@given(st.lists(st.text(alphabet="aB 1.!?[]\n-|#`~*e.g", max_size=12), max_size=30))
def test_nothing_is_lost_or_added(pieces: list[str]) -> None:
    assert "".join(steps_of(pieces)) == "".join(pieces)


@pytest.mark.parametrize("hostile", ["e.g. ", "a", "[1]", "1. ", "| ", "```\n", "- ", ".", "\n", "# "])
def test_the_time_it_takes_grows_with_the_text(hostile: str) -> None:
    def work(times: int) -> object:
        return steps_of([hostile] * times)

    assert grows_in_proportion(work, 500, 2_000)


def test_text_without_an_end_is_cut_at_a_blank() -> None:
    first, *_ = steps_of(["word " * LONGEST_STEP])
    assert len(first) <= LONGEST_STEP


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("Yes.", True),
        ("Yes. [1]", True),
        ("**Yes.**", True),
        ("```\nx\n```", True),
        ("| a |", True),
        ("You have 9", False),
    ],
)
def test_a_half_sentence_is_known(text: str, finished: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_finished(text) is finished


def test_a_step_is_taken_apart() -> None:
    part = parted("\n- **Helmets:** 30 days [1][2]")
    assert (part.gap, part.claim, part.numbers, part.is_item) == ("\n- ", "**Helmets:** 30 days", (1, 2), True)
    assert part.cited((2,)) == "\n- **Helmets:** 30 days [2]"
    assert part.cited(()) == "\n- **Helmets:** 30 days"
    assert parted("```\nx\n```").cited((1,)) == "```\nx\n```"
