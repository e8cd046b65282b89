"""Tables of what customers send along: attachments, the excerpts they are searched by, and how much a session holds."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class AttachmentRow(TenantOwned, Base):
    """One file of a session; its original lies in the blob store under its id.

    `leased_until` is set while something is still to be done for it: when that moment has passed, whoever did it is
    gone, and somebody else goes on.
    """

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("session_id", "content_hash"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"))
    contact_id: Mapped[str] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300), default="")
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(1000))
    preview: Mapped[str] = mapped_column(String(1000), default="")
    pages: Mapped[int | None] = mapped_column(Integer)
    chars: Mapped[int] = mapped_column(Integer, default=0)
    text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExcerptRow(TenantOwned, Base):
    """A passage of an attachment. `terms` are its words with their weights, `vectors` its windows' unit vectors.

    Both as `packing.py` writes them; there are no vectors until they were made, by the embedder of that fingerprint.
    """

    __tablename__ = "attachment_excerpts"
    __table_args__ = (Index("ix_attachment_excerpts_attachment", "attachment_id", "position"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    attachment_id: Mapped[str] = mapped_column(ID, ForeignKey("attachments.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    heading: Mapped[str | None] = mapped_column(String(1000))
    text: Mapped[str] = mapped_column(Text)
    terms: Mapped[bytes] = mapped_column(LargeBinary)
    vectors: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[str | None] = mapped_column(String(100))


class AttachmentTotal(TenantOwned, Base):
    """How much a session holds: the row that two uploads at the same time wait for each other at."""

    __tablename__ = "attachment_totals"

    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    files: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int] = mapped_column(Integer)
