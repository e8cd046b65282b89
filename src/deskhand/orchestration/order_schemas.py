"""HTTP shapes of orders, and of the refunds and discounts that were given. Below: what they show."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from deskhand.conversations.texts import OneLine, PlainText
from deskhand.orchestration.amounts import Amount, Currency, written
from deskhand.orchestration.order_repository import Order, OrderPage
from deskhand.orchestration.orders import OrderDraft, OrderFindings

ID = r"^[A-Za-z0-9_-]+$"
MAX_ID = 60
NUMBER = r"^#?[A-Za-z0-9][A-Za-z0-9_./-]{0,38}$"
MAX_NOTE_CHARS = 2_000
EARLIEST = 1970


def _sensible(moment: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        ValueError: when it lies outside of what every database keeps.
    """
    if not EARLIEST < moment.year < 9999:  # noqa: PLR2004 - the last year there is
        raise ValueError(f"the year {moment.year} cannot be one of an order: give when it was placed")
    return moment.astimezone(UTC)


OrderNumber = Annotated[str, Field(pattern=NUMBER, examples=["A-1044"], description="What customers call it.")]
PlacedAt = Annotated[AwareDatetime, AfterValidator(_sensible)]
Note = Annotated[PlainText, Field(max_length=MAX_NOTE_CHARS)]


class ItemIn(BaseModel):
    """Something that was bought."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Annotated[OneLine, Field(max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class OrderIn(BaseModel):
    """A purchase. Sent again as it is, it changes nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": "A-1044",
                    "contact_id": "con_019a0c1f5e7b7c3d9a4e2f60718293a4",
                    "placed_at": "2026-02-20T09:30:00Z",
                    "amount": "59.90",
                    "currency": "GBP",
                    "items": [{"name": "Helmet", "quantity": 1}],
                }
            ]
        },
    )

    number: OrderNumber
    contact_id: Annotated[str, Field(pattern=ID, max_length=MAX_ID)]
    placed_at: PlacedAt
    amount: Annotated[Amount, Field(description="What was paid; with as many decimals as the currency has.")]
    currency: Annotated[Currency, Field(description="ISO 4217.", examples=["GBP"])]
    items: Annotated[list[ItemIn], Field(max_length=200)] = []
    proven_defect: Annotated[bool, Field(description="Staff has confirmed a defect.")] = False
    our_fault: Annotated[bool, Field(description="The company made a mistake with it.")] = False
    note: Note = ""

    def draft(self) -> OrderDraft:
        return OrderDraft(
            number=self.number,
            contact_id=self.contact_id,
            placed_at=self.placed_at,
            amount=self.amount,
            currency=self.currency,
            items=tuple((item.name, item.quantity) for item in self.items),
            proven_defect=self.proven_defect,
            our_fault=self.our_fault,
            note=self.note,
        )


class OrderPatch(BaseModel):
    """What staff found out about a purchase; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"proven_defect": True, "note": "Strap torn, seen at return."}]}
    )

    proven_defect: bool | None = None
    our_fault: bool | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "OrderPatch":
        if self.proven_defect is None and self.our_fault is None and self.note is None:
            raise ValueError("nothing is to change: give proven_defect, our_fault or note")
        return self

    def findings(self) -> OrderFindings:
        return OrderFindings(proven_defect=self.proven_defect, our_fault=self.our_fault, note=self.note)


class ItemOut(BaseModel):
    name: str
    quantity: int


class OrderOut(BaseModel):
    """A purchase, as it is kept."""

    id: Annotated[str, Field(examples=["ord_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    number: str
    contact_id: Annotated[str | None, Field(description="Empty once the contact was deleted.")]
    placed_at: datetime
    amount: Annotated[str, Field(examples=["59.90"])]
    currency: str
    items: list[ItemOut]
    proven_defect: bool
    our_fault: bool
    note: str
    created_at: datetime
    updated_at: datetime


class OrderPageOut(BaseModel):
    """Orders, the newest first."""

    items: list[OrderOut]
    total: int
    limit: int
    offset: int


def order_out(order: Order) -> OrderOut:
    return OrderOut(
        id=order.id,
        number=order.number,
        contact_id=order.contact_id,
        placed_at=order.placed_at,
        amount=amount_out(order.amount, order.currency),
        currency=order.currency,
        items=[ItemOut(name=name, quantity=quantity) for name, quantity in order.items],
        proven_defect=order.proven_defect,
        our_fault=order.our_fault,
        note=order.note,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


def order_page_out(page: OrderPage, *, limit: int, offset: int) -> OrderPageOut:
    return OrderPageOut(items=list(map(order_out, page.items)), total=page.total, limit=limit, offset=offset)


def amount_out(amount: Decimal, currency: str) -> str:
    """The number alone, with the currency's decimals."""
    return written(amount, currency).split(" ", maxsplit=1)[0]
