"""Let sections go with their last article, and keep what a site saw before it was published from git."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IMAGE = sa.table("image", sa.column("id", sa.Integer), sa.column("oid", sa.String), sa.column("data", sa.LargeBinary))


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_section", sa.String(length=80), nullable=False, server_default=""))
        batch_op.alter_column("section_id", existing_type=sa.INTEGER(), nullable=True)
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_folder", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.add_column(sa.Column("oid", sa.String(length=64), nullable=False, server_default=""))

    op.execute(
        "UPDATE article SET former_section = (SELECT slug FROM section WHERE section.id = article.section_id) "
        "WHERE status = 'retired'"
    )
    op.execute("UPDATE article SET section_id = NULL WHERE status = 'retired'")
    op.execute(
        "UPDATE redirect SET by_folder = true WHERE left_at IS NOT NULL AND "
        "(SELECT sha FROM publish_run WHERE state <> 'failed' ORDER BY id DESC LIMIT 1) = ''"
    )
    _name_images()


def downgrade() -> None:
    op.execute("DELETE FROM article WHERE section_id IS NULL")
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.drop_column("oid")
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.drop_column("by_folder")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.alter_column("section_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("former_section")


def _name_images() -> None:
    """Say what git calls each picture, one at a time: together they may be larger than the memory."""
    connection = op.get_bind()
    for number in connection.scalars(sa.select(IMAGE.c.id)).all():
        data: bytes = connection.execute(sa.select(IMAGE.c.data).where(IMAGE.c.id == number)).scalar_one()
        oid = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
        connection.execute(sa.update(IMAGE).where(IMAGE.c.id == number).values(oid=oid))
