"""SQL of what was cited to whom. Above: the channel that shows documents to whoever got an answer from them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.tables import ChatSession, CitationRow, MessageRow
from deskhand.tenancy.scope import TenantScope


class CitationRepository:
    """Citations of one scope: a contact's own, for staff all of the tenant."""

    def __init__(self, db: AsyncSession, scope: TenantScope) -> None:
        self._db = db
        self._scope = scope

    async def is_cited(self, source_id: str) -> bool:
        """Whether an answer in this scope rests on that source."""
        wanted = select(CitationRow.message_id).where(CitationRow.source_id == source_id)
        if self._scope.own_contact_id is not None:
            wanted = wanted.join(MessageRow, MessageRow.id == CitationRow.message_id)
            wanted = wanted.join(ChatSession, ChatSession.id == MessageRow.session_id)
            wanted = wanted.where(ChatSession.contact_id == self._scope.own_contact_id)
        return await self._db.scalar(wanted.limit(1)) is not None
