"""HTTP shapes of refunds and discounts that were given. Below: what they show."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deskhand.conversations.texts import OneLine
from deskhand.orchestration.billing_client import BillingAnswer, Declined, Done
from deskhand.orchestration.billing_repository import BillingEntry, EntryKind, EntryPage, EntryStatus
from deskhand.orchestration.order_schemas import amount_out


class BillingEntryOut(BaseModel):
    """A refund or a discount. `recorded`: no billing system is connected, and staff pays it out."""

    id: Annotated[str, Field(examples=["bil_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    kind: EntryKind
    status: Annotated[EntryStatus, Field(description="`unclear`: the billing system never answered; look there.")]
    contact_id: str | None
    order_id: str | None
    amount: Annotated[str | None, Field(examples=["59.90"])]
    currency: str | None
    percent: float | None
    code: str | None
    valid_until: datetime | None
    reason: str
    reference: Annotated[str | None, Field(description="The billing system's own name for it.")]
    declined: Annotated[str | None, Field(description="Why it was not given.")]
    agent_id: str | None
    session_id: str | None
    created_at: datetime
    settled_at: datetime | None


class SettleIn(BaseModel):
    """What has become of a refund or discount, as staff knows it: `issued`, or `declined` with the reason."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"outcome": "issued", "reference": "bank transfer 4711"}]}
    )

    outcome: Literal["issued", "declined"]
    reference: Annotated[OneLine | None, Field(max_length=100, description="Where it can be found in the books.")] = (
        None
    )
    reason: Annotated[OneLine | None, Field(max_length=300, description="Why it was not given.")] = None

    @model_validator(mode="after")
    def _says_why(self) -> "SettleIn":
        if (self.outcome == "declined") != (self.reason is not None):
            raise ValueError("a reason belongs to 'declined', and 'declined' needs one")
        return self

    def answer(self) -> BillingAnswer:
        return Done(reference=self.reference) if self.reason is None else Declined(reason=self.reason)


class BillingPageOut(BaseModel):
    """Refunds and discounts, newest first."""

    items: list[BillingEntryOut]
    total: int
    limit: int
    offset: int


def billing_page_out(page: EntryPage, *, limit: int, offset: int) -> BillingPageOut:
    return BillingPageOut(items=list(map(entry_out, page.items)), total=page.total, limit=limit, offset=offset)


def entry_out(entry: BillingEntry) -> BillingEntryOut:
    amount = None if entry.amount is None or entry.currency is None else amount_out(entry.amount, entry.currency)
    return BillingEntryOut(
        id=entry.id,
        kind=entry.kind,
        status=entry.status,
        contact_id=entry.contact_id,
        order_id=entry.order_id,
        amount=amount,
        currency=entry.currency,
        percent=entry.percent,
        code=entry.code,
        valid_until=entry.valid_until,
        reason=entry.reason,
        reference=entry.reference,
        declined=entry.declined,
        agent_id=entry.agent_id,
        session_id=entry.session_id,
        created_at=entry.created_at,
        settled_at=entry.settled_at,
    )
