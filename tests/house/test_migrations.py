"""Migrations make exactly the tables the models describe."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from kb.app import create_app
from kb.db import Base, current_session, db
from kb.search.postgres.tables import is_of_the_schema
from tests.conftest import settings_for

NOW, LATER = "2026-03-02 12:00:00", "2026-03-02 13:00:00"
ARTICLE_OF_OLD = (
    "INSERT INTO section (id, slug, title, description, icon, position) VALUES (1, 'a', 'A', '', '', 1)",
    f"""INSERT INTO article (id, section_id, slug, path, source_hash, title, summary, markdown, html, text, headings,
        tags, keywords, related, related_ids, links, remarks, extra, audience, status, owner, lang, position, words,
        created_at, changed_at, revision, helpful_count, not_helpful_count)
        VALUES (1, 1, 'b', 'a/b.md', '', 'Sign in', '', '', '', '', '[]', '[]', '[]', '[]', '[]', '[]', '[]', '{{}}',
        'public', 'published', '', 'en', 1, 0, '{NOW}', '{NOW}', 1, 0, 0)""",
    f"""INSERT INTO publish_run (id, started_at, finished_at, source, added, changed, moved, retired, unchanged)
        VALUES (1, '{NOW}', '{NOW}', 'content', 1, 0, 0, 0, 0)""",
    f"""INSERT INTO person (id, handle, name, about_md, about_html, created_at)
        VALUES (1, 'ada', 'Ada', '', '', '{NOW}'), (2, 'bob', 'Bob', '', '', '{NOW}')""",
    "INSERT INTO category (id, slug, name, description, position, questions_count) VALUES (1, 'c', 'C', '', 1, 1)",
    f"""INSERT INTO question (id, title, slug, body_md, body_html, author_id, category_id, status, created_at,
        active_at, answers_count, me_too_count, imported_up, imported_down, views, tag_names)
        VALUES (1, 'Merge?', 'merge', '', '', 1, 1, 'needs_answer', '{NOW}', '{NOW}', 0, 0, 0, 0, 0, '[]')""",
    f"""INSERT INTO answer (id, question_id, author_id, body_md, body_html, created_at, helpful_count,
        not_helpful_count, score, imported_helpful, imported_not_helpful)
        VALUES (1, 1, 2, '', '', '{NOW}', 0, 0, 0, 0, 0)""",
    f"""INSERT INTO comment (id, question_id, answer_id, author_id, body_md, body_html, created_at)
        VALUES (1, 1, 1, 1, '', '', '{LATER}')""",
    f"""INSERT INTO article_revision (id, article_id, number, title, markdown, created_at, run_id)
        VALUES (1, 1, 1, 'Sign in', '', '{NOW}', 1)""",
)


def test_migrations_make_what_the_models_say(session: Session) -> None:
    options = {"compare_type": True, "include_name": is_of_the_schema}
    context = MigrationContext.configure(session.connection(), opts=options)
    assert compare_metadata(context, Base.metadata) == []


def test_upgrading_keeps_what_refers_to_a_rebuilt_table(tmp_path: Path) -> None:
    """SQLite rebuilds a table to change it; dropping the old one must not take along what refers to it."""
    site = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'old.db'}"))
    with site.app_context():
        upgrade(revision="0006")
        session = current_session()
        for statement in ARTICLE_OF_OLD:
            session.execute(text(statement))
        session.commit()
        upgrade()
        assert session.execute(text("SELECT title, kind FROM article_revision")).all() == [("Sign in", "content")]
        assert session.execute(text("SELECT path, page_key, tree FROM article")).all() == [("a/b.md", "a/b.md", "")]
        asked = session.execute(text("SELECT slug, audience, asker_replied_at FROM question")).all()
        assert asked == [("merge-question", "public", LATER)]
        session.commit()
        downgrade(revision="0006")
        assert session.execute(text("SELECT title FROM article_revision")).all() == [("Sign in",)]
        session.rollback()
        db.engine.dispose()
