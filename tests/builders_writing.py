"""Runs, findings and articles as publishing leaves them, for pages that show them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, Finding, PublishRun, Section

LISTS = ("headings", "tags", "keywords", "related", "related_ids", "links", "remarks")


def run(session: Session, *findings: tuple[str, str, int, str], **values: Any) -> PublishRun:
    """Add a run that ends now with ``findings``: (severity, path, line, message)."""
    now = clock.now()
    given = {
        "sha": f"{session.query(PublishRun).count() + 1:040x}",
        "subject": "Explain invoices",
        "author_name": "Ada",
        "source": "https://git.example.com/help.git",
        **values,
    }
    made = PublishRun(started_at=now - timedelta(seconds=1.5), finished_at=now, **given)
    made.findings = [
        Finding(severity=severity, code="broken-link", path=path, line=line, message=message)
        for severity, path, line, message in findings
    ]
    made.errors = sum(severity == "error" for severity, *_ in findings)
    made.warnings = len(findings) - made.errors
    session.add(made)
    session.flush()
    return made


def article(session: Session, title: str = "Invoices", *, section: str = "billing", **values: Any) -> Article:
    """Add a published article."""
    shelf = session.scalar(select(Section).where(Section.slug == section))
    slug = title.lower().replace(" ", "-")
    given = {"path": f"{section}/{slug}.md", "created_at": clock.now(), "changed_at": clock.now(), **values}
    lists: dict[str, list[object]] = {name: [] for name in LISTS}
    made = Article(
        section=shelf or Section(slug=section, title=section.capitalize()), slug=slug, source_hash="0", title=title,
        markdown="Text.", html="<p>Text.</p>", text="Text.", extra={}, **{**lists, **given},
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
