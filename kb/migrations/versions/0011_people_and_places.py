"""Make tables for groups of experts, badges, points, former addresses, synonyms of tags, and pictures."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_group")),
        sa.UniqueConstraint("slug", name=op.f("uq_expert_group_slug")),
    )
    op.create_table(
        "badge",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_badge_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_badge")),
    )
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_name"), ["name"], unique=False)
    op.create_table(
        "category_address",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("left_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_category_address_category_id_category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_category_address")),
    )
    with op.batch_alter_table("category_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_address_category_id"), ["category_id"], unique=False)
    op.create_table(
        "expert_group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["expert_group.id"],
            name=op.f("fk_expert_group_member_group_id_expert_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_expert_group_member_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_expert_group_member")),
    )
    with op.batch_alter_table("expert_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expert_group_member_person_id"), ["person_id"], unique=False)
    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_point_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point")),
        sa.UniqueConstraint("cause", "person_id", name=op.f("uq_point_cause_person_id")),
    )
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_point_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_point_person_id_point_at"), ["person_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_point_person_id_point_counted"), ["person_id", "counted"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_point_subject_kind_point_subject_id"), ["subject_kind", "subject_id"], unique=False
        )
    op.create_table(
        "tag_synonym",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_tag_synonym_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_synonym_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tag_synonym")),
    )
    with op.batch_alter_table("tag_synonym", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_synonym_tag_id"), ["tag_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("mime", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("name", name=op.f("uq_upload_name")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_upload_person_id_upload_created_at"), ["person_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_upload_used_upload_created_at"), ["used", "created_at"], unique=False)
    op.create_table(
        "upload_showing",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_showing_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "subject_kind", "subject_id", name=op.f("pk_upload_showing")),
    )
    with op.batch_alter_table("upload_showing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_upload_showing_subject_kind_upload_showing_subject_id"),
            ["subject_kind", "subject_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("upload_showing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_showing_subject_kind_upload_showing_subject_id"))
    op.drop_table("upload_showing")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_used_upload_created_at"))
        batch_op.drop_index(batch_op.f("ix_upload_person_id_upload_created_at"))
    op.drop_table("upload")
    with op.batch_alter_table("tag_synonym", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tag_synonym_tag_id"))
    op.drop_table("tag_synonym")
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_point_subject_kind_point_subject_id"))
        batch_op.drop_index(batch_op.f("ix_point_person_id_point_counted"))
        batch_op.drop_index(batch_op.f("ix_point_person_id_point_at"))
        batch_op.drop_index(batch_op.f("ix_point_at"))
    op.drop_table("point")
    with op.batch_alter_table("expert_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expert_group_member_person_id"))
    op.drop_table("expert_group_member")
    with op.batch_alter_table("category_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_address_category_id"))
    op.drop_table("category_address")
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_name"))
    op.drop_table("badge")
    op.drop_table("expert_group")
