"""Names, states and token dates of users; API keys; revoked tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW_USER_COLUMNS = ("kept_token_id", "tokens_valid_from", "status", "name")
# Addresses are compared in lower case from now on; where two differ in nothing else, they are left as they are.
_LOWER_ADDRESSES = """
UPDATE users SET email = lower(email)
WHERE email <> lower(email) AND NOT EXISTS (
    SELECT 1 FROM users AS other
    WHERE other.tenant_id = users.tenant_id AND other.id <> users.id AND lower(other.email) = lower(users.email)
)
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("name", sa.String(length=100), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "users", sa.Column("status", sa.String(length=20), server_default=sa.text("'active'"), nullable=False)
    )
    op.add_column("users", sa.Column("tokens_valid_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("kept_token_id", sa.String(length=40), nullable=True))
    op.execute(_LOWER_ADDRESSES)

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("lookup", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("lookup", name=op.f("uq_api_keys_lookup")),
    )
    op.create_index(op.f("ix_api_keys_tenant_id"), "api_keys", ["tenant_id"], unique=False)

    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_revoked_tokens_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_tokens")),
    )
    for column in ("tenant_id", "revoked_at", "expires_at"):
        op.create_index(op.f(f"ix_revoked_tokens_{column}"), "revoked_tokens", [column], unique=False)


def downgrade() -> None:
    for column in ("expires_at", "revoked_at", "tenant_id"):
        op.drop_index(op.f(f"ix_revoked_tokens_{column}"), "revoked_tokens")
    op.drop_table("revoked_tokens")
    op.drop_index(op.f("ix_api_keys_tenant_id"), "api_keys")
    op.drop_table("api_keys")
    for column in _NEW_USER_COLUMNS:
        op.drop_column("users", column)
