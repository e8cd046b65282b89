"""Agents, their versions, and the agent of a session."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("tags", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("contract", sa.JSON(), nullable=False),
        sa.Column("interaction_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_agents_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_agents")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_agents_tenant_id_id")),
    )
    op.create_index(op.f("ix_agents_listed"), "agents", ["tenant_id", "status", "name"], unique=False)
    op.create_index(op.f("ix_agents_tenant_id"), "agents", ["tenant_id"], unique=False)
    op.create_table(
        "agent_versions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("agent_key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("contract", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_key"], ["agents.key"], name=op.f("fk_agent_versions_agent_key_agents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_agent_versions_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_versions")),
        sa.UniqueConstraint("agent_key", "version", name=op.f("uq_agent_versions_agent_key_version")),
    )
    op.create_index(op.f("ix_agent_versions_order"), "agent_versions", ["agent_key", "id"], unique=False)
    op.create_index(op.f("ix_agent_versions_tenant_id"), "agent_versions", ["tenant_id"], unique=False)
    op.add_column("sessions", sa.Column("agent_id", sa.String(length=64), nullable=True))
    op.add_column("sessions", sa.Column("agent_version", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "agent_version")
    op.drop_column("sessions", "agent_id")
    op.drop_index(op.f("ix_agent_versions_tenant_id"), "agent_versions")
    op.drop_index(op.f("ix_agent_versions_order"), "agent_versions")
    op.drop_table("agent_versions")
    op.drop_index(op.f("ix_agents_tenant_id"), "agents")
    op.drop_index(op.f("ix_agents_listed"), "agents")
    op.drop_table("agents")
