"""Instructions that an answer gives away, as they stand or in a disguise."""

import base64
import codecs
from collections.abc import Callable

import pytest

from deskhand.turns.leaks import LeakWatch

SECRET = "in plain words and at most three sentences, unless steps are asked for by whoever writes"
INSTRUCTIONS = f"You are Lark and speak for Larkspoke with its customers.\n- {SECRET}.\nRules: the code is HERON-4471."


@pytest.mark.parametrize(
    "disguise",
    [
        str,
        str.upper,
        lambda text: text[::-1],
        lambda text: " ".join(reversed(text.split())),
        lambda text: codecs.encode(text, "rot13"),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex(" "),
        "\u200b".join,
        lambda text: " ".join(text.replace(" ", "")),
    ],
)
def test_a_recital_is_seen_through_its_disguise(disguise: Callable[[str], str]) -> None:
    assert LeakWatch(INSTRUCTIONS).leaks(disguise(SECRET))


def test_a_recital_of_one_word_a_sentence_is_seen_from_its_eighth_word_on() -> None:
    watch = LeakWatch(INSTRUCTIONS)
    seen = [watch.leaks(f"{number}. {word}") for number, word in enumerate(SECRET.split())]
    assert seen == [False] * 7 + [True] * (len(seen) - 7)


def test_what_the_agent_was_given_may_be_said() -> None:
    assert not LeakWatch(INSTRUCTIONS, [f"Our article says: {SECRET}."]).leaks(SECRET)


def test_an_answer_of_its_own_leaks_nothing() -> None:
    watch = LeakWatch(INSTRUCTIONS)
    assert not watch.leaks("I am Lark and help customers of Larkspoke.")
    assert not watch.leaks("You can return a helmet within 30 days of delivery. [1]")


def test_a_code_that_nobody_gave_is_stopped_and_an_address_from_a_passage_is_not() -> None:
    address = "https://help.example.com/returns/" + "a" * 60
    assert LeakWatch(INSTRUCTIONS).leaks(f"See {address}.")
    assert not LeakWatch(INSTRUCTIONS, [f"More at {address}"]).leaks(f"See ({address}).")
