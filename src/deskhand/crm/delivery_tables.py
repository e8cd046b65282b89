"""Tables of what is sent to contacts outside of a turn: templates, sequences, who is enrolled, each single message."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class TemplateRow(TenantOwned, Base):
    """A message with gaps, in one language. An archived one keeps its name and is not sent any more."""

    __tablename__ = "crm_templates"
    __table_args__ = (UniqueConstraint("tenant_id", "name", "language"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(35))
    description: Mapped[str] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    variables: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    archived: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str | None] = mapped_column(ID)


class TemplateVersionRow(TenantOwned, Base):
    """A template as it was in one version; never changed."""

    __tablename__ = "crm_template_versions"

    template_id: Mapped[str] = mapped_column(ID, ForeignKey("crm_templates.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    variables: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str | None] = mapped_column(ID)


class SequenceRow(TenantOwned, Base):
    """Messages that follow each other, each after a pause."""

    __tablename__ = "crm_sequences"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(Integer)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Steps, quiet hours and whether a reply ends it."""
    archived: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str | None] = mapped_column(ID)


class EnrolmentRow(TenantOwned, Base):
    """A contact's way through a sequence, as the sequence was when it began. A contact goes once at a time."""

    __tablename__ = "crm_enrolments"
    __table_args__ = (
        Index(
            "uq_crm_enrolments_active",
            "tenant_id",
            "sequence_id",
            "contact_id",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
        UniqueConstraint("tenant_id", "idempotency_key"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    sequence_id: Mapped[str] = mapped_column(ID, ForeignKey("crm_sequences.id", ondelete="CASCADE"), index=True)
    sequence_version: Mapped[int] = mapped_column(Integer)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As the sequence was when it began."""
    variables: Mapped[dict[str, str]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(35))
    zone: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    next_step: Mapped[int] = mapped_column(Integer)
    enrolled_by: Mapped[dict[str, str | None]] = mapped_column(JSON)
    idempotency_key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryRow(TenantOwned, Base):
    """One message to a contact: waiting for its time, sent, or why it was not.

    `idempotency_key` is unique in its tenant; `digest` tells whether the same key came with another message.
    """

    __tablename__ = "crm_deliveries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index("ix_crm_deliveries_contact", "tenant_id", "contact_id", "due_at"),
        Index("ix_crm_deliveries_status", "tenant_id", "status", "due_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(ID)
    """The session whose turn asked for it."""
    text: Mapped[str] = mapped_column(Text)
    media: Mapped[dict[str, str | None] | None] = mapped_column(JSON)
    template: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Which template in which version, and what was filled in."""
    enrolment_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("crm_enrolments.id", ondelete="CASCADE"), index=True
    )
    step: Mapped[int | None] = mapped_column(Integer)
    reason_for: Mapped[str] = mapped_column(String(500))
    """Why it was set up: for the staff, never sent."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    zone: Mapped[str | None] = mapped_column(String(60))
    put_off: Mapped[int] = mapped_column(Integer)
    """How often it was moved to a later time; part of its job's key."""
    status: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(500))
    message_id: Mapped[str | None] = mapped_column(ID)
    made_by: Mapped[dict[str, str | None]] = mapped_column(JSON)
    idempotency_key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
