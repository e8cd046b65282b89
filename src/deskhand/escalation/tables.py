"""Tables of escalation: tickets, what happened to each, and the notices that are to be sent of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class TicketRow(TenantOwned, Base):
    """A conversation handed to a person; a session has at most one."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("session_id"),
        Index("ix_tickets_list", "tenant_id", "status", "priority"),
        Index("ix_tickets_response", "first_response_breached", "first_response_due_at"),
        Index("ix_tickets_resolution", "resolution_breached", "resolution_due_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"))
    thread_id: Mapped[str] = mapped_column(ID, ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ID)
    agent_id: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    score: Mapped[float] = mapped_column(Float)
    explicit_request: Mapped[bool] = mapped_column(Boolean)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    signals: Mapped[dict[str, float]] = mapped_column(JSON)
    handover: Mapped[dict[str, Any]] = mapped_column(JSON)
    channels: Mapped[list[str]] = mapped_column(JSON)
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    assignee_id: Mapped[str | None] = mapped_column(ID, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    resolution: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    timed_from: Mapped[datetime] = mapped_column(UtcDateTime)
    """Since when its times run: its opening, or its last reopening."""
    first_response_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_response_breached: Mapped[bool] = mapped_column(Boolean, default=False)
    resolution_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution_breached: Mapped[bool] = mapped_column(Boolean, default=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketEventRow(TenantOwned, Base):
    """One thing that happened to a ticket. `actor` is a user's id, or None for the house itself."""

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket", "ticket_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ID, ForeignKey("tickets.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str | None] = mapped_column(ID)
    detail: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeRow(TenantOwned, Base):
    """One notice of a ticket for one channel: written with what it tells of, sent afterwards."""

    __tablename__ = "ticket_notices"
    __table_args__ = (
        Index("ix_ticket_notices_ticket", "ticket_id", "id"),
        Index("ix_ticket_notices_due", "status", "next_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ID, ForeignKey("tickets.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
