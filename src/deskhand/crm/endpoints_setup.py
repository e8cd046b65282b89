"""How a tenant's CRM is set up, over HTTP: custom fields and pipelines.

Above: the application. Below: the definitions of both.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from deskhand.crm.field_definitions import CustomFields
from deskhand.crm.pipelines import Pipelines
from deskhand.crm.schemas import IdempotencyKey, Limit, Offset, Reader, Writer, staff_writing
from deskhand.crm.schemas_setup import (
    CustomFieldOut,
    CustomFieldPageOut,
    FieldIn,
    FieldKey,
    FieldPatch,
    PipelineId,
    PipelineIn,
    PipelineOut,
    PipelinePageOut,
    PipelinePatch,
    custom_field_out,
    pipeline_out,
)
from deskhand.kit.problems import responses


class SetupEndpoints:
    """Routes of custom fields and pipelines."""

    def __init__(self, *, fields: CustomFields, pipelines: Pipelines) -> None:
        self._fields = fields
        self._pipelines = pipelines
        self.router = APIRouter(prefix="/api/v1/crm", tags=["crm"])
        self._route("/fields", "/fields/{key}", "custom_field")
        self._route("/pipelines", "/pipelines/{pipeline_id}", "pipeline")

    def _route(self, all_: str, one: str, what: str) -> None:
        add = self.router.add_api_route
        found, written = responses(401, 403, 404, 422), responses(401, 403, 404, 409, 422)
        add(all_, getattr(self, f"list_{what}s"), methods=["GET"], responses=responses(401, 403, 422))
        add(all_, getattr(self, f"add_{what}"), methods=["POST"], status_code=201, responses=written)
        add(one, getattr(self, f"get_{what}"), methods=["GET"], responses=found)
        add(one, getattr(self, f"change_{what}"), methods=["PATCH"], responses=written)
        add(one, getattr(self, f"remove_{what}"), methods=["DELETE"], status_code=204, responses=written)

    async def list_custom_fields(self, scope: Reader, limit: Limit = 50, offset: Offset = 0) -> CustomFieldPageOut:
        """The custom fields of contacts, by key."""
        fields = await self._fields.all(scope)
        items = [custom_field_out(field) for field in fields[offset : offset + limit]]
        return CustomFieldPageOut(items=items, total=len(fields), limit=limit, offset=offset)

    async def add_custom_field(
        self, body: FieldIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> CustomFieldOut:
        """Define a custom field."""
        writing = staff_writing(scope, idempotency_key, body)
        return custom_field_out(await self._fields.add(scope, body.new(), writing))

    async def get_custom_field(self, key: FieldKey, scope: Reader) -> CustomFieldOut:
        """One custom field."""
        return custom_field_out(await self._fields.field(scope, key))

    async def change_custom_field(
        self, key: FieldKey, body: FieldPatch, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> CustomFieldOut:
        """Change a field's label, description or choices."""
        writing = staff_writing(scope, idempotency_key, body)
        return custom_field_out(await self._fields.change(scope, key, body.change(), writing))

    async def remove_custom_field(
        self, key: FieldKey, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Remove a custom field, with every contact's value of it."""
        await self._fields.remove(scope, key, staff_writing(scope, idempotency_key))
        return Response(status_code=204)

    async def list_pipelines(self, scope: Reader, limit: Limit = 50, offset: Offset = 0) -> PipelinePageOut:
        """The pipelines with their stages, by name."""
        pipelines = await self._pipelines.all(scope)
        items = [pipeline_out(pipeline) for pipeline in pipelines[offset : offset + limit]]
        return PipelinePageOut(items=items, total=len(pipelines), limit=limit, offset=offset)

    async def add_pipeline(
        self, body: PipelineIn, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> PipelineOut:
        """Make a pipeline."""
        writing = staff_writing(scope, idempotency_key, body)
        stages = [stage.draft() for stage in body.stages]
        return pipeline_out(await self._pipelines.add(scope, body.name, stages, writing))

    async def get_pipeline(self, pipeline_id: PipelineId, scope: Reader) -> PipelineOut:
        """One pipeline."""
        return pipeline_out(await self._pipelines.pipeline(scope, pipeline_id))

    async def change_pipeline(
        self, pipeline_id: PipelineId, body: PipelinePatch, scope: Writer, idempotency_key: IdempotencyKey = None
    ) -> PipelineOut:
        """Change a pipeline's name, or its stages and their order. A stage with contacts on it cannot be taken away."""
        writing = staff_writing(scope, idempotency_key, body)
        stages = None if body.stages is None else [stage.draft() for stage in body.stages]
        changed = await self._pipelines.change(scope, pipeline_id, name=body.name, stages=stages, writing=writing)
        return pipeline_out(changed)

    async def remove_pipeline(
        self,
        pipeline_id: PipelineId,
        scope: Writer,
        with_places: Annotated[bool, Query(description="Let the contacts in it leave it.")] = False,  # noqa: FBT002
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Remove a pipeline. One with contacts in it stays, unless they shall leave it."""
        writing = staff_writing(scope, idempotency_key)
        await self._pipelines.remove(scope, pipeline_id, with_places=with_places, writing=writing)
        return Response(status_code=204)
