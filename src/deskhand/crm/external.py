"""An external CRM over HTTP behind the port: `GET /api/v1/contacts/{id}`, and changes under the same address.

    PATCH …/{id}               what changes of the profile         POST …/{id}/tags       {mode, tags}
    PUT   …/{id}/pipeline      {pipeline, stage}                   POST …/{id}/notes      {text, type, visibility}
    POST  …/{id}/events        {title, category, priority, data, occurred_at}

Every request carries the key as a bearer token and the tenant in `X-Tenant`; changes also `Idempotency-Key`, and in
`by` who made them. They answer with the contact, notes and events with their `id`.
Above: the wiring, `choosing.py`. Below: `external_http.py`, `external_answers.py`. Only contacts of the tenant's own
directory are ever asked for. A profile is kept for a minute, for each tenant and contact by itself; changes drop it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from cachetools import TTLCache

from deskhand.crm.external_answers import id_in, profile_in
from deskhand.crm.external_http import CRMConnection
from deskhand.crm.model import (
    Actor,
    ContactEvent,
    ContactNote,
    CustomerProfile,
    NewEvent,
    NewNote,
    PipelineMove,
    ProfileChange,
    TagChange,
    Writing,
)
from deskhand.crm.values import (
    MAX_NOTE,
    MAX_TITLE,
    event_data,
    idempotency_key,
    moment,
    plain_line,
    plain_text,
    profile_values,
)
from deskhand.crm.values import tags as checked_tags
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope, UnknownContact

CACHED_SECONDS = 60.0
CACHED_PROFILES = 10_000
CHANGED_OUTSIDE = "external_crm_changed"
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")


class ContactHistory(Protocol):
    """Where every change of a contact is noted, whichever CRM keeps it."""

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool: ...

    async def note_change(
        self, scope: TenantScope, contact_id: str, kind: str, detail: Mapping[str, Any], by: Actor
    ) -> None: ...


class ExternalRecords:
    """`CustomerRecords` of a CRM over HTTP."""

    def __init__(
        self,
        *,
        connection: CRMConnection,
        history: ContactHistory,
        clock: Clock,
        cached_seconds: float = CACHED_SECONDS,
    ) -> None:
        self._connection = connection
        self._history = history
        self._clock = clock
        self._cache: TTLCache[tuple[str, str], CustomerProfile | None] = TTLCache(
            maxsize=CACHED_PROFILES, ttl=cached_seconds, timer=lambda: clock.now().timestamp()
        )

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        """What the CRM knows of the contact; None when it is not the tenant's, or the CRM knows none.

        Raises:
            TransientError, CRMRefusesKey, UnusableAnswer: see `CRMConnection`.
        """
        place = (scope.tenant_id, contact_id)
        if place in self._cache:
            kept: CustomerProfile | None = self._cache[place]
            return kept
        if not await self._is_ours(scope, contact_id):
            return None
        answer = await self._connection.get(_path(contact_id), tenant_id=scope.tenant_id)
        found = None if answer is None else self._profile(answer, contact_id)
        self._cache[place] = found
        return found

    async def change(
        self, scope: TenantScope, contact_id: str, change: ProfileChange, writing: Writing
    ) -> CustomerProfile:
        body: dict[str, Any] = dict(profile_values(change.values))
        if change.custom_fields:
            body["custom_fields"] = dict(change.custom_fields)
        if change.tags is not None:
            body["tags"] = list(checked_tags(change.tags))
        answer = await self._written(scope, contact_id, "PATCH", "", body, writing)
        return self._profile(answer, contact_id)

    async def update_tags(
        self, scope: TenantScope, contact_id: str, change: TagChange, writing: Writing
    ) -> CustomerProfile:
        body = {"mode": change.mode.value, "tags": list(checked_tags(change.tags))}
        return self._profile(await self._written(scope, contact_id, "POST", "/tags", body, writing), contact_id)

    async def set_pipeline(
        self, scope: TenantScope, contact_id: str, move: PipelineMove, writing: Writing
    ) -> CustomerProfile:
        body = {"pipeline": move.pipeline, "stage": move.stage}
        return self._profile(await self._written(scope, contact_id, "PUT", "/pipeline", body, writing), contact_id)

    async def add_note(self, scope: TenantScope, contact_id: str, new: NewNote, writing: Writing) -> ContactNote:
        text = plain_text("note", new.text, MAX_NOTE)
        body = {"text": text, "type": new.type.value, "visibility": new.visibility.value}
        answer = await self._written(scope, contact_id, "POST", "/notes", body, writing)
        return ContactNote(
            id=id_in(answer),
            contact_id=contact_id,
            type=new.type,
            visibility=new.visibility,
            text=text,
            by=writing.by,
            created_at=self._clock.now(),
        )

    async def add_event(self, scope: TenantScope, contact_id: str, new: NewEvent, writing: Writing) -> ContactEvent:
        now = self._clock.now()
        event = ContactEvent(
            id="",
            contact_id=contact_id,
            category=new.category,
            priority=new.priority,
            title=plain_line("title", new.title, MAX_TITLE),
            data=event_data(new.data),
            by=writing.by,
            occurred_at=moment(new.occurred_at) if new.occurred_at else now,
            created_at=now,
        )
        body = {
            "title": event.title,
            "category": event.category.value,
            "priority": event.priority.value,
            "data": event.data,
            "occurred_at": event.occurred_at.isoformat(),
        }
        answer = await self._written(scope, contact_id, "POST", "/events", body, writing)
        return replace(event, id=id_in(answer))

    async def _written(
        self, scope: TenantScope, contact_id: str, method: str, under: str, body: dict[str, Any], writing: Writing
    ) -> Mapping[str, Any]:
        """What the CRM answered to a change, after it was noted in the contact's history."""
        key = None if writing.idempotency_key is None else idempotency_key(writing.idempotency_key)
        if not await self._is_ours(scope, contact_id):
            raise _unknown(contact_id)
        signed = body | {"by": _signed(writing.by)}
        path = _path(contact_id) + under
        answer = await self._connection.send(method, path, signed, tenant_id=scope.tenant_id, key=key)
        self._cache.pop((scope.tenant_id, contact_id), None)
        if answer is None:
            raise _unknown(contact_id)
        detail = {"request": f"{method} contact{under}", "fields": sorted(body)}
        await self._history.note_change(scope, contact_id, CHANGED_OUTSIDE, detail, writing.by)
        return answer

    def _profile(self, answer: Mapping[str, Any], contact_id: str) -> CustomerProfile:
        return profile_in(answer, contact_id=contact_id, fetched_at=self._clock.now())

    async def _is_ours(self, scope: TenantScope, contact_id: str) -> bool:
        return _ID.fullmatch(contact_id) is not None and await self._history.has_contact(scope, contact_id)


def _path(contact_id: str) -> str:
    return f"/api/v1/contacts/{contact_id}"


def _signed(by: Actor) -> dict[str, str | None]:
    return {"kind": by.kind.value, "id": by.id, "turn_id": by.turn_id}


def _unknown(contact_id: str) -> UnknownContact:
    return UnknownContact(f"The CRM knows no contact {contact_id[:80]!r}: make it there first.")
