"""A contact's way through a sequence, step by step: whether the next message is still wanted, and what follows it.

Above: the delivering of one message, enrolling. Below: the planner, the repositories.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivering import Leave, PutOff, Send, Verdict
from deskhand.crm.delivery_model import (
    Condition,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Enrolment,
    EnrolmentStatus,
    NewDelivery,
    Wording,
)
from deskhand.crm.enrolment_repository import EnrolmentRepository
from deskhand.crm.model import SYSTEM, Actor, ActorKind, Writing
from deskhand.crm.planner import Planner
from deskhand.crm.reach import Place
from deskhand.crm.sequences import due, not_quiet
from deskhand.crm.template_repository import TemplateRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.tenancy.scope import TenantScope

REPLIED = "The contact replied."
QUIET = "It is put off to the end of the quiet hours."
_UNMET: Mapping[Condition, str] = {
    Condition.STILL_OPEN: "The conversation has been closed.",
    Condition.NO_REPLY: REPLIED,
}


class SequenceSteps:
    """Occasion of every message of kind `sequence`."""

    def __init__(self, *, clock: Clock, planner: Planner) -> None:
        self._clock = clock
        self._planner = planner

    async def begin(self, db: AsyncSession, scope: TenantScope, enrolment: Enrolment) -> None:
        """Plan the first message."""
        await self._plan(db, scope, enrolment, 0, enrolment.enrolled_at)

    async def judge(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, place: Place) -> Verdict:
        """Whether the step is sent now, in the words that its template has now."""
        enrolments = EnrolmentRepository(db, scope, self._clock)
        enrolment, step = await enrolments.get(str(delivery.enrolment_id)), delivery.step or 0
        if enrolment.status is not EnrolmentStatus.ACTIVE:
            return Leave(status=DeliveryStatus.SKIPPED, why="The enrolment has ended.")
        if enrolment.plan.stop_on_reply and has_replied(enrolment, place):
            await enrolments.end(enrolment.id, EnrolmentStatus.STOPPED, REPLIED)
            return Leave(status=DeliveryStatus.SKIPPED, why=REPLIED)
        condition = enrolment.plan.steps[step].condition
        if condition is not None and not _holds(condition, enrolment, place):
            return Leave(status=DeliveryStatus.SKIPPED, why=_UNMET[condition])
        now = self._clock.now()
        at = not_quiet(enrolment.plan, now, enrolment.zone)
        if at > now:
            return PutOff(until=at, why=QUIET)
        return await self._worded(db, scope, enrolment, step)

    async def went(self, db: AsyncSession, scope: TenantScope, delivery: Delivery, status: DeliveryStatus) -> None:
        """Plan the next step, or end."""
        enrolments = EnrolmentRepository(db, scope, self._clock)
        enrolment, step = await enrolments.get(str(delivery.enrolment_id)), (delivery.step or 0) + 1
        if enrolment.status is not EnrolmentStatus.ACTIVE:
            return
        if status is DeliveryStatus.FAILED:
            await enrolments.end(enrolment.id, EnrolmentStatus.FAILED, f"Step {step} could not be sent.")
        elif step == len(enrolment.plan.steps):
            await enrolments.end(enrolment.id, EnrolmentStatus.FINISHED, None)
        else:
            await enrolments.advance(enrolment.id, step)
            await self._plan(db, scope, enrolment, step, self._clock.now())

    async def _worded(self, db: AsyncSession, scope: TenantScope, enrolment: Enrolment, step: int) -> Verdict:
        try:
            return Send(wording=await self.wording(db, scope, enrolment, step))
        except DeskhandError as error:
            return Leave(status=DeliveryStatus.FAILED, why=error.detail[:500])

    async def wording(self, db: AsyncSession, scope: TenantScope, enrolment: Enrolment, step: int) -> Wording:
        """What the step says. Raises UnknownTemplate and WrongVariables."""
        templates = TemplateRepository(db, scope, self._clock)
        template = await templates.in_use(enrolment.plan.steps[step].template, enrolment.language)
        names = {variable.name for variable in template.draft.variables}
        values = {name: value for name, value in enrolment.values.items() if name in names}
        return await templates.worded(template.draft.name, enrolment.language, values)

    async def _plan(
        self, db: AsyncSession, scope: TenantScope, enrolment: Enrolment, step: int, since: datetime
    ) -> None:
        """Set up the message of a step, with what it would say today."""
        try:
            wording = await self.wording(db, scope, enrolment, step)
        except DeskhandError:
            # Its time has not come: what is missing may be there by then.
            wording = Wording(text="")
        new = NewDelivery(
            kind=DeliveryKind.SEQUENCE,
            contact_id=enrolment.contact_id,
            wording=wording,
            due_at=due(enrolment.plan, step, since, enrolment.zone),
            writing=Writing(by=_actor(enrolment), idempotency_key=f"{enrolment.id}.{step}"),
            zone=enrolment.zone,
            enrolment_id=enrolment.id,
            step=step,
        )
        await self._planner.plan(db, scope, new)


def has_replied(enrolment: Enrolment, place: Place) -> bool:
    """Whether the contact has written since the enrolment."""
    return place.customer_wrote_at is not None and place.customer_wrote_at > enrolment.enrolled_at


def _holds(condition: Condition, enrolment: Enrolment, place: Place) -> bool:
    match condition:
        case Condition.STILL_OPEN:
            return place.is_open
        case Condition.NO_REPLY:
            return not has_replied(enrolment, place)


def _actor(enrolment: Enrolment) -> Actor:
    """The sequence speaks in the agent's name, whoever enrolled the contact; of an agent its turn is kept."""
    by = enrolment.enrolled_by
    if by["kind"] != ActorKind.AGENT:
        return SYSTEM
    return Actor(kind=ActorKind.AGENT, id=by["id"], turn_id=by["turn_id"])
