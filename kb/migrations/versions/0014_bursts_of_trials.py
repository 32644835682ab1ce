"""Keep with what people say worked for them whether it counts, and from whose browser it came."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.add_column(sa.Column("discounted", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=16), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_trial_source_trial_created_at"), ["source", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_source_trial_created_at"))
        batch_op.drop_column("source")
        batch_op.drop_column("discounted")
