"""What a message is written with, as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.routing_words import MAX_CHARS, SIZE, Wording, words_of
from growth import grows_in_proportion

TEXTS = ["My chargeback was refused", "Where is my order?", "Where is my invoice?"]


def test_words_are_compared_without_case_punctuation_and_figures() -> None:
    assert words_of("Don't charge 49.90, PLEASE!") == ["dont", "charge", "0", "0", "please"]


def test_a_text_is_nearest_to_the_example_that_shares_its_rare_word() -> None:
    wording, rows = Wording.learned(TEXTS)
    vector = np.zeros(SIZE, dtype=np.float32)
    np.add.at(vector, *wording.features("is a chargeback possible?"))
    assert int(np.argmax(rows @ vector)) == 0


def test_examples_have_length_one() -> None:
    _, rows = Wording.learned(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=0.1)  # hashes may meet


def test_what_no_example_has_weighs_nothing() -> None:
    wording, _ = Wording.learned(TEXTS)
    _, values = wording.features("xyz qqq")
    assert not values.any()


@given(st.text())
def test_any_text_has_finite_features(text: str) -> None:
    wording, rows = Wording.learned([text, "Where is my order?"])
    places, values = wording.features(text)
    assert np.isfinite(rows).all()
    assert np.isfinite(values).all()
    assert ((places >= 0) & (places < SIZE)).all()


def test_time_is_bounded_by_what_is_read() -> None:
    wording, _ = Wording.learned(TEXTS)
    short, long = (" ".join(f"word{at}" for at in range(size)) for size in (MAX_CHARS, 50 * MAX_CHARS))
    assert grows_in_proportion(wording.features, short, long)
    assert words_of("a " * 10 * MAX_CHARS) == words_of("a " * (MAX_CHARS // 2))
