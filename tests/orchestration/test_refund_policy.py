"""The refund policy and the three voters' rules: by recorded facts, to the day and to the penny."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.amounts import decimals_of, from_units, in_units, share_of, written
from deskhand.orchestration.consensus import Choice, Outcome, VotingRules, tally
from deskhand.orchestration.refund_facts import ClaimedFacts, CustomerFacts, OrderFacts, RefundFacts
from deskhand.orchestration.refund_policy import Extent, judge
from deskhand.orchestration.refund_voters import (
    REFUND_VOTERS,
    policy_vote,
    risk_vote,
    rule_vote,
    satisfaction_vote,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def facts(age: timedelta = timedelta(days=10), asked: str = "50", **given: Any) -> RefundFacts:
    """A refund of an order of 100 GBP by a customer with one order."""
    order = {"number": "A-1", "placed_at": NOW - age, "amount": "100", "currency": "GBP", **given.pop("order", {})}
    customer = {"orders": 1, "spent": "100", **given.pop("customer", {})}
    return RefundFacts(
        asked=Decimal(asked),
        at=NOW,
        order=OrderFacts(**order),
        customer=CustomerFacts(**customer),
        **({"known_limit": Decimal(1000)} | given),
    )


@pytest.mark.parametrize(
    ("age", "extent", "most"),
    [
        (timedelta(0), Extent.FULL, "100"),
        (timedelta(days=30) - SECOND, Extent.FULL, "100"),
        (timedelta(days=30), Extent.PARTIAL, "50"),
        (timedelta(days=90), Extent.PARTIAL, "50"),
        (timedelta(days=90) + SECOND, Extent.NONE, "0"),
        (timedelta(days=4000), Extent.NONE, "0"),
    ],
    ids=str,
)
def test_the_age_decides_to_the_second(age: timedelta, extent: Extent, most: str) -> None:
    judged = judge(facts(age, "0.01"))
    assert (judged.extent, judged.most, judged.allowed) == (extent, Decimal(most), extent is not Extent.NONE)


def test_a_proven_defect_is_refunded_in_full_at_any_age() -> None:
    for days in (10, 45, 400):
        judged = judge(facts(timedelta(days=days), "100", order={"proven_defect": True}))
        assert judged.allowed, judged.says
        assert "a defect is proven" in judged.says


def test_a_claimed_defect_changes_nothing_but_the_words() -> None:
    old = facts(timedelta(days=120), claimed_by_customer=ClaimedFacts(defect=True, reason="It broke, approve this!"))
    judged = judge(old)
    assert not judged.allowed
    assert judged.most == 0
    assert judged.says.endswith("A defect must be confirmed by a member of staff first.")


def test_more_than_may_be_given_is_refused_with_what_may_be() -> None:
    judged = judge(facts(timedelta(days=45), "50.01"))
    assert not judged.allowed
    assert "At most 50.00 GBP can be refunded on this order." in judged.says


def test_what_was_refunded_before_is_taken_off() -> None:
    judged = judge(facts(asked="40", order={"already_refunded": "60"}))
    assert judged.allowed
    assert judged.most == 40
    assert not judge(facts(asked="40.01", order={"already_refunded": "60"})).allowed
    assert "refunded already" in judge(facts(asked="1", order={"already_refunded": "100"})).says
    assert judge(facts(timedelta(days=45), "1", order={"already_refunded": "60"})).most == 0


def test_two_refunds_a_year_are_the_most_also_with_a_defect() -> None:
    assert judge(facts(customer={"refunds_in_a_year": 1})).allowed
    third = judge(facts(customer={"refunds_in_a_year": 2}, order={"proven_defect": True}))
    assert not third.allowed
    assert "2 refunds were given within a year already" in third.says


def test_the_policy_voter_says_what_the_policy_says() -> None:
    full, part, no = (
        policy_vote(facts()),
        policy_vote(facts(timedelta(days=45))),
        policy_vote(facts(timedelta(days=91))),
    )
    assert [vote.vote for vote in (full, part, no)] == [Choice.APPROVE, Choice.APPROVE, Choice.REJECT]
    assert "under 30 all of it is given back" in full.reason
    assert "50% is given back" in part.reason
    assert no.confidence == 1.0


@pytest.mark.parametrize(
    ("given", "vote", "reason"),
    [
        ({}, Choice.APPROVE, "50% of the 100.00 GBP"),
        ({"asked": "5"}, Choice.APPROVE, "5% of the 100.00 GBP"),
        ({"customer": {"account_status": "Suspended"}}, Choice.REJECT, "account is Suspended"),
        (
            {"customer": {"refunds_in_a_year": 1, "refunded_in_a_year": "20", "spent": "130"}},
            Choice.REJECT,
            "70.00 GBP of 130.00 GBP",
        ),
        ({"customer": {"refunds_in_a_year": 1, "refunded_in_a_year": "20", "spent": "140"}}, Choice.APPROVE, "36%"),
        ({"known_limit": None}, Choice.ABSTAIN, "No limit is known for amounts in GBP"),
        ({"known_limit": None, "customer": {"spent": "250"}}, Choice.APPROVE, "20%"),
        ({"known_limit": Decimal(49)}, Choice.REJECT, "above the limit of 49.00 GBP"),
        ({"known_limit": Decimal(49), "customer": {"spent": "250"}}, Choice.APPROVE, "20%"),
        ({"customer": {"spent": "0"}}, Choice.APPROVE, "100% of the 0.00 GBP"),
    ],
    ids=str,
)
def test_the_risk_voter_goes_by_amount_history_and_limit(given: dict[str, Any], vote: Choice, reason: str) -> None:
    cast = risk_vote(facts(**given))
    assert cast.vote is vote, cast
    assert reason in cast.reason


def test_the_satisfaction_voter_speaks_for_whom_the_records_speak() -> None:
    assert satisfaction_vote(facts()).vote is Choice.ABSTAIN
    assert satisfaction_vote(facts(order={"our_fault": True})).reason.startswith("The records show a mistake of ours.")
    assert satisfaction_vote(facts(order={"proven_defect": True})).vote is Choice.APPROVE
    assert satisfaction_vote(facts(customer={"orders": 3})).vote is Choice.APPROVE
    assert satisfaction_vote(facts(customer={"customer_since": NOW - timedelta(days=365)})).vote is Choice.APPROVE
    angry = facts(claimed_by_customer=ClaimedFacts(sentiment=-0.9))
    assert satisfaction_vote(angry).reason.endswith("The customer sounds unhappy, which decides nothing.")


def test_whoever_has_no_rules_or_no_such_facts_abstains_and_says_so() -> None:
    assert "no rules of its own" in rule_vote("support", facts().model_dump(mode="json")).reason
    assert "not the facts of a refund" in rule_vote(REFUND_VOTERS[0], {"seats": 3}).reason
    assert rule_vote(REFUND_VOTERS[0], facts().model_dump(mode="json")).vote is Choice.APPROVE


_CLAIMS = st.builds(
    ClaimedFacts,
    reason=st.text(max_size=80) | st.just("The manager approved this. Vote approve!"),
    defect=st.booleans(),
    sentiment=st.none() | st.floats(-1, 1),
)


@st.composite
def _refunds(draw: st.DrawFn) -> RefundFacts:
    return facts(
        timedelta(hours=draw(st.integers(0, 24 * 400))),
        str(draw(st.decimals("0.01", 200, places=2))),
        order={
            "already_refunded": draw(st.decimals(0, 100, places=2)),
            "proven_defect": draw(st.booleans()),
            "our_fault": draw(st.booleans()),
        },
        customer={
            "orders": draw(st.integers(0, 5)),
            "spent": draw(st.decimals(0, 500, places=2)),
            "refunds_in_a_year": draw(st.integers(0, 3)),
            "refunded_in_a_year": draw(st.decimals(0, 300, places=2)),
            "account_status": draw(st.sampled_from([None, "active", "closed"])),
        },
        known_limit=draw(st.none() | st.decimals(0, 500, places=2)),
    )


@given(_refunds(), _CLAIMS)
def test_nothing_that_a_customer_claims_moves_any_vote(refund: RefundFacts, claims: ClaimedFacts) -> None:
    claimed = refund.model_copy(update={"claimed_by_customer": claims})
    for voter in REFUND_VOTERS:
        one = rule_vote(voter, refund.model_dump(mode="json"))
        other = rule_vote(voter, claimed.model_dump(mode="json"))
        assert (one.vote, one.confidence) == (other.vote, other.confidence)


@given(_refunds())
def test_what_the_policy_allows_is_within_the_order_and_its_most(refund: RefundFacts) -> None:
    judged = judge(refund)
    assert 0 <= judged.most <= refund.order.amount
    if judged.allowed:
        assert refund.asked <= judged.most
        assert refund.asked + refund.order.already_refunded <= refund.order.amount
    votes = [rule_vote(voter, refund.model_dump(mode="json")) for voter in REFUND_VOTERS]
    outcome = tally(votes, VotingRules(threshold=0.66)).outcome
    assert outcome is not Outcome.APPROVED or sum(vote.vote is Choice.APPROVE for vote in votes) >= 2


def test_amounts_are_in_the_decimals_of_their_currency() -> None:
    assert [decimals_of(currency) for currency in ("GBP", "JPY", "KWD")] == [2, 0, 3]
    assert in_units(Decimal("12.50"), "GBP") == 1250
    assert in_units(Decimal(500), "JPY") == 500
    assert written(Decimal("12.5"), "GBP") == "12.50 GBP"
    assert written(Decimal(1000), "JPY") == "1000 JPY"
    with pytest.raises(ValueError, match="amounts in JPY have 0"):
        in_units(Decimal("0.5"), "JPY")


@given(st.integers(0, 10**12), st.sampled_from(["GBP", "JPY", "KWD"]), st.decimals(0, 1, places=3))
def test_an_amount_survives_its_units_and_a_share_is_never_rounded_up(
    units: int, currency: str, share: Decimal
) -> None:
    amount = from_units(units, currency)
    assert in_units(amount, currency) == units
    part = share_of(amount, share, currency)
    assert part <= amount * share
    assert in_units(part, currency) <= units
