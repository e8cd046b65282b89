"""Tables of the audit: chained records, what their turns were given, the chain's end, and the keys of contacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)
_OF_A_TURN = text("event = 'turn'")
_WAITING = text("seq IS NULL")


class AuditRow(TenantOwned, Base):
    """One record. All but `seq`, the hashes and `blob_key` is written once; `seq` is null until it is chained.

    `sealed` is a ciphertext under the key `key_id`. No foreign key leads to what the record tells of: it outlives it.
    """

    __tablename__ = "audit_records"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seq"),
        Index(
            "uq_audit_records_turn",
            "tenant_id",
            "turn_id",
            unique=True,
            sqlite_where=_OF_A_TURN,
            postgresql_where=_OF_A_TURN,
        ),
        Index("ix_audit_records_waiting", "tenant_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_audit_records_newest", "tenant_id", "id"),
        Index("ix_audit_records_session", "tenant_id", "session_id", "id"),
        Index("ix_audit_records_contact", "tenant_id", "contact_id", "id"),
        Index("ix_audit_records_at", "tenant_id", "at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    request_id: Mapped[str | None] = mapped_column(String(100))
    session_id: Mapped[str | None] = mapped_column(ID)
    thread_id: Mapped[str | None] = mapped_column(ID)
    turn_id: Mapped[str | None] = mapped_column(ID)
    turn_ids: Mapped[list[str]] = mapped_column(JSON)
    contact_id: Mapped[str] = mapped_column(ID)
    actor_id: Mapped[str | None] = mapped_column(ID)
    agent_id: Mapped[str | None] = mapped_column(String(64))
    agent_version: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float] = mapped_column(Float)
    model: Mapped[str] = mapped_column(String(200))
    degraded: Mapped[bool] = mapped_column(Boolean)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nanos: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    seconds: Mapped[float] = mapped_column(Float)
    stages: Mapped[dict[str, float]] = mapped_column(JSON)
    ticket_id: Mapped[str | None] = mapped_column(ID)
    tools: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    tool_names: Mapped[str] = mapped_column(String(2000))
    """Those of `tools`, each between bars, so that they can be searched."""
    pii_redacted: Mapped[bool] = mapped_column(Boolean)
    key_id: Mapped[str | None] = mapped_column(ID)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    payload_digest: Mapped[str | None] = mapped_column(String(64))
    payload_bytes: Mapped[int] = mapped_column(Integer)
    blob_key: Mapped[str | None] = mapped_column(String(200))
    """Where the payload lies when it has left the database. Not part of the hash: it moves after the record stands."""


class PayloadRow(TenantOwned, Base):
    """What a turn was given, as a ciphertext, as long as it is in the database. With `offload` it is on its way out."""

    __tablename__ = "audit_payloads"
    __table_args__ = (Index("ix_audit_payloads_offload", "offload", "next_try_at"),)

    record_id: Mapped[str] = mapped_column(ID, ForeignKey("audit_records.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    offload: Mapped[bool] = mapped_column(Boolean)
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeadRow(TenantOwned, Base):
    """The end of a tenant's chain: how many records it has and the last one's hash, signed.

    `distrusted_from` is the first record that was chained after this row, or the records' end, had been changed by
    something else than this program.
    """

    __tablename__ = "audit_heads"

    tenant_id: Mapped[str] = mapped_column(ID, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    distrusted_from: Mapped[int | None] = mapped_column(BigInteger)
    signature: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactKeyRow(TenantOwned, Base):
    """A key of one contact, wrapped by one that the secret key gives. Deleting it erases what it sealed."""

    __tablename__ = "contact_keys"
    __table_args__ = (Index("ix_contact_keys_contact", "tenant_id", "contact_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ID)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
