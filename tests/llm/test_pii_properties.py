"""What holds for every text: spans lie in it, in order and apart; redacting hides them; time grows with the length."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from deskhand.llm.pii import PiiType, find_pii, redacted
from growth import grows_in_proportion

PIECES = [
    "my name is Ana Lopez", "Hi Bo,", "ana@example.com", "tom (at) example dot com", "https://x.example.com/a?b",
    "10.1.2.3", "::1", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "460-89-9847", "+44 20 7946 0958",
    "12 High Street", "Apt. 4", "LONDON", "SW1A 1AA", "password is hunter2", "pin: '",
    "-----BEGIN PRIVATE KEY-----", "dk_3f9a1c2b4d5e6f70_x1y2z3", "\n", " ", "\u200b", "\u00ad", "０１２", "٠١٢",
    "٣", "²", "ſ", "İ", "K", "e\u0301", "😀", "'", '"', "<", "(", "the corner of",
    "my address is", "lives at", "xyz", "rue", "12", "St.", ", ", ". ", ":", "-", "/",
    "\x00", "\ud7ff", "Éva Zölösi", "passport X", "order",
]  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@settings(max_examples=400, deadline=None)
@given(text=texts)
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    reached = 0
    for span in find_pii(text):
        assert reached <= span.start < span.end <= len(text)
        reached = span.end


@settings(max_examples=200, deadline=None)
@given(text=texts)
def test_redacting_replaces_the_spans_and_nothing_else(text: str) -> None:
    spans = find_pii(text)
    kept = [
        text[one:two]
        for one, two in zip([0, *(s.end for s in spans)], [*(s.start for s in spans), len(text)], strict=True)
    ]

    expected = kept[0] + "".join(f"<{span.type}>{rest}" for span, rest in zip(spans, kept[1:], strict=True))
    assert redacted(text) == expected


@settings(max_examples=150, deadline=None)
@given(digits=st.text("0123456789", min_size=15, max_size=15), gap=st.sampled_from(["", " ", "-"]))
def test_every_visa_card_is_found_however_it_is_grouped(digits: str, gap: str) -> None:
    number = "4" + digits[:14]
    number += luhn.calc_check_digit(number)
    grouped = gap.join(number[at : at + 4] for at in range(0, 16, 4))

    assert redacted(f"I paid with {grouped}.") == "I paid with <CREDIT_CARD>."


@settings(max_examples=150, deadline=None)
@given(account=st.text("0123456789", min_size=18, max_size=18), hidden=st.integers(min_value=1, max_value=20))
def test_every_iban_is_found_even_with_an_invisible_character_inside(account: str, hidden: int) -> None:
    check = 98 - int(account + "131400") % 97  # D is 13, E is 14
    iban = f"DE{check:02}{account}"
    written = iban[:hidden] + "\u200b" + iban[hidden:]

    (span,) = find_pii(f"to {written} please")
    assert (span.type, span.start, span.end) == (PiiType.IBAN_CODE, 3, 3 + len(written))


@settings(max_examples=100, deadline=None)
@given(
    local=st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}[a-z0-9]", fullmatch=True),
    host=st.from_regex(r"[a-z]{2,12}", fullmatch=True),
)
def test_every_address_is_found_whole(local: str, host: str) -> None:
    assert redacted(f"write to {local}@{host}.com") == "write to <EMAIL_ADDRESS>"


@settings(max_examples=100, deadline=None)
@given(number=st.integers(min_value=10_000, max_value=10**16))
def test_an_order_number_is_no_telephone_number(number: int) -> None:
    kinds = {span.type for span in find_pii(f"Where is my order number {number}?")}

    assert PiiType.PHONE_NUMBER not in kinds


@pytest.mark.parametrize("piece", ["0", "٣", "０"])
def test_digits_of_other_scripts_are_read_as_digits(piece: str) -> None:
    zero = ord(piece) - int(piece)
    number = re.sub(r"\d", lambda digit: chr(zero + int(digit[0])), "4111 1111 1111 1111")

    assert redacted(f"card {number} lost") == "card <CREDIT_CARD> lost"


@pytest.mark.parametrize(
    "piece",
    [
        "1 ", "1", "1.", "A1", "+1 ", "Ana Bo ", "Ana, ", "Hi Xo,\n", "a@", "a.", "a:", "a_", "::", " a at b",
        "a dot ", "[at] ", "12 Kings Road, ", "12 Kings\n", "12 kings road ", "the corner of A ", "in A b ",
        "PSC a APO ", "GB82", "password is ", "password: '", "-----BEGIN PRIVATE KEY-----", "eyJaaaaaaaaaa.",
        "sk-", "my name is ", "account 1 ", "passport A 1 ", "www.", "(", " ", "\n", ">", ",", "\u200b", "é",
        "A B ", "id 1234567 ", "X. ",
    ],
)  # fmt: skip
def test_time_grows_in_proportion_to_the_length(piece: str) -> None:
    assert grows_in_proportion(find_pii, (piece * 4000)[:4000], (piece * 16000)[:16000])
