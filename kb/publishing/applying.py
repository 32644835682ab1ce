"""Carrying out a plan: article rows, their revisions, their history, and word to search."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.articles.models import Article, ArticleRevision, PublishRun, Section
from kb.db import touch_site
from kb.publishing.planning import RETIRED, Plan, Step
from kb.publishing.press import Page
from kb.search import changes
from kb.search.documents import ARTICLE

BATCH = 50
VALUES = (
    "title",
    "summary",
    "audience",
    "status",
    "owner",
    "lang",
    "tree",
    "page_key",
    "original",
    "position",
    "from_question",
    "extra",
)
DATES = ("reviewed_on", "review_every", "publish_at", "expires_at")
LISTS = ("tags", "keywords", "related", "redirect_from", "credits", "from_answers")


def apply(session: Session, plan: Plan, pages: Iterable[Page], *, sections: Mapping[str, int], run: PublishRun) -> None:
    """Write ``plan`` down; a page of no step is of a file that is the same, and only takes its page's place.

    Of a folder's articles this is also what their history is made of; a commit's is read from git.
    """
    steps = {step.file.path: step for step in plan.steps}
    unchanged = {row.path: row.id for row in plan.unchanged}
    _retire(session, plan)
    _make_way(session, plan)
    waiting = iter(pages)
    while batch := list(islice(waiting, BATCH)):
        written: list[tuple[Step, Article, bool]] = []
        for page in batch:
            step = steps.get(page.file.path)
            if step is None:
                _refill(session, session.get_one(Article, unchanged[page.file.path]), page)
            else:
                written.append((step, *_write(session, step, page, sections[page.file.section], run)))
        session.flush()
        for step, article, is_new_text in written:
            _note(session, step, article, run)
            if is_new_text and not run.sha:
                _keep_revision(session, article, run)
        session.flush()


def _retire(session: Session, plan: Plan) -> None:
    gone = [row.id for row in plan.retired]
    if not gone:
        return
    was_in = select(Section.slug).where(Section.id == Article.section_id).scalar_subquery()
    values = {"status": RETIRED, "section_id": None, "former_section": was_in}
    session.execute(update(Article).where(Article.id.in_(gone)).values(values))
    touch_site(session)
    changes.note_many(session, ARTICLE, gone)
    for row in plan.retired:
        history.record(
            session, "article.retired", subject_kind=ARTICLE, subject_id=row.id, person_id=None, path=row.path
        )


def _make_way(session: Session, plan: Plan) -> None:
    """Take paths and addresses from rows that leave them, so that two articles can swap theirs in one run."""
    paths = {step.file.path for step in plan.steps}
    addresses = {step.address for step in plan.steps}
    leaving = [row.id for row in (*plan.past, *plan.retired) if row.path in paths or row.address in addresses]
    for step in plan.steps:
        if step.was and (step.was.path, step.was.address) != (step.file.path, step.address):
            leaving.append(step.was.id)
    nowhere = literal("~") + cast(Article.id, String)
    for start in range(0, len(leaving), 1000):
        these = Article.id.in_(leaving[start : start + 1000])
        session.execute(update(Article).where(these).values(path=nowhere, slug=nowhere))


def _write(session: Session, step: Step, page: Page, section_id: int, run: PublishRun) -> tuple[Article, bool]:
    """Fill the row of one step, new or found again; returns whether its text is new, with which ratings start anew."""
    now = run.started_at  # one moment for all: no article is older than a translation that came with it
    file = page.file
    article = session.get_one(Article, step.was.id) if step.was else None
    if article is None:
        article = Article(created_at=now, changed_at=now, revision=0, title="", markdown="", summary="", related_ids=[])
        session.add(article)
    is_new_text = (article.title, article.markdown) != (file.title, file.markdown)
    if not run.sha:
        if is_new_text or article.summary != file.summary:
            article.changed_at = now
        article.revision += is_new_text
    if is_new_text:
        article.helpful_count = article.not_helpful_count = 0
    article.section_id, article.former_section = section_id, ""
    article.path, article.slug = file.path, file.slug
    article.source_hash, article.markdown = file.digest, file.markdown
    for name in (*VALUES, *DATES):
        setattr(article, name, getattr(file, name))
    for name in LISTS:
        setattr(article, name, list(getattr(file, name)))
    _fill(article, page)
    return article, is_new_text


def _refill(session: Session, article: Article, page: Page) -> None:
    """Take a page's place that reads differently although its file is the same."""
    if article.text != page.text:
        changes.note(session, ARTICLE, article.id)
    _fill(article, page)


def _fill(article: Article, page: Page) -> None:
    article.html, article.text = page.html, page.text
    article.words = len(article.text.split())
    article.headings = [asdict(heading) for heading in page.outline.headings]
    article.anchors = list(page.outline.anchors)
    article.uses = [asdict(use) for use in page.uses]
    article.links = [asdict(link) for link in page.outline.links]
    article.remarks = [{"line": remark.line, "message": remark.message, "code": remark.code} for remark in page.remarks]


def _note(session: Session, step: Step, article: Article, run: PublishRun) -> None:
    """Keep the revision, the event, and tell search; the article has its id by now."""
    changes.note(session, ARTICLE, article.id)
    history.record(
        session,
        f"article.{step.kind}",
        subject_kind=ARTICLE,
        subject_id=article.id,
        person_id=None,
        run=run.id,
        path=article.path,
    )


def _keep_revision(session: Session, article: Article, run: PublishRun) -> None:
    session.add(
        ArticleRevision(
            article_id=article.id,
            number=article.revision,
            title=article.title,
            markdown=article.markdown,
            created_at=clock.now(),
            run_id=run.id,
        )
    )
