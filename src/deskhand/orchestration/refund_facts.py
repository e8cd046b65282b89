"""What is known of a refund that is asked for, and what the customer merely says: kept apart, and named so.

Above: the policy, the voters' rules, the questions to models; `refund_advice.py` fills it from orders, ledger and CRM.
Below: amounts. It is JSON at its edges, since models are shown it and the vote keeps it.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from deskhand.orchestration.amounts import Amount, Currency

Money = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=3, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderFacts(_Facts):
    """The purchase, as the company's own records have it."""

    number: Annotated[str, Field(max_length=60)]
    placed_at: AwareDatetime
    amount: Amount
    currency: Currency
    already_refunded: Money = Decimal(0)
    proven_defect: bool = False
    """A member of staff has confirmed it."""
    our_fault: bool = False
    """A member of staff has noted that the company made a mistake."""


class CustomerFacts(_Facts):
    """The customer, as the company's own records have it; sums are of the order's currency alone."""

    orders: Count = 0
    spent: Money = Decimal(0)
    customer_since: AwareDatetime | None = None
    refunds_in_a_year: Count = 0
    refunded_in_a_year: Money = Decimal(0)
    account_status: Annotated[str, Field(max_length=60)] | None = None
    tags: tuple[Annotated[str, Field(max_length=100)], ...] = ()


class ClaimedFacts(_Facts):
    """What nobody but the customer, or the agent in the customer's name, says. It can never make a yes."""

    reason: Annotated[str, Field(max_length=2_000)] = ""
    defect: bool = False
    sentiment: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = None


class RefundFacts(_Facts):
    """A refund that is asked for. `known_limit` is what may be at risk in the order's currency, where that is set."""

    asked: Amount
    at: AwareDatetime
    order: OrderFacts
    customer: CustomerFacts = CustomerFacts()
    claimed_by_customer: ClaimedFacts = ClaimedFacts()
    known_limit: Money | None = None

    @property
    def age(self) -> timedelta:
        return self.at - self.order.placed_at

    @property
    def customer_for(self) -> timedelta:
        """Since when the customer is known."""
        since: datetime = self.customer.customer_since or self.at
        return self.at - since
