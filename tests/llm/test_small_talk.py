"""Messages that ask nothing are recognised; beside a question the question wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.small_talk import SmallTalk, asks_for_human, recognise, reply

SAID = {
    SmallTalk.GREETING: ["hi", "Hello there!", "heyyyy", "Good morning", "Hallo", "Bonjour!", "¡Hola!", "Ciao", "Olá"],
    SmallTalk.THANKS: ["Thanks for your help!", "thx a lot", "Vielen Dank", "Merci beaucoup", "Gracias", "obrigado"],
    SmallTalk.GOODBYE: ["bye", "no thanks, bye", "That's all, thank you. Goodbye!"],
    SmallTalk.BOT: ["are you a bot?", "Am I talking to a real person?"],
    SmallTalk.IDENTITY: ["who are you", "What's your name?"],
    SmallTalk.HELP: ["help", "Hi, can you help me?", "I have a question"],
    SmallTalk.EMPTY: ["", "?", "...", "ok", "👍", "yes"],
    SmallTalk.HUMAN: [
        "can I talk to a person",
        "I want to speak to a human about my refund",
        "human please",
        "Get me a manager now!",
        "This is useless, let me talk to a real person!",
        "Please transfer me to a live agent.",
    ],
}


@pytest.mark.parametrize(("kind", "message"), [(kind, message) for kind, said in SAID.items() for message in said])
def test_small_talk_is_recognised(kind: SmallTalk, message: str) -> None:
    assert recognise(message) is kind


@pytest.mark.parametrize(
    "message",
    [
        "Hi, how do I return a bike?",
        "Thanks! And what does it cost?",
        "help with returns",
        "Can you help me with my order LS-12345678?",
        "ok, and for e-bikes?",
        "Hallo Wren City",
        "Can I speak to someone? Also how much is delivery?",
    ],
)
def test_beside_a_question_the_question_wins(message: str) -> None:
    assert recognise(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "I don't need a human",
        "I don't want to talk to a human",
        "my manager said thanks",
        "When can I talk to someone on the phone?",
        "How many people can I add as agents?",
        "How do I transfer a conversation to an agent?",
        "Can agents talk to customers?",
        "I need a person to sign for my delivery",
    ],
)
def test_speaking_of_people_is_not_asking_for_one(message: str) -> None:
    assert not asks_for_human(message)
    assert recognise(message) is not SmallTalk.HUMAN


def test_a_request_for_a_person_is_seen_beside_a_question_too() -> None:
    assert asks_for_human("Can I speak to someone? Also how much is delivery?")


@pytest.mark.parametrize("kind", SmallTalk)
def test_replies_are_short_and_follow_formality(kind: SmallTalk) -> None:
    replies = {reply(kind, formality=formality, name="Robin") for formality in (0, 50, 100)}
    assert len(replies) == 3
    assert all(len(text.split()) <= 30 and "{" not in text for text in replies)


def test_without_a_name_the_agent_says_what_it_is() -> None:
    assert "the support assistant" in reply(SmallTalk.IDENTITY)


@given(st.text(max_size=400))
def test_any_message_is_small_talk_or_not(message: str) -> None:
    kind = recognise(message)
    assert kind is None or kind in SmallTalk
    assert kind is SmallTalk.EMPTY or any(letter.isalnum() for letter in message)


@pytest.mark.parametrize("pattern", ["hi ", "talk to ", "can i ", "a", "? ", "é"])
def test_a_megabyte_is_never_small_talk(pattern: str) -> None:
    assert recognise(pattern * (1_000_000 // len(pattern))) is None
    assert not asks_for_human(pattern * (1_000_000 // len(pattern)))
