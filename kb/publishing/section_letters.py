"""What a publish run brought, told to those who follow the sections it brought it to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, PublishRun, Section
from kb.articles.reading import listed_for
from kb.articles.subjects import SECTION
from kb.history import Event
from kb.notices import follows, inbox
from kb.notices.models import Follow
from kb.people.models import Person
from kb.people.rules import Standing, standing_of
from kb.search.documents import ARTICLE

KIND = "article"
TOLD_OF = ("article.added", "article.changed")


@dataclass(frozen=True, slots=True)
class _Brought:
    """An article that is new or has changed, and where it is."""

    id: int
    title: str
    summary: str
    address: str
    section: str
    section_address: str


def tell(session: Session, run: PublishRun) -> int:
    """Tell each follower of a section of the articles in it that ``run`` added or changed and that they may read.

    One article is told by its title, several by their number: one push is one notice a section. Returns how many
    people were told.
    """
    followed = session.scalars(select(Follow.subject_id).where(Follow.subject_kind == SECTION).distinct()).all()
    told = 0
    for section_id, articles in sorted(_brought(session, run, followed).items()):
        levels = follows.levels(session, (SECTION, section_id))
        for readers in _alike(session, levels):
            seen = select(Article.id).where(Article.id.in_([one.id for one in articles]), listed_for(readers[0]))
            theirs = set(session.scalars(seen))
            news = [one for one in articles if one.id in theirs]
            if news:
                told += _tell(session, run, section_id, news, {reader.id: levels[reader.id] for reader in readers})
    return told


def _tell(
    session: Session, run: PublishRun, section_id: int, news: Sequence[_Brought], levels: Mapping[int, str]
) -> int:
    first, several = news[0], len(news) > 1
    return inbox.tell(
        session,
        person_ids=levels,
        level_of=levels,
        kind=KIND,
        cause=f"run:{run.id}:section:{section_id}",
        subject_kind=SECTION if several else ARTICLE,
        subject_id=section_id if several else first.id,
        actor=None,
        title=f"{len(news)} articles in {first.section} are new or changed" if several else first.title,
        extract="" if several else first.summary,
        address=first.section_address if several else first.address,
    )


def _brought(session: Session, run: PublishRun, section_ids: Collection[int]) -> dict[int, list[_Brought]]:
    """Return by section what ``run`` added and changed in the sections ``section_ids``."""
    if not section_ids:
        return {}
    events = select(Event.subject_id, Event.details).where(Event.what.in_(TOLD_OF), Event.at >= run.started_at)
    ids = {row.subject_id for row in session.execute(events) if row.details.get("run") == run.id}
    columns = (Article.id, Article.title, Article.summary, Article.slug, Article.tree)
    rows = session.execute(
        select(*columns, Section.id.label("section_id"), Section.slug.label("section"), Section.title.label("called"))
        .join(Section, Section.id == Article.section_id)
        .where(Section.id.in_(section_ids))
        .order_by(Article.position, Article.title, Article.id)
    )
    found: dict[int, list[_Brought]] = defaultdict(list)
    for row in rows:
        if row.id in ids:
            address = address_of(row.section, row.slug, row.tree)
            one = _Brought(row.id, row.title, row.summary, address, row.called, address_of(row.section))
            found[row.section_id].append(one)
    return found


def _alike(session: Session, people: Collection[int]) -> list[list[Person]]:
    """Return the people in groups that may read the same."""
    groups: dict[Standing, list[Person]] = defaultdict(list)
    for person in session.scalars(select(Person).where(Person.id.in_(people)).order_by(Person.id)):
        groups[standing_of(person)].append(person)
    return list(groups.values())
