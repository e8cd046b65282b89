"""Words: what counts as the same word, what weighs much, what must match exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.offline_question import take_apart, with_spelling
from deskhand.llm.offline_words import content_terms, is_identifier, keys, matches, stem_set, tokens


def holds(question: str, text: str) -> bool:
    return all(matches(term, keys(text)) for term in content_terms(question))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("returning helmets", "A helmet can be returned."),
        ("log in", "Your login has expired."),
        ("sign-in", "You cannot sign in."),
        ("e-mail", "Send us an email."),
        ("price", "It costs £5."),
        ("warranty", "The guarantee ends."),
        ("send it back", "How to return an item"),
        ("SMTP_ADDRESS", "Set `SMTP_ADDRESS` first."),
        ("pick-up", "Collection in a store"),
        ("seven", "After 7 days"),
    ],
)
def test_spellings_inflections_and_words_used_for_one_another_match(question: str, text: str) -> None:
    assert holds(question, text)


@pytest.mark.parametrize(
    ("question", "text"), [("E17", "Error E06"), ("SMTP_ADDRESS", "the address"), ("helmet", "gloves")]
)
def test_other_words_do_not(question: str, text: str) -> None:
    assert not holds(question, text)


@pytest.mark.parametrize("token", ["E17", "HC24-0100", "LS-12345678", "RAILS_ENV", "4.1.2", "v4.3.0"])
def test_codes_variables_and_versions_are_identifiers(token: str) -> None:
    assert is_identifier(token)


@pytest.mark.parametrize("token", ["14", "20kg", "e-bike", "Leeds", "pre-ordered", "3.5", "9am"])
def test_figures_and_plain_words_are_not(token: str) -> None:
    assert not is_identifier(token)


def test_names_and_codes_weigh_more_than_the_frame_of_a_question() -> None:
    weights = {term.word: term.weight for term in content_terms("How much does the repair of a Kestrel with E17 cost?")}
    assert weights["cost"] < weights["repair"] < weights["kestrel"] < weights["E17"]
    assert "much" not in weights


def test_a_slip_of_the_pen_is_read_as_the_word_of_the_passages() -> None:
    question = with_spelling(take_apart("How do I asemble it?"), {"assemble", "the"}, keys("assemble the bike"))
    assert [term.key for term in question.terms] == ["assembl"]


def test_another_word_is_not_read_as_a_slip() -> None:
    for word, other in (("gears", "years"), ("cable", "table"), ("return", "returns")):
        question = take_apart(f"How many {word} are there?")
        assert with_spelling(question, {other}, keys("nothing")) == question


@given(st.text(max_size=200))
def test_any_text_has_keys_and_every_term_is_found_in_its_own_text(text: str) -> None:
    assert stem_set(text) is not None
    assert all(matches(term, keys(text)) for term in content_terms(text))


def test_a_megabyte_is_cut_into_words_in_linear_time() -> None:
    assert len(tokens("a-b_c.d " * 125_000)) == 125_000
    assert tokens("_" * 1_000_000) == []
