"""Reading attachments beside the requests: each is read once, told to whoever watches, and survives a crash.

Above: the shelf starts them and waits for them; `wiring.py` calls `tend` again and again. Below: reading, excerpts.
An attachment that is worked on is leased for a minute, and the lease is renewed as long as this process lives. What a
crash left lying is taken over by whichever process finds its lease run out.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from deskhand.attachments.excerpts import Excerpts, NewExcerpt
from deskhand.attachments.model import Attachment, AttachmentStatus, Progress, Step, Tell, blob_key
from deskhand.attachments.reading import AttachmentReader
from deskhand.attachments.repository import AttachmentRepository, Outcome, due
from deskhand.documents.refusals import DocumentRefused
from deskhand.kit.background import Background
from deskhand.kit.blobs import BlobMissing, BlobStore
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Unavailable
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

TEND_SECONDS = 15.0
"""How often `tend` should be called: some times within a lease."""
READ_AT_ONCE = 4
"""Bounds the memory that contents take; the document worker reads one after the other anyway."""
MAX_ATTEMPTS = 5
_STEPS = {AttachmentStatus.READY: Step.READY, AttachmentStatus.REFUSED: Step.REFUSED}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What this process works on. `read` is set once its text is there, or will not be."""

    scope: TenantScope
    read: asyncio.Event = field(default_factory=asyncio.Event)


class Conversions:
    """Reads what was received. One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        blobs: BlobStore,
        clock: Clock,
        reader: AttachmentReader,
        excerpts: Excerpts,
        background: Background,
        tell: Tell,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._reader = reader
        self._excerpts = excerpts
        self._background = background
        self._tell = tell
        self._few = asyncio.Semaphore(READ_AT_ONCE)
        self._held: dict[str, _Held] = {}

    def start(self, scope: TenantScope, attachment_id: str) -> None:
        """Read it now, beside everything else. The scope decides the tenant and nothing more."""
        if attachment_id not in self._held:
            held = _Held(scope=TenantScope(tenant_id=scope.tenant_id, role=Role.OWNER))
            self._held[attachment_id] = held
            self._background.start("attachment_reading", self._work(held, attachment_id))

    async def wait(self, attachment_ids: Iterable[str], seconds: float) -> None:
        """Until those that this process reads are read, at most so long."""
        open_ones = [self._held[each].read.wait() for each in attachment_ids if each in self._held]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*open_ones)

    async def tend(self) -> int:
        """Renew the leases of what is being done here, and go on with what nobody does any more; how many of those."""
        for attachment_id, held in list(self._held.items()):
            async with self._store.write(held.scope) as db:
                await AttachmentRepository(db, held.scope, self._clock).renew(attachment_id)
        async with self._store.across_tenants() as db:
            waiting = await due(db, self._clock.now())
        taken = 0
        for tenant_id, attachment_id in waiting:
            scope = TenantScope(tenant_id=tenant_id, role=Role.OWNER)
            async with self._store.write(scope) as db:
                mine = await AttachmentRepository(db, scope, self._clock).take_over(attachment_id)
            if mine:
                taken += 1
                self.start(scope, attachment_id)
        return taken

    async def _work(self, held: "_Held", attachment_id: str) -> None:
        """First the text, which turns wait for; then its vectors, which nobody does."""
        try:
            try:
                await self._read(held.scope, attachment_id)
            finally:
                held.read.set()
            await self._excerpts.embed(held.scope, attachment_id)
            async with self._store.write(held.scope) as db:
                await AttachmentRepository(db, held.scope, self._clock).release_ready(attachment_id)
        finally:
            del self._held[attachment_id]

    async def _read(self, scope: TenantScope, attachment_id: str) -> None:
        async with self._few:
            async with self._store.write(scope) as db:
                begun = await AttachmentRepository(db, scope, self._clock).begin(attachment_id)
            if begun is None:
                await self._tidy(scope, attachment_id)
                return
            attachment, attempts = begun
            self.told(scope, attachment, Step.READING)
            try:
                outcome = await self._outcome(scope, attachment, attempts)
            except BlobMissing:
                # The process ended before the upload was stored, and nobody was told that it was.
                await self._forget(scope, attachment)
            except Unavailable:
                await self._give_back(scope, attachment)
            else:
                excerpts = await self._excerpts.cut(outcome.title, outcome.text)
                await self._finish(scope, attachment, outcome, excerpts)

    async def _tidy(self, scope: TenantScope, attachment_id: str) -> None:
        """What was deleted while it was being stored leaves nothing behind."""
        async with self._store.read(scope) as db:
            is_there = await AttachmentRepository(db, scope, self._clock).exists(attachment_id)
        if not is_there:
            await self._blobs.delete(blob_key(scope.tenant_id, attachment_id))

    async def _give_back(self, scope: TenantScope, attachment: Attachment) -> None:
        """What is needed is down: that is no fault of the attachment. It is tried again when its lease has run out."""
        log.warning("attachment_waits", attachment_id=attachment.id)
        async with self._store.write(scope) as db:
            await AttachmentRepository(db, scope, self._clock).forget_attempt(attachment.id)

    async def _outcome(self, scope: TenantScope, attachment: Attachment, attempts: int) -> Outcome:
        if attempts > MAX_ATTEMPTS:
            detail = f"{attachment.name!r} could not be read in {MAX_ATTEMPTS} attempts. Save it in another format."
            return Outcome(status=AttachmentStatus.REFUSED, code="attachment_not_read", reason=detail)
        content = await self._blobs.get(blob_key(scope.tenant_id, attachment.id))
        try:
            reading = await self._reader.read(attachment.name, content)
        except DocumentRefused as refusal:
            return Outcome(status=AttachmentStatus.REFUSED, code=refusal.code, reason=refusal.detail)
        return Outcome(
            status=AttachmentStatus.READY,
            title=reading.title,
            text=reading.markdown,
            preview=reading.preview,
            pages=reading.pages,
            reason=reading.note,
        )

    async def _finish(
        self, scope: TenantScope, attachment: Attachment, outcome: Outcome, excerpts: tuple[NewExcerpt, ...]
    ) -> None:
        async with self._store.write(scope) as db:
            still_there = await AttachmentRepository(db, scope, self._clock).finish(attachment.id, outcome)
            if still_there:
                await self._excerpts.store(db, scope, attachment, excerpts)
        if still_there:
            self.told(scope, attachment, _STEPS[outcome.status], outcome.reason)

    async def _forget(self, scope: TenantScope, attachment: Attachment) -> None:
        async with self._store.write(scope) as db:
            gone = await AttachmentRepository(db, scope, self._clock).remove(attachment.id)
        if gone:
            self.told(scope, attachment, Step.DELETED)

    def told(self, scope: TenantScope, attachment: Attachment, step: Step, reason: str | None = None) -> None:
        """Say that the attachment has come so far."""
        self._tell(
            Progress(
                tenant_id=scope.tenant_id,
                session_id=attachment.session_id,
                attachment_id=attachment.id,
                name=attachment.name,
                step=step,
                reason=reason,
            )
        )
