"""Tables of memory: what is remembered with every earlier version, and what each namespace was last changed by."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)
NAMESPACE = String(255)
_HOLDS = text("superseded_at IS NULL")


class MemoryRow(TenantOwned, Base):
    """One version of a memory. What holds now has no `superseded_at`."""

    __tablename__ = "memories"
    __table_args__ = (
        Index(
            "uq_memories_content",
            "tenant_id",
            "namespace",
            "content_hash",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
        Index(
            "uq_memories_fact",
            "tenant_id",
            "namespace",
            "fact_key",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
        Index("ix_memories_newest", "tenant_id", "namespace", "stated_at"),
        Index("ix_memories_forgettable", "importance", "stated_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    lineage: Mapped[str] = mapped_column(ID, index=True)
    namespace: Mapped[str] = mapped_column(NAMESPACE)
    agent_id: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[str | None] = mapped_column(ID, ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    fact_key: Mapped[str | None] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    importance: Mapped[float] = mapped_column(Float)
    uses: Mapped[int] = mapped_column(Integer)
    repeats: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(20))
    session_id: Mapped[str | None] = mapped_column(ID)
    turn_id: Mapped[str | None] = mapped_column(ID)
    message_id: Mapped[str | None] = mapped_column(ID)
    quote: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_by: Mapped[str | None] = mapped_column(ID)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Little-endian float32, of unit length; none until it was embedded."""
    fingerprint: Mapped[str | None] = mapped_column(String(100))
    """Of the embedder that made the vector."""


class NamespaceRow(TenantOwned, Base):
    """A namespace that holds something. `version` is new after every change: what was read under another is stale.

    Whoever changes a namespace writes its row first, so that its changes come one after another.
    """

    __tablename__ = "memory_namespaces"

    tenant_id: Mapped[str] = mapped_column(ID, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    namespace: Mapped[str] = mapped_column(NAMESPACE, primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    version: Mapped[str] = mapped_column(ID)
