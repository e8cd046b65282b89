"""What contacts bought: the facts that refunds rest on. Kept by staff or by the shop's own systems, over HTTP.

Above: endpoints, the advice before a refund, the demo's seeds. Below: the repository.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, InvalidValue
from deskhand.orchestration.amounts import in_units
from deskhand.orchestration.order_repository import NewOrder, Order, OrderFilter, OrderPage, OrderRepository
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore


class OrderExists(Conflict):
    code = "order_exists"


class WrongOrder(InvalidValue):
    code = "invalid_order"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDraft:
    """A purchase to be noted. `items` are names with quantities."""

    number: str
    contact_id: str
    placed_at: datetime
    amount: Decimal
    currency: str
    items: tuple[tuple[str, int], ...] = ()
    proven_defect: bool = False
    our_fault: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFindings:
    """What staff found out about a purchase; None leaves it as it is."""

    proven_defect: bool | None = None
    our_fault: bool | None = None
    note: str | None = None


class Orders:
    """Notes purchases, and what was found out about them."""

    def __init__(self, *, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(self, scope: TenantScope, draft: OrderDraft) -> tuple[Order, bool]:
        """The order, and whether it is new: the same one sent again changes nothing.

        Raises:
            WrongOrder: when it is from the future, or its amount has decimals that the currency does not know.
            UnknownContact: when there is no such contact.
            OrderExists: when another order has that number.
        """
        new = self._checked(draft)
        async with self._store.write(scope) as db:
            orders = OrderRepository(db, scope, self._clock)
            await orders.require_contact(draft.contact_id)
            added = await orders.add(new)
            order = await orders.with_number(new.number)
        if order is None or not (added or order.is_made_of(new)):
            raise OrderExists(f"There is another order {new.number!r}: give this one its own number.")
        return order, added

    async def add_missing(self, scope: TenantScope, draft: OrderDraft) -> None:
        """Note the purchase, unless an order has its number already. Raises as `add` does but for OrderExists."""
        with contextlib.suppress(OrderExists):
            await self.add(scope, draft)

    async def note(self, scope: TenantScope, order_id: str, findings: OrderFindings) -> Order:
        """Note what staff found out. Raises UnknownOrder."""
        given = {
            "proven_defect": findings.proven_defect,
            "our_fault": findings.our_fault,
            "note": findings.note,
        }
        async with self._store.write(scope) as db:
            orders = OrderRepository(db, scope, self._clock)
            return await orders.change(order_id, {name: value for name, value in given.items() if value is not None})

    async def order(self, scope: TenantScope, order_id: str) -> Order:
        """The order of that id. Raises UnknownOrder."""
        async with self._store.read(scope) as db:
            return await OrderRepository(db, scope, self._clock).order(order_id)

    async def page(self, scope: TenantScope, wanted: OrderFilter, *, limit: int, offset: int) -> OrderPage:
        """A part of the orders, the newest first."""
        async with self._store.read(scope) as db:
            return await OrderRepository(db, scope, self._clock).page(wanted, limit=limit, offset=offset)

    def _checked(self, draft: OrderDraft) -> NewOrder:
        if draft.placed_at > self._clock.now():
            raise WrongOrder(f"placed_at {draft.placed_at.isoformat()!r} is in the future: give when it was placed.")
        try:
            units = in_units(draft.amount, draft.currency)
        except ValueError as fault:
            raise WrongOrder(f"amount: {fault}.") from None
        return NewOrder(
            number=number_of(draft.number),
            contact_id=draft.contact_id,
            placed_at=draft.placed_at,
            units=units,
            currency=draft.currency,
            items=draft.items,
            proven_defect=draft.proven_defect,
            our_fault=draft.our_fault,
            note=draft.note,
        )


def number_of(written: str) -> str:
    """An order's number in its one way of writing: `#a-1044` and `A-1044` are the same."""
    return written.strip().lstrip("#").strip().upper()


async def own_order(
    db: AsyncSession, scope: TenantScope, clock: Clock, *, contact_id: str, number: str
) -> Order | None:
    """The contact's own order of that number; None also where it is somebody else's."""
    order = await OrderRepository(db, scope, clock).with_number(number_of(number))
    return order if order is not None and order.contact_id == contact_id else None
