"""Erasing a person over HTTP. Above: the application. Below: the eraser."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from deskhand.kit.problems import responses
from deskhand.orchestration.erasing import PersonEraser
from deskhand.orchestration.order_schemas import ID, MAX_ID
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Keeper = Annotated[TenantScope, allowed(Permission.AUDIT_WRITE)]
ContactId = Annotated[str, Path(max_length=MAX_ID, pattern=ID, examples=["con_019a0c1f5e7b7c3d9a4e2f60718293a4"])]


class PersonErasedOut(BaseModel):
    """What an erasure came to."""

    model_config = ConfigDict(from_attributes=True)

    contact_id: str
    erased: Annotated[dict[str, int], Field(description="Rows that went, or were emptied, by what they were.")]
    record_id: Annotated[str | None, Field(description="The audit's record of it; null where the audit held nothing.")]


class ErasingEndpoints:
    """The one way to be forgotten."""

    def __init__(self, eraser: PersonEraser) -> None:
        self._eraser = eraser
        self.router = APIRouter(prefix="/api/v1/contacts/{contact_id}", tags=["contacts"])
        self.router.add_api_route(
            "/erase", self.erase_person, methods=["POST"], responses=responses(401, 403, 404, 422, 503)
        )

    async def erase_person(self, contact_id: ContactId, scope: Keeper) -> PersonErasedOut:
        """Erase all that is known of a person, for good and in one transaction: conversations, attachments, memories,
        the CRM's part, plans, votes, approvals, messages to come, words in refunds and orders, and the audit's keys.
        Amounts stay, and so does the contact's bare id. What an external CRM holds must be erased there.
        """
        return PersonErasedOut.model_validate(await self._eraser.erase(scope, contact_id))
