"""Templates, sequences and messages that are sent later."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_sequences",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=40), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_crm_sequences_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_sequences")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_crm_sequences_tenant_id_name")),
    )
    op.create_index(op.f("ix_crm_sequences_tenant_id"), "crm_sequences", ["tenant_id"], unique=False)
    op.create_table(
        "crm_templates",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=40), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_crm_templates_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_templates")),
        sa.UniqueConstraint("tenant_id", "name", "language", name=op.f("uq_crm_templates_tenant_id_name_language")),
    )
    op.create_index(op.f("ix_crm_templates_tenant_id"), "crm_templates", ["tenant_id"], unique=False)
    op.create_table(
        "crm_enrolments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sequence_id", sa.String(length=40), nullable=False),
        sa.Column("sequence_version", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("next_step", sa.Integer(), nullable=False),
        sa.Column("enrolled_by", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_crm_enrolments_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sequence_id"],
            ["crm_sequences.id"],
            name=op.f("fk_crm_enrolments_sequence_id_crm_sequences"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_crm_enrolments_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_enrolments")),
        sa.UniqueConstraint("tenant_id", "idempotency_key", name=op.f("uq_crm_enrolments_tenant_id_idempotency_key")),
    )
    op.create_index(op.f("ix_crm_enrolments_contact_id"), "crm_enrolments", ["contact_id"], unique=False)
    op.create_index(op.f("ix_crm_enrolments_sequence_id"), "crm_enrolments", ["sequence_id"], unique=False)
    op.create_index(op.f("ix_crm_enrolments_tenant_id"), "crm_enrolments", ["tenant_id"], unique=False)
    op.create_index(
        "uq_crm_enrolments_active",
        "crm_enrolments",
        ["tenant_id", "sequence_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "crm_template_versions",
        sa.Column("template_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["crm_templates.id"],
            name=op.f("fk_crm_template_versions_template_id_crm_templates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_crm_template_versions_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("template_id", "version", name=op.f("pk_crm_template_versions")),
    )
    op.create_index(op.f("ix_crm_template_versions_tenant_id"), "crm_template_versions", ["tenant_id"], unique=False)
    op.create_table(
        "crm_deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=True),
        sa.Column("template", sa.JSON(), nullable=True),
        sa.Column("enrolment_id", sa.String(length=40), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("reason_for", sa.String(length=500), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=True),
        sa.Column("put_off", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=True),
        sa.Column("made_by", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_crm_deliveries_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["crm_enrolments.id"],
            name=op.f("fk_crm_deliveries_enrolment_id_crm_enrolments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_crm_deliveries_tenant_id_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_deliveries")),
        sa.UniqueConstraint("tenant_id", "idempotency_key", name=op.f("uq_crm_deliveries_tenant_id_idempotency_key")),
    )
    op.create_index("ix_crm_deliveries_contact", "crm_deliveries", ["tenant_id", "contact_id", "due_at"], unique=False)
    op.create_index(op.f("ix_crm_deliveries_enrolment_id"), "crm_deliveries", ["enrolment_id"], unique=False)
    op.create_index("ix_crm_deliveries_status", "crm_deliveries", ["tenant_id", "status", "due_at"], unique=False)
    op.create_index(op.f("ix_crm_deliveries_tenant_id"), "crm_deliveries", ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_crm_deliveries_tenant_id"), table_name="crm_deliveries")
    op.drop_index("ix_crm_deliveries_status", table_name="crm_deliveries")
    op.drop_index(op.f("ix_crm_deliveries_enrolment_id"), table_name="crm_deliveries")
    op.drop_index("ix_crm_deliveries_contact", table_name="crm_deliveries")
    op.drop_table("crm_deliveries")
    op.drop_index(op.f("ix_crm_template_versions_tenant_id"), table_name="crm_template_versions")
    op.drop_table("crm_template_versions")
    op.drop_index(
        "uq_crm_enrolments_active",
        table_name="crm_enrolments",
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_index(op.f("ix_crm_enrolments_tenant_id"), table_name="crm_enrolments")
    op.drop_index(op.f("ix_crm_enrolments_sequence_id"), table_name="crm_enrolments")
    op.drop_index(op.f("ix_crm_enrolments_contact_id"), table_name="crm_enrolments")
    op.drop_table("crm_enrolments")
    op.drop_index(op.f("ix_crm_templates_tenant_id"), table_name="crm_templates")
    op.drop_table("crm_templates")
    op.drop_index(op.f("ix_crm_sequences_tenant_id"), table_name="crm_sequences")
    op.drop_table("crm_sequences")
