"""Agents over HTTP: contracts with their versions. Talking to an agent stands in `channels/`, which knows the turn."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from deskhand.agents.contract_documents import draft_from, parsed
from deskhand.agents.contract_parts import AgentStatus, AgentType
from deskhand.agents.contract_problems import InvalidContract
from deskhand.agents.contract_schema import contract_schema
from deskhand.agents.library import MAX_SUMMARY_CHARS, AgentLibrary, Change
from deskhand.agents.model import AgentFilter, StoredAgent
from deskhand.agents.schemas import (
    AgentOut,
    AgentPage,
    AppliedOut,
    DiffOut,
    RollbackIn,
    VersionPage,
    WholeVersionOut,
    agent_out,
    diff_out,
    version_out,
    whole_version_out,
)
from deskhand.kit.problems import FieldProblem, responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

AgentId = Annotated[str, Path(max_length=64, examples=["support"])]
VersionNumber = Annotated[str, Path(max_length=64, examples=["1.0.1"])]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
Reader = Annotated[TenantScope, allowed(Permission.AGENTS_READ)]
Writer = Annotated[TenantScope, allowed(Permission.AGENTS_WRITE)]
IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` that the change is based on: 412 when it is not the contract's any more."),
]
SUMMARY = "change_summary"
_READ = responses(401, 403, 404, 422)
_WRITE = responses(400, 401, 403, 404, 409, 412, 413, 422)


class AgentEndpoints:
    """Contracts: made, read, changed, archived, compared, rolled back."""

    def __init__(self, library: AgentLibrary) -> None:
        self._library = library
        self.router = APIRouter(prefix="/api/v1/agents", tags=["agents"])
        add = self.router.add_api_route
        whole, change = _body(contract_schema()), _body(_patch_schema(), "application/merge-patch+json")
        add("", self.list_agents, methods=["GET"], responses=responses(401, 403, 422))
        add("", self.create, methods=["POST"], status_code=201, responses=_WRITE, openapi_extra=whole)
        add("/schema", self.schema, methods=["GET"], responses=responses(401, 403))
        add("/apply", self.apply, methods=["POST"], responses=_WRITE, openapi_extra=whole)
        add("/{agent_id}", self.get, methods=["GET"], responses=_READ)
        add("/{agent_id}", self.patch, methods=["PATCH"], responses=_WRITE, openapi_extra=change)
        add("/{agent_id}", self.archive, methods=["DELETE"], status_code=204, responses=_WRITE)
        add("/{agent_id}/restore", self.restore, methods=["POST"], responses=_WRITE)
        add("/{agent_id}/versions", self.versions, methods=["GET"], responses=_READ)
        add("/{agent_id}/versions/{version}", self.version, methods=["GET"], responses=_READ)
        add("/{agent_id}/diff", self.diff, methods=["GET"], responses=_READ)
        add("/{agent_id}/rollback", self.roll_back, methods=["POST"], responses=_WRITE)

    async def list_agents(
        self,
        scope: Reader,
        status: AgentStatus | None = None,
        type: AgentType | None = None,  # noqa: A002 - the query parameter's name
        tag: Annotated[str | None, Query(max_length=40)] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> AgentPage:
        """Agents by name, narrowed by status, type and tag."""
        wanted = AgentFilter(status=status, type=type, tag=tag)
        found, total = await self._library.agents(scope, wanted, limit=limit, offset=offset)
        items = [agent_out(agent) for agent in found]
        return AgentPage.model_construct(items=items, total=total, limit=limit, offset=offset)

    async def schema(self, scope: Reader) -> dict[str, Any]:  # noqa: ARG002 - asked for the permission
        """The JSON Schema (2020-12) of a contract."""
        return contract_schema()

    async def create(self, scope: Writer, request: Request, response: Response) -> AgentOut:
        """A new agent. Without an id it gets one from its name."""
        document, summary = await _document(request)
        agent = await self._library.create(scope, draft_from(document), summary=summary)
        response.headers["Location"] = f"{self.router.prefix}/{agent.contract.id}"
        return _tagged(response, agent)

    async def get(self, agent_id: AgentId, scope: Reader, response: Response) -> AgentOut:
        """The contract in force; its `ETag` goes into `If-Match` of a change."""
        return _tagged(response, await self._library.agent(scope, agent_id))

    async def patch(
        self, agent_id: AgentId, scope: Writer, request: Request, response: Response, if_match: IfMatch = None
    ) -> AgentOut:
        """Change parts of a contract (JSON merge patch, RFC 7396); `change_summary` beside them says why.

        Null gives a field its default again. The version goes up by itself unless the patch names a higher one.
        """
        document, summary = await _document(request)
        change = Change(summary=summary, expected_version=_version_in(if_match))
        return _tagged(response, await self._library.patch(scope, agent_id, document, change))

    async def archive(self, agent_id: AgentId, scope: Writer, if_match: IfMatch = None) -> None:
        """Take an agent out of service. It and its history stay, and it can be restored."""
        change = Change(expected_version=_version_in(if_match))
        await self._library.set_status(scope, agent_id, AgentStatus.ARCHIVED, change)

    async def restore(self, agent_id: AgentId, scope: Writer, response: Response, if_match: IfMatch = None) -> AgentOut:
        """Put an archived or inactive agent back into service."""
        change = Change(expected_version=_version_in(if_match))
        return _tagged(response, await self._library.set_status(scope, agent_id, AgentStatus.ACTIVE, change))

    async def versions(self, agent_id: AgentId, scope: Reader, limit: Limit = 50, offset: Offset = 0) -> VersionPage:
        """Every version the contract had, newest first."""
        found, total = await self._library.versions(scope, agent_id, limit=limit, offset=offset)
        return VersionPage(items=[version_out(info) for info in found], total=total, limit=limit, offset=offset)

    async def version(self, agent_id: AgentId, version: VersionNumber, scope: Reader) -> WholeVersionOut:
        """One version whole."""
        return whole_version_out(await self._library.version(scope, agent_id, version))

    async def diff(
        self,
        agent_id: AgentId,
        scope: Reader,
        before: Annotated[str, Query(alias="from", max_length=64)],
        after: Annotated[str, Query(alias="to", max_length=64)],
    ) -> DiffOut:
        """What leads from one version to another, field by field."""
        return diff_out(before, after, await self._library.diff(scope, agent_id, before, after))

    async def roll_back(
        self, agent_id: AgentId, body: RollbackIn, scope: Writer, response: Response, if_match: IfMatch = None
    ) -> AgentOut:
        """Make a new version with the content of an old one; status and owner stay."""
        change = Change(summary=body.summary, expected_version=_version_in(if_match))
        return _tagged(response, await self._library.roll_back(scope, agent_id, body.version, change))

    async def apply(self, scope: Writer, request: Request, response: Response) -> AppliedOut:
        """Let an agent be as the contract says, made when it is not there. Doing it again changes nothing."""
        document, summary = await _document(request)
        outcome, agent = await self._library.apply(scope, draft_from(document), summary=summary)
        return AppliedOut.model_construct(outcome=outcome, agent=_tagged(response, agent))


def _tagged(response: Response, agent: StoredAgent) -> AgentOut:
    response.headers["ETag"] = f'"{agent.contract.version}"'
    return agent_out(agent)


def _version_in(if_match: str | None) -> str | None:
    """The version in the header; None when there is none, or any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    return if_match.strip().removeprefix("W/").strip('"')


