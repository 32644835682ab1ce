"""Add what makes the community whole: trials, claims, handovers, drafts, places, points, badges, uploads."""

import sqlalchemy as sa
from alembic import op

import kb.db

revision = "0011"
down_revision = "0010"
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
    op.create_table(
        "asking",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("searched", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("opened", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("answer_kind", sa.String(length=20), nullable=False),
        sa.Column("answer_ref", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_asking_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_asking_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("question_id", name=op.f("uq_asking_question_id")),
    )
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asking_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_asking_outcome_asking_at"), ["outcome", "at"], unique=False)
    op.create_table(
        "claim",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_claim_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_claim_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_until"), ["until"], unique=False)
    op.create_table(
        "duplicate_vote",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["question.id"], name=op.f("fk_duplicate_vote_original_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_duplicate_vote_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_duplicate_vote_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_duplicate_vote")),
    )
    with op.batch_alter_table("duplicate_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_vote_original_id"), ["original_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=True),
        sa.Column("to_group_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handover_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_handover_question_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_group_id"], ["expert_group.id"], name=op.f("fk_handover_to_group_id_expert_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_person_id"], ["person.id"], name=op.f("fk_handover_to_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handover_question_id_handover_ended_at"), ["question_id", "ended_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_handover_to_group_id_handover_ended_at"), ["to_group_id", "ended_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_handover_to_person_id_handover_ended_at"), ["to_person_id", "ended_at"], unique=False
        )
    op.create_table(
        "internal_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body_md", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_internal_note_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_internal_note_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_note")),
        sa.UniqueConstraint("question_id", "id", name=op.f("uq_internal_note_question_id_id")),
    )
    op.create_table(
        "question_merge",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["into_id"], ["question.id"], name=op.f("fk_question_merge_into_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_question_merge_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_merge_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_merge")),
    )
    with op.batch_alter_table("question_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_merge_into_id"), ["into_id"], unique=False)
    op.create_table(
        "adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("folder", sa.String(length=400), server_default="", nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("audience", sa.String(length=10), server_default="public", nullable=False),
        sa.Column("live_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_adoption_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_adoption_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_adoption_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
    )
    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoption_answer_id"), ["answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adoption_question_id"), ["question_id"], unique=False)
    op.create_table(
        "draft_branch",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("asked_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_branch_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_draft_branch_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_draft_branch")),
    )
    op.create_table(
        "citation",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_citation_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("answer_id", "address", name=op.f("pk_citation")),
    )
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citation_address"), ["address"], unique=False)
    op.create_table(
        "likely_solution",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("found_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_likely_solution_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_likely_solution_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_likely_solution")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_likely_solution_answer_id")),
    )
    op.create_table(
        "solved_letter",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("said_no_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_solved_letter_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_solved_letter_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_solved_letter")),
    )
    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_trial_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_trial_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
        sa.UniqueConstraint("answer_id", "person_id", name=op.f("uq_trial_answer_id_person_id")),
    )
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trial_person_id_trial_created_at"), ["person_id", "created_at"], unique=False
        )
    op.create_table(
        "info_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kb.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", kb.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_info_request_comment_id_comment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_info_request_person_id_person")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_info_request_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_request")),
    )
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_info_request_ended_at_info_request_created_at"), ["ended_at", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_info_request_question_id_info_request_ended_at"), ["question_id", "ended_at"], unique=False
        )
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
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_info_request_question_id_info_request_ended_at"))
        batch_op.drop_index(batch_op.f("ix_info_request_ended_at_info_request_created_at"))
    op.drop_table("info_request")
    with op.batch_alter_table("trial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_person_id_trial_created_at"))
    op.drop_table("trial")
    op.drop_table("solved_letter")
    op.drop_table("likely_solution")
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citation_address"))
    op.drop_table("citation")
    with op.batch_alter_table("adoption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adoption_question_id"))
        batch_op.drop_index(batch_op.f("ix_adoption_answer_id"))
    op.drop_table("draft_branch")
    op.drop_table("adoption")
    with op.batch_alter_table("question_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_merge_into_id"))
    op.drop_table("question_merge")
    op.drop_table("internal_note")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_to_person_id_handover_ended_at"))
        batch_op.drop_index(batch_op.f("ix_handover_to_group_id_handover_ended_at"))
        batch_op.drop_index(batch_op.f("ix_handover_question_id_handover_ended_at"))
    op.drop_table("handover")
    with op.batch_alter_table("duplicate_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_vote_original_id"))
    op.drop_table("duplicate_vote")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_until"))
        batch_op.drop_index(batch_op.f("ix_claim_person_id"))
    op.drop_table("claim")
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asking_outcome_asking_at"))
        batch_op.drop_index(batch_op.f("ix_asking_at"))
    op.drop_table("asking")
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


def _index(columns: tuple[str, ...]) -> str:
    return "ix_" + "_".join(f"question_{column}" for column in columns)
