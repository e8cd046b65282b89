"""Tables of plans: the task, and its parts with what came of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class PlanRow(TenantOwned, Base):
    """A task in parts. It goes with the session that it was made for."""

    __tablename__ = "plans"
    __table_args__ = (Index("ix_plans_list", "tenant_id", "status", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    task: Mapped[str] = mapped_column(Text)
    strategy: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(Integer, default=0)
    """Raised by whoever changes the plan or one of its subtasks, before anything else: one change at a time."""
    made_by: Mapped[str | None] = mapped_column(String(200))
    synthesis: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[str | None] = mapped_column(ID)
    contact_id: Mapped[str | None] = mapped_column(ID)
    turn_id: Mapped[str | None] = mapped_column(ID)
    created_by: Mapped[str | None] = mapped_column(ID)
    """The user who asked for it; None for an agent or a key."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SubtaskRow(TenantOwned, Base):
    """One part of a plan, for one agent. `key` is ours, `subtask_id` what the plan calls it."""

    __tablename__ = "plan_subtasks"
    __table_args__ = (UniqueConstraint("plan_id", "subtask_id"),)

    key: Mapped[str] = mapped_column(ID, primary_key=True)
    plan_id: Mapped[str] = mapped_column(ID, ForeignKey("plans.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    subtask_id: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(String(64))
    dependencies: Mapped[list[str]] = mapped_column(JSON)
    estimate_seconds: Mapped[float | None] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(20))
    queued: Mapped[bool] = mapped_column(Boolean, default=False)
    output: Mapped[str | None] = mapped_column(Text)
    answered: Mapped[bool | None] = mapped_column(Boolean)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))
    seconds: Mapped[float | None] = mapped_column(Float)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
