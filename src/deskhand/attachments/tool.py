"""`read_attachment` and `search_attachments`: what an agent may do with the files of its own session, and of no other.

The session comes from the turn; a model names an attachment by its id or its name, and what is found is looked for in
that session only. Texts are handed over as data.
"""

from typing import Annotated, ClassVar, Protocol

from pydantic import BaseModel, Field

from deskhand.attachments.model import FoundExcerpt
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.llm.passages import Passage
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

READ_ATTACHMENT = "read_attachment"
SEARCH_ATTACHMENTS = "search_attachments"
READ_CHARS = 8_000
SHOWN_NAMES = 50
FOUND_AT_ONCE = 4


class ExcerptShelf(Protocol):
    """Where a turn keeps what was found for it."""

    def shelve_excerpts(self, found: tuple[FoundExcerpt, ...]) -> list[int]:
        """The numbers that the excerpts can be cited by, in their order."""
        ...


class WhichPart(BaseModel):
    """What to read."""

    attachment: Annotated[str, Field(min_length=1, max_length=200, description="Its id or its name.")]
    from_character: Annotated[int, Field(ge=0, le=100_000_000, description="Where to begin; 0 is the start.")] = 0


class AttachmentQuery(BaseModel):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=1000, description="A complete question or a few keywords.")]


class ReadAttachment(BaseTool[WhichPart]):
    """Reads on in a file of the session."""

    name: ClassVar[str] = READ_ATTACHMENT
    description: ClassVar[str] = (
        "Read a file that the customer attached in this conversation, from a given character on. "
        "Returns a part of its text as data, and where the next part begins."
    )
    parameters = WhichPart

    def __init__(self, shelf: AttachmentShelf, turn: ToolTurn) -> None:
        self._shelf = shelf
        self._turn = turn

    async def execute(self, parameters: WhichPart) -> ToolResult:
        scope, session_id = self._turn.scope, self._turn.session_id
        attachment = await self._shelf.named(scope, session_id, parameters.attachment)
        if attachment is None:
            return ToolResult(success=False, error=await self._none_of_that_name(parameters.attachment))
        part = await self._shelf.passage(scope, attachment, parameters.from_character, READ_CHARS)
        return ToolResult(
            success=True,
            data={
                "attachment": part.id,
                "name": part.name,
                "status": part.status.value,
                "text": part.text,
                "from_character": part.start,
                "next_character": part.end if part.end < part.chars else None,
                "characters": part.chars,
                "note": part.note,
            },
            metadata={"attachment": part.id, "characters": len(part.text)},
        )

    async def _none_of_that_name(self, name: str) -> str:
        page = await self._shelf.attachments(self._turn.scope, self._turn.session_id, limit=SHOWN_NAMES, offset=0)
        if not page.items:
            return "The customer attached no file in this conversation: go on without one."
        names = ", ".join(repr(each.name) for each in page.items)
        return f"There is no attachment {name!r} in this conversation. There are: {names}."


class SearchAttachments(BaseTool[AttachmentQuery]):
    """Searches the files of the session. The shelf gives what it finds the numbers it can be cited by."""

    name: ClassVar[str] = SEARCH_ATTACHMENTS
    description: ClassVar[str] = (
        "Search the files that the customer attached in this conversation. "
        "Returns passages as data, with the numbers to cite them by."
    )
    parameters = AttachmentQuery

    def __init__(self, shelf: AttachmentShelf, turn: ToolTurn, excerpts: ExcerptShelf) -> None:
        self._shelf = shelf
        self._turn = turn
        self._excerpts = excerpts

    async def execute(self, parameters: AttachmentQuery) -> ToolResult:
        turn = self._turn
        found = await self._shelf.search(turn.scope, turn.session_id, [parameters.query], k=FOUND_AT_ONCE)
        passages = [
            {"passage": number, "attachment": each.name, "heading": each.heading, "text": each.text}
            for number, each in zip(self._excerpts.shelve_excerpts(found), found, strict=True)
        ]
        return ToolResult(success=True, data=passages, metadata={"found": len(passages)})


def make_read_attachment(shelf: AttachmentShelf, turn: ToolTurn) -> ReadAttachment:
    """For the registry."""
    return ReadAttachment(shelf, turn)


def make_search_attachments(shelf: AttachmentShelf, turn: ToolTurn, excerpts: ExcerptShelf) -> SearchAttachments:
    """For the registry."""
    return SearchAttachments(shelf, turn, excerpts)


def passage_of(excerpt: FoundExcerpt, number: int) -> Passage:
    """The excerpt as a turn's passages are, so that it can be cited like one. An attachment has no link."""
    return Passage(
        number=number,
        chunk_id=excerpt.id,
        source_id=excerpt.attachment_id,
        source=excerpt.name,
        title=excerpt.name,
        heading=excerpt.heading,
        link=None,
        text=excerpt.text,
        relevance=excerpt.relevance,
    )
