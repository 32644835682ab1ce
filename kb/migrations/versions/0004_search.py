"""Add what was searched, opened and changed."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
    )
    with op.batch_alter_table("search_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_change_at"), ["at"], unique=False)
    op.create_table(
        "search_click",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_click")),
        sa.UniqueConstraint("query_id", "position", name=op.f("uq_search_click_query_id_position")),
    )
    with op.batch_alter_table("search_click", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_click_kind_search_click_ref"), ["kind", "ref"], unique=False)
    op.create_table(
        "search_query",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("normal", sa.String(length=256), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_query")),
    )
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_query_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_query_hits_search_query_at"), ["hits", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_query_normal_search_query_at"), ["normal", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("search_query")
    op.drop_table("search_click")
    op.drop_table("search_change")
