"""Tables of the built-in CRM: what is known of contacts, how it came about, and which writes were made under a key."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)
_CONTACT = "contacts.id"


class CrmRecordRow(TenantOwned, Base):
    """What is known of a contact beside its name, which `contacts` holds. There is none until something is noted.

    `search_text` is name, e-mail, phone and company folded for searching, one a line.
    """

    __tablename__ = "crm_records"
    __table_args__ = (Index("ix_crm_records_status", "tenant_id", "account_status"),)

    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    company: Mapped[str | None] = mapped_column(String(200))
    account_status: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(35))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    assigned_agent: Mapped[str | None] = mapped_column(String(64))
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmTagRow(TenantOwned, Base):
    """One tag of one contact."""

    __tablename__ = "crm_tags"
    __table_args__ = (Index("ix_crm_tags_tag", "tenant_id", "tag"),)

    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)


class CrmFieldRow(TenantOwned, Base):
    """A custom field as the tenant defined it."""

    __tablename__ = "crm_fields"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(500))
    type: Mapped[str] = mapped_column(String(20))
    choices: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmFieldValueRow(TenantOwned, Base):
    """A contact's value of a custom field, as JSON."""

    __tablename__ = "crm_field_values"

    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"), primary_key=True)
    field_id: Mapped[str] = mapped_column(
        ID, ForeignKey("crm_fields.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[str] = mapped_column(Text)


class CrmPipelineRow(TenantOwned, Base):
    """A pipeline. `stages` is a list of `{"id", "name"}` in their order; `name_key` is the name folded."""

    __tablename__ = "crm_pipelines"
    __table_args__ = (UniqueConstraint("tenant_id", "name_key"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(400))
    stages: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmPlaceRow(TenantOwned, Base):
    """Where a contact stands in a pipeline."""

    __tablename__ = "crm_places"
    __table_args__ = (Index("ix_crm_places_stage", "pipeline_id", "stage_id"),)

    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"), primary_key=True)
    pipeline_id: Mapped[str] = mapped_column(ID, ForeignKey("crm_pipelines.id", ondelete="CASCADE"), primary_key=True)
    stage_id: Mapped[str] = mapped_column(ID)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmNoteRow(TenantOwned, Base):
    """A note on a contact."""

    __tablename__ = "crm_notes"
    __table_args__ = (Index("ix_crm_notes_newest", "contact_id", "created_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(20))
    visibility: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    turn_id: Mapped[str | None] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmEventRow(TenantOwned, Base):
    """Something that happened with a contact."""

    __tablename__ = "crm_events"
    __table_args__ = (Index("ix_crm_events_newest", "contact_id", "occurred_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    turn_id: Mapped[str | None] = mapped_column(ID)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmHistoryRow(TenantOwned, Base):
    """A change of a contact: what, and by whom. Written with the change, never changed."""

    __tablename__ = "crm_history"
    __table_args__ = (Index("ix_crm_history_newest", "contact_id", "at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    turn_id: Mapped[str | None] = mapped_column(ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrmWriteRow(TenantOwned, Base):
    """A write made under an idempotency key: what was asked, as a hash, and what it gave."""

    __tablename__ = "crm_writes"
    __table_args__ = (Index("ix_crm_writes_created", "tenant_id", "created_at"),)

    tenant_id: Mapped[str] = mapped_column(ID, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey(_CONTACT, ondelete="CASCADE"), index=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
