"""How the three voters that ship decide without a model: stated rules over recorded facts.

`voter-policy` votes as the policy says. `voter-financial-risk` weighs the amount against what the customer has spent
and had refunded, and against the known limit. `voter-customer-satisfaction` speaks for the customer where a fault or
loyalty is on record, and else holds back. What the customer only claims is never looked at, but to say so.
Above: `consensus_voting.py`. Below: the policy, the facts; pure.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from pydantic import ValidationError

from deskhand.orchestration.amounts import written
from deskhand.orchestration.consensus import Choice, Vote
from deskhand.orchestration.refund_facts import RefundFacts
from deskhand.orchestration.refund_policy import YEAR, Extent, judge

POLICY_VOTER = "voter-policy"
RISK_VOTER = "voter-financial-risk"
SATISFACTION_VOTER = "voter-customer-satisfaction"
REFUND_VOTERS = (RISK_VOTER, SATISFACTION_VOTER, POLICY_VOTER)

BLOCKED = frozenset({"suspended", "closed", "blocked", "fraud"})
MOST_BACK = Decimal("0.5")
"""The share of all that was spent which repeated refunds may come to."""
COVERED = 5
"""Above the known limit, the customer must have spent so many times the amount."""
SMALL, MIDDLING = Decimal("0.1"), Decimal("0.5")
LOYAL_ORDERS = 3
UNHAPPY = -0.2

Rule: TypeAlias = Callable[[RefundFacts], Vote]


def rule_vote(agent: str, facts: Mapping[str, Any]) -> Vote:
    """How that agent votes by rules; an agent without rules, or without facts of a refund, abstains and says so."""
    rule = RULES.get(agent)
    if rule is None:
        return _abstains(agent, "This agent has no model here, and no rules of its own to decide by.")
    try:
        known = RefundFacts.model_validate(facts)
    except ValidationError:
        return _abstains(agent, "These are not the facts of a refund, which is all that the rules can judge.")
    return rule(known)


def policy_vote(facts: RefundFacts) -> Vote:
    """As the policy says."""
    judged = judge(facts)
    if not judged.allowed:
        return _says(POLICY_VOTER, Choice.REJECT, 1.0, judged.says)
    return _says(POLICY_VOTER, Choice.APPROVE, 0.95 if judged.extent is Extent.FULL else 0.9, judged.says)


def risk_vote(facts: RefundFacts) -> Vote:
    """By the amount, the customer's history and the known limit."""
    against = _risk(facts)
    if against is not None:
        return _says(RISK_VOTER, *against)
    customer, currency = facts.customer, facts.order.currency
    of_spent = facts.asked / customer.spent if customer.spent else Decimal(1)
    confidence = 0.9 if of_spent <= SMALL else 0.8 if of_spent <= MIDDLING else 0.7
    spent = written(customer.spent, currency)
    return _says(
        RISK_VOTER, Choice.APPROVE, confidence, f"It is {of_spent:.0%} of the {spent} that the customer has spent."
    )


def satisfaction_vote(facts: RefundFacts) -> Vote:
    """For the customer, where the records speak for it."""
    order, customer = facts.order, facts.customer
    if order.our_fault or order.proven_defect:
        what = "a mistake of ours" if order.our_fault else "a proven defect"
        return _says(SATISFACTION_VOTER, Choice.APPROVE, 0.9, f"The records show {what}.{_mood(facts)}")
    if customer.orders >= LOYAL_ORDERS or facts.customer_for >= YEAR:
        known = f"{customer.orders} orders, a customer for {max(facts.customer_for, timedelta()).days} days"
        return _says(SATISFACTION_VOTER, Choice.APPROVE, 0.75, f"The customer is loyal: {known}.{_mood(facts)}")
    nothing = "Neither a fault of ours nor loyalty is on record; what the customer says of it is only claimed."
    return _abstains(SATISFACTION_VOTER, f"{nothing}{_mood(facts)}")


def _risk(facts: RefundFacts) -> tuple[Choice, float, str] | None:
    """What speaks against it, the gravest first."""
    customer, currency, limit = facts.customer, facts.order.currency, facts.known_limit
    if (customer.account_status or "").casefold() in BLOCKED:
        return Choice.REJECT, 0.95, f"The customer's account is {customer.account_status}."
    back = customer.refunded_in_a_year + facts.asked
    if customer.refunds_in_a_year and back > MOST_BACK * customer.spent:
        of_spent = f"{written(back, currency)} of {written(customer.spent, currency)}"
        return Choice.REJECT, 0.75, f"With it, more than half of what was spent would be refunded: {of_spent}."
    covered = customer.spent >= COVERED * facts.asked
    if limit is None and not covered:
        return Choice.ABSTAIN, 0.5, f"No limit is known for amounts in {currency}."
    if limit is not None and facts.asked > limit and not covered:
        return Choice.REJECT, 0.8, f"It is above the limit of {written(limit, currency)}, and the history is too short."
    return None


def _mood(facts: RefundFacts) -> str:
    """Noted, and nothing more: how somebody writes must not move money."""
    mood = facts.claimed_by_customer.sentiment
    return " The customer sounds unhappy, which decides nothing." if mood is not None and mood <= UNHAPPY else ""


def _says(agent: str, vote: Choice, confidence: float, reason: str) -> Vote:
    return Vote(agent=agent, vote=vote, confidence=confidence, reason=reason)


def _abstains(agent: str, reason: str) -> Vote:
    return Vote(agent=agent, vote=Choice.ABSTAIN, confidence=0.5, reason=reason)


RULES: Mapping[str, Rule] = {
    POLICY_VOTER: policy_vote,
    RISK_VOTER: risk_vote,
    SATISFACTION_VOTER: satisfaction_vote,
}
