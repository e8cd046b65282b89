"""Contacts begin a sequence, and are taken out of it. Above: the tools, the endpoints. Below: the steps, the planner.

Of a sequence a contact has one enrolment at a time; everything that could fail later for want of a value fails here.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.deliveries import cancelled_by, check_contact
from deskhand.crm.delivering import NO_CONVERSATION
from deskhand.crm.delivery_model import (
    AlreadyEnrolled,
    DeliveryStatus,
    Enrolment,
    EnrolmentEnded,
    EnrolmentStatus,
    Listed,
    NewEnrolment,
    NoConversation,
    Sequence,
)
from deskhand.crm.delivery_repository import DeliveryRepository
from deskhand.crm.enrolment_repository import EnrolmentRepository
from deskhand.crm.journal import JournalRepository
from deskhand.crm.model import SYSTEM, Actor
from deskhand.crm.planner import Planner
from deskhand.crm.port import CustomerRecords
from deskhand.crm.reach import ContactPlaces
from deskhand.crm.sequence_repository import SequenceRepository
from deskhand.crm.sequence_steps import REPLIED, SequenceSteps, has_replied
from deskhand.crm.template_repository import TemplateRepository
from deskhand.crm.templates import WrongVariables
from deskhand.crm.when import zone_named
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

UTC_NAME = "UTC"
ENROLLED = "sequence_enrolled"
ENROLMENT_ENDED = "sequence_ended"


class Enrolments:
    """One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        planner: Planner,
        steps: SequenceSteps,
        places: ContactPlaces,
        records: CustomerRecords,
    ) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner
        self._steps = steps
        self._places = places
        self._records = records

    async def enrol(self, scope: TenantScope, sequence: str, new: NewEnrolment) -> Enrolment:
        """The contact's way through the sequence of that id or name. The same key again gives the same enrolment.

        Raises:
            UnknownSequence, UnknownContact, NoConversation: when one is not there.
            UnknownTemplate, WrongVariables, WrongMoment: when a step could not be written, or the zone is none.
            AlreadyEnrolled: when the contact goes through it already.
            KeyReused: when the key stands for another enrolment.
        """
        zone, language = await self._zone_and_language(scope, new)
        async with self._store.write(scope) as db:
            found = await SequenceRepository(db, scope, self._clock).named(sequence)
            await check_contact(db, new.contact_id)
            enrolments = EnrolmentRepository(db, scope, self._clock)
            before = await enrolments.under_key(found.id, new)
            if before is not None:
                return before
            await self._check_values(db, scope, found, new, language)
            await self._end_if_replied(db, scope, found, new)
            enrolment = await enrolments.add(found, new, zone=zone, language=language)
            if enrolment is None:
                raise AlreadyEnrolled(
                    f"The contact goes through {found.draft.name!r} already: wait until that ends, or cancel it."
                )
            await self._steps.begin(db, scope, enrolment)
            detail = {"enrolment_id": enrolment.id, "sequence_id": found.id, "sequence": found.draft.name}
            journal = JournalRepository(db, scope, self._clock)
            await journal.note_change(new.contact_id, ENROLLED, detail, new.writing.by)
        self._planner.wake()
        return enrolment

    async def enrolment(self, scope: TenantScope, enrolment_id: str) -> Enrolment:
        """Raises UnknownEnrolment."""
        async with self._store.read(scope) as db:
            return await EnrolmentRepository(db, scope, self._clock).get(enrolment_id)

    async def page(
        self,
        scope: TenantScope,
        *,
        sequence_id: str | None = None,
        contact_id: str | None = None,
        status: EnrolmentStatus | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Listed[Enrolment]:
        """Newest first."""
        async with self._store.read(scope) as db:
            enrolments = EnrolmentRepository(db, scope, self._clock)
            return await enrolments.page(
                sequence_id=sequence_id, contact_id=contact_id, status=status, limit=limit, offset=offset
            )

    async def cancel(self, scope: TenantScope, enrolment_id: str, by: Actor) -> Enrolment:
        """The enrolment, ended; what it still had to send is not sent. Cancelling it twice changes nothing.

        Raises:
            UnknownEnrolment: when there is none.
            EnrolmentEnded: when it had ended otherwise.
        """
        async with self._store.write(scope) as db:
            enrolments = EnrolmentRepository(db, scope, self._clock)
            await enrolments.get(enrolment_id)
            # The messages before the enrolment, as the sending of one does: whoever locks in turn waits in turn.
            await DeliveryRepository(db, scope, self._clock).waiting_of(enrolment_id)
            await self._end(db, scope, enrolment_id, EnrolmentStatus.CANCELLED, cancelled_by(by), by)
            after = await enrolments.get(enrolment_id)
        if after.status is not EnrolmentStatus.CANCELLED:
            raise EnrolmentEnded(f"The enrolment {enrolment_id!r} is {after.status.value} already.")
        return after

    async def _end(
        self, db: AsyncSession, scope: TenantScope, enrolment_id: str, status: EnrolmentStatus, said: str, by: Actor
    ) -> None:
        enrolments = EnrolmentRepository(db, scope, self._clock)
        if not await enrolments.end(enrolment_id, status, said):
            return
        for delivery in await DeliveryRepository(db, scope, self._clock).waiting_of(enrolment_id):
            await self._planner.drop(db, scope, delivery, DeliveryStatus.CANCELLED, said, by)
        enrolment = await enrolments.get(enrolment_id)
        detail = {"enrolment_id": enrolment_id, "sequence_id": enrolment.sequence_id, "status": status.value}
        journal = JournalRepository(db, scope, self._clock)
        await journal.note_change(enrolment.contact_id, ENROLMENT_ENDED, detail, by)

    async def _end_if_replied(
        self, db: AsyncSession, scope: TenantScope, sequence: Sequence, new: NewEnrolment
    ) -> None:
        """An earlier enrolment that a reply has ended is found out at its next step: it must not be in the way."""
        place = await self._places.newest(db, scope, new.contact_id)
        if place is None:
            raise NoConversation(f"{NO_CONVERSATION} Enrol {new.contact_id!r} once there is one.")
        active = await EnrolmentRepository(db, scope, self._clock).active(sequence.id, new.contact_id)
        if active is not None and active.plan.stop_on_reply and has_replied(active, place):
            await DeliveryRepository(db, scope, self._clock).waiting_of(active.id)
            await self._end(db, scope, active.id, EnrolmentStatus.STOPPED, REPLIED, SYSTEM)

    async def _check_values(
        self, db: AsyncSession, scope: TenantScope, sequence: Sequence, new: NewEnrolment, language: str | None
    ) -> None:
        templates, used = TemplateRepository(db, scope, self._clock), set[str]()
        for name in dict.fromkeys(step.template for step in sequence.draft.plan.steps):
            template = await templates.in_use(name, language)
            names = {variable.name for variable in template.draft.variables}
            values = {key: value for key, value in new.values.items() if key in names}
            await templates.worded(name, language, values)
            used |= names
        unknown = sorted(set(new.values) - used)
        if unknown:
            known = ", ".join(sorted(used)) or "none"
            raise WrongVariables(f"No step has a variable {unknown[0][:60]!r}; the sequence has: {known}.")

    async def _zone_and_language(self, scope: TenantScope, new: NewEnrolment) -> tuple[str, str | None]:
        zone, language = new.zone, new.language
        if zone is None or language is None:
            profile = await self._records.lookup(scope, new.contact_id)
            if profile is not None:
                zone, language = zone or profile.time_zone, language or profile.language
        return zone_named(zone or UTC_NAME).key, language
