"""Attachments of sessions, the excerpts they are searched by, and how much each session holds."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("preview", sa.String(length=1000), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("chars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        _belongs("attachments", "session_id", "sessions"),
        _belongs("attachments", "contact_id", "contacts"),
        _belongs("attachments", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("session_id", "content_hash", name=op.f("uq_attachments_session_id_content_hash")),
    )
    op.create_index(op.f("ix_attachments_contact_id"), "attachments", ["contact_id"], unique=False)
    op.create_index(op.f("ix_attachments_leased_until"), "attachments", ["leased_until"], unique=False)
    op.create_index(op.f("ix_attachments_tenant_id"), "attachments", ["tenant_id"], unique=False)

    op.create_table(
        "attachment_excerpts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("attachment_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=1000), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.String(length=100), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        _belongs("attachment_excerpts", "attachment_id", "attachments"),
        _belongs("attachment_excerpts", "session_id", "sessions"),
        _belongs("attachment_excerpts", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_excerpts")),
    )
    op.create_index(
        op.f("ix_attachment_excerpts_attachment"), "attachment_excerpts", ["attachment_id", "position"], unique=False
    )
    op.create_index(op.f("ix_attachment_excerpts_session_id"), "attachment_excerpts", ["session_id"], unique=False)
    op.create_index(op.f("ix_attachment_excerpts_tenant_id"), "attachment_excerpts", ["tenant_id"], unique=False)

    op.create_table(
        "attachment_totals",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        _belongs("attachment_totals", "session_id", "sessions"),
        _belongs("attachment_totals", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_attachment_totals")),
    )
    op.create_index(op.f("ix_attachment_totals_tenant_id"), "attachment_totals", ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("attachment_totals")
    op.drop_table("attachment_excerpts")
    op.drop_table("attachments")
