"""An audit with real parts on a database of its own, and turns to record in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from deskhand.api import AppParts, create_app
from deskhand.audit.endpoints import AuditEndpoints
from deskhand.audit.erasing import AuditEraser
from deskhand.audit.facts import PassageGiven, ReplayInputs, SaidBefore, SourceUsed, ToolUse, TurnFacts
from deskhand.audit.model import Outcome
from deskhand.audit.reading import AuditReader
from deskhand.audit.replaying import AuditReplay
from deskhand.audit.vault import Vault
from deskhand.audit.verifying import ChainVerifier
from deskhand.audit.writer import AuditWriter
from deskhand.kit.blobs import BlobStore
from deskhand.kit.db import Database
from deskhand.kit.ids import new_id
from deskhand.llm.pii import redacted
from deskhand.settings import AuditWriteMode
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from grounds import make_tables, owner_of

SECRET = "a secret of thirty-two characters"
QUESTION = "I am ada@example.com. How long can I return a helmet?"
ANSWER = "You can return a helmet within 30 days of delivery. [1]"
SOURCE = SourceUsed(
    number=1, chunk_id="chk_1", source_id="src_1", source="returns.md", title="Return an item", quote="within 30 days"
)
OTHER_SOURCE = SourceUsed(number=1, chunk_id="chk_2", source_id="src_2", source="new.md", title="New policy")
PASSAGE = PassageGiven(
    number=1,
    chunk_id="chk_1",
    source_id="src_1",
    source="returns.md",
    title="Return an item",
    heading=None,
    link=None,
    text="You can return a helmet within 30 days of delivery.",
    relevance=0.93,
)


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class ScriptedReplayer:
    """Answers as it was told to, and keeps what it was given."""

    outcome: Outcome
    given: list[ReplayInputs] = field(default_factory=list)

    async def replay(self, scope: TenantScope, inputs: ReplayInputs) -> Outcome:  # noqa: ARG002 - as the turn's own
        self.given.append(inputs)
        return self.outcome


def outcome(**changes: Any) -> Outcome:
    made: dict[str, Any] = {
        "answer": ANSWER,
        "kind": "answer",
        "confidence": 0.93,
        "model": "offline",
        "sources": (SOURCE,),
    }
    return Outcome(**made | changes)


def facts(clock: MovedClock, contact_id: str, **changes: Any) -> TurnFacts:
    """An answered turn."""
    made: dict[str, Any] = {
        "session_id": "ses_1",
        "thread_id": "thr_1",
        "turn_ids": (new_id("trn"),),
        "contact_id": contact_id,
        "agent_id": "support",
        "agent_version": "1.0.0",
        "at": clock.now(),
        "texts": (QUESTION,),
        "answer": ANSWER,
        "confidence": 0.93,
        "sources": (SOURCE,),
        "tools": (ToolUse(name="search_knowledge", success=True, seconds=0.01, summary="asked by ada@example.com"),),
        "model": "offline",
        "request_id": "req_1",
        "seconds": 0.021,
        "stages": {"searching": 0.012, "writing": 0.006},
        "inputs": inputs(),
    }
    return TurnFacts(**made | changes)


def inputs(**changes: Any) -> ReplayInputs:
    made: dict[str, Any] = {
        "text": QUESTION,
        "texts": (QUESTION,),
        "questions": ("How long can I return a helmet?",),
        "history": (SaidBefore(role="customer", text="Hello, it is Ada."),),
        "passages": (PASSAGE,),
        "agent_id": "support",
        "agent_version": "1.0.0",
        "model": "offline",
    }
    return ReplayInputs(**made | changes)


@dataclass
class Audit:
    """All parts of the slice for one tenant, on one database."""

    store: TenantStore
    clock: MovedClock
    vault: Vault
    blobs: BlobStore
    writer: AuditWriter
    directory: Directory
    signer: TokenSigner
    gate: Gate
    scope: TenantScope
    contact_id: str
    reader: AuditReader = field(init=False)
    verifier: ChainVerifier = field(init=False)
    eraser: AuditEraser = field(init=False)
    replayer: ScriptedReplayer = field(init=False)

    def __post_init__(self) -> None:
        store, clock, vault, blobs = self.store, self.clock, self.vault, self.blobs
        self.reader = AuditReader(store=store, clock=clock, vault=vault, blobs=blobs)
        self.verifier = ChainVerifier(store=store, clock=clock, vault=vault, blobs=blobs)
        self.eraser = AuditEraser(store=store, clock=clock, vault=vault, writer=self.writer)
        self.replayer = ScriptedReplayer(outcome())

    @property
    def replay(self) -> AuditReplay:
        return AuditReplay(reader=self.reader, replayer=self.replayer)

    async def turn(self, **changes: Any) -> str:
        """Record an answered turn in a transaction of its own. The record's id."""
        made = facts(self.clock, changes.pop("contact_id", self.contact_id), **changes)
        async with self.store.write(self.scope) as db:
            return await self.writer.record(db, self.scope, made)

    async def turns(self, count: int) -> list[str]:
        return [await self.turn() for _ in range(count)]

    async def execute(self, statement: str, **values: Any) -> None:
        """What somebody with a hand in the database does."""
        async with self.store.database.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def rows(self, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        async with self.store.database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """An HTTP client of the slice's routes; without a token the owner's."""
        endpoints = AuditEndpoints(reader=self.reader, verifier=self.verifier, replay=self.replay, eraser=self.eraser)
        app = create_app(
            AppParts(
                gate=self.gate,
                routers=[endpoints.router],
                web_dir=Path("/nonexistent"),
                cors_origins=(),
                max_request_bytes=1_000_000,
                version="1",
            )
        )
        user_id = self.scope.user_id or ""
        given = token or self.signer.for_user(tenant_id=self.scope.tenant_id, user_id=user_id, role=Role.OWNER).token
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url="http://audit", headers={"Authorization": f"Bearer {given}"}
        )


async def open_audit(
    database: Database,
    *,
    mode: AuditWriteMode = AuditWriteMode.SYNC,
    blobs: BlobStore | None = None,
    blob_bytes: int = 1_000_000,
    slug: str = "demo",
    secret: str = SECRET,
    clock: MovedClock | None = None,
) -> Audit:
    """An audit on that database, whose tables are made when they are not there."""
    await make_tables(database)
    store, clock, vault = TenantStore(database), clock or MovedClock(), Vault(secret)
    blobs = blobs or BlobStore.open("memory:///")
    signer, standing = TokenSigner(SECRET, clock, staff_hours=1), Standing(store, clock)
    directory = Directory(store, signer, clock, standing)
    writer = AuditWriter(
        store=store, clock=clock, vault=vault, blobs=blobs, redact=redacted, mode=mode, blob_bytes=blob_bytes
    )
    scope = await owner_of(store, clock, directory, slug)
    contact_id, _ = await directory.new_contact(scope.tenant_id)
    return Audit(
        store=store,
        clock=clock,
        vault=vault,
        blobs=blobs,
        writer=writer,
        directory=directory,
        signer=signer,
        gate=Gate(store=store, signer=signer, standing=standing, clock=clock),
        scope=scope,
        contact_id=contact_id,
    )
