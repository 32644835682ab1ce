"""Add questions, answers and what people do to them."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("questions_count", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("expires_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("token_hash", "subject", name=op.f("uq_draft_token_hash_subject")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("questions_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_questions_count"), ["questions_count"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("body_md", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("active_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("solved_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answers_count", sa.Integer(), nullable=False),
        sa.Column("me_too_count", sa.Integer(), nullable=False),
        sa.Column("imported_up", sa.Integer(), nullable=False),
        sa.Column("imported_down", sa.Integer(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("tag_names", sa.JSON(), nullable=False),
        sa.Column("hidden_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("hidden_why", sa.String(length=60), nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.Column("origin_id", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_question_author_id_person")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_question_category_id_category")),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["person.id"], name=op.f("fk_question_hidden_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("origin", "origin_id", name=op.f("uq_question_origin_origin_id")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_author_id_question_created_at"), ["author_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_question_category_id_question_hidden_at_question_active_at_question_id"),
            ["category_id", "hidden_at", "active_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_category_id_question_hidden_at_question_created_at_question_id"),
            ["category_id", "hidden_at", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_category_id_question_hidden_at_question_status_question_created_at_question_id"),
            ["category_id", "hidden_at", "status", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_hidden_at_question_active_at_question_id"),
            ["hidden_at", "active_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_hidden_at_question_created_at_question_id"),
            ["hidden_at", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_hidden_at_question_status_question_created_at_question_id"),
            ["hidden_at", "status", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_hidden_at_question_status_question_solved_at_question_id"),
            ["hidden_at", "status", "solved_at", "id"],
            unique=False,
        )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body_md", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("helpful_count", sa.Integer(), nullable=False),
        sa.Column("not_helpful_count", sa.Integer(), nullable=False),
        sa.Column("imported_helpful", sa.Integer(), nullable=False),
        sa.Column("imported_not_helpful", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("hidden_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("hidden_why", sa.String(length=60), nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.Column("origin_id", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_answer_author_id_person")),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["person.id"], name=op.f("fk_answer_hidden_by_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("origin", "origin_id", name=op.f("uq_answer_origin_origin_id")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_author_id_answer_created_at"), ["author_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_answer_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_answer_question_id_answer_hidden_at_answer_score_answer_created_at"),
            ["question_id", "hidden_at", "score", "created_at"],
            unique=False,
        )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_closure_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_closure_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("question_id", name=op.f("uq_closure_question_id")),
    )
    op.create_table(
        "duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["question.id"], name=op.f("fk_duplicate_original_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duplicate_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_duplicate_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.UniqueConstraint("question_id", name=op.f("uq_duplicate_question_id")),
    )
    with op.batch_alter_table("duplicate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_original_id"), ["original_id"], unique=False)
    op.create_table(
        "me_too",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_me_too_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_me_too_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_me_too")),
        sa.UniqueConstraint("question_id", "person_id", name=op.f("uq_me_too_question_id_person_id")),
    )
    with op.batch_alter_table("me_too", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_me_too_person_id"), ["person_id"], unique=False)
    op.create_table(
        "question_tag",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_tag_question_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_question_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tag_id", "question_id", name=op.f("pk_question_tag")),
    )
    with op.batch_alter_table("question_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_tag_question_id"), ["question_id"], unique=False)
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_acceptance_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_acceptance_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_acceptance_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_acceptance_answer_id")),
        sa.UniqueConstraint("question_id", name=op.f("uq_acceptance_question_id")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body_md", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("hidden_why", sa.String(length=60), nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.Column("origin_id", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_comment_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id_person")),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["person.id"], name=op.f("fk_comment_hidden_by_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_comment_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("origin", "origin_id", name=op.f("uq_comment_origin_origin_id")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_answer_id"), ["answer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_comment_author_id_comment_created_at"), ["author_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_comment_question_id_comment_created_at"), ["question_id", "created_at"], unique=False
        )
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_rating_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rating_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("answer_id", "person_id", name=op.f("uq_rating_answer_id_person_id")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rating_person_id_rating_created_at"), ["person_id", "created_at"], unique=False
        )
    op.create_table(
        "post_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.Column("edited_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN question_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN answer_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_post_revision_one_post"),
        ),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_post_revision_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_post_revision_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_post_revision_edited_by_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_post_revision_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revision")),
    )
    with op.batch_alter_table("post_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_revision_answer_id"), ["answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_revision_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_revision_question_id"), ["question_id"], unique=False)


def downgrade() -> None:
    op.drop_table("post_revision")
    op.drop_table("rating")
    op.drop_table("comment")
    op.drop_table("acceptance")
    op.drop_table("question_tag")
    op.drop_table("me_too")
    op.drop_table("duplicate")
    op.drop_table("closure")
    op.drop_table("answer")
    op.drop_table("question")
    op.drop_table("tag")
    op.drop_table("draft")
    op.drop_table("category")
