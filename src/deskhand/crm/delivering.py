"""Sends one message when its time has come: exactly once, since the message, its state and the end of its job are
committed together.

Above: the queue of jobs. Below: the planner, what a message belongs to (`Occasion`), the speaker.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias, assert_never

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import Delivery, DeliveryKind, DeliveryStatus, Wording
from deskhand.crm.delivery_repository import DeliveryRepository
from deskhand.crm.model import Actor, ActorKind
from deskhand.crm.planner import NOT_SENT, SENT, Planner
from deskhand.crm.reach import ContactPlaces, Place, Speaker
from deskhand.jobs.model import Job
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=6)
MOST_WAITS = 20
"""Put off so often, some four days, a message is not sent any more."""
NO_CONVERSATION = "The contact has no conversation to write in."
WITH_HUMAN = "A member of staff has the conversation."


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    wording: Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    until: datetime
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """It is not sent: skipped or failed."""

    status: DeliveryStatus
    why: str


Verdict: TypeAlias = Send | PutOff | Leave


class Occasion(Protocol):
    """What a message belongs to: it says whether the message is still wanted, and goes on after it."""

    async def judge(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, place: Place) -> Verdict: ...

    async def went(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, status: DeliveryStatus) -> None: ...


class Delivering:
    """The handler of the jobs that send messages."""

    def __init__(
        self,
        *,
        clock: Clock,
        planner: Planner,
        speaker: Speaker,
        places: ContactPlaces,
        occasions: Mapping[DeliveryKind, Occasion],
    ) -> None:
        self._clock = clock
        self._planner = planner
        self._speaker = speaker
        self._places = places
        self._occasions = occasions

    async def handle(self, db: AsyncSession, scope: TenantScope, job: Job) -> None:
        """Send it, put it off, or leave it, in the transaction that ends the job."""
        delivery = await self._deliveries(db, scope).locked(str(job.payload["delivery_id"]))
        if delivery is not None:
            await self.deliver(db, scope, delivery)

    async def given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> None:
        """The job failed for good: the message says so."""
        delivery = await self._deliveries(db, scope).locked(str(job.payload["delivery_id"]))
        if delivery is not None:
            await self._leave(db, scope, delivery, DeliveryStatus.FAILED, "Sending it failed again and again.")

    async def deliver(
        self, db: AsyncSession, scope: TenantScope, delivery: Delivery, *, session_id: str | None = None
    ) -> None:
        """For a message that waits, and that the transaction has locked. It goes to that session while it is open, else
        to the contact's newest conversation.
        """
        place = await self._places.newest(db, scope, delivery.contact_id, session_id=session_id)
        if place is None:
            await self._leave(db, scope, delivery, DeliveryStatus.FAILED, NO_CONVERSATION)
            return
        match await self._judged(db, scope, delivery, place):
            case Send(wording=wording):
                await self._send(db, scope, delivery, place, wording)
            case PutOff(until=until, why=why):
                await self._planner.put_off(db, scope, delivery, until, why)
            case Leave(status=status, why=why):
                await self._leave(db, scope, delivery, status, why)
            case other:
                assert_never(other)

    async def _judged(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, place: Place) -> Verdict:
        occasion = self._occasions.get(delivery.kind)
        verdict: Verdict = Send(wording=delivery.wording)
        if occasion is not None:
            verdict = await occasion.judge(db, scope, delivery, place)
        by_agent = maker_of(delivery).kind is not ActorKind.USER
        if isinstance(verdict, Send) and by_agent and place.human_owner is not None:
            return self._with_human(delivery)
        return verdict

    def _with_human(self, delivery: Delivery) -> Verdict:
        """What an agent set up waits while a person speaks with the contact."""
        if delivery.put_off >= MOST_WAITS:
            return Leave(status=DeliveryStatus.SKIPPED, why=WITH_HUMAN)
        wait = min(FIRST_WAIT * 2 ** min(delivery.put_off, 10), LONGEST_WAIT)
        return PutOff(until=self._clock.now() + wait, why=WITH_HUMAN)

    async def _send(
        self, db: AsyncSession, scope: TenantScope, delivery: Delivery, place: Place, wording: Wording
    ) -> None:
        message_id = await self._speaker.say(
            db,
            scope,
            session_id=place.session_id,
            thread_id=place.thread_id,
            text=wording.text,
            details=_details(delivery, wording),
        )
        sent = DeliveryStatus.SENT
        await self._deliveries(db, scope).end(delivery.id, sent, message_id=message_id, wording=wording)
        await self._planner.note(db, scope, delivery, SENT, maker_of(delivery), message_id=message_id)
        await self._went(db, scope, delivery, sent)
        after_commit(db, lambda: self._speaker.announce(scope, message_id))

    async def _leave(
        self, db: AsyncSession, scope: TenantScope, delivery: Delivery, status: DeliveryStatus, why: str
    ) -> None:
        await self._deliveries(db, scope).end(delivery.id, status, outcome=why)
        await self._planner.note(db, scope, delivery, NOT_SENT, maker_of(delivery), status=status.value)
        log.info("message_not_sent", delivery_id=delivery.id, kind=delivery.kind.value, status=status.value)
        await self._went(db, scope, delivery, status)

    async def _went(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, status: DeliveryStatus) -> None:
        occasion = self._occasions.get(delivery.kind)
        if occasion is not None:
            await occasion.went(db, scope, delivery, status)

    def _deliveries(self, db: AsyncSession, scope: TenantScope) -> DeliveryRepository:
        return DeliveryRepository(db, scope, self._clock)


def after_commit(db: AsyncSession, work: Any) -> None:
    """Do it when the session's transaction is committed, and not at all when it is not."""
    event.listen(db.sync_session, "after_commit", lambda _session: work(), once=True)


def maker_of(delivery: Delivery) -> Actor:
    """Who set the message up."""
    made_by = delivery.made_by
    return Actor(kind=ActorKind(str(made_by["kind"])), id=made_by["id"], turn_id=made_by["turn_id"])


def _details(delivery: Delivery, wording: Wording) -> dict[str, Any]:
    """What is kept with the message: which delivery it was, and its file."""
    details: dict[str, Any] = {"delivery": {"id": delivery.id, "kind": delivery.kind.value}}
    maker = maker_of(delivery)
    if maker.kind is ActorKind.AGENT:
        details["agent_id"] = maker.id
    if wording.template is not None:
        template = wording.template
        details["template"] = {"name": template.name, "language": template.language, "version": template.version}
    if wording.media is not None:
        media = wording.media
        address = {"url": media.url} if media.url is not None else {"attachment_id": media.attachment_id}
        details["media"] = [{"kind": media.kind.value, **address, "caption": wording.text}]
    return details
