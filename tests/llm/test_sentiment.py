"""How a customer feels: the sign is right, the scale is kept, and long texts take no long time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.sentiment import SentimentLabel, VaderSentiment, label_of, overall
from growth import grows_in_proportion

SENTIMENT = VaderSentiment()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I am very angry, this is unacceptable!", SentimentLabel.NEGATIVE),
        ("My bike is broken and nobody answers. This is terrible.", SentimentLabel.NEGATIVE),
        ("How long can I return a helmet?", SentimentLabel.NEUTRAL),
        ("Thanks a lot, that was great help!", SentimentLabel.POSITIVE),
        (":-(", SentimentLabel.NEGATIVE),
        ("", SentimentLabel.NEUTRAL),
    ],
)
def test_a_text_has_the_feeling_that_it_shows(text: str, label: SentimentLabel) -> None:
    assert label_of(SENTIMENT.score(text)) is label


def test_a_long_neutral_story_does_not_hide_its_angry_end() -> None:
    story = "I ordered a helmet on Monday. It was to come on Friday. The parcel was sent from Berlin. " * 10
    assert label_of(SENTIMENT.score(story + "I hate this, it is the worst shop ever!")) is SentimentLabel.NEGATIVE


def test_the_end_of_a_conversation_weighs_most() -> None:
    assert overall([-0.8, 0.8]) > 0 > overall([0.8, -0.8])
    assert overall([0.5, 0.0]) == overall([0.5])
    assert overall([]) == 0.0


@given(st.text(max_size=200))
def test_a_score_keeps_the_scale(text: str) -> None:
    assert -1 <= SENTIMENT.score(text) <= 1


@given(st.lists(st.floats(-1, 1), max_size=400))
def test_the_whole_lies_between_its_parts(scores: list[float]) -> None:
    felt = [score for score in scores if score] or [0.0]
    assert min(felt) - 1e-9 <= overall(scores) <= max(felt) + 1e-9


def test_no_text_takes_long() -> None:
    for piece in ("good but bad ", "x"):
        text = piece * 25_000
        assert grows_in_proportion(SENTIMENT.score, text, text * 4)
