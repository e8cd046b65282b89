"""The shelf: what a session's customer sent along, received, kept, read, searched, handed to turns, and erased.

Above: the endpoints, the tools and the turn. Below: the repository, the blob store, conversions and excerpts. Whatever
is in the blob store has a row, so that deleting and erasing find everything; the row comes first and goes last.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.attachments.conversions import Conversions
from deskhand.attachments.excerpts import Excerpts
from deskhand.attachments.model import (
    Attachment,
    AttachmentStatus,
    AttachmentText,
    FindSession,
    FoundExcerpt,
    Page,
    SessionOver,
    SessionPlace,
    ShelfLimits,
    Step,
    TooManyAtOnce,
    blob_key,
)
from deskhand.attachments.names import label_of
from deskhand.attachments.reading import AttachmentReader
from deskhand.attachments.repository import AttachmentRepository, Received
from deskhand.kit.blobs import BlobStore
from deskhand.kit.clock import Clock
from deskhand.llm.embedding import Vectors
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

TURN_CHARS = 24_000
"""Of all attachments of a message together, as a turn is given them: some 6,000 tokens."""
DEFAULT_K = 4
LOOK_AGAIN_SECONDS = 0.2


class AttachmentShelf:
    """Attachments of every session, each reached in a scope."""

    def __init__(
        self,
        *,
        store: TenantStore,
        blobs: BlobStore,
        clock: Clock,
        reader: AttachmentReader,
        excerpts: Excerpts,
        conversions: Conversions,
        find_session: FindSession,
        limits: ShelfLimits,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._reader = reader
        self._excerpts = excerpts
        self._conversions = conversions
        self._find_session = find_session
        self._limits = limits
        self._uploads: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def max_bytes(self) -> int:
        """Of one file."""
        return self._reader.max_bytes

    async def check_open(self, scope: TenantScope, session_id: str) -> SessionPlace:
        """The session, if it takes attachments.

        Raises:
            NotFound: when the scope reaches no such session.
            SessionOver: when it is closed.
        """
        place = await self._find_session(scope, session_id)
        if not place.is_open:
            raise SessionOver(f"The session {session_id!r} is closed: open a new one with POST /api/v1/sessions.")
        return place

    async def receive(self, scope: TenantScope, session_id: str, name: str, content: bytes) -> Attachment:
        """The attachment, kept, and mostly read already. The same bytes again are the same attachment.

        Raises:
            NotFound, SessionOver: the session takes none.
            DocumentRefused: for what can be told without reading it; nothing is kept then.
            TooManyAttachments, SessionFull: the session has no room for it.
            BlobUnavailable: it could not be kept; nothing of it is there.
        """
        place = await self.check_open(scope, session_id)
        label = label_of(name)
        received = Received(
            name=label,
            media_type=await self._reader.look(label, content),
            size_bytes=len(content),
            content_hash=await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()),
        )
        async with self._one_at_a_time(session_id):
            attachment, is_new = await self._keep(scope, place, received, content)
        if is_new:
            self._conversions.told(scope, attachment, Step.RECEIVED)
            self._conversions.start(scope, attachment.id)
        await self._conversions.wait([attachment.id], self._limits.upload_patience)
        return await self.attachment(scope, attachment.id)

    async def _keep(
        self, scope: TenantScope, place: SessionPlace, received: Received, content: bytes
    ) -> tuple[Attachment, bool]:
        async with self._store.write(scope) as db:
            attachment, is_new = await self._repository(db, scope).take(place, received, self._limits)
        if not is_new:
            return attachment, False
        try:
            await self._blobs.put(blob_key(scope.tenant_id, attachment.id), content)
        except BaseException:
            async with self._store.write(scope) as db:
                await self._repository(db, scope).remove(attachment.id)
            raise
        return attachment, True

    def _one_at_a_time(self, session_id: str) -> asyncio.Lock:
        """Held while a session's upload is stored: the same bytes again then find it stored, or not there at all."""
        return self._uploads.setdefault(session_id, asyncio.Lock())

    async def attachment(self, scope: TenantScope, attachment_id: str) -> Attachment:
        """Raises UnknownAttachment."""
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).attachment(attachment_id)

    async def attachments(self, scope: TenantScope, session_id: str, *, limit: int, offset: int) -> Page[Attachment]:
        """Those of a session, in the order in which they came. Raises NotFound."""
        await self._find_session(scope, session_id)
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).of_session(session_id, limit=limit, offset=offset)

    async def named(self, scope: TenantScope, session_id: str, name: str) -> Attachment | None:
        """The session's newest attachment of that id or name."""
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).named(session_id, name)

    async def content(self, scope: TenantScope, attachment_id: str) -> tuple[Attachment, bytes]:
        """The original. Raises UnknownAttachment, BlobMissing, BlobUnavailable."""
        attachment = await self.attachment(scope, attachment_id)
        return attachment, await self._blobs.get(blob_key(scope.tenant_id, attachment.id))

    async def delete(self, scope: TenantScope, attachment_id: str) -> None:
        """Remove every trace of it. Raises UnknownAttachment, BlobUnavailable; it is still there then."""
        attachment = await self.attachment(scope, attachment_id)
        await self._blobs.delete(blob_key(scope.tenant_id, attachment.id))
        async with self._store.write(scope) as db:
            gone = await self._repository(db, scope).remove(attachment.id)
        if gone:
            self._conversions.told(scope, attachment, Step.DELETED)

    async def erase_contact(self, scope: TenantScope, contact_id: str) -> int:
        """Remove every trace of all that the contact ever sent, in every session; how many attachments that were.

        Raises:
            BlobUnavailable: some are still there; a second call goes on.
        """
        async with self._store.read(scope) as db:
            ids = await self._repository(db, scope).ids_of_contact(contact_id)
        for attachment_id in ids:
            await self._blobs.delete(blob_key(scope.tenant_id, attachment_id))
            async with self._store.write(scope) as db:
                await self._repository(db, scope).remove(attachment_id)
        return len(ids)

    async def check(self, scope: TenantScope, session_id: str, ids: Sequence[str]) -> None:
        """See that a message may carry these, before it is accepted.

        Raises:
            TooManyAtOnce: more than a message may carry.
            UnknownAttachment: naming the first that the session does not have.
        """
        wanted = list(dict.fromkeys(ids))
        if len(wanted) > self._limits.per_message:
            raise TooManyAtOnce(
                f"A message carries at most {self._limits.per_message} attachments, and this one {len(wanted)}: "
                "send the rest with the next one."
            )
        if wanted:
            async with self._store.read(scope) as db:
                await self._repository(db, scope).in_session(session_id, wanted)

    async def read(
        self, scope: TenantScope, session_id: str, ids: Sequence[str], *, max_chars: int = TURN_CHARS
    ) -> tuple[AttachmentText, ...]:
        """The beginning of each one's text for a turn, in the order of `ids`, together at most `max_chars`.

        What is still being read is waited for; what has no text by then comes with a note that says why.

        Raises:
            UnknownAttachment, TooManyAtOnce: see `check`.
        """
        await self.check(scope, session_id, ids)
        wanted = list(dict.fromkeys(ids))
        found = await self._once_read(scope, session_id, wanted)
        async with self._store.read(scope) as db:
            repository = self._repository(db, scope)
            shares = _shares([each.chars for each in found], max_chars)
            return tuple([await repository.text(each, 0, share) for each, share in zip(found, shares, strict=True)])

    async def passage(self, scope: TenantScope, attachment: Attachment, start: int, length: int) -> AttachmentText:
        """The part of its text that begins at character `start`, once it is read."""
        (present,) = await self._once_read(scope, attachment.session_id, [attachment.id])
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).text(present, start, length)

    async def search(
        self,
        scope: TenantScope,
        session_id: str,
        questions: Sequence[str],
        vectors: Vectors | None = None,
        k: int = DEFAULT_K,
    ) -> tuple[FoundExcerpt, ...]:
        """The excerpts of the session's attachments that most likely answer any of the questions, best first.

        `vectors`, of shape (questions, dimensions), saves embedding the questions again. Raises NotFound.
        """
        await self._find_session(scope, session_id)
        return await self.found_in_turn(scope, session_id, questions, vectors, k)

    async def found_in_turn(
        self,
        scope: TenantScope,
        session_id: str,
        questions: Sequence[str],
        vectors: Vectors | None = None,
        k: int = DEFAULT_K,
    ) -> tuple[FoundExcerpt, ...]:
        """The same for a turn, whose session the scope is known to reach: one short query where there is nothing."""
        return await self._excerpts.search(scope, session_id, questions, vectors, k)

    async def _once_read(self, scope: TenantScope, session_id: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """The attachments, as soon as none is being read any more, here or in another process; or as they are then."""
        if not ids:
            return ()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.turn_patience
        await self._conversions.wait(ids, self._limits.turn_patience)
        while True:
            async with self._store.read(scope) as db:
                found = await self._repository(db, scope).in_session(session_id, ids)
            if loop.time() >= until or all(each.status is not AttachmentStatus.PROCESSING for each in found):
                return found
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _repository(self, db: AsyncSession, scope: TenantScope) -> AttachmentRepository:
        return AttachmentRepository(db, scope, self._clock)


def _shares(lengths: Sequence[int], budget: int) -> list[int]:
    """How many characters of each are taken: what short ones leave over goes to the longer ones."""
    shares = [0] * len(lengths)
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    for place, index in enumerate(order):
        shares[index] = min(lengths[index], budget // (len(order) - place))
        budget -= shares[index]
    return shares
