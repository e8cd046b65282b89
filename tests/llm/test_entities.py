"""What a text names is found as it stands there; nothing overlaps, and no text takes long or breaks it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.entities import MAX_CHARS, MAX_OF_A_KIND, EntityKind, distinct, find_entities
from growth import grows_in_proportion


def named(text: str) -> list[tuple[str, str]]:
    return [(entity.kind.value, entity.value) for entity in find_entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to Anna.Smith+shop@Example.com.", [("email", "anna.smith+shop@example.com")]),
        ("Call me at +44 20 7946 0958", [("phone", "+442079460958")]),
        ("My number is (212) 555-0123.", [("phone", "+12125550123")]),
        ("Where is order number ls-12345678?", [("order", "LS-12345678")]),
        ("My order #55512345 never came", [("order", "55512345")]),
        ("About ticket: ABC-991", [("ticket", "ABC-991")]),
        ("invoice no. 2026-0042 is wrong", [("invoice", "2026-0042")]),
        ("It shows error E17 again", [("reference", "E17")]),
        ("You took $1,299.00 twice", [("amount", "$1,299.00")]),
        ("I paid 49.90 euros", [("amount", "49.90 euros")]),
        ("I paid EUR 30", [("amount", "EUR 30")]),
        ("It came on 12 March 2026", [("date", "12 March 2026")]),
        ("due 2026-05-06", [("date", "2026-05-06")]),
        ("until May 5th, 2026 at the latest", [("date", "May 5th, 2026")]),
        ("I own a Kestrel Trail 2 and love it", [("product", "Kestrel Trail 2")]),
        ("How long can I return a helmet?", []),
        ("I think I am fine on Monday.", []),
        ("It takes 30 days and 20 percent", []),
        ("order no reply came", []),
        ("", []),
    ],
)
def test_what_is_named_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


def test_a_long_message_gives_everything_in_order() -> None:
    text = "Order LS-12345678 from 12 March cost 49.90 euros. Refund anna@example.com, or call +44 20 7946 0958."
    kinds = [entity.kind for entity in find_entities(text)]
    expected = [EntityKind.ORDER, EntityKind.DATE, EntityKind.AMOUNT, EntityKind.EMAIL, EntityKind.PHONE]
    assert kinds == expected


def test_shouting_names_nothing() -> None:
    assert named("WHERE IS MY STUFF I WANT IT NOW") == []


def test_the_same_thing_is_told_once() -> None:
    found = distinct(find_entities("Mail a@example.com, A@example.com or b@example.com"))
    assert [entity.value for entity in found] == ["a@example.com", "b@example.com"]


_PIECES = st.sampled_from(
    [
        "order ",
        "#",
        "12345",
        "LS-99",
        "$",
        "1,000.00",
        " euros",
        "@",
        "a@b.co",
        ".",
        "+44 ",
        "2079460958",
        " May ",
        "\n",
    ]
)


@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map("".join)))
def test_entities_stand_in_the_text_and_never_overlap(text: str) -> None:
    found = find_entities(text)
    for entity in found:
        assert text[entity.start : entity.end] == entity.text
        assert entity.value
    for one, other in itertools.pairwise(found):
        assert one.end <= other.start
    for kind in EntityKind:
        assert sum(entity.kind is kind for entity in found) <= MAX_OF_A_KIND


@pytest.mark.parametrize("piece", ["1234567 ", "order no ", "a@", "A b ", "$1 ", "12 May ", "a.b", "#", "+", "1.000."])
def test_a_text_four_times_as_long_takes_about_four_times_as_long(piece: str) -> None:
    text = (piece * MAX_CHARS)[:MAX_CHARS]
    assert grows_in_proportion(find_entities, text[: MAX_CHARS // 4], text)
