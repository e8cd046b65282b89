"""Templates over HTTP, for staff and programs. Above: the application. Below: the shelf."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Response

from deskhand.crm.delivery_model import Template, tag_of
from deskhand.crm.schemas import Limit, Offset, Reader, Writer
from deskhand.crm.sequence_schemas import (
    IfMatch,
    Language,
    Name,
    PreviewIn,
    PreviewOut,
    TemplateId,
    TemplateIn,
    TemplateOut,
    TemplatePageOut,
    TemplatePatchIn,
    TemplateVersionOut,
    TemplateVersionPageOut,
    VariableShape,
    tag_in,
)
from deskhand.crm.template_shelf import TemplatePatch, TemplateShelf
from deskhand.crm.templates import fill
from deskhand.kit.problems import responses


class TemplateEndpoints:
    """Routes of templates."""

    def __init__(self, *, templates: TemplateShelf) -> None:
        self._templates = templates
        self.router = APIRouter(prefix="/api/v1/crm/templates", tags=["crm"])
        add, one = self.router.add_api_route, "/{template_id}"
        found, written = responses(401, 403, 404, 422), responses(401, 403, 404, 412, 422)
        add("", self.list_templates, methods=["GET"], responses=responses(401, 403, 422))
        add("", self.create_template, methods=["POST"], status_code=201, responses=responses(401, 403, 409, 422))
        add(one, self.get_template, methods=["GET"], responses=found)
        add(one, self.change_template, methods=["PATCH"], responses=written)
        add(one, self.archive_template, methods=["DELETE"], status_code=204, responses=written)
        add(f"{one}/versions", self.list_template_versions, methods=["GET"], responses=found)
        add(f"{one}/preview", self.preview_template, methods=["POST"], responses=found)

    async def list_templates(
        self,
        scope: Reader,
        name: Annotated[Name | None, Query()] = None,
        language: Annotated[Language | None, Query()] = None,
        archived: Annotated[bool | None, Query()] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> TemplatePageOut:
        """Templates by name and language."""
        page = await self._templates.page(
            scope, name=name, language=language, archived=archived, limit=limit, offset=offset
        )
        items = [_out(each) for each in page.items]
        return TemplatePageOut(items=items, total=page.total, limit=limit, offset=offset)

    async def create_template(self, body: TemplateIn, scope: Writer, response: Response) -> TemplateOut:
        """A new template in its first version."""
        template = await self._templates.create(scope, body.draft())
        response.headers["Location"] = f"{self.router.prefix}/{template.id}"
        return _tagged(response, template)

    async def get_template(self, template_id: TemplateId, scope: Reader, response: Response) -> TemplateOut:
        """One template; its `ETag` goes into `If-Match` of a change."""
        return _tagged(response, await self._templates.template(scope, template_id))

    async def change_template(
        self,
        template_id: TemplateId,
        body: TemplatePatchIn,
        scope: Writer,
        response: Response,
        if_match: IfMatch = None,
    ) -> TemplateOut:
        """Change a template, archive it or take it into use again.

        Messages that wait keep their words; steps of sequences get the new ones.
        """
        given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
        if "variables" in given:
            given["variables"] = tuple(each.variable() for each in body.variables)
        patch = cast("TemplatePatch", given)
        template = await self._templates.change(scope, template_id, patch, expected=tag_in(if_match))
        return _tagged(response, template)

    async def archive_template(self, template_id: TemplateId, scope: Writer, if_match: IfMatch = None) -> Response:
        """Take a template out of use. It keeps its name and its versions."""
        await self._templates.change(scope, template_id, {"archived": True}, expected=tag_in(if_match))
        return Response(status_code=204)

    async def list_template_versions(
        self, template_id: TemplateId, scope: Reader, limit: Limit = 50, offset: Offset = 0
    ) -> TemplateVersionPageOut:
        """What the template said, newest first."""
        page = await self._templates.versions(scope, template_id, limit=limit, offset=offset)
        items = [TemplateVersionOut.model_validate(each) for each in page.items]
        return TemplateVersionPageOut(items=items, total=page.total, limit=limit, offset=offset)

    async def preview_template(self, template_id: TemplateId, body: PreviewIn, scope: Reader) -> PreviewOut:
        """What a contact would read. Nothing is sent."""
        draft = (await self._templates.template(scope, template_id)).draft
        return PreviewOut(text=fill(draft.body, draft.variables, body.variables))


def _tagged(response: Response, template: Template) -> TemplateOut:
    response.headers["ETag"] = f'"{tag_of(template)}"'
    return _out(template)


def _out(template: Template) -> TemplateOut:
    draft = template.draft
    return TemplateOut(
        id=template.id,
        name=draft.name,
        language=draft.language,
        body=draft.body,
        variables=[VariableShape.model_validate(each) for each in draft.variables],
        description=draft.description,
        version=template.version,
        archived=template.archived,
        created_at=template.created_at,
        updated_at=template.updated_at,
        updated_by=template.updated_by,
    )
