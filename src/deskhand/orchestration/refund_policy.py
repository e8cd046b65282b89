"""The refund policy: what may be given back of a purchase, decided by recorded facts alone.

    younger than 30 days   the full amount
    30 to 90 days          half of it (`partial_share`)
    older than 90 days     nothing
    a proven defect        the full amount, at any age; a claimed one changes nothing
    and at most two refunds a customer in 365 days, a proven defect included
    what a customer was refunded within 90 days (`summed_over`) counts together where a limit asks for a person, and so
    does all that was refunded on the same order, however long ago

What was refunded on the order before is taken off. Above: the advice before a refund, the ledger, the policy voter.
Below: the facts; pure.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from deskhand.orchestration.amounts import share_of, written
from deskhand.orchestration.refund_facts import RefundFacts

YEAR = timedelta(days=365)


class Extent(StrEnum):
    """How much of the purchase the policy gives back."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundPolicy:
    """The numbers of the policy."""

    full_for: timedelta = timedelta(days=30)
    partial_until: timedelta = timedelta(days=90)
    partial_share: Decimal = Decimal("0.50")
    refunds_a_year: int = 2
    summed_over: timedelta = timedelta(days=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What the policy says. `most` may still be refunded on this order; `says` is a sentence for agent and customer."""

    allowed: bool
    extent: Extent
    most: Decimal
    says: str


DEFAULT_POLICY = RefundPolicy()


def judge(facts: RefundFacts, policy: RefundPolicy = DEFAULT_POLICY) -> Judgement:
    """Whether the refund that is asked for is within the policy."""
    extent, why = _extent(facts, policy)
    most = _most(facts, extent, policy)
    refusal = _refusal(facts, extent, most, why, policy)
    if refusal is not None:
        return Judgement(allowed=False, extent=extent, most=most, says=refusal)
    asked = written(facts.asked, facts.order.currency)
    return Judgement(allowed=True, extent=extent, most=most, says=f"The policy allows {asked}: {why}.")


def _extent(facts: RefundFacts, policy: RefundPolicy) -> tuple[Extent, str]:
    days = max(0, facts.age.days)
    if facts.order.proven_defect:
        return Extent.FULL, "a defect is proven, so the full amount is given back"
    if facts.age < policy.full_for:
        return Extent.FULL, f"the order is {days} days old, and under {policy.full_for.days} all of it is given back"
    if facts.age <= policy.partial_until:
        span = (
            f"from {policy.full_for.days} to {policy.partial_until.days} days {policy.partial_share:.0%} is given back"
        )
        return Extent.PARTIAL, f"the order is {days} days old, and {span}"
    return Extent.NONE, f"the order is {days} days old, and after {policy.partial_until.days} nothing is given back"


def _most(facts: RefundFacts, extent: Extent, policy: RefundPolicy) -> Decimal:
    order = facts.order
    share = {Extent.FULL: Decimal(1), Extent.PARTIAL: policy.partial_share, Extent.NONE: Decimal(0)}[extent]
    return max(Decimal(0), share_of(order.amount, share, order.currency) - order.already_refunded)


def _refusal(facts: RefundFacts, extent: Extent, most: Decimal, why: str, policy: RefundPolicy) -> str | None:
    """Why it is not within the policy, and what would be."""
    if extent is Extent.NONE:
        hint = " A defect must be confirmed by a member of staff first." if facts.claimed_by_customer.defect else ""
        return f"This is outside of the refund policy: {why} unless a defect is proven.{hint}"
    if facts.customer.refunds_in_a_year >= policy.refunds_a_year:
        return (
            f"This is outside of the refund policy: {policy.refunds_a_year} refunds were given within a year already."
        )
    if most == 0:
        return "This is outside of the refund policy: what can be given back on this order was refunded already."
    if facts.asked > most:
        can_be = written(most, facts.order.currency)
        return f"This is outside of the refund policy: {why}. At most {can_be} can be refunded on this order."
    return None
