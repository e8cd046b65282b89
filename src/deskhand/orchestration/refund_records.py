"""What is known of a refund that somebody asks for, read in one transaction: order, ledger, history.

Above: the advice before a refund, the ledger that gives it. Below: the repositories, the policy. Nothing of it comes
from the customer's words but what stands under `claimed_by_customer`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.model import CustomerProfile
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict
from deskhand.orchestration.amounts import from_units, in_units
from deskhand.orchestration.billing_repository import BillingRepository
from deskhand.orchestration.order_repository import Order
from deskhand.orchestration.orders import own_order
from deskhand.orchestration.refund_facts import ClaimedFacts, CustomerFacts, OrderFacts, RefundFacts
from deskhand.orchestration.refund_policy import DEFAULT_POLICY, RefundPolicy, judge
from deskhand.tenancy.scope import TenantScope

KNOWN_LIMIT = Decimal(1000)
"""Up to this amount a refund risks little, in the account's currency."""


class RefundRefused(Conflict):
    """The refund or discount is not given; the detail is a sentence that the agent can pass on."""

    code = "refund_refused"
    title = "This is outside of the policy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where it was asked for, and by which agent."""

    contact_id: str
    session_id: str | None = None
    turn_id: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """What had been given `before` when the limits were looked at."""

    before: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundWish:
    """A refund that an agent asks for. `claimed_defect` is what the customer says, and no fact."""

    place: Place
    key: str
    order_number: str
    amount: Decimal
    currency: str
    reason: str
    claimed_defect: bool = False
    weighed: "Weighed | None" = None
    """What the gate has seen, when it let the call pass without a person."""

    @property
    def asked(self) -> str:
        """The same for the same refund, whatever reason is given."""
        return _digest("refund", self.order_number, f"{self.amount.normalize():f}", self.currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscountWish:
    """A discount that an agent asks for: a share in percent, or an amount in a currency."""

    place: Place
    key: str
    reason: str
    valid_days: int
    percent: float | None = None
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def asked(self) -> str:
        """The same for the same discount, whatever reason is given."""
        amount = "" if self.amount is None else f"{self.amount.normalize():f}"
        return _digest("discount", str(self.percent or ""), amount, self.currency or "", str(self.valid_days))


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundTerms:
    """The policy, and the known limits: up to which amount, by currency, a refund risks little."""

    policy: RefundPolicy = DEFAULT_POLICY
    limits: Mapping[str, Decimal] = field(default_factory=dict)


def terms_for(currency: str, *, policy: RefundPolicy = DEFAULT_POLICY) -> RefundTerms:
    """The policy with the known limit in the account's currency; in others none is known."""
    return RefundTerms(policy=policy, limits={currency: KNOWN_LIMIT})


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRefund:
    """The order, and the facts about what is asked for."""

    order: Order
    units: int
    facts: RefundFacts
    before: Decimal | None
    """What counts together with it where a limit asks for a person; None where that is in several currencies."""


async def within_policy(
    db: AsyncSession, scope: TenantScope, clock: Clock, wish: RefundWish, terms: RefundTerms
) -> KnownRefund:
    """What is known of the refund, when the policy allows it.

    Raises:
        RefundRefused: when the policy says no, or the order is not the contact's, or in another currency.
        UnknownContact: when there is no such contact.
    """
    known = await _known(db, scope, clock, wish, terms)
    judged = judge(known.facts, terms.policy)
    if not judged.allowed:
        raise RefundRefused(judged.says)
    if wish.weighed is not None and wish.weighed.before != known.before:
        raise RefundRefused("Another refund was given meanwhile: ask for this one again, so that both are weighed.")
    return known


def with_profile(facts: RefundFacts, profile: CustomerProfile | None, mood: float | None) -> RefundFacts:
    """The facts with what the CRM says of the customer, and how the customer sounds."""
    customer: CustomerFacts = facts.customer
    if profile is not None:
        about = {"account_status": profile.account_status.value, "tags": tuple(profile.tags[:50])}
        customer = customer.model_copy(update=about)
    claimed = facts.claimed_by_customer.model_copy(update={"sentiment": mood})
    return facts.model_copy(update={"customer": customer, "claimed_by_customer": claimed})


async def _known(
    db: AsyncSession, scope: TenantScope, clock: Clock, wish: RefundWish, terms: RefundTerms
) -> KnownRefund:
    entries = BillingRepository(db, scope, clock)
    contact_id = wish.place.contact_id
    since = await entries.known_since(contact_id)
    order = await own_order(db, scope, clock, contact_id=contact_id, number=wish.order_number)
    if order is None:
        raise RefundRefused(
            f"This customer has no order {wish.order_number!r}: ask for the order's number again. "
            "If it is right, a member of staff has to look at it."
        )
    units = _units(order, wish)
    window = clock.now() - terms.policy.summed_over
    before = await entries.refunded_before(contact_id, order.id, order.currency, since=window)
    facts = RefundFacts(
        asked=wish.amount,
        at=clock.now(),
        order=OrderFacts(
            number=order.number,
            placed_at=order.placed_at,
            amount=order.amount,
            currency=order.currency,
            already_refunded=from_units(await entries.refunded_on(order.id), order.currency),
            proven_defect=order.proven_defect,
            our_fault=order.our_fault,
        ),
        customer=await entries.customer(contact_id, order.currency, known_since=since),
        claimed_by_customer=ClaimedFacts(reason=wish.reason, defect=wish.claimed_defect),
        known_limit=terms.limits.get(order.currency),
    )
    given = None if before is None else from_units(before, order.currency)
    return KnownRefund(order=order, units=units, facts=facts, before=given)


def _units(order: Order, wish: RefundWish) -> int:
    """The amount in the order's smallest units."""
    if order.currency != wish.currency:
        raise RefundRefused(f"The order {order.number} was paid in {order.currency}, not in {wish.currency}.")
    try:
        return in_units(wish.amount, wish.currency)
    except ValueError as fault:
        raise RefundRefused(f"The amount cannot be refunded: {fault}.") from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
