"""Tables of agents: the contract in force, and every version it ever had."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

KEY = String(40)


class AgentRow(TenantOwned, Base):
    """An agent. `id` is its handle in the tenant; what can be asked for in lists stands beside the contract."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), Index("ix_agents_listed", "tenant_id", "status", "name"))

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    tags: Mapped[str] = mapped_column(String(2000))
    """Each tag between line breaks, which no tag holds: it can be looked for as a whole on every database."""
    version: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    contract: Mapped[dict[str, Any]] = mapped_column(JSON)
    interaction_count: Mapped[int] = mapped_column(Integer, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentVersionRow(TenantOwned, Base):
    """One version of a contract, never changed."""

    __tablename__ = "agent_versions"
    __table_args__ = (UniqueConstraint("agent_key", "version"), Index("ix_agent_versions_order", "agent_key", "id"))

    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    agent_key: Mapped[str] = mapped_column(KEY, ForeignKey("agents.key", ondelete="CASCADE"))
    version: Mapped[str] = mapped_column(String(64))
    author: Mapped[str | None] = mapped_column(String(254))
    summary: Mapped[str] = mapped_column(String(500))
    contract: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
