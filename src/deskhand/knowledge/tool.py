"""`search_knowledge`: lets a model look further than the passages it was given."""

from collections.abc import Callable
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import BaseTool, ToolResult

SEARCH_KNOWLEDGE = "search_knowledge"
Shelve = Callable[[tuple[FoundPassage, ...]], list[int]]


class SearchQuery(BaseModel):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=1000, description="A complete question or a few keywords.")]


class SearchKnowledge(BaseTool[SearchQuery]):
    """Searches the bases the agent may read. `shelve` gives what it finds the numbers it can be cited by."""

    name: ClassVar[str] = SEARCH_KNOWLEDGE
    description: ClassVar[str] = (
        "Search the company's help centre again, when the passages at hand do not answer. "
        "Returns passages with the numbers to cite them by."
    )
    parameters = SearchQuery

    def __init__(
        self, library: KnowledgeLibrary, scope: TenantScope, *, slugs: tuple[str, ...], k: int, shelve: Shelve
    ) -> None:
        self._library = library
        self._scope = scope
        self._slugs = slugs
        self._k = k
        self._shelve = shelve

    async def execute(self, parameters: SearchQuery) -> ToolResult:
        found = await self._library.search(self._scope, [parameters.query], slugs=self._slugs, k=self._k)
        numbers = self._shelve(found)
        passages = [
            {
                "passage": number,
                "title": hit.chunk.title,
                "heading": hit.chunk.heading,
                "text": hit.chunk.text,
            }
            for number, hit in zip(numbers, found, strict=True)
        ]
        return ToolResult(success=True, data=passages, metadata={"found": len(passages)})
