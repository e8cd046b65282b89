"""Contacts over HTTP, for staff and programs: seen with `crm:read`, changed with `crm:write`.

They speak of the built-in CRM; only `/lookup` asks whichever CRM the tenant has. Above: the application. Below: the
records, the look-up.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from deskhand.crm.lookup import CRMLookups
from deskhand.crm.model import AccountStatus, ContactFilter, CustomerProfile
from deskhand.crm.records import BuiltInRecords
from deskhand.crm.schemas import (
    ID_PATTERN,
    MAX_ID,
    ContactErasedOut,
    ContactId,
    ContactIn,
    ContactOut,
    ContactPageOut,
    ContactPatch,
    IdempotencyKey,
    IfMatch,
    Limit,
    LookupOut,
    Offset,
    PipelineMoveIn,
    Reader,
    TagsIn,
    Writer,
    contact_out,
    etag_of,
    lookup_out,
    staff_writing,
    version_in,
)
from deskhand.kit.errors import Unavailable
from deskhand.kit.problems import responses
from deskhand.tools.contract import TransientError

_TEXT = 200


class ContactEndpoints:
    """Routes of contacts."""

    def __init__(self, *, records: BuiltInRecords, lookups: CRMLookups) -> None:
        self._records = records
        self._lookups = lookups
        self.router = APIRouter(prefix="/api/v1/crm/contacts", tags=["crm"])
        add, one = self.router.add_api_route, "/{contact_id}"
        found, written = responses(401, 403, 404, 422), responses(401, 403, 404, 409, 412, 422)
        add("", self.list_contacts, methods=["GET"], responses=responses(401, 403, 422))
        add("", self.create_contact, methods=["POST"], status_code=201, responses=responses(401, 403, 409, 422))
        add(one, self.get_contact, methods=["GET"], responses=found)
        add(one, self.change_contact, methods=["PATCH"], responses=written)
        add(one, self.erase_contact, methods=["DELETE"], responses=found)
        add(f"{one}/tags", self.change_tags, methods=["POST"], responses=responses(401, 403, 404, 409, 422))
        add(f"{one}/pipeline", self.move_contact, methods=["PUT"], responses=responses(401, 403, 404, 409, 422))
        add(f"{one}/lookup", self.look_up_contact, methods=["GET"], responses=responses(401, 403, 404, 422, 503))

    async def list_contacts(
        self,
        scope: Reader,
        q: Annotated[
            str | None, Query(max_length=_TEXT, description="Words of name, e-mail address, phone number or company.")
        ] = None,
        tag: Annotated[str | None, Query(max_length=_TEXT)] = None,
        stage: Annotated[str | None, Query(max_length=_TEXT, description="A stage's id or name.")] = None,
        pipeline_id: Annotated[str | None, Query(max_length=MAX_ID, pattern=ID_PATTERN)] = None,
        account_status: Annotated[AccountStatus | None, Query()] = None,
        assigned_agent: Annotated[str | None, Query(max_length=64, pattern=ID_PATTERN)] = None,
        known: Annotated[
            bool | None, Query(description="Only those of whom anything was, or nothing was, ever noted.")
        ] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> ContactPageOut:
        """Contacts, newest first: visitors of the chat page too."""
        wanted = ContactFilter(
            q=q,
            tag=tag,
            stage=stage,
            pipeline_id=pipeline_id,
            account_status=account_status,
            assigned_agent=assigned_agent,
            known=known,
        )
        found, total = await self._records.page(scope, wanted, limit=limit, offset=offset)
        items = [contact_out(profile) for profile in found]
        return ContactPageOut(items=items, total=total, limit=limit, offset=offset)

    async def create_contact(
        self, body: ContactIn, scope: Writer, response: Response, idempotency_key: IdempotencyKey = None
    ) -> ContactOut:
        """A new contact, with what is known of it."""
        made = await self._records.create(scope, body.change(), staff_writing(scope, idempotency_key, body))
        response.headers["Location"] = f"{self.router.prefix}/{made.id}"
        return _tagged(response, made)

    async def get_contact(self, contact_id: ContactId, scope: Reader, response: Response) -> ContactOut:
        """One contact; its `ETag` goes into `If-Match` of a change."""
        return _tagged(response, await self._records.contact(scope, contact_id))

    async def change_contact(
        self,
        contact_id: ContactId,
        body: ContactPatch,
        scope: Writer,
        response: Response,
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> ContactOut:
        """Change what is known of a contact. What is left out stays; null clears."""
        writing = staff_writing(scope, idempotency_key, body)
        changed = await self._records.change(
            scope, contact_id, body.change(), writing, expected_version=version_in(if_match)
        )
        return _tagged(response, changed)

    async def erase_contact(self, contact_id: ContactId, scope: Writer) -> ContactErasedOut:
        """Remove for good what the CRM knows of a contact: profile, notes, events, history. Its conversations stay."""
        return ContactErasedOut(erased=await self._records.erase(scope, contact_id))

    async def change_tags(
        self,
        contact_id: ContactId,
        body: TagsIn,
        scope: Writer,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ContactOut:
        """Add, remove or replace tags. They are kept in small letters, at most 50."""
        writing = staff_writing(scope, idempotency_key, body)
        return _tagged(response, await self._records.update_tags(scope, contact_id, body.change(), writing))

    async def move_contact(
        self,
        contact_id: ContactId,
        body: PipelineMoveIn,
        scope: Writer,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ContactOut:
        """Put a contact on a stage of a pipeline, or take it out."""
        writing = staff_writing(scope, idempotency_key, body)
        return _tagged(response, await self._records.set_pipeline(scope, contact_id, body.move(), writing))

    async def look_up_contact(self, contact_id: ContactId, scope: Reader) -> LookupOut:
        """What agents see of the contact, in whichever CRM this organisation has."""
        await self._records.contact(scope, contact_id)
        try:
            return lookup_out(await self._lookups.of(scope).lookup_customer(contact_id))
        except TransientError:
            raise Unavailable("The CRM cannot be reached right now: try again in a minute.") from None


def _tagged(response: Response, profile: CustomerProfile) -> ContactOut:
    response.headers["ETag"] = etag_of(profile)
    return contact_out(profile)
