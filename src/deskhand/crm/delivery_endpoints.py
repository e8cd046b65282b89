"""Messages to contacts over HTTP, for staff and programs: sent now or at a time, listed, cancelled.

Above: the application. Below: deliveries, templates, the check of files.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from deskhand.crm.deliveries import Deliveries
from deskhand.crm.delivery_model import Delivery as DeliveryRecord
from deskhand.crm.delivery_model import (
    DeliveryFilter,
    DeliveryKind,
    DeliveryStatus,
    Listed,
    NewDelivery,
    Wording,
    WrongMedia,
)
from deskhand.crm.delivery_schemas import ContactMessageIn, DeliveryOut, DeliveryPageOut, delivery_out
from deskhand.crm.media import MediaCheck
from deskhand.crm.port import CustomerRecords
from deskhand.crm.schemas import ContactId, IdempotencyKey, Limit, Offset, Reader, Writer, staff_writing
from deskhand.crm.sequence_schemas import DeliveryId, OfContact, OfEnrolment
from deskhand.crm.template_shelf import TemplateShelf
from deskhand.crm.templates import WrongVariables
from deskhand.crm.when import parse_moment
from deskhand.kit.clock import Clock
from deskhand.kit.problems import responses
from deskhand.tenancy.scope import TenantScope, UnknownContact


class DeliveryEndpoints:
    """Routes of messages outside of a turn."""

    def __init__(
        self,
        *,
        clock: Clock,
        deliveries: Deliveries,
        templates: TemplateShelf,
        media: MediaCheck,
        records: CustomerRecords,
    ) -> None:
        self._clock = clock
        self._deliveries = deliveries
        self._templates = templates
        self._media = media
        self._records = records
        self.router = APIRouter(prefix="/api/v1/crm", tags=["crm"])
        add, messages = self.router.add_api_route, "/contacts/{contact_id}/messages"
        found = responses(401, 403, 404, 422)
        written = responses(401, 403, 404, 409, 422, 503)
        add(messages, self.list_contact_messages, methods=["GET"], responses=found)
        add(messages, self.send_contact_message, methods=["POST"], status_code=201, responses=written)
        scheduled = "/scheduled-messages"
        add(scheduled, self.list_scheduled_messages, methods=["GET"], responses=responses(401, 403, 422))
        add(f"{scheduled}/{{delivery_id}}", self.get_scheduled_message, methods=["GET"], responses=found)
        add(
            f"{scheduled}/{{delivery_id}}/cancel",
            self.cancel_scheduled_message,
            methods=["POST"],
            responses=responses(401, 403, 404, 409, 422),
        )

    async def list_contact_messages(
        self, contact_id: ContactId, scope: Reader, limit: Limit = 50, offset: Offset = 0
    ) -> DeliveryPageOut:
        """What was and will be sent to a contact outside of its questions' answers, the latest due first."""
        return _page(await self._deliveries.of_contact(scope, contact_id, limit=limit, offset=offset), limit, offset)

    async def send_contact_message(
        self, contact_id: ContactId, body: ContactMessageIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> DeliveryOut:
        """Write to a contact in its newest conversation, now or at a moment, in own words or a template's."""
        writing = staff_writing(scope, idempotency_key, body)
        moment = None if body.at is None else parse_moment(body.at, now=self._clock.now())
        wording = await self._wording(scope, contact_id, body)
        new = NewDelivery(
            kind=DeliveryKind.MESSAGE if body.template is None else DeliveryKind.TEMPLATE,
            contact_id=contact_id,
            wording=wording,
            writing=writing,
            due_at=None if moment is None else moment.at,
            zone=None if moment is None else moment.zone,
            reason=body.reason,
        )
        delivery = await self._deliveries.send(scope, new)
        return delivery_out(delivery, None if moment is None else moment.note)

    async def list_scheduled_messages(
        self,
        scope: Reader,
        status: Annotated[
            DeliveryStatus | None, Query(description="`scheduled` unless another is given.")
        ] = DeliveryStatus.SCHEDULED,
        kind: Annotated[DeliveryKind | None, Query()] = None,
        contact_id: OfContact | None = None,
        enrolment_id: OfEnrolment | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> DeliveryPageOut:
        """Messages that wait for their time, or with another status what became of them; the latest due first."""
        wanted = DeliveryFilter(status=status, kind=kind, contact_id=contact_id, enrolment_id=enrolment_id)
        return _page(await self._deliveries.page(scope, wanted, limit=limit, offset=offset), limit, offset)

    async def get_scheduled_message(self, delivery_id: DeliveryId, scope: Reader) -> DeliveryOut:
        """One message, waiting or not any more."""
        return delivery_out(await self._deliveries.delivery(scope, delivery_id))

    async def cancel_scheduled_message(self, delivery_id: DeliveryId, scope: Writer) -> DeliveryOut:
        """Let a message that waits not be sent. A step of a sequence is cancelled with its enrolment."""
        by = staff_writing(scope, None).by
        return delivery_out(await self._deliveries.cancel(scope, delivery_id, by))

    async def _wording(self, scope: TenantScope, contact_id: str, body: ContactMessageIn) -> Wording:
        if body.template is None:
            return await self._own_words(scope, contact_id, body)
        if body.text is not None or body.type != "text" or body.url is not None or body.attachment_id is not None:
            raise WrongVariables("A template has its own words: leave text, type, url and attachment_id out.")
        language = body.language
        if language is None:
            profile = await self._records.lookup(scope, contact_id)
            if profile is None:
                raise UnknownContact(f"There is no contact {contact_id!r}: list them with GET /api/v1/crm/contacts.")
            language = profile.language
        return await self._templates.worded(scope, body.template, language, body.variables)

    async def _own_words(self, scope: TenantScope, contact_id: str, body: ContactMessageIn) -> Wording:
        if body.variables or body.language is not None:
            raise WrongVariables("Variables and language belong to a template: name one, or leave them out.")
        if body.text is None:
            raise WrongMedia("There is nothing to say: give text, with a file as its caption, or a template.")
        files = [each for each in (body.url, body.attachment_id) if each is not None]
        media = body.media
        if len(files) != (0 if media is None else 1):
            raise WrongMedia(f"A message of type {body.type!r} takes {'no file' if media is None else 'one file'}.")
        if media is not None:
            await self._media.by_staff(scope, contact_id, media)
        return Wording(text=body.text, media=media)


def _page(page: Listed[DeliveryRecord], limit: int, offset: int) -> DeliveryPageOut:
    items = [delivery_out(each) for each in page.items]
    return DeliveryPageOut(items=items, total=page.total, limit=limit, offset=offset)
