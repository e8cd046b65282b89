"""Sequences and enrolments over HTTP, for staff and programs. Above: the application. Below: library, enrolments."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Response

from deskhand.crm.delivery_model import Enrolment, EnrolmentStatus, NewEnrolment, Sequence, tag_of
from deskhand.crm.enrolling import Enrolments
from deskhand.crm.schemas import ActorOut, IdempotencyKey, Limit, Offset, Reader, Writer, staff_writing
from deskhand.crm.sequence_library import SequenceLibrary, SequencePatch
from deskhand.crm.sequence_schemas import (
    EnrolIn,
    EnrolmentId,
    EnrolmentOut,
    EnrolmentPageOut,
    IfMatch,
    OfContact,
    OfSequence,
    QuietHoursShape,
    SequenceId,
    SequenceIn,
    SequenceOut,
    SequencePageOut,
    SequencePatchIn,
    StepShape,
    quiet_of,
    tag_in,
)
from deskhand.kit.problems import responses

_FOUND = responses(401, 403, 404, 422)


class SequenceEndpoints:
    """Routes of sequences and enrolments."""

    def __init__(self, *, sequences: SequenceLibrary, enrolments: Enrolments) -> None:
        self._sequences = sequences
        self._enrolments = enrolments
        self.router = APIRouter(prefix="/api/v1/crm", tags=["crm"])
        add, all_, one = self.router.add_api_route, "/sequences", "/sequences/{sequence_id}"
        listed, written = responses(401, 403, 422), responses(401, 403, 404, 409, 412, 422)
        add(all_, self.list_sequences, methods=["GET"], responses=listed)
        add(all_, self.create_sequence, methods=["POST"], status_code=201, responses=responses(401, 403, 409, 422))
        add(one, self.get_sequence, methods=["GET"], responses=_FOUND)
        add(one, self.change_sequence, methods=["PATCH"], responses=written)
        add(one, self.archive_sequence, methods=["DELETE"], status_code=204, responses=written)
        enrolled = responses(401, 403, 404, 409, 422, 503)
        add(f"{one}/enrol", self.enrol_contact, methods=["POST"], status_code=201, responses=enrolled)
        add("/enrolments", self.list_enrolments, methods=["GET"], responses=listed)
        add("/enrolments/{enrolment_id}", self.get_enrolment, methods=["GET"], responses=_FOUND)
        cancelled = responses(401, 403, 404, 409, 422)
        add("/enrolments/{enrolment_id}/cancel", self.cancel_enrolment, methods=["POST"], responses=cancelled)

    async def list_sequences(
        self, scope: Reader, archived: Annotated[bool | None, Query()] = None, limit: Limit = 50, offset: Offset = 0
    ) -> SequencePageOut:
        """Sequences by name."""
        page = await self._sequences.page(scope, archived=archived, limit=limit, offset=offset)
        items = [_out(each) for each in page.items]
        return SequencePageOut(items=items, total=page.total, limit=limit, offset=offset)

    async def create_sequence(self, body: SequenceIn, scope: Writer, response: Response) -> SequenceOut:
        """A new sequence of templates that are in use."""
        sequence = await self._sequences.create(scope, body.draft())
        response.headers["Location"] = f"{self.router.prefix}/sequences/{sequence.id}"
        return _tagged(response, sequence)

    async def get_sequence(self, sequence_id: SequenceId, scope: Reader, response: Response) -> SequenceOut:
        """One sequence; its `ETag` goes into `If-Match` of a change."""
        return _tagged(response, await self._sequences.sequence(scope, sequence_id))

    async def change_sequence(
        self,
        sequence_id: SequenceId,
        body: SequencePatchIn,
        scope: Writer,
        response: Response,
        if_match: IfMatch = None,
    ) -> SequenceOut:
        """Change a sequence, archive it or take it into use again. Whoever is enrolled goes on as before."""
        given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
        if "steps" in given:
            given["steps"] = tuple(each.step() for each in body.steps)
        if "quiet_hours" in given:
            given["quiet_hours"] = quiet_of(body.quiet_hours)
        patch = cast("SequencePatch", given)
        sequence = await self._sequences.change(scope, sequence_id, patch, expected=tag_in(if_match))
        return _tagged(response, sequence)

    async def archive_sequence(self, sequence_id: SequenceId, scope: Writer, if_match: IfMatch = None) -> Response:
        """Take a sequence out of use. Whoever is enrolled goes on; nobody new begins."""
        await self._sequences.change(scope, sequence_id, {"archived": True}, expected=tag_in(if_match))
        return Response(status_code=204)

    async def enrol_contact(
        self, sequence_id: SequenceId, body: EnrolIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> EnrolmentOut:
        """Let a contact begin the sequence. All its messages need to be fillable now; one enrolment at a time."""
        new = NewEnrolment(
            contact_id=body.contact_id,
            writing=staff_writing(scope, idempotency_key, body),
            values=body.variables,
            zone=body.time_zone,
            language=body.language,
        )
        return _enrolment(await self._enrolments.enrol(scope, sequence_id, new))

    async def list_enrolments(
        self,
        scope: Reader,
        sequence_id: OfSequence | None = None,
        contact_id: OfContact | None = None,
        status: Annotated[EnrolmentStatus | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> EnrolmentPageOut:
        """Enrolments, newest first."""
        page = await self._enrolments.page(
            scope, sequence_id=sequence_id, contact_id=contact_id, status=status, limit=limit, offset=offset
        )
        items = [_enrolment(each) for each in page.items]
        return EnrolmentPageOut(items=items, total=page.total, limit=limit, offset=offset)

    async def get_enrolment(self, enrolment_id: EnrolmentId, scope: Reader) -> EnrolmentOut:
        """One enrolment."""
        return _enrolment(await self._enrolments.enrolment(scope, enrolment_id))

    async def cancel_enrolment(self, enrolment_id: EnrolmentId, scope: Writer) -> EnrolmentOut:
        """Take a contact out of a sequence: what it still had to send is not sent."""
        by = staff_writing(scope, None).by
        return _enrolment(await self._enrolments.cancel(scope, enrolment_id, by))


def _tagged(response: Response, sequence: Sequence) -> SequenceOut:
    response.headers["ETag"] = f'"{tag_of(sequence)}"'
    return _out(sequence)


def _out(sequence: Sequence) -> SequenceOut:
    plan = sequence.draft.plan
    quiet = plan.quiet_hours
    return SequenceOut(
        id=sequence.id,
        name=sequence.draft.name,
        description=sequence.draft.description,
        steps=[StepShape.model_validate(each) for each in plan.steps],
        stop_on_reply=plan.stop_on_reply,
        quiet_hours=None if quiet is None else QuietHoursShape(start=quiet[0], end=quiet[1]),
        version=sequence.version,
        archived=sequence.archived,
        created_at=sequence.created_at,
        updated_at=sequence.updated_at,
        updated_by=sequence.updated_by,
    )


def _enrolment(enrolment: Enrolment) -> EnrolmentOut:
    return EnrolmentOut(
        id=enrolment.id,
        sequence_id=enrolment.sequence_id,
        sequence_version=enrolment.sequence_version,
        contact_id=enrolment.contact_id,
        status=enrolment.status.value,
        reason=enrolment.reason,
        next_step=enrolment.next_step,
        steps=len(enrolment.plan.steps),
        variables=dict(enrolment.values),
        language=enrolment.language,
        time_zone=enrolment.zone,
        enrolled_by=ActorOut.model_validate(enrolment.enrolled_by),
        enrolled_at=enrolment.enrolled_at,
        ended_at=enrolment.ended_at,
    )
