"""A desk: a shelf on a real database, with sessions of several tenants, and all that it told of its attachments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deskhand.attachments.conversions import Conversions
from deskhand.attachments.excerpts import Excerpts
from deskhand.attachments.model import Progress, SessionPlace, ShelfLimits
from deskhand.attachments.reading import AttachmentReader
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.conversations.model import CloseReason, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.sessions import SessionRepository
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.formats import read_document
from deskhand.documents.model import Converted, DocumentLimits, Job
from deskhand.documents.worker import DocumentRunner
from deskhand.kit.background import Background
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Base, Database
from deskhand.llm.embedding import Embedder
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner

SECRET_KEY = "a key of thirty-two characters or more"
LIMITS = ShelfLimits(upload_patience=10.0)


class MovedClock:
    """Goes on by a millisecond each time it is read, and otherwise as it is told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


class ReadsHere:
    """Parses in this process: quick, and the tests of the worker have the worker."""

    async def run(self, job: Job) -> Converted:
        return read_document(job)

    async def close(self) -> None:
        """There is nothing to let go of."""


@dataclass
class Desk:
    """Everything that the shelf stands on, in one process."""

    store: TenantStore
    clock: MovedClock
    blobs: BlobStore
    embedder: Embedder
    directory: Directory
    signer: TokenSigner
    standing: Standing
    told: list[Progress] = field(default_factory=list)
    background: Background = field(default_factory=Background)

    def shelf(
        self, *, limits: ShelfLimits = LIMITS, blobs: BlobStore | None = None, runner: DocumentRunner | None = None
    ) -> AttachmentShelf:
        """A shelf as one process has it; several may stand on the same desk."""
        return self.parts(limits=limits, blobs=blobs, runner=runner)[0]

    def parts(
        self,
        *,
        limits: ShelfLimits = LIMITS,
        blobs: BlobStore | None = None,
        runner: DocumentRunner | None = None,
        background: Background | None = None,
    ) -> tuple[AttachmentShelf, Conversions]:
        reader = AttachmentReader(
            DocumentConverter(runner or ReadsHere()), DocumentLimits(max_bytes=2_000_000), text_chars=limits.text_chars
        )
        excerpts = Excerpts(self.store, self.embedder)
        conversions = Conversions(
            store=self.store,
            blobs=blobs or self.blobs,
            clock=self.clock,
            reader=reader,
            excerpts=excerpts,
            background=background or self.background,
            tell=self.told.append,
        )
        shelf = AttachmentShelf(
            store=self.store,
            blobs=blobs or self.blobs,
            clock=self.clock,
            reader=reader,
            excerpts=excerpts,
            conversions=conversions,
            find_session=self.find_session,
            limits=limits,
        )
        return shelf, conversions

    async def find_session(self, scope: TenantScope, session_id: str) -> SessionPlace:
        async with self.store.read(scope) as db:
            session = await ConversationRepository(db, scope, self.clock).session(session_id)
        return SessionPlace(
            session_id=session.id, contact_id=session.contact_id, is_open=session.status is SessionStatus.ACTIVE
        )

    async def tenant(self, slug: str = "demo") -> TenantScope:
        profile = await self.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
        return TenantScope(tenant_id=profile.id, role=Role.OWNER)

    async def visit(self, staff: TenantScope) -> "Visit":
        """A new contact with an open session."""
        contact_id, token = await self.directory.new_contact(staff.tenant_id)
        scope = TenantScope(tenant_id=staff.tenant_id, role=Role.CONTACT, contact_id=contact_id)
        async with self.store.write(scope) as db:
            sessions = SessionRepository(db, scope, self.clock)
            session = await sessions.create(contact_id, "web", thread_id=None, agent_id=None)
        return Visit(scope=scope, session_id=session.id, contact_id=contact_id, token=token.token)

    async def close_session(self, visit: "Visit") -> None:
        async with self.store.write(visit.scope) as db:
            await SessionRepository(db, visit.scope, self.clock).close(visit.session_id, CloseReason.EXPLICIT)

    def steps(self) -> list[str]:
        return [each.step.value for each in self.told]


@dataclass(frozen=True)
class Visit:
    """A contact in its session."""

    scope: TenantScope
    session_id: str
    contact_id: str
    token: str


@asynccontextmanager
async def desk_on(url: str, folder: Path, embedder: Embedder) -> AsyncIterator[Desk]:
    """On a database without tables."""
    database, clock = Database(url), MovedClock()
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    store = TenantStore(database)
    signer, standing = TokenSigner(SECRET_KEY, clock, staff_hours=24), Standing(store, clock)
    blobs = BlobStore.open((folder / "blobs").as_uri())
    made = Desk(
        store=store,
        clock=clock,
        blobs=blobs,
        embedder=embedder,
        directory=Directory(store, signer, clock, standing),
        signer=signer,
        standing=standing,
    )
    try:
        yield made
    finally:
        await made.background.close()
        await blobs.close()
        await database.close()
