"""Tables of conversations: a contact's threads, their sessions, turns and messages, and what is known of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class Thread(TenantOwned, Base):
    """A durable conversation of one contact."""

    __tablename__ = "threads"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="open")
    message_count: Mapped[int] = mapped_column(Integer, default=0)
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    context_summary: Mapped[str] = mapped_column(Text, default="")
    summarised_through: Mapped[str | None] = mapped_column(ID)
    """The newest message that `context_summary` covers."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatSession(TenantOwned, Base):
    """One active stretch of a thread."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_contact", "tenant_id", "contact_id", "channel", "status"),
        Index(
            "uq_sessions_active",
            "tenant_id",
            "contact_id",
            "channel",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    thread_id: Mapped[str] = mapped_column(ID, ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20), default="web")
    agent_id: Mapped[str | None] = mapped_column(String(64))
    agent_version: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default="active")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_activity_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[str | None] = mapped_column(String(20))
    resolution: Mapped[str | None] = mapped_column(String(2000))
    human_owner: Mapped[str | None] = mapped_column(ID)
    """The user who has taken it over; while there is one, no agent answers."""


class ClosingRow(TenantOwned, Base):
    """What a closed session was about. A draft may still be improved by a language model."""

    __tablename__ = "session_closings"
    __table_args__ = (Index("ix_session_closings_draft", "draft"),)

    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    summary: Mapped[str] = mapped_column(Text)
    sentiment_label: Mapped[str] = mapped_column(String(20))
    sentiment_score: Mapped[float] = mapped_column(Float)
    topics: Mapped[list[str]] = mapped_column(JSON)
    entities: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    duration_seconds: Mapped[float] = mapped_column(Float)
    message_count: Mapped[int] = mapped_column(Integer)
    agent_count: Mapped[int] = mapped_column(Integer)
    written_by: Mapped[str] = mapped_column(String(200))
    draft: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExecutionRow(TenantOwned, Base):
    """One run of an agent in a session."""

    __tablename__ = "executions"
    __table_args__ = (Index("ix_executions_session", "session_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"))
    turn_id: Mapped[str] = mapped_column(ID, ForeignKey("turns.id", ondelete="CASCADE"))
    agent_id: Mapped[str | None] = mapped_column(String(64))
    agent_version: Mapped[str | None] = mapped_column(String(64))
    category: Mapped[str | None] = mapped_column(String(100))
    confidence: Mapped[float] = mapped_column(Float)
    input: Mapped[str] = mapped_column(Text)
    output: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TurnRow(TenantOwned, Base):
    """One customer message and what came of it. Its key makes a repeated request find the same turn."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("session_id", "idempotency_key"),
        Index("ix_turns_unfinished", "status"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageRow(TenantOwned, Base):
    """One message of a thread. Ids sort by time."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_thread", "thread_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    thread_id: Mapped[str] = mapped_column(ID, ForeignKey("threads.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ID, ForeignKey("turns.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    feedback_score: Mapped[float | None] = mapped_column(Float)
    feedback_reason: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CitationRow(TenantOwned, Base):
    """A passage that an answer rests on, kept with its words, so that it can be shown when the source has changed."""

    __tablename__ = "citations"

    message_id: Mapped[str] = mapped_column(ID, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    chunk_id: Mapped[str] = mapped_column(ID)
    source_id: Mapped[str] = mapped_column(ID, index=True)
    source: Mapped[str] = mapped_column(String(1000))
    title: Mapped[str] = mapped_column(String(500))
    heading: Mapped[str | None] = mapped_column(String(1000))
    link: Mapped[str | None] = mapped_column(String(2000))
    quote: Mapped[str] = mapped_column(Text)
