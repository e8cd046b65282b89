"""Gives refunds and discounts, each once: noted in one transaction with the jobs that it causes, then asked of billing.

An entry is `pending` from its first commit until the billing system has answered; where none is connected it is
`recorded` at once, and staff pays it out. As long as it is not declined it counts against the order and the year, so
that what may have been paid is never paid again. A job asks again under the same key until there is an answer, also
after the process was killed; another one tells the CRM.
Above: the tools, the queue of jobs. Below: the records, the billing system, the CRM's port.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.model import Actor, ActorKind, ContactEvent, EventCategory, NewEvent, Writing
from deskhand.jobs.model import GiveUp, Job
from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.orchestration.amounts import in_units
from deskhand.orchestration.billing_client import Billing, BillingAnswer, BillingUnclear, Declined
from deskhand.orchestration.billing_repository import (
    BY_HAND,
    BillingEntry,
    BillingRepository,
    EntryFilter,
    EntryKind,
    EntryPage,
    EntrySettled,
    EntryStatus,
    NewEntry,
)
from deskhand.orchestration.order_repository import OrderRepository
from deskhand.orchestration.refund_records import (
    DiscountWish,
    Place,
    RefundRefused,
    RefundTerms,
    RefundWish,
    within_policy,
)
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

SETTLE = "billing.settle"
TELL_CRM = "billing.event"
ASK_AGAIN_AFTER = timedelta(seconds=60)
"""The call itself tries a few times first."""
_PATHS = {EntryKind.REFUND: "refunds", EntryKind.DISCOUNT: "discounts"}


class Outbox(Protocol):
    """Where jobs are left in the transaction that causes them; `JobQueue` is one."""

    async def add(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        due_at: datetime | None = None,
    ) -> bool: ...

    def wake(self) -> None: ...


class EventLog(Protocol):
    """Where a contact's events are kept, each key once; `CustomerRecords` is one."""

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent:
        """Raises NotFound when there is no such contact."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """What came of asking the billing system."""

    status: EntryStatus
    values: Mapping[str, Any]


class RefundLedger:
    """One for the process. Without `billing`, entries are recorded for staff to pay out."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        outbox: Outbox,
        crm: EventLog,
        billing: Billing | None = None,
        terms: RefundTerms | None = None,
    ) -> None:
        """`register` it with the queue before its first refund."""
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._crm = crm
        self._billing = billing
        self._terms = terms or RefundTerms()

    async def refund(self, scope: TenantScope, wish: RefundWish) -> BillingEntry:
        """The refund, given once for its key, as far as it came; a repeated wish gives what the first one gave.

        Raises:
            RefundRefused: when the policy does not allow it any more.
            EntryKeyReused: when the key belongs to something else.
            BillingUnclear: when the billing system did not say; asking again under the same key does no harm.
        """
        contact_id = wish.place.contact_id
        async with self._store.write(scope) as db:
            entries = BillingRepository(db, scope, self._clock)
            await entries.known_since(contact_id, held=True)
            entry = await entries.with_key(contact_id, wish.key, wish.asked)
            if entry is None:
                known = await within_policy(db, scope, self._clock, wish, self._terms)
                new = self._new(EntryKind.REFUND, wish.place, key=wish.key, asked=wish.asked, reason=wish.reason)
                entry = await self._note(
                    db, scope, new(order_id=known.order.id, units=known.units, currency=known.order.currency)
                )
        return await self._settled(scope, entry)

    async def discount(self, scope: TenantScope, wish: DiscountWish) -> BillingEntry:
        """The discount with its code, given once for its key. Raises as `refund` does; RefundRefused also when the
        customer has one that is still valid.
        """
        contact_id = wish.place.contact_id
        async with self._store.write(scope) as db:
            entries = BillingRepository(db, scope, self._clock)
            await entries.known_since(contact_id, held=True)
            entry = await entries.with_key(contact_id, wish.key, wish.asked)
            if entry is None:
                await _require_no_other(entries, contact_id)
                new = self._new(EntryKind.DISCOUNT, wish.place, key=wish.key, asked=wish.asked, reason=wish.reason)
                entry = await self._note(db, scope, new(**_worth(wish), **self._code(wish)))
        return await self._settled(scope, entry)

    async def page(self, scope: TenantScope, wanted: EntryFilter, *, limit: int, offset: int) -> EntryPage:
        """A part of what was given, newest first."""
        async with self._store.read(scope) as db:
            return await BillingRepository(db, scope, self._clock).page(wanted, limit=limit, offset=offset)

    async def settle_by_hand(self, scope: TenantScope, entry_id: str, verdict: BillingAnswer) -> BillingEntry:
        """What staff has paid out, or found out. The same verdict, with the same reference, again changes nothing.

        Raises:
            UnknownEntry: when there is none.
            EntrySettled: when it was settled otherwise, or the billing system is still being asked.
        """
        outcome = _outcome(verdict)
        values = {"status": outcome.status.value, **outcome.values}
        async with self._store.write(scope) as db:
            entries = BillingRepository(db, scope, self._clock)
            took = await entries.settle(entry_id, values, when=BY_HAND)
            entry = await entries.entry(entry_id)
            if took and outcome.status is EntryStatus.ISSUED:
                await self._tell_later(db, scope, entry_id)
        if not took:
            return _as_settled(entry, outcome)
        log.info("billing_settled_by_hand", entry_id=entry_id, status=entry.status.value, by=scope.user_id)
        self._outbox.wake()
        return entry

    def register(self, jobs: JobQueue) -> None:
        """Let the queue do the jobs that follow from refunds and discounts."""
        jobs.handle(SETTLE, self._settle_job, given_up=self._settle_given_up)
        jobs.handle(TELL_CRM, self._tell_crm)

    async def _settle_job(self, scope: TenantScope, job: Job) -> None:
        """Ask the billing system again about an entry that is still open."""
        entry = await self._settled(scope, await self._entry(scope, job))
        if entry.status is EntryStatus.PENDING:
            raise BillingUnclear("no billing system is connected any more")

    async def _settle_given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> None:
        """It never said: staff has to look."""
        entry_id = str(job.payload["entry_id"])
        await BillingRepository(db, scope, self._clock).settle(entry_id, {"status": EntryStatus.UNCLEAR.value})
        log.error("billing_never_answered", entry_id=entry_id)

    async def _tell_crm(self, scope: TenantScope, job: Job) -> None:
        """Note in the CRM what was given. It goes under the entry's id, so that it is noted once."""
        entry = await self._entry(scope, job)
        if entry.contact_id is None:
            raise GiveUp("contact_deleted")
        async with self._store.read(scope) as db:
            order = None
            if entry.order_id is not None:
                order = (await OrderRepository(db, scope, self._clock).order(entry.order_id)).number
        by = Actor(kind=ActorKind.AGENT, id=entry.agent_id, turn_id=entry.turn_id)
        try:
            await self._crm.add_event(
                scope, entry.contact_id, _event(entry, order), Writing(by=by, idempotency_key=entry.id)
            )
        except NotFound:
            raise GiveUp("contact_unknown") from None

    def _new(self, kind: EntryKind, place: Place, *, key: str, asked: str, reason: str) -> Any:
        """Makes the entry, given what it is worth."""
        status = EntryStatus.RECORDED if self._billing is None else EntryStatus.PENDING

        def new(**worth: Any) -> NewEntry:
            return NewEntry(
                kind=kind,
                key=key,
                asked=asked,
                status=status,
                contact_id=place.contact_id,
                reason=reason,
                agent_id=place.agent_id,
                session_id=place.session_id,
                turn_id=place.turn_id,
                **worth,
            )

        return new

    async def _note(self, db: AsyncSession, scope: TenantScope, new: NewEntry) -> BillingEntry:
        """Write the entry and leave the job that follows from it, in the caller's transaction."""
        entry = await BillingRepository(db, scope, self._clock).add(new)
        if entry.status is EntryStatus.PENDING:
            due = self._clock.now() + ASK_AGAIN_AFTER
            await self._outbox.add(db, scope, kind=SETTLE, key=entry.id, payload={"entry_id": entry.id}, due_at=due)
        else:
            await self._tell_later(db, scope, entry.id)
        return entry

    async def _settled(self, scope: TenantScope, entry: BillingEntry) -> BillingEntry:
        """The entry with the billing system's answer, asked for where there is none yet."""
        if entry.status is EntryStatus.PENDING and self._billing is not None:
            outcome = _outcome(await self._asked(scope, self._billing, entry))
            async with self._store.write(scope) as db:
                entries = BillingRepository(db, scope, self._clock)
                values = {"status": outcome.status.value, **outcome.values}
                if await entries.settle(entry.id, values) and outcome.status is EntryStatus.ISSUED:
                    await self._tell_later(db, scope, entry.id)
                entry = await entries.entry(entry.id)
        self._outbox.wake()
        return entry

    async def _asked(self, scope: TenantScope, billing: Billing, entry: BillingEntry) -> BillingAnswer:
        order = None
        if entry.order_id is not None:
            async with self._store.read(scope) as db:
                order = (await OrderRepository(db, scope, self._clock).order(entry.order_id)).number
        return await billing.ask(_PATHS[entry.kind], _request(entry, order), key=entry.id)

    async def _tell_later(self, db: AsyncSession, scope: TenantScope, entry_id: str) -> None:
        await self._outbox.add(db, scope, kind=TELL_CRM, key=entry_id, payload={"entry_id": entry_id})

    async def _entry(self, scope: TenantScope, job: Job) -> BillingEntry:
        async with self._store.read(scope) as db:
            return await BillingRepository(db, scope, self._clock).entry(str(job.payload["entry_id"]))

    def _code(self, wish: DiscountWish) -> dict[str, Any]:
        until = self._clock.now() + timedelta(days=wish.valid_days)
        return {"code": f"DH-{secrets.token_hex(5).upper()}", "valid_until": until}


