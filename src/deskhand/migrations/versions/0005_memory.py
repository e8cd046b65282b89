"""Memories."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "memories",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("lineage", sa.String(length=40), nullable=False),
        sa.Column("namespace", sa.String(length=255), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=True),
        sa.Column("thread_id", sa.String(length=40), nullable=True),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("fact_key", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("importance", sa.Float(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=True),
        sa.Column("turn_id", sa.String(length=40), nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.String(length=40), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.String(length=100), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_memories_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_memories_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_memories_thread_id_threads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memories")),
    )
    _index_memories()
    op.create_table(
        "memory_namespaces",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("namespace", sa.String(length=255), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=True),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_memory_namespaces_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_memory_namespaces_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "namespace", name=op.f("pk_memory_namespaces")),
    )
    op.create_index(op.f("ix_memory_namespaces_contact_id"), "memory_namespaces", ["contact_id"], unique=False)


def _index_memories() -> None:
    holds = sa.text("superseded_at IS NULL")
    for name, column in (("uq_memories_content", "content_hash"), ("uq_memories_fact", "fact_key")):
        op.create_index(
            name,
            "memories",
            ["tenant_id", "namespace", column],
            unique=True,
            sqlite_where=holds,
            postgresql_where=holds,
        )
    op.create_index("ix_memories_newest", "memories", ["tenant_id", "namespace", "stated_at"], unique=False)
    op.create_index("ix_memories_forgettable", "memories", ["importance", "stated_at"], unique=False)
    for column in ("contact_id", "lineage", "tenant_id", "thread_id"):
        op.create_index(op.f(f"ix_memories_{column}"), "memories", [column], unique=False)


def downgrade() -> None:
    op.drop_table("memory_namespaces")
    op.drop_table("memories")
