"""Messages to contacts outside of a turn: sent now or at a time, listed, cancelled.

Above: the tools, the endpoints. Below: the planner, the delivering of one message, the places of contacts.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivering import NO_CONVERSATION, Delivering
from deskhand.crm.delivery_model import (
    Delivery,
    DeliveryEnded,
    DeliveryFilter,
    DeliveryStatus,
    Listed,
    NewDelivery,
    NoConversation,
)
from deskhand.crm.delivery_repository import DeliveryRepository
from deskhand.crm.model import Actor
from deskhand.crm.planner import Planner
from deskhand.crm.reach import ContactPlaces
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import Contact


class Deliveries:
    """One for the process."""

    def __init__(
        self, *, store: TenantStore, clock: Clock, planner: Planner, delivering: Delivering, places: ContactPlaces
    ) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner
        self._delivering = delivering
        self._places = places

    async def send(self, scope: TenantScope, new: NewDelivery) -> Delivery:
        """The message: sent when this returns, or waiting for its time. The same key again gives the same message.

        Raises:
            UnknownContact: when the tenant has no such contact.
            NoConversation: when the contact never wrote.
            KeyReused: when the key stands for another message.
        """
        async with self._store.write(scope) as db:
            await check_contact(db, new.contact_id)
            if await self._places.newest(db, scope, new.contact_id) is None:
                raise NoConversation(f"{NO_CONVERSATION} Write to {new.contact_id!r} once there is one.")
            delivery, is_new = await self._planner.plan(db, scope, new)
            deliveries = DeliveryRepository(db, scope, self._clock)
            if is_new and new.due_at is None:
                await self._delivering.deliver(db, scope, delivery, session_id=new.session_id)
                delivery = await deliveries.get(delivery.id)
        if delivery.status is DeliveryStatus.SCHEDULED:
            self._planner.wake()
        return delivery

    async def delivery(self, scope: TenantScope, delivery_id: str) -> Delivery:
        """Raises UnknownDelivery."""
        async with self._store.read(scope) as db:
            return await DeliveryRepository(db, scope, self._clock).get(delivery_id)

    async def page(self, scope: TenantScope, wanted: DeliveryFilter, *, limit: int, offset: int) -> Listed[Delivery]:
        """The latest due first."""
        async with self._store.read(scope) as db:
            return await DeliveryRepository(db, scope, self._clock).page(wanted, limit=limit, offset=offset)

    async def of_contact(self, scope: TenantScope, contact_id: str, *, limit: int, offset: int) -> Listed[Delivery]:
        """A contact's messages.

        Raises:
            UnknownContact: when the tenant has no such contact.
        """
        async with self._store.read(scope) as db:
            await check_contact(db, contact_id)
        return await self.page(scope, DeliveryFilter(contact_id=contact_id), limit=limit, offset=offset)

    async def cancel(self, scope: TenantScope, delivery_id: str, by: Actor) -> Delivery:
        """The message, not to be sent any more. Cancelling it twice changes nothing.

        Raises:
            UnknownDelivery: when there is none.
            DeliveryEnded: when it was sent, or will not be sent anyway, or is a step of a sequence.
        """
        async with self._store.write(scope) as db:
            deliveries = DeliveryRepository(db, scope, self._clock)
            delivery = await deliveries.get(delivery_id)
            if delivery.enrolment_id is not None and delivery.status is DeliveryStatus.SCHEDULED:
                raise DeliveryEnded(
                    f"{delivery_id!r} is a step of a sequence: cancel the enrolment {delivery.enrolment_id!r}."
                )
            said = cancelled_by(by)
            if delivery.status is DeliveryStatus.SCHEDULED:
                await self._planner.drop(db, scope, delivery, DeliveryStatus.CANCELLED, said, by)
            after = await deliveries.get(delivery_id)
        if after.status is not DeliveryStatus.CANCELLED:
            raise DeliveryEnded(
                f"The message {delivery_id!r} is {after.status.value} already: there is nothing to stop."
            )
        return after


def cancelled_by(by: Actor) -> str:
    return f"Cancelled by {by.kind.value} {by.id}." if by.id else f"Cancelled by {by.kind.value}."


async def check_contact(db: AsyncSession, contact_id: str) -> None:
    """Raises UnknownContact."""
    if await db.scalar(select(Contact.id).where(Contact.id == contact_id)) is None:
        raise UnknownContact(f"There is no contact {contact_id!r}: list them with GET /api/v1/crm/contacts.")