async def _require_no_other(entries: BillingRepository, contact_id: str) -> None:
    """One discount at a time: a customer who asks again and again does not collect them."""
    other = await entries.valid_discount(contact_id)
    if other is not None and other.valid_until is not None:
        until = other.valid_until.date().isoformat()
        raise RefundRefused(f"This customer has a discount of {other.worth} already, valid until {until}.")


def _worth(wish: DiscountWish) -> dict[str, Any]:
    if wish.amount is None or wish.currency is None:
        return {"percent": wish.percent}
    try:
        return {"units": in_units(wish.amount, wish.currency), "currency": wish.currency}
    except ValueError as fault:
        raise RefundRefused(f"The discount cannot be granted: {fault}.") from None


def _outcome(answer: BillingAnswer) -> _Outcome:
    if isinstance(answer, Declined):
        return _Outcome(status=EntryStatus.DECLINED, values={"declined": answer.reason})
    return _Outcome(status=EntryStatus.ISSUED, values={"reference": answer.reference})


def _as_settled(entry: BillingEntry, outcome: _Outcome) -> BillingEntry:
    """The entry, when it was settled in just that way before.

    Raises:
        EntrySettled: when it was not, or the billing system is still being asked.
    """
    if entry.status is outcome.status and all(getattr(entry, name) == outcome.values[name] for name in outcome.values):
        return entry
    raise EntrySettled(f"The entry {entry.id!r} is {entry.status.value}, and is not settled by hand.")


def _request(entry: BillingEntry, order: str | None) -> dict[str, Any]:
    """What the billing system is asked for."""
    asked = {
        f"{entry.kind.value}_id": entry.id,
        "customer_id": entry.contact_id,
        "order_number": order,
        "amount": None if entry.amount is None else entry.worth.split(" ")[0],
        "currency": entry.currency,
        "percent": entry.percent,
        "code": entry.code,
        "valid_until": None if entry.valid_until is None else entry.valid_until.isoformat(),
        "reason": entry.reason,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _event(entry: BillingEntry, order: str | None) -> NewEvent:
    """What the CRM is told: numbers, and nothing of the customer's words."""
    of_order = "" if order is None else f" on order {order}"
    data = {
        "entry_id": entry.id,
        "status": entry.status.value,
        "worth": entry.worth,
        "order_number": order,
        "reference": entry.reference,
        "code": entry.code,
    }
    return NewEvent(
        title=f"{entry.kind.value.capitalize()} of {entry.worth}{of_order}",
        category=EventCategory.PURCHASE,
        data={name: value for name, value in data.items() if value is not None},
        occurred_at=entry.settled_at or entry.created_at,
    )
