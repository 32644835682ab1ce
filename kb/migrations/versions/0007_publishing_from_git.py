"""Let writers publish from git."""

from alembic import op
import sqlalchemy as sa
import kb.db


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "git_commit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("author_email", sa.String(length=320), nullable=False),
        sa.Column("authored_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_git_commit")),
        sa.UniqueConstraint("sha", name=op.f("uq_git_commit_sha")),
    )
    op.create_table(
        "ended_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("left_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_page")),
        sa.UniqueConstraint("path", "address", name=op.f("uq_ended_page_path_address")),
    )
    op.create_table(
        "article_views",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_views_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "day", name=op.f("pk_article_views")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tree", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("redirect_from", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("uses", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("anchors", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("page_key", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("original", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("review_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("review_named_on", sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_article_section_id_slug"), type_="unique")
        batch_op.create_index(batch_op.f("ix_article_page_key"), ["page_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_review_due_on"), ["review_due_on"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_article_section_id_tree_slug"), ["section_id", "tree", "slug"])

    with op.batch_alter_table("article_feedback", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search", sa.String(length=256), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("settled_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_article_feedback_settled_by_id_person"), "person", ["settled_by_id"], ["id"]
        )

    with op.batch_alter_table("article_revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="content"))
        batch_op.add_column(sa.Column("path", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("blob", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("address", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("audience", sa.String(length=10), nullable=False, server_default="public"))
        batch_op.add_column(sa.Column("text_digest", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("commit_id", sa.Integer(), nullable=True))
        batch_op.alter_column("run_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_article_revision_commit_id"), ["commit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_revision_path"), ["path"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_article_revision_commit_id_git_commit"), "git_commit", ["commit_id"], ["id"]
        )

    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=40), nullable=False, server_default=""))

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=20), nullable=False, server_default="main"))
        batch_op.drop_index(batch_op.f("ix_job_done_at_job_failed_at_job_run_at"))
        batch_op.create_index(
            batch_op.f("ix_job_lane_job_done_at_job_failed_at_job_run_at"),
            ["lane", "done_at", "failed_at", "run_at"],
            unique=False,
        )

    with op.batch_alter_table("publish_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.String(length=10), nullable=False, server_default="command"))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="done"))
        batch_op.add_column(sa.Column("problem", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("ref", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("sha", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("author_name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("author_email", sa.String(length=320), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("subject", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("authored_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("errors", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("warnings", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_publish_run_sha"), ["sha"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_publish_run_by_id_person"), "person", ["by_id"], ["id"])

    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.add_column(sa.Column("to_url", sa.String(length=1000), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("gone_title", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("left_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.alter_column("article_id", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", sa.JSON(), nullable=False, server_default="{}"))

    op.execute("UPDATE article SET page_key = path, original = path")
    op.execute("UPDATE redirect SET left_at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    op.execute("DELETE FROM redirect WHERE article_id IS NULL")
    op.execute("DELETE FROM article WHERE tree <> ''")
    op.execute("DELETE FROM article_revision WHERE run_id IS NULL")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_column("names")

    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.alter_column("article_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("left_at")
        batch_op.drop_column("gone_title")
        batch_op.drop_column("to_url")

    with op.batch_alter_table("publish_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_publish_run_by_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_publish_run_sha"))
        batch_op.drop_column("warnings")
        batch_op.drop_column("errors")
        batch_op.drop_column("held")
        batch_op.drop_column("by_id")
        batch_op.drop_column("authored_at")
        batch_op.drop_column("subject")
        batch_op.drop_column("author_email")
        batch_op.drop_column("author_name")
        batch_op.drop_column("sha")
        batch_op.drop_column("ref")
        batch_op.drop_column("pinned")
        batch_op.drop_column("problem")
        batch_op.drop_column("state")
        batch_op.drop_column("cause")

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_lane_job_done_at_job_failed_at_job_run_at"))
        batch_op.create_index(
            batch_op.f("ix_job_done_at_job_failed_at_job_run_at"), ["done_at", "failed_at", "run_at"], unique=False
        )
        batch_op.drop_column("lane")

    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("code")

    with op.batch_alter_table("article_revision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_article_revision_commit_id_git_commit"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_article_revision_path"))
        batch_op.drop_index(batch_op.f("ix_article_revision_commit_id"))
        batch_op.alter_column("run_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("commit_id")
        batch_op.drop_column("text_digest")
        batch_op.drop_column("audience")
        batch_op.drop_column("address")
        batch_op.drop_column("blob")
        batch_op.drop_column("path")
        batch_op.drop_column("kind")

    with op.batch_alter_table("article_feedback", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_article_feedback_settled_by_id_person"), type_="foreignkey")
        batch_op.drop_column("settled_by_id")
        batch_op.drop_column("settled_at")
        batch_op.drop_column("search")

    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_article_section_id_tree_slug"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_article_review_due_on"))
        batch_op.drop_index(batch_op.f("ix_article_page_key"))
        batch_op.create_unique_constraint(batch_op.f("uq_article_section_id_slug"), ["section_id", "slug"])
        batch_op.drop_column("review_named_on")
        batch_op.drop_column("review_due_on")
        batch_op.drop_column("original")
        batch_op.drop_column("page_key")
        batch_op.drop_column("authors")
        batch_op.drop_column("anchors")
        batch_op.drop_column("uses")
        batch_op.drop_column("redirect_from")
        batch_op.drop_column("tree")

    op.drop_table("article_views")
    op.drop_table("ended_page")
    op.drop_table("git_commit")
