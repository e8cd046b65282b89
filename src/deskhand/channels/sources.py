"""`GET /api/v1/chat/sources/{id}`: the whole document behind a citation. It knows conversations and knowledge."""

from typing import Annotated

from fastapi import APIRouter

from deskhand.conversations.citation_repository import CitationRepository
from deskhand.kit.problems import responses
from deskhand.knowledge.endpoints import SourceId
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import UnknownSource
from deskhand.knowledge.schemas import SourceTextOut
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

Reader = Annotated[TenantScope, allowed(Permission.CONVERSATIONS_READ)]


class SourceEndpoints:
    """A contact reads the documents that its own answers cite, and no other; staff read all of their tenant."""

    def __init__(self, store: TenantStore, library: KnowledgeLibrary) -> None:
        self._store = store
        self._library = library
        self.router = APIRouter(prefix="/api/v1", tags=["chat"])
        self.router.add_api_route(
            "/chat/sources/{source_id}", self.source_text, methods=["GET"], responses=responses(401, 403, 404)
        )

    async def source_text(self, source_id: SourceId, scope: Reader) -> SourceTextOut:
        """The whole document that a citation comes from."""
        if scope.own_contact_id is not None:
            await self._require_cited(scope, source_id)
        source, markdown = await self._library.source_text(scope, source_id)
        return SourceTextOut(id=source.id, title=source.title, link=source.link, markdown=markdown)

    async def _require_cited(self, scope: TenantScope, source_id: str) -> None:
        async with self._store.read(scope) as db:
            if not await CitationRepository(db, scope).is_cited(source_id):
                # In the words for one that is not there: which there are is not for contacts to find out.
                raise UnknownSource(f"There is no source {source_id!r}: it may have been deleted.")
