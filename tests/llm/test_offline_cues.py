"""What a question asks for, and whether a text holds it."""

import pytest

from deskhand.llm.offline_cues import Cue, cues_of, focus_of, shows


@pytest.mark.parametrize(
    ("question", "cue"),
    [
        ("How much does it cost?", Cue.MONEY),
        ("What is the fee for cleaning?", Cue.MONEY),
        ("How long does delivery take?", Cue.DURATION),
        ("How many days do I have?", Cue.DURATION),
        ("How often can I pause?", Cue.FREQUENCY),
        ("When is my card charged?", Cue.WHEN),
        ("What time does the store open?", Cue.TIME),
        ("How heavy is it?", Cue.QUANTITY),
        ("How many points do I get?", Cue.QUANTITY),
        ("What is the phone number of the store?", Cue.PHONE),
        ("Where do I find my invoice?", Cue.PLACE),
        ("Who signs for it?", Cue.PERSON),
        ("How do I reset it?", Cue.PROCEDURE),
        ("What do I have to do?", Cue.PROCEDURE),
        ("Can I pay by card?", Cue.PERMISSION),
        ("What is a home trial?", Cue.DEFINITION),
        ("Why is it red?", Cue.REASON),
    ],
)
def test_the_kind_of_answer_is_read_from_the_question(question: str, cue: Cue) -> None:
    assert cue in cues_of(question)


def test_a_question_for_a_duration_is_none_for_a_number_or_a_definition() -> None:
    assert cues_of("What is the delivery time?") == {Cue.DURATION}
    assert cues_of("How many weeks does it take?") == {Cue.DURATION}


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        (Cue.MONEY, "It costs £4.90."),
        (Cue.MONEY, "The exchange is free of charge."),
        (Cue.DURATION, "within 14 days of delivery"),
        (Cue.DURATION, "3 to 5 working days"),
        (Cue.DURATION, "It takes two weeks."),
        (Cue.FREQUENCY, "once in any 12 months"),
        (Cue.TIME, "open until 18:00"),
        (Cue.PHONE, "call +44 20 7946 0142"),
        (Cue.EMAIL, "support@larkspoke.example"),
        (Cue.PROCEDURE, "Open My orders."),
        (Cue.PROCEDURE, "In the app, select Lock."),
    ],
)
def test_evidence_is_found(cue: Cue, text: str) -> None:
    assert shows(cue, text)


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        (Cue.MONEY, "The battery has 400 Wh."),
        (Cue.DURATION, "Pack it as shown on the box."),
        (Cue.DURATION, "It weighs 21 kg."),
        (Cue.PHONE, "Order LS-12345678"),
        (Cue.EMAIL, "Send us an e-mail."),
        (Cue.PROCEDURE, "The frame has a warranty."),
    ],
)
def test_what_is_no_evidence_is_not(cue: Cue, text: str) -> None:
    assert not shows(cue, text)


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("How many gears does it have?", "gears"),
        ("Which credit cards do you take?", "credit cards"),
        ("What torque does the motor deliver?", "torque"),
        ("What is the warranty?", ""),
        ("How do I return it?", ""),
    ],
)
def test_the_thing_counted_or_chosen_from_is_named(question: str, focus: str) -> None:
    assert focus_of(question) == focus
