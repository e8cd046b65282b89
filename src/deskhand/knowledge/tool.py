"""`search_knowledge`: lets a model look further than the passages it was given."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

from pydantic import BaseModel, Field

from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage
from deskhand.llm.injection import Trust
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

SEARCH_KNOWLEDGE = "search_knowledge"


class PassageShelf(Protocol):
    """Where a turn keeps what was found for it."""

    def shelve(self, found: tuple[FoundPassage, ...]) -> list[int]:
        """The numbers that the passages can be cited by, in their order."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchReach:
    """Which bases the agent may read in this turn (none named: all), and how many passages it may get at once."""

    slugs: tuple[str, ...]
    k: int


class SearchQuery(BaseModel):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=1000, description="A complete question or a few keywords.")]


class SearchKnowledge(BaseTool[SearchQuery]):
    """Searches the bases the agent may read. The shelf gives what it finds the numbers it can be cited by."""

    name: ClassVar[str] = SEARCH_KNOWLEDGE
    description: ClassVar[str] = (
        "Search the company's help centre again, when the passages at hand do not answer. "
        "Returns passages with the numbers to cite them by."
    )
    trust: ClassVar[Trust] = Trust.COMPANY
    parameters = SearchQuery

    def __init__(self, library: KnowledgeLibrary, turn: ToolTurn, reach: SearchReach, shelf: PassageShelf) -> None:
        self._library = library
        self._scope = turn.scope
        self._reach = reach
        self._shelf = shelf

    async def execute(self, parameters: SearchQuery) -> ToolResult:
        reach = self._reach
        found = await self._library.search(self._scope, [parameters.query], slugs=reach.slugs, k=reach.k)
        numbers = self._shelf.shelve(found)
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
