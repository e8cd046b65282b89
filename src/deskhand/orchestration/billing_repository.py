"""SQL of refunds and discounts, in one scope. Above: the ledger. Below: tables.

Steps are taken by conditional updates, so that of two who settle an entry at the same time only one does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, KeyReused, NotFound
from deskhand.kit.ids import new_id
from deskhand.orchestration.amounts import from_units, written
from deskhand.orchestration.billing_tables import BillingEntryRow, OrderRow
from deskhand.orchestration.refund_facts import CustomerFacts
from deskhand.orchestration.refund_policy import YEAR
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.tables import Contact


class UnknownEntry(NotFound):
    code = "unknown_billing_entry"


class EntryKeyReused(KeyReused):
    """The key of a refund or a discount."""


class EntrySettled(Conflict):
    code = "billing_entry_settled"
    title = "It is settled already"


class EntryKind(StrEnum):
    REFUND = "refund"
    DISCOUNT = "discount"


class EntryStatus(StrEnum):
    """RECORDED: no billing system is connected, and staff pays it out. UNCLEAR: the billing system never said."""

    PENDING = "pending"
    ISSUED = "issued"
    RECORDED = "recorded"
    DECLINED = "declined"
    UNCLEAR = "unclear"


BY_HAND = (EntryStatus.RECORDED, EntryStatus.UNCLEAR)
"""What staff settles: nobody else knows what became of it."""
COUNTS = tuple(status.value for status in EntryStatus if status is not EntryStatus.DECLINED)
"""What is not known to have been declined may have been paid."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntry:
    """A refund or a discount to be noted. `asked` tells a repeated request from another one under the same key."""

    kind: EntryKind
    key: str
    asked: str
    status: EntryStatus
    contact_id: str | None
    reason: str
    order_id: str | None = None
    units: int | None = None
    currency: str | None = None
    percent: float | None = None
    code: str | None = None
    valid_until: datetime | None = None
    agent_id: str | None = None
    session_id: str | None = None
    turn_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingEntry(NewEntry):
    """A refund or a discount that is noted. `declined` says why it was not given."""

    id: str
    reference: str | None
    declined: str | None
    created_at: datetime
    settled_at: datetime | None

    @property
    def amount(self) -> Decimal | None:
        return None if self.units is None or self.currency is None else from_units(self.units, self.currency)

    @property
    def worth(self) -> str:
        """Such as `12.50 GBP`, or `10 %`."""
        if self.amount is None or self.currency is None:
            return f"{self.percent or 0:g} %"
        return written(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryFilter:
    """What a list is narrowed to; None takes all."""

    kind: EntryKind | None = None
    status: EntryStatus | None = None
    contact_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPage:
    items: tuple[BillingEntry, ...]
    total: int


class BillingRepository:
    """Refunds and discounts of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def known_since(self, contact_id: str, *, held: bool = False) -> datetime:
        """Since when the contact is known. With `held`, nobody else gives the contact anything until this transaction
        ends.

        Raises:
            UnknownContact: when there is none.
        """
        asked = select(Contact.created_at).where(Contact.id == contact_id)
        since: datetime | None = await self._db.scalar(asked.with_for_update() if held else asked)
        if since is None:
            raise UnknownContact(f"There is no contact {contact_id!r}: give the id of one of your contacts.")
        return since

    async def with_key(self, contact_id: str, key: str, asked: str) -> BillingEntry | None:
        """What was noted for the contact under that key.

        Raises:
            EntryKeyReused: when that was something else.
        """
        where = (BillingEntryRow.contact_id == contact_id, BillingEntryRow.key == key)
        row = await self._db.scalar(self._select().where(*where))
        if row is not None and row.asked != asked:
            raise EntryKeyReused(f"The idempotency key {key!r} belongs to another refund or discount: use a new one.")
        return None if row is None else entry_of(row)

    async def add(self, new: NewEntry) -> BillingEntry:
        """The entry, noted."""
        row = BillingEntryRow(
            id=new_id("bil"),
            tenant_id=self._scope.tenant_id,
            kind=new.kind.value,
            key=new.key,
            asked=new.asked,
            status=new.status.value,
            contact_id=new.contact_id,
            order_id=new.order_id,
            units=new.units,
            currency=new.currency,
            percent=new.percent,
            code=new.code,
            valid_until=new.valid_until,
            reason=new.reason,
            agent_id=new.agent_id,
            session_id=new.session_id,
            turn_id=new.turn_id,
            created_at=self._clock.now(),
        )
        self._db.add(row)
        await self._db.flush()
        return entry_of(row)

    async def entry(self, entry_id: str) -> BillingEntry:
        """The entry of that id.

        Raises:
            UnknownEntry: when there is none.
        """
        row = await self._db.scalar(self._select().where(BillingEntryRow.id == entry_id))
        if row is None:
            raise UnknownEntry(f"There is no entry {entry_id!r}: list them with GET /api/v1/billing/entries.")
        return entry_of(row)

    async def settle(
        self, entry_id: str, values: Mapping[str, Any], *, when: Collection[EntryStatus] = (EntryStatus.PENDING,)
    ) -> bool:
        """Whether the entry was in one of these states, and so took what came of it."""
        settled = await self._db.execute(
            update(BillingEntryRow)
            .where(BillingEntryRow.id == entry_id, BillingEntryRow.status.in_([each.value for each in when]))
            .values(settled_at=self._clock.now(), **values)
            .returning(BillingEntryRow.id),
            execution_options={"synchronize_session": False},
        )
        return settled.first() is not None

    async def refunded_on(self, order_id: str) -> int:
        """What was refunded on the order, or may have been, in the currency's smallest units."""
        where = (BillingEntryRow.order_id == order_id, BillingEntryRow.status.in_(COUNTS))
        return int(await self._db.scalar(select(func.sum(BillingEntryRow.units)).where(*where)) or 0)

    async def refunded_before(self, contact_id: str, order_id: str, currency: str, *, since: datetime) -> int | None:
        """What the contact was refunded since then, and on that order ever, or may have been, in the currency's
        smallest units; None when some of it is in another currency.
        """
        refunds = (
            BillingEntryRow.contact_id == contact_id,
            BillingEntryRow.kind == EntryKind.REFUND.value,
            BillingEntryRow.status.in_(COUNTS),
            or_(BillingEntryRow.created_at > since, BillingEntryRow.order_id == order_id),
        )
        wanted = select(BillingEntryRow.currency, func.sum(BillingEntryRow.units)).where(*refunds)
        sums = {of: int(units or 0) for of, units in await self._db.execute(wanted.group_by(BillingEntryRow.currency))}
        return sums.get(currency, 0) if set(sums) <= {currency} else None

    async def valid_discount(self, contact_id: str) -> BillingEntry | None:
        """A discount that the contact has and can still use."""
        row = await self._db.scalar(
            self._select()
            .where(
                BillingEntryRow.contact_id == contact_id,
                BillingEntryRow.kind == EntryKind.DISCOUNT.value,
                BillingEntryRow.status.in_(COUNTS),
                BillingEntryRow.valid_until > self._clock.now(),
            )
            .limit(1)
        )
        return None if row is None else entry_of(row)

    async def customer(self, contact_id: str, currency: str, *, known_since: datetime) -> CustomerFacts:
        """The contact's history; sums are of that currency alone."""
        mine = OrderRow.contact_id == contact_id
        counted = select(func.count(), func.min(OrderRow.placed_at)).where(mine)
        orders, earliest = (await self._db.execute(counted)).one()
        first: datetime | None = earliest
        spent = await self._db.scalar(select(func.sum(OrderRow.units)).where(mine, OrderRow.currency == currency))
        refunds = (
            BillingEntryRow.contact_id == contact_id,
            BillingEntryRow.kind == EntryKind.REFUND.value,
            BillingEntryRow.status.in_(COUNTS),
            BillingEntryRow.created_at > self._clock.now() - YEAR,
        )
        times = await self._db.scalar(select(func.count()).select_from(BillingEntryRow).where(*refunds))
        in_currency = select(func.sum(BillingEntryRow.units)).where(*refunds, BillingEntryRow.currency == currency)
        return CustomerFacts(
            orders=orders,
            spent=from_units(int(spent or 0), currency),
            customer_since=known_since if first is None else min(known_since, first),
            refunds_in_a_year=times or 0,
            refunded_in_a_year=from_units(int(await self._db.scalar(in_currency) or 0), currency),
        )

    async def page(self, wanted: EntryFilter, *, limit: int, offset: int) -> EntryPage:
        """A part of the entries, newest first, and how many there are."""
        pairs = (
            (BillingEntryRow.kind, wanted.kind),
            (BillingEntryRow.status, wanted.status),
            (BillingEntryRow.contact_id, wanted.contact_id),
        )
        where = [column == value for column, value in pairs if value is not None]
        total = await self._db.scalar(select(func.count()).select_from(BillingEntryRow).where(*where)) or 0
        newest = self._select().where(*where).order_by(BillingEntryRow.id.desc()).limit(limit).offset(offset)
        return EntryPage(items=tuple(map(entry_of, await self._db.scalars(newest))), total=total)

    def _select(self) -> Any:
        # Rows that an update of this transaction went past must be read anew.
        return select(BillingEntryRow).execution_options(populate_existing=True)


def entry_of(row: BillingEntryRow) -> BillingEntry:
    return BillingEntry(
        id=row.id,
        kind=EntryKind(row.kind),
        key=row.key,
        asked=row.asked,
        status=EntryStatus(row.status),
        contact_id=row.contact_id,
        order_id=row.order_id,
        units=row.units,
        currency=row.currency,
        percent=row.percent,
        code=row.code,
        valid_until=row.valid_until,
        reason=row.reason,
        reference=row.reference,
        declined=row.declined,
        agent_id=row.agent_id,
        session_id=row.session_id,
        turn_id=row.turn_id,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
