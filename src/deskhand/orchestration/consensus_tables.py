"""The table of votes that were held. Above: the repository. Below: the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class ConsensusRow(TenantOwned, Base):
    """A vote: on what, on which facts, by which rules, how each voted, what came out.

    `approval_id` names the request to a person that rests on it, in another slice's table.
    """

    __tablename__ = "consensus"
    __table_args__ = (Index("ix_consensus_session", "session_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    threshold: Mapped[float] = mapped_column(Float)
    weighting: Mapped[str] = mapped_column(String(20))
    quorum: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    score: Mapped[float] = mapped_column(Float)
    votes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    dissent: Mapped[list[str]] = mapped_column(JSON)
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id", ondelete="SET NULL"))
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    approval_id: Mapped[str | None] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