async def _document(request: Request) -> tuple[dict[str, Any], str]:
    """The object in the request's body, and the summary beside the contract's own fields."""
    document = parsed(await request.body())
    summary = document.pop(SUMMARY, "")
    if not isinstance(summary, str) or len(summary) > MAX_SUMMARY_CHARS:
        raise InvalidContract(
            [FieldProblem(field=SUMMARY, message=f"is a text of at most {MAX_SUMMARY_CHARS} characters: shorten it.")]
        )
    return document, summary


def _patch_schema() -> dict[str, Any]:
    """Any part of a contract."""
    fields = contract_schema()["properties"]
    summary = {"type": "string", "maxLength": MAX_SUMMARY_CHARS, "description": "Why it is changed."}
    return {
        "type": "object",
        "properties": {name: {"description": field.get("description", "")} for name, field in fields.items()}
        | {SUMMARY: summary},
        "additionalProperties": False,
        "examples": [{"traits": {"formality": 80}, SUMMARY: "Speak more formally"}],
    }


def _body(schema: dict[str, Any], *more_types: str) -> dict[str, Any]:
    """The OpenAPI entry of a body that the contract's own code reads."""
    schema = {name: value for name, value in schema.items() if name != "$schema"}
    content = {media_type: {"schema": schema} for media_type in ("application/json", *more_types)}
    return {"requestBody": {"required": True, "content": content}}
