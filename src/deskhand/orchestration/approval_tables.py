"""Tables of approvals: the requests, and what happened to each. Events are added and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)
_ONLY_OPEN = text("status IN ('pending', 'escalated', 'approved')")


class ApprovalRow(TenantOwned, Base):
    """One request for a person's decision, with the decision and what came of it."""

    __tablename__ = "approvals"
    __table_args__ = (
        Index("ix_approvals_list", "tenant_id", "status", "requested_at"),
        Index("ix_approvals_session", "session_id", "fingerprint"),
        Index(
            "uq_approvals_open",
            "tenant_id",
            "fingerprint",
            unique=True,
            sqlite_where=_ONLY_OPEN,
            postgresql_where=_ONLY_OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    tool: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    summary: Mapped[str] = mapped_column(Text)
    amount: Mapped[str | None] = mapped_column(String(60))
    """A decimal number, to the last digit."""
    currency: Mapped[str | None] = mapped_column(String(3))
    percent: Mapped[float | None] = mapped_column(Float)
    confidence: Mapped[float | None] = mapped_column(Float)
    reasoning: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id", ondelete="SET NULL"))
    thread_id: Mapped[str] = mapped_column(ID, ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ID)
    agent_id: Mapped[str] = mapped_column(String(64))
    agent_version: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    on_timeout: Mapped[str] = mapped_column(String(20))
    channels: Mapped[list[str]] = mapped_column(JSON)
    verdict: Mapped[str | None] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(ID)
    decided_by_name: Mapped[str | None] = mapped_column(String(320))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notes: Mapped[str] = mapped_column(Text)
    decided_arguments: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    decided_summary: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an action was begun that must not be begun twice."""
    executed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consensus_id: Mapped[str | None] = mapped_column(ID)
    ticket_id: Mapped[str | None] = mapped_column(ID)


class ApprovalEventRow(TenantOwned, Base):
    """One thing that happened to a request. `actor` is a user's id, or None for the house itself."""

    __tablename__ = "approval_events"
    __table_args__ = (Index("ix_approval_events_approval", "approval_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    approval_id: Mapped[str] = mapped_column(ID, ForeignKey("approvals.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str | None] = mapped_column(ID)
    detail: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
