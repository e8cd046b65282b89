"""Knowledge over HTTP: staff keep bases and documents. What contacts may read stands in `channels/sources.py`."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, Response, UploadFile

from deskhand.kit.problems import responses
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.schemas import (
    BaseIn,
    BaseOut,
    BaseSlug,
    IngestOut,
    SearchIn,
    SearchOut,
    SourceOut,
    SourcePage,
    ingest_out,
    passage_out,
)
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Reader = Annotated[TenantScope, allowed(Permission.KNOWLEDGE_READ)]
Writer = Annotated[TenantScope, allowed(Permission.KNOWLEDGE_WRITE)]
BasePath = Annotated[BaseSlug, Path()]
SourceId = Annotated[str, Path(max_length=60, examples=["src_019a0c1e000074b29a4e2f60718293a5"])]
_UPLOAD_FAILURES = responses(400, 401, 403, 404, 413, 415, 422, 503)


class KnowledgeEndpoints:
    """Routes of the knowledge slice."""

    def __init__(self, library: KnowledgeLibrary) -> None:
        self._library = library
        self.router = APIRouter(prefix="/api/v1", tags=["knowledge"])
        add = self.router.add_api_route
        bases, sources = "/knowledge/bases", "/knowledge/bases/{base}/sources"
        add(bases, self.list_bases, methods=["GET"], responses=responses(401, 403))
        add(bases, self.make_base, methods=["POST"], status_code=201, responses=responses(401, 403, 422))
        add(
            f"{bases}/{{base}}",
            self.delete_base,
            methods=["DELETE"],
            status_code=204,
            responses=responses(401, 403, 404),
        )
        add(sources, self.list_sources, methods=["GET"], responses=responses(401, 403, 404, 422))
        add(sources, self.upload, methods=["POST"], responses=_UPLOAD_FAILURES)
        add(
            "/knowledge/optimize",
            self.optimize,
            methods=["POST"],
            status_code=204,
            responses=responses(401, 403),
        )
        add(
            "/knowledge/sources/{source_id}",
            self.delete_source,
            methods=["DELETE"],
            status_code=204,
            responses=responses(401, 403, 404),
        )
        add("/knowledge/search", self.search, methods=["POST"], responses=responses(401, 403, 404, 422))

    async def list_bases(self, scope: Reader) -> list[BaseOut]:
        """All knowledge bases of the tenant."""
        return [BaseOut.model_validate(base) for base in await self._library.bases(scope)]

    async def make_base(self, body: BaseIn, scope: Writer) -> BaseOut:
        """A knowledge base of that slug; when it is there already, it is returned as it is."""
        return BaseOut.model_validate(await self._library.ensure_base(scope, body.slug, body.name))

    async def delete_base(self, base: BasePath, scope: Writer) -> Response:
        """Remove a base with every trace of its documents. This cannot be undone."""
        await self._library.delete_base(scope, base)
        return Response(status_code=204)

    async def list_sources(
        self,
        base: BasePath,
        scope: Reader,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> SourcePage:
        """The documents of a base, by path."""
        (found,) = await self._library.bases(scope, [base])
        items, total = await self._library.sources(scope, found, limit=limit, offset=offset)
        page = [SourceOut.model_validate(item) for item in items]
        return SourcePage(items=page, total=total, limit=limit, offset=offset)

    async def upload(
        self,
        base: BasePath,
        scope: Writer,
        file: Annotated[UploadFile, File(description="The document.")],
        path: Annotated[
            str | None, Form(max_length=1000, description="Its path in the base; by default its name.")
        ] = None,
    ) -> IngestOut:
        """Put a document into a base. The same content again changes nothing; other content replaces it."""
        (found,) = await self._library.bases(scope, [base])
        content = await file.read()
        return ingest_out(await self._library.ingest(scope, found, path or file.filename or "", content))

    async def optimize(self, scope: Writer) -> Response:  # noqa: ARG002 - asked for the permission
        """Rearrange the search index after many uploads, so that search is as quick as it can be."""
        await self._library.optimize()
        return Response(status_code=204)

    async def delete_source(self, source_id: SourceId, scope: Writer) -> Response:
        """Remove every trace of a document."""
        await self._library.delete_source(scope, source_id)
        return Response(status_code=204)

    async def search(self, body: SearchIn, scope: Reader) -> SearchOut:
        """What an agent would find for a question."""
        found = await self._library.search(scope, [body.query], slugs=body.bases, k=body.k)
        return SearchOut(passages=[passage_out(hit) for hit in found])
