"""Let rows of before say what the whole community asks of them: audiences, levels, reasons, trust, credits."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LISTED_BY = (
    ("hidden_at", "created_at", "id"),
    ("hidden_at", "active_at", "id"),
    ("hidden_at", "status", "created_at", "id"),
    ("hidden_at", "status", "solved_at", "id"),
)
"""What lists of questions are in order of: with the audience beside it, they are read from an index alone."""

ASKERS_WHO_REPLIED = """
    UPDATE question SET asker_replied_at = said.by_asker FROM (
        SELECT question.id,
            max(CASE WHEN post.author_id = question.author_id THEN post.created_at END) AS by_asker,
            max(CASE WHEN post.author_id <> question.author_id THEN post.created_at END) AS by_others
        FROM question JOIN (
            SELECT question_id, author_id, created_at FROM answer WHERE hidden_at IS NULL
            UNION ALL SELECT question_id, author_id, created_at FROM comment WHERE hidden_at IS NULL
        ) AS post ON post.question_id = question.id
        GROUP BY question.id
    ) AS said WHERE said.id = question.id AND said.by_asker > said.by_others
"""


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credits", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("from_question", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("from_answers", sa.JSON(), server_default="[]", nullable=False))
        batch_op.create_index(batch_op.f("ix_article_from_question"), ["from_question"], unique=False)
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worked_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("outdated_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("outdated_why", sa.String(length=10), server_default="", nullable=False))
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", sa.String(length=10), server_default="public", nullable=False))
        batch_op.add_column(sa.Column("template_md", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="0", nullable=False))
        batch_op.alter_column("token_hash", existing_type=sa.LargeBinary(), nullable=True)
        batch_op.create_unique_constraint(batch_op.f("uq_draft_person_id_subject"), ["person_id", "subject"])
        batch_op.create_foreign_key(
            batch_op.f("fk_draft_person_id_person"), "person", ["person_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(length=6), server_default="each", nullable=False))
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=40), server_default="", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_grant_person_id_role"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_grant_person_id_role_scope"), ["person_id", "role", "scope"])
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digested_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_notice_waits_notice_person_id"), ["waits", "person_id"], unique=False)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reputation", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("trust", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", sa.String(length=10), server_default="public", nullable=False))
        batch_op.add_column(sa.Column("asker_replied_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("archived_at", kb.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("continues_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_question_continues_id_question"), "question", ["continues_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(
            batch_op.f("ix_question_continues_id"),
            ["continues_id"],
            unique=False,
            sqlite_where=sa.text("continues_id IS NOT NULL"),
            postgresql_where=sa.text("continues_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_question_asker_replied_at_question_id"),
            ["asker_replied_at", "id"],
            unique=False,
            sqlite_where=sa.text("asker_replied_at IS NOT NULL"),
            postgresql_where=sa.text("asker_replied_at IS NOT NULL"),
        )
    for columns in LISTED_BY:
        op.drop_index(op.f(_index(columns)), table_name="question")
        columns = (*columns, "audience")
        op.create_index(op.f(_index(columns)), "question", columns, unique=False)
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("note", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("discounted", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=16), server_default="", nullable=False))
        batch_op.create_index(
            batch_op.f("ix_rating_source_rating_created_at"), ["source", "created_at"], unique=False
        )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.add_column(sa.Column("canned", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.Text(), server_default="", nullable=False))
    op.execute(ASKERS_WHO_REPLIED)
    # These words have become addresses below a question's own: no thread may stand where one of them is.
    op.execute(
        "UPDATE question SET slug = slug || '-question' WHERE slug IN ('claim', 'continuation', 'details', 'draft',"
        " 'handover', 'merge', 'notes', 'patch', 'replies', 'split')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM draft WHERE token_hash IS NULL")
    op.execute("DELETE FROM \"grant\" WHERE scope <> ''")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_column("description")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_column("canned")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_source_rating_created_at"))
        batch_op.drop_column("source")
        batch_op.drop_column("discounted")
        batch_op.drop_column("note")
        batch_op.drop_column("reason")
    for columns in LISTED_BY:
        op.drop_index(op.f(_index((*columns, "audience"))), table_name="question")
        op.create_index(op.f(_index(columns)), "question", columns, unique=False)
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_asker_replied_at_question_id"))
        batch_op.drop_index(batch_op.f("ix_question_continues_id"))
        batch_op.drop_constraint(batch_op.f("fk_question_continues_id_question"), type_="foreignkey")
        batch_op.drop_column("continues_id")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("asker_replied_at")
        batch_op.drop_column("audience")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("trust")
        batch_op.drop_column("reputation")
        batch_op.drop_column("photo")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_waits_notice_person_id"))
        batch_op.drop_column("waits")
        batch_op.drop_column("digested_at")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_grant_person_id_role_scope"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_grant_person_id_role"), ["person_id", "role"])
        batch_op.drop_column("scope")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_column("level")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_draft_person_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_draft_person_id_subject"), type_="unique")
        batch_op.alter_column("token_hash", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.drop_column("number")
        batch_op.drop_column("person_id")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_column("template_md")
        batch_op.drop_column("audience")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_from_question"))
        batch_op.drop_column("from_answers")
        batch_op.drop_column("from_question")
        batch_op.drop_column("credits")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("outdated_why")
        batch_op.drop_column("outdated_at")
        batch_op.drop_column("failed_count")
        batch_op.drop_column("worked_count")


def _index(columns: tuple[str, ...]) -> str:
    return "ix_" + "_".join(f"question_{column}" for column in columns)
