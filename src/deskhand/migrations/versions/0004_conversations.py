"""One active session for a contact on a channel, closing records, executions, how far a thread is summarised."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEWEST_STAYS_ACTIVE = """
UPDATE sessions SET status = 'closed', closed_at = last_activity_at, close_reason = 'replaced'
WHERE status = 'active' AND EXISTS (
    SELECT 1 FROM sessions AS newer
    WHERE newer.tenant_id = sessions.tenant_id AND newer.contact_id = sessions.contact_id
      AND newer.channel = sessions.channel AND newer.status = 'active' AND newer.id > sessions.id
)
"""


def upgrade() -> None:
    op.add_column("threads", sa.Column("summarised_through", sa.String(length=40), nullable=True))
    op.add_column("sessions", sa.Column("close_reason", sa.String(length=20), nullable=True))
    op.add_column("sessions", sa.Column("resolution", sa.String(length=2000), nullable=True))
    op.execute("UPDATE sessions SET close_reason = 'explicit' WHERE status = 'closed'")
    op.execute(_NEWEST_STAYS_ACTIVE)
    only_active = sa.text("status = 'active'")
    op.create_index(
        "uq_sessions_active",
        "sessions",
        ["tenant_id", "contact_id", "channel"],
        unique=True,
        sqlite_where=only_active,
        postgresql_where=only_active,
    )

    op.create_table(
        "session_closings",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sentiment_label", sa.String(length=20), nullable=False),
        sa.Column("sentiment_score", sa.Float(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("duration_seconds", sa.Float(), nullable=False),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("agent_count", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_session_closings_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_session_closings_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_closings")),
    )
    op.create_index(op.f("ix_session_closings_draft"), "session_closings", ["draft"], unique=False)
    op.create_index(op.f("ix_session_closings_tenant_id"), "session_closings", ["tenant_id"], unique=False)

    op.create_table(
        "executions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("turn_id", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=True),
        sa.Column("agent_version", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_executions_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_executions_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turns.id"], name=op.f("fk_executions_turn_id_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executions")),
    )
    op.create_index(op.f("ix_executions_session"), "executions", ["session_id", "id"], unique=False)
    op.create_index(op.f("ix_executions_tenant_id"), "executions", ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("executions")
    op.drop_table("session_closings")
    op.drop_index("uq_sessions_active", table_name="sessions")
    op.drop_column("sessions", "resolution")
    op.drop_column("sessions", "close_reason")
    op.drop_column("threads", "summarised_through")
