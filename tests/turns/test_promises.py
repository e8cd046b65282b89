"""Promises and claims of things done are told from policies, offers, refusals and questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.turns.promises import Act, Tense, is_policy, promise_in, was_done
from growth import grows_in_proportion

POLICY = "We refund the purchase price within 14 days. Customers who return in time receive a full refund."


@pytest.mark.parametrize(
    ("sentence", "act", "tense"),
    [
        ("I've refunded your order.", Act.REFUND, Tense.DONE),
        ("We have just credited £50 to your account.", Act.CREDIT, Tense.DONE),
        ("Your order has been cancelled.", Act.CANCEL, Tense.DONE),
        ("Your refund is on its way: a refund is on its way.", Act.REFUND, Tense.DONE),
        ("I'm cancelling your subscription.", Act.CANCEL, Tense.DONE),
        ("I will refund you.", Act.REFUND, Tense.TO_COME),
        ("We'll give you a 20% discount.", Act.DISCOUNT, Tense.TO_COME),
        ("You'll receive a voucher.", Act.CREDIT, Tense.TO_COME),
        ("I can offer you a replacement.", Act.REPLACE, Tense.TO_COME),
        ("We guarantee it.", Act.GUARANTEE, Tense.TO_COME),
        ("I'll book an appointment for you.", Act.BOOK, Tense.TO_COME),
    ],
)
def test_what_is_promised_is_found(sentence: str, act: Act, tense: Tense) -> None:
    promise = promise_in(sentence)
    assert promise is not None
    assert (promise.act, promise.tense) == (act, tense)


@pytest.mark.parametrize(
    "sentence",
    [
        "I cannot refund you.",
        "Would you like me to cancel it?",
        "If you like, I can cancel it.",
        "I can pass you to a person.",
        "I have looked into your question.",
        "I've found your order.",
        "I'll explain how to cancel.",
        "You can cancel in your account.",
        "The refund takes five days.",
        "I haven't changed anything.",
    ],
)
def test_offers_refusals_and_explanations_are_none(sentence: str) -> None:
    assert promise_in(sentence) is None


def test_a_policy_allows_the_company_to_promise_but_not_the_agent_and_nothing_done() -> None:
    allowed = {
        sentence: is_policy(promise, [POLICY])
        for sentence in (
            "We will refund you.",
            "You will get a full refund.",
            "I will refund you.",
            "I have refunded you.",
        )
        if (promise := promise_in(sentence)) is not None
    }
    assert list(allowed.values()) == [True, True, False, False]
    waived = promise_in("We'll waive the fee.")
    assert waived is not None
    assert not is_policy(waived, ["Delivery is free of charge."])
    assert is_policy(waived, ["We waive the fee in January."])


def test_only_a_tool_that_can_do_it_has_done_it() -> None:
    promise = promise_in("I've refunded your order.")
    assert promise is not None
    assert was_done(promise, ["issue_refund"])
    assert not was_done(promise, ["search_knowledge", "escalate_to_human"])


@given(st.text(alphabet="iI we'will have ed your youget", max_size=100))
def test_whatever_is_written_is_read(sentence: str) -> None:
    promise_in(sentence)


@pytest.mark.parametrize("hostile", ["I have just already ", "your a-b c ", "we will really ", "done ", "I "])
def test_the_time_it_takes_grows_with_the_sentence(hostile: str) -> None:
    assert grows_in_proportion(lambda times: promise_in(hostile * times), 500, 2_000)
