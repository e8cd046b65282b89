"""Figures are the same however they are written, and are not those of anything else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.turns.checking_figures import figures_in, keys_of_figures, stands_in, without_figures
from deskhand.turns.checking_numbers import number_of_words, readings
from growth import grows_in_proportion

SAME = [
    ("thirty days", "within 30 days"),
    ("a 30-day limit", "30 days"),
    ("two weeks", "14 days"),
    ("£3.90", "3.90 pounds"),
    ("3,90 €", "EUR 3.90"),
    ("1,000 dollars", "$1000"),
    ("1.000,50 €", "€1,000.50"),
    ("50 pence", "£0.50"),
    ("20 %", "twenty percent"),
    ("half full", "50 %"),
    ("2 pm", "14:00"),
    ("2.30 p.m.", "14:30"),
    ("noon", "12:00"),
    ("12 March 2026", "2026-03-12"),
    ("March 12", "on the 12th of March 2026"),
    ("03/04/2026", "4 March 2026"),
    ("+44 20 7946 0123", "020 7946 0123"),
    ("www.example.com/a.", "https://example.com/a"),
    ("Write to A@Example.com!", "a@example.com"),
    ("error E17", "E-17 appears, that is E17"),
    ("one working day", "the next working day"),
    ("1st", "on the first of the month"),
    ("twenty-five items", "25"),
    ("two hundred and ten", "210"),
    ("2 kg", "2,000 grams"),
    ("£14 a month", "£14 per month or £140 per year"),
    ("£14", "£14 per month"),
    ("£14 a month", "Monthly: £14"),
    ("3–5 working days", "three to five days"),
]
DIFFERENT = [
    ("30 days", "30 hours"),
    ("30 days", "three days"),
    ("50 %", "50 pounds"),
    ("£5", "€5"),
    ("£140 a month", "£14 per month or £140 per year"),
    ("2 pm", "2 am"),
    ("12 March", "12 April"),
    ("12 March 2026", "12 March 2025"),
    ("E17", "E18"),
    ("a@example.com", "b@example.com"),
    ("example.com/a", "example.com/b"),
    ("020 7946 0123", "020 7946 0124"),
    ("3-5 days", "3 days"),
]


def all_stand(text: str, other: str) -> bool:
    return all(stands_in(figure, text, keys_of_figures(other)) for figure in figures_in(text))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_of_writing_are_one_figure(one: str, other: str) -> None:
    assert figures_in(one)
    assert all_stand(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_figures_are_told_apart(one: str, other: str) -> None:
    assert not all_stand(one, other)


@pytest.mark.parametrize("text", ["the one that fits", "one of them", "you may 3", "Hello there", "a year and a half"])
def test_what_is_no_figure_is_taken_for_none(text: str) -> None:
    assert [figure for figure in figures_in(text) if figure.kind != "number"] == []
    assert "one" not in [text[figure.start : figure.end] for figure in figures_in(text)]


@given(st.text(alphabet="0123456789.,'’ -/:€£$%apmhdkg@w+()", max_size=80))
def test_figures_lie_in_order_without_overlap_and_every_text_holds_its_own(text: str) -> None:
    found = figures_in(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= figure.start < figure.end <= len(text) for figure in found)
    assert all_stand(text, text)
    assert not any(figure.kind == "number" for figure in figures_in(without_figures("5 days and £3")))


@given(st.integers(0, 999_999))
def test_a_number_in_digits_reads_as_itself_with_and_without_thousands(number: int) -> None:
    assert float(number) in readings(str(number))
    assert float(number) in readings(f"{number:,}")


def test_numbers_in_words_are_added_up() -> None:
    assert number_of_words("three thousand two hundred and forty-one") == 3_241
    assert number_of_words("two dozen") == 24


@pytest.mark.parametrize(
    "hostile", ["1", "1,", "1 ", "a1-", "one hundred ", "www.", "a.b.", "(12) ", "12-", "1.1/", "12:"]
)
def test_the_time_it_takes_grows_with_the_text(hostile: str) -> None:
    # No text comes twice, since they are remembered.
    texts = iter(range(100))
    assert grows_in_proportion(lambda times: figures_in(f"{next(texts)} {hostile * times}"), 1_500, 6_000)
