"""Add what helps to find: synonyms, promoted results, vectors, completions, related documents, what searches led to."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_completion",
        sa.Column("normal", sa.String(length=256), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("normal", name=op.f("pk_search_completion")),
    )
    op.create_table(
        "search_query_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("normal", sa.String(length=256), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("without_hits", sa.Integer(), nullable=False),
        sa.Column("clicked", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "normal", "source", name=op.f("pk_search_query_day")),
    )
    op.create_table(
        "search_related",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("other_kind", sa.String(length=20), nullable=False),
        sa.Column("other_ref", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", "place", name=op.f("pk_search_related")),
    )
    with op.batch_alter_table("search_related", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_related_other_kind_search_related_other_ref"),
            ["other_kind", "other_ref"],
            unique=False,
        )
    op.create_table(
        "search_vector",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_search_vector")),
    )
    with op.batch_alter_table("search_vector", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_vector_number"), ["number"], unique=False)
    op.create_table(
        "search_promotion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("normal", sa.String(length=256), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_search_promotion_added_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_promotion")),
        sa.UniqueConstraint("normal", "kind", "ref", name=op.f("uq_search_promotion_normal_kind_ref")),
    )
    with op.batch_alter_table("search_promotion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_promotion_normal"), ["normal"], unique=False)
    op.create_table(
        "search_synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=400), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_search_synonym_added_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
        sa.UniqueConstraint("line", name=op.f("uq_search_synonym_line")),
    )
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit", sa.String(length=16), server_default="", nullable=False))
        batch_op.add_column(sa.Column("refines", sa.String(length=22), server_default="", nullable=False))
        batch_op.add_column(sa.Column("corrected", sa.String(length=256), server_default="", nullable=False))
        batch_op.add_column(sa.Column("audience", sa.String(length=10), server_default="public", nullable=False))
        batch_op.add_column(sa.Column("ended", sa.String(length=10), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_search_query_visit_search_query_at"), ["visit", "at"], unique=False)
    with op.batch_alter_table("search_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_change_kind_search_change_ref"), ["kind", "ref"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_change_kind_search_change_ref"))
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_query_visit_search_query_at"))
        batch_op.drop_column("ended")
        batch_op.drop_column("audience")
        batch_op.drop_column("corrected")
        batch_op.drop_column("refines")
        batch_op.drop_column("visit")
    op.drop_table("search_synonym")
    with op.batch_alter_table("search_promotion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_promotion_normal"))
    op.drop_table("search_promotion")
    with op.batch_alter_table("search_vector", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_vector_number"))
    op.drop_table("search_vector")
    with op.batch_alter_table("search_related", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_related_other_kind_search_related_other_ref"))
    op.drop_table("search_related")
    op.drop_table("search_query_day")
    op.drop_table("search_completion")
