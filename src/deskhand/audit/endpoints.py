"""The audit over HTTP: searched, looked into, exported, verified, replayed, erased."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, AwareDatetime

from deskhand.audit.erasing import AuditEraser
from deskhand.audit.exporting import MEDIA_TYPES, AuditExport, ExportFormat
from deskhand.audit.model import AuditEvent, AuditFilter
from deskhand.audit.reading import AuditReader
from deskhand.audit.replaying import AuditReplay
from deskhand.audit.schemas import (
    AuditPayloadOut,
    AuditRecordOut,
    AuditRecordPage,
    page_out,
    payload_out,
    record_out,
)
from deskhand.audit.verifying import ChainVerifier
from deskhand.audit.work_schemas import (
    AuditErasureOut,
    AuditReplayOut,
    AuditReportOut,
    AuditVerifyIn,
    replay_out,
    report_out,
)
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_NAME = r"^[A-Za-z0-9_.-]+$"
_MAX_ID = 60
_MAX_WORDS_CHARS = 200
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_FILE = {"type": "string", "format": "binary"}


def _within_reason(at: datetime) -> datetime:
    if not _FIRST_YEAR < at.year < _LAST_YEAR:
        raise ValueError(f"its year must be between {_FIRST_YEAR} and {_LAST_YEAR}")
    return at.astimezone(UTC)


Reader = Annotated[TenantScope, allowed(Permission.AUDIT_READ)]
Keeper = Annotated[TenantScope, allowed(Permission.AUDIT_WRITE)]
RecordId = Annotated[str, Path(max_length=_MAX_ID, pattern=_ID, examples=["aud_019a0c1f71aa7d1e9a4e2f60718293a4"])]
ContactId = Annotated[str, Path(max_length=_MAX_ID, pattern=_ID, examples=["con_019a0c1f5e0074b29a4e2f60718293a4"])]
Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
Id = Annotated[str | None, Query(max_length=_MAX_ID, pattern=_ID)]
Words = Annotated[
    str | None,
    Query(
        alias="q",
        max_length=_MAX_WORDS_CHARS,
        pattern=r"^[^\x00]*$",
        description="Words that all have to occur in the record's ids, agent, kind, model, ticket or tools. What was "
        "said is sealed and cannot be searched.",
    ),
]


def wanted_records(
    session_id: Id = None,
    contact_id: Id = None,
    agent_id: Id = None,
    event: Annotated[AuditEvent | None, Query()] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Not before; with a time zone.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Before; with a time zone.")] = None,
    tool: Annotated[str | None, Query(max_length=64, pattern=_NAME, description="A tool that was called.")] = None,
    ticket: Id = None,
    words: Words = None,
    before: Annotated[
        str | None, Query(max_length=_MAX_ID, pattern=_ID, description="Only records older than the one of this id.")
    ] = None,
) -> AuditFilter:
    """What the query asks for."""
    return AuditFilter(
        session_id=session_id,
        contact_id=contact_id,
        agent_id=agent_id,
        event=event,
        since=since,
        until=until,
        tool=tool,
        ticket=ticket,
        words=words,
        before=before,
    )


Wanted = Annotated[AuditFilter, Depends(wanted_records)]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


class AuditEndpoints:
    """Routes of the audit slice. Contacts have none of their permissions."""

    def __init__(
        self, *, reader: AuditReader, verifier: ChainVerifier, replay: AuditReplay, eraser: AuditEraser
    ) -> None:
        self._reader = reader
        self._export = AuditExport(reader)
        self._verifier = verifier
        self._replay = replay
        self._eraser = eraser
        self.router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
        add = self.router.add_api_route
        listing, one = responses(401, 403, 409, 422), responses(401, 403, 404, 409, 422)
        payload, replaying = responses(401, 403, 404, 409, 422, 503), responses(401, 403, 404, 409, 422, 503)
        add("", self.list_audit_records, methods=["GET"], responses=listing)
        add(
            "/export",
            self.export_audit,
            methods=["GET"],
            response_class=StreamingResponse,
            responses=listing | _files(),
        )
        add("/verify", self.verify_audit, methods=["POST"], responses=responses(400, 401, 403, 422))
        add("/contacts/{contact_id}/erase", self.erase_audit_of_contact, methods=["POST"], responses=one)
        add("/{record_id}", self.get_audit_record, methods=["GET"], responses=one)
        add("/{record_id}/payload", self.get_audit_payload, methods=["GET"], responses=payload)
        add("/{record_id}/replay", self.replay_audit_record, methods=["POST"], responses=replaying)

    async def list_audit_records(
        self, scope: Reader, wanted: Wanted, limit: Limit = 50, offset: Offset = 0
    ) -> AuditRecordPage:
        """Records, newest first."""
        return page_out(await self._reader.page(scope, wanted, limit=limit, offset=offset))

    async def export_audit(
        self,
        scope: Reader,
        wanted: Wanted,
        form: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSONL,
    ) -> StreamingResponse:
        """All records that are asked for, oldest first, as a file: JSON Lines, or CSV for a spreadsheet."""
        parts = await self._export.begun(scope, wanted, form)
        headers = {"Content-Disposition": f'attachment; filename="audit.{form}"', "Cache-Control": "no-store"}
        return StreamingResponse(parts, media_type=MEDIA_TYPES[form], headers=headers)

    async def get_audit_record(self, record_id: RecordId, scope: Reader) -> AuditRecordOut:
        """One record: who asked what, what came of it, what it rests on, and how long each stage took."""
        return record_out(await self._reader.record(scope, record_id))

    async def get_audit_payload(self, record_id: RecordId, scope: Reader) -> AuditPayloadOut:
        """What the turn was given and answered, unredacted: history, passages, questions. Gone once erased."""
        return payload_out(await self._reader.payload(scope, record_id))

    async def verify_audit(self, scope: Keeper, body: AuditVerifyIn | None = None) -> AuditReportOut:
        """Walk the chain and say where it first does not hold. A long one is walked in parts, by `after`."""
        wish = body or AuditVerifyIn()
        report = await self._verifier.verify(
            scope,
            limit=wish.limit,
            after=wish.after.link() if wish.after else None,
            anchor=wish.anchor.link() if wish.anchor else None,
            payloads=wish.payloads,
        )
        return report_out(report)

    async def replay_audit_record(self, record_id: RecordId, scope: Reader) -> AuditReplayOut:
        """Run the turn again from what it was given, and say what comes out differently. Nothing of it is kept."""
        return replay_out(await self._replay.replay(scope, record_id))

    async def erase_audit_of_contact(self, contact_id: ContactId, scope: Keeper) -> AuditErasureOut:
        """Delete the contact's keys: what its records hold of it can never be read again, and the chain stays whole."""
        return AuditErasureOut.model_validate(await self._eraser.erase(scope, contact_id))


def _files() -> dict[int | str, dict[str, Any]]:
    content = {media_type.partition(";")[0]: {"schema": _FILE} for media_type in MEDIA_TYPES.values()}
    return {200: {"description": "The file.", "content": content}}
