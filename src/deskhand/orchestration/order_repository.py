"""SQL of purchases, in one scope. Above: `orders.py`, the refund ledger. Below: tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.errors import NotFound
from deskhand.kit.ids import new_id
from deskhand.orchestration.amounts import from_units
from deskhand.orchestration.billing_tables import OrderRow
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.tables import Contact


class UnknownOrder(NotFound):
    code = "unknown_order"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrder:
    """A purchase, checked; `number` is in its one way of writing, `units` are the currency's smallest."""

    number: str
    contact_id: str | None
    placed_at: datetime
    units: int
    currency: str
    items: tuple[tuple[str, int], ...]
    proven_defect: bool
    our_fault: bool
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order(NewOrder):
    """A purchase that is kept. `contact_id` is None once the contact was deleted."""

    id: str
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Decimal:
        return from_units(self.units, self.currency)

    def is_made_of(self, new: NewOrder) -> bool:
        """Whether it is that purchase, whatever was found out about it since."""
        mine = (self.number, self.contact_id, self.placed_at, self.units, self.currency, self.items)
        return mine == (new.number, new.contact_id, new.placed_at, new.units, new.currency, new.items)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilter:
    """What a list is narrowed to; None takes all."""

    contact_id: str | None = None
    number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPage:
    items: tuple[Order, ...]
    total: int


class OrderRepository:
    """Purchases of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def require_contact(self, contact_id: str) -> None:
        """That there is such a contact.

        Raises:
            UnknownContact: when there is none.
        """
        if await self._db.scalar(select(Contact.id).where(Contact.id == contact_id)) is None:
            raise UnknownContact(f"There is no contact {contact_id!r}: give the id of one of your contacts.")

    async def add(self, new: NewOrder) -> bool:
        """Whether it is kept now: not when an order has that number."""
        now, order_id = self._clock.now(), new_id("ord")
        row = {
            "id": order_id,
            "tenant_id": self._scope.tenant_id,
            "number": new.number,
            "contact_id": new.contact_id,
            "placed_at": new.placed_at,
            "units": new.units,
            "currency": new.currency,
            "items": [{"name": name, "quantity": quantity} for name, quantity in new.items],
            "proven_defect": new.proven_defect,
            "our_fault": new.our_fault,
            "note": new.note,
            "created_at": now,
            "updated_at": now,
        }
        await self._db.execute(upsert(self._db, OrderRow).on_conflict_do_nothing(), [row])
        return await self._db.scalar(select(OrderRow.id).where(OrderRow.id == order_id)) is not None

    async def order(self, order_id: str) -> Order:
        """The order of that id.

        Raises:
            UnknownOrder: when there is none.
        """
        row = await self._db.scalar(self._select().where(OrderRow.id == order_id))
        if row is None:
            raise UnknownOrder(f"There is no order {order_id!r}: list them with GET /api/v1/orders.")
        return order_of(row)

    async def with_number(self, number: str) -> Order | None:
        """The order of that number, in its one way of writing."""
        row = await self._db.scalar(self._select().where(OrderRow.number == number))
        return None if row is None else order_of(row)

    async def page(self, wanted: OrderFilter, *, limit: int, offset: int) -> OrderPage:
        """A part of the orders, the newest first, and how many there are."""
        pairs = ((OrderRow.contact_id, wanted.contact_id), (OrderRow.number, wanted.number))
        where = [column == value for column, value in pairs if value is not None]
        total = await self._db.scalar(select(func.count()).select_from(OrderRow).where(*where)) or 0
        order = (OrderRow.placed_at.desc(), OrderRow.id.desc())
        rows = await self._db.scalars(self._select().where(*where).order_by(*order).limit(limit).offset(offset))
        return OrderPage(items=tuple(map(order_of, rows)), total=total)

    async def change(self, order_id: str, values: Mapping[str, Any]) -> Order:
        """The order with these values. Raises UnknownOrder."""
        statement = update(OrderRow).where(OrderRow.id == order_id).values(**values, updated_at=self._clock.now())
        await self._db.execute(statement, execution_options={"synchronize_session": False})
        return await self.order(order_id)

    def _select(self) -> Any:
        # Rows that an update of this transaction went past must be read anew.
        return select(OrderRow).execution_options(populate_existing=True)


def order_of(row: OrderRow) -> Order:
    return Order(
        id=row.id,
        number=row.number,
        contact_id=row.contact_id,
        placed_at=row.placed_at,
        units=row.units,
        currency=row.currency,
        items=tuple((item["name"], item["quantity"]) for item in row.items),
        proven_defect=row.proven_defect,
        our_fault=row.our_fault,
        note=row.note,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
