"""The rules by themselves: bounds are exact, what is unknown asks a person, more is never less risky."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.approval_rules import (
    CONTRACT_MODIFICATION,
    DISCOUNT,
    LEGAL_ESCALATION,
    MOST_AMOUNT,
    REFUND,
    WITH_MONEY,
    check_no_more,
    check_sound,
    reasons_for,
)
from deskhand.tools.arguments import WrongArguments
from deskhand.tools.contract import ApprovalBound, ApprovalPolicy, RiskyAction

NONE = ApprovalPolicy()
amounts = st.decimals(min_value=0, max_value=100_000, places=2)
shares = st.floats(0, 1)
percents = st.floats(0, 100)
kinds = st.sampled_from(sorted(WITH_MONEY | {"gift"}))
currencies = st.sampled_from([None, "EUR", "USD"])
actions = st.builds(
    RiskyAction,
    kind=kinds,
    summary=st.just("something"),
    amount=st.none() | amounts,
    currency=currencies,
    percent=st.none() | percents,
    confidence=st.none() | shares,
)
bounds = st.builds(
    ApprovalBound,
    action=kinds | st.just("the_tool"),
    above_amount=st.none() | amounts,
    currency=currencies,
    above_percent=st.none() | percents,
    confidence_below=st.none() | shares,
)


def asks(risk: RiskyAction | None, *bounds_: ApprovalBound) -> bool:
    return bool(reasons_for("the_tool", risk, ApprovalPolicy(bounds=bounds_), currency="EUR"))


def action(kind: str = REFUND, **fields: object) -> RiskyAction:
    return RiskyAction(kind=kind, summary="something", **fields)  # type: ignore[arg-type]  # a test's own values


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        (action(amount=Decimal("500.00")), False),
        (action(amount=Decimal("500.01")), True),
        (action(amount=Decimal("500.01"), currency="EUR"), True),
        (action(amount=Decimal(1), currency="USD"), True),
        (action(), True),
        (action("REFUND", amount=Decimal(501)), True),
        (action(DISCOUNT, percent=30.0), False),
        (action(DISCOUNT, percent=30.1), True),
        (action(DISCOUNT, percent=10.0, amount=Decimal(501)), True),
        (action(DISCOUNT, amount=Decimal(500)), False),
        (action(DISCOUNT), True),
        (action(CONTRACT_MODIFICATION, amount=Decimal(0)), True),
        (action(LEGAL_ESCALATION, amount=Decimal(500)), False),
        (action(LEGAL_ESCALATION, amount=Decimal(501)), True),
        (action(amount=Decimal(1), confidence=0.7), False),
        (action(amount=Decimal(1), confidence=0.69), True),
        (action("gift", amount=Decimal(9_999)), False),
        (None, False),
    ],
)
def test_the_product_s_own_bounds_are_exact(risk: RiskyAction | None, expected: bool) -> None:  # noqa: FBT001
    assert asks(risk) is expected


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({}, True),
        ({"above_amount": Decimal(100)}, False),
        ({"above_amount": Decimal("99.99")}, True),
        ({"above_amount": Decimal(200), "currency": "USD"}, True),
        ({"above_percent": 15.0}, False),
        ({"above_percent": 9.9}, True),
        ({"confidence_below": 0.8}, False),
        ({"confidence_below": 0.81}, True),
        ({"above_amount": Decimal(1), "confidence_below": 0.5}, False),
        ({"above_amount": Decimal(1), "confidence_below": 0.9}, True),
    ],
)
@pytest.mark.parametrize("named", ["the_tool", "discount"])
def test_a_contract_s_rule_holds_where_all_it_says_holds(named: str, bound: dict[str, object], expected: bool) -> None:  # noqa: FBT001
    risk = action(DISCOUNT, amount=Decimal(100), percent=10.0, confidence=0.8)
    assert asks(risk, ApprovalBound(action=named, **bound)) is expected  # type: ignore[arg-type]  # a test's own values
    assert not asks(risk, ApprovalBound(action="another", **bound))  # type: ignore[arg-type]  # likewise


def test_a_rule_for_a_tool_that_says_nothing_of_its_risk_holds_every_time() -> None:
    assert asks(None, ApprovalBound(action="the_tool", above_amount=Decimal(1_000_000), confidence_below=0.1))


@given(actions, st.lists(bounds, max_size=3))
def test_a_rule_more_never_lets_more_pass(risk: RiskyAction, rules: list[ApprovalBound]) -> None:
    if asks(risk, *rules[:-1]):
        assert asks(risk, *rules)
    assert asks(risk, *rules) == asks(risk, *reversed(rules))


@given(actions, amounts, percents, shares, st.lists(bounds, max_size=3))
def test_what_is_larger_or_less_sure_is_never_less_risky(
    risk: RiskyAction, more: Decimal, percent: float, share: float, rules: list[ApprovalBound]
) -> None:
    if risk.amount is not None and asks(risk, *rules):
        assert asks(replace(risk, amount=risk.amount + more), *rules)
    if risk.percent is not None and asks(risk, *rules):
        assert asks(replace(risk, percent=min(100.0, risk.percent + percent)), *rules)
    if risk.confidence is not None and asks(risk, *rules):
        assert asks(replace(risk, confidence=risk.confidence * share), *rules)


@given(actions.filter(lambda risk: risk.amount is not None), st.lists(bounds, max_size=3))
def test_what_is_not_known_is_never_less_risky(risk: RiskyAction, rules: list[ApprovalBound]) -> None:
    if asks(risk, *rules) and not (risk.kind == DISCOUNT and risk.percent is not None):
        assert asks(replace(risk, amount=None), *rules)


@given(actions)
def test_every_reason_is_a_sentence_that_quotes_nobody(risk: RiskyAction) -> None:
    reasons = reasons_for("the_tool", replace(risk, summary="Jo's secret", reasoning="Jo's"), NONE, currency="EUR")
    assert all(reason and "Jo" not in reason for reason in reasons)
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal("NaN")},
        {"amount": Decimal("sNaN")},
        {"amount": Decimal("-0.01")},
        {"amount": Decimal("Infinity")},
        {"amount": MOST_AMOUNT + 1},
        {"amount": Decimal("1E+1000000")},
        {"percent": math.nan},
        {"percent": -0.1},
        {"percent": 100.1},
        {"confidence": math.inf},
        {"confidence": 1.01},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"currency": ""},
    ],
)
def test_what_cannot_be_true_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongArguments, match="the_tool was called wrongly"):
        check_sound("the_tool", action(**wrong))
    with pytest.raises(WrongArguments):
        reasons_for("the_tool", action(**wrong), NONE, currency="EUR")


def no_more(asked: RiskyAction, changed: RiskyAction) -> None:
    check_no_more("the_tool", asked, changed, currency="EUR")


@given(actions)
def test_no_change_is_a_change_that_gives_no_more(risk: RiskyAction) -> None:
    no_more(risk, risk)
    if risk.amount is not None:
        no_more(risk, replace(risk, amount=risk.amount / 2, currency=risk.currency or "EUR"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (action(amount=Decimal("600.01")), "give no more"),
        (action(amount=None), "does not say how much"),
        (action(amount=Decimal(600), currency="USD"), "keep the currency"),
        (action(DISCOUNT, amount=Decimal(600)), "makes it a 'discount'"),
        (action(amount=Decimal(-1)), "must be a number"),
    ],
)
def test_a_change_gives_no_more_than_was_asked_for(changed: RiskyAction, why: str) -> None:
    with pytest.raises(WrongArguments, match=why):
        no_more(action(amount=Decimal(600)), changed)


def test_a_change_of_a_share_gives_no_larger_one() -> None:
    no_more(action(DISCOUNT, percent=40.0), action(DISCOUNT, percent=40.0, amount=Decimal(5)))
    with pytest.raises(WrongArguments, match="40 % was asked for"):
        no_more(action(DISCOUNT, percent=40.0), action(DISCOUNT, percent=41.0))
