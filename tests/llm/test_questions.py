"""Messages taken apart into questions that stand alone, and follow-ups told from questions of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.questions import (
    MAX_QUESTIONS,
    asking_part,
    context_part,
    leans_on_previous,
    split_questions,
    standalone,
)
from growth import grows_in_proportion

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("Hi, how do I return a bike? Thanks!", ["how do I return a bike?"]),
        ("tell me about the warranty please", ["tell me about the warranty"]),
        ("My bike is broken", ["My bike is broken"]),
        (
            "1) how long is delivery 2) can I pay with paypal 3) do you ship to France",
            ["how long is delivery", "can I pay with paypal", "do you ship to France"],
        ),
        (
            "how long does delivery take and can I change the address afterwards",
            ["how long does delivery take?", "can I change the address afterwards"],
        ),
        ("Do you deliver to Norway and Sweden?", ["Do you deliver to Norway and Sweden?"]),
        ("When and where can I pick up my order?", ["When and where can I pick up my order?"]),
        ("Do you sell helmets? And also gloves?", ["Do you sell helmets?", "Do you sell helmets? And also gloves?"]),
        ("", []),
        ("?!?", []),
    ],
)
def test_a_message_gives_its_questions(message: str, questions: list[str]) -> None:
    assert split_questions(message) == questions


def test_background_stands_in_front_of_the_question_that_needs_it() -> None:
    (question,) = split_questions("Hello! I have a Kestrel Trail. How long does charging take?")
    assert question == "I have a Kestrel Trail. How long does charging take?"
    assert asking_part(question) == "How long does charging take?"
    assert context_part(question) == "I have a Kestrel Trail."


def test_of_a_long_story_only_names_and_numbers_are_kept() -> None:
    story = "I am writing because my order LS-12345678 was placed a long time ago and nothing happened since then, " * 3
    (question,) = split_questions(f"{story}. We live in Northern Ireland. When will it arrive?")
    assert question == "LS-12345678 Northern Ireland. When will it arrive?"


def test_a_second_question_that_leans_on_the_first_takes_it_along() -> None:
    assert split_questions("What does error E17 mean and how do I fix it?") == [
        "What does error E17 mean?",
        "What does error E17 mean? how do I fix it?",
    ]


@pytest.mark.parametrize(
    "message",
    [
        "and for e-bikes?", "what about gift cards?", "how much?", "why?", "e-bikes too?", "for the Heron Cargo?",
        "How much does it cost?", "Does that include VAT?", "Can I return it?", "which is cheaper?",
        "What are the steps?", "And the price?", "And also gloves?",
        "Where can I buy one?", "Do they need ID?", "Is that possible?",
    ],
)  # fmt: skip
def test_follow_ups_lean(message: str) -> None:
    assert leans_on_previous(message)


@pytest.mark.parametrize(
    "message",
    [
        "Is it possible to cancel an order?", "How long does it take to charge the battery?",
        "is there a store in Leeds",
        "I lost my key, can I get it replaced?", "What are your opening hours?", "And how much is delivery?",
        "Do you sell gift cards?", "return policy", "My bike is broken. How do I fix it?", "", "👍",
    ],
)  # fmt: skip
def test_questions_with_a_topic_of_their_own_do_not(message: str) -> None:
    assert not leans_on_previous(message)


def test_a_follow_up_takes_the_topic_before_it() -> None:
    before = ["How long do I have to return accessories?"]
    assert standalone("and for e-bikes?", before) == ["How long do I have to return accessories? and for e-bikes?"]


def test_a_chain_of_follow_ups_goes_back_to_its_topic() -> None:
    (question,) = standalone("how much?", ["Do you rent the Wren City?", "and the Heron Cargo?"])
    assert question == "Do you rent the Wren City? and the Heron Cargo? how much?"


def test_a_change_of_topic_leaves_the_old_one_behind() -> None:
    before = ["How long do I have to return accessories?", "And what does it cost?"]
    assert standalone("Do you sell gift cards?", before) == ["Do you sell gift cards?"]


def test_without_questions_before_nothing_is_added() -> None:
    assert standalone("how much?", []) == ["how much?"]


_WORDS = st.sampled_from(
    [
        "how",
        "much",
        "is",
        "it",
        "?",
        ".",
        "and",
        "the",
        "bike",
        "Hi",
        "thanks",
        "1)",
        "\n",
        "E17",
        ",",
        "what about",
        "-",
    ]
)
_MESSAGES = st.one_of(st.text(max_size=300), st.lists(_WORDS, max_size=60).map(" ".join))


@given(_MESSAGES, st.lists(_MESSAGES, max_size=4))
def test_anything_can_be_taken_apart(message: str, before: list[str]) -> None:
    questions = split_questions(message)
    assert len(questions) <= MAX_QUESTIONS
    assert all(any(letter.isalnum() for letter in question) for question in questions)
    assert bool(questions) == bool(standalone(message, before))
    for question in standalone(message, before):
        assert asking_part(question).strip()
        assert context_part(question) in " ".join(question.split()) or context_part(question)
    assert isinstance(leans_on_previous(message), bool)


@given(_MESSAGES)
def test_what_is_asked_is_asked_in_words_of_the_message(message: str) -> None:
    written = set("".join(letter if letter.isalnum() else " " for letter in message).split())
    for question in split_questions(message):
        words = "".join(letter if letter.isalnum() else " " for letter in question).split()
        assert set(words) <= written | {"and"}


@pytest.mark.parametrize(
    "pattern", ["how much ", "a", "? ", "and what ", "1) ", "\n", "hi ", "thanks ", "I think that ", "“", "it " * 5]
)
def test_a_megabyte_takes_no_longer_than_its_length_allows(pattern: str) -> None:
    message = pattern * (MEGABYTE // 4 // len(pattern))
    assert grows_in_proportion(_read, message, message * 4)


def _read(message: str) -> None:
    split_questions(message)
    standalone(message, [message])
