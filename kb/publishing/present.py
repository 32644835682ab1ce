"""The site as the last run left it, read at once so that a run can be worked out while others write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.models import LAST_SECTION, Article, Image, PublishRun, Section
from kb.articles.pictures import Picture
from kb.db import Fact
from kb.publishing import redirects
from kb.publishing.planning import Known
from kb.publishing.redirects import Former

MAP = "map"
"""Name of the fact that says by which map the links of pages lead where they lead."""


@dataclass(frozen=True, slots=True)
class Present:
    """What a run changes; the default is a site without articles."""

    articles: tuple[Known, ...] = ()
    commit: str = ""
    """The commit that the site shows, "" when it shows a folder."""
    former: tuple[Former, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By what git calls their bytes."""
    map_mark: str = ""
    """``SiteMap.mark`` of the map by which every link of the site leads where it should, "" where nobody knows."""


def read(session: Session) -> Present:
    """Return the site as it is."""
    shown = select(PublishRun.sha).where(PublishRun.id == last_run(session))
    mapped = session.get(Fact, MAP)
    return Present(
        known(session),
        session.scalar(shown) or "",
        redirects.former(session),
        _pictures(session),
        mapped.value["mark"] if mapped else "",
    )


def remember_map(session: Session, mark: str) -> None:
    """Keep the mark of the map that the pages are made by."""
    mapped = session.get(Fact, MAP) or Fact(name=MAP)
    mapped.value = {"mark": mark}
    session.add(mapped)


def last_run(session: Session) -> int:
    """Return the id of the last run that changed the site or might have, 0 before the first."""
    return session.scalar(select(func.max(PublishRun.id)).where(PublishRun.state != "failed")) or 0


def known(session: Session) -> tuple[Known, ...]:
    """Return every article as the last run left it."""
    columns = (
        Article.id,
        Article.path,
        Article.source_hash,
        LAST_SECTION,
        Article.tree,
        Article.slug,
        Article.status,
        Article.audience,
        Article.publish_at,
        Article.review_due_on,
        Article.title,
        Article.redirect_from,
        Article.anchors,
        Article.links,
        Article.uses,
        Article.remarks,
        Article.page_key,
        Article.original,
    )
    rows = session.execute(select(*columns).outerjoin(Section, Section.id == Article.section_id).order_by(Article.id))
    return tuple(Known(*row) for row in rows)


def _pictures(session: Session) -> dict[str, Picture]:
    columns = (Image.oid, Image.path, Image.sha256, Image.mime, Image.width, Image.height)
    rows = session.execute(select(*columns).where(Image.oid != ""))
    return {row.oid: Picture(row.path, row.sha256, row.mime, row.width or 0, row.height or 0) for row in rows}
