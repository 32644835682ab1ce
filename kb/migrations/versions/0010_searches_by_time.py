"""Let the lists of what was searched be counted from an index alone."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTED = ["at", "source", "hits", "ended", "normal"]


def upgrade() -> None:
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_query_at"))
        batch_op.drop_index(batch_op.f("ix_search_query_hits_search_query_at"))
        batch_op.create_index("ix_search_query_counted", COUNTED, unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.drop_index("ix_search_query_counted")
        batch_op.create_index(batch_op.f("ix_search_query_hits_search_query_at"), ["hits", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_query_at"), ["at"], unique=False)
