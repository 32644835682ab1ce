"""Articles in several languages: what languages are called, and which versions a page has."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, Section
from kb.articles.shapes import Language, Version
from kb.articles.translations import Text, keys_of
from kb.articles.trees import SITE_LANGUAGE, base_of
from kb.db import touch_site

_TIED: tuple[Any, ...] = (
    Article.path,
    Article.page_key,
    Article.original,
    Section.slug.label("section"),
    Article.slug,
    Article.tree,
)
_VERSION: tuple[Any, ...] = (Article.lang, Article.tree, Article.title, Article.changed_at, Article.slug)


@cache
def language(lang: str, tree: str = "") -> Language:
    """Return a language with its own name for itself and its direction; one without a name here is its code."""
    try:
        locale = Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        return Language(lang, tree, lang)
    name = locale.get_display_name() or lang
    return Language(lang, tree, name[:1].upper() + name[1:], locale.text_direction)


def called(names: Mapping[str, Any], tree: str, what: str) -> str:
    """Return the ``title`` or ``description`` of a section (``Section.names``) in a language, "" where it has none."""
    return str(names.get(tree, {}).get(what, ""))


def versions(session: Session, page_key: str, seen: ColumnElement[bool]) -> tuple[Version, ...]:
    """Return every version of a page that meets ``seen``: the original first, then by the languages' names."""
    rows = session.execute(
        select(*_VERSION, Section.slug.label("section"))
        .join(Section, Section.id == Article.section_id)
        .where(Article.page_key == page_key, Article.page_key != "", seen)
        .order_by(Article.id)
    )
    found: dict[str, Version] = {}
    for row in rows:
        found.setdefault(row.tree, _version(row))  # two files that claim to be the same translation: the older one
    return tuple(sorted(found.values(), key=lambda one: (one.language.tree != "", one.language.name.casefold())))


def offered(session: Session, seen: ColumnElement[bool], *, section: str = "") -> tuple[Language, ...]:
    """Return the languages in which anything that meets ``seen`` is there, the site's own first.

    ``section`` narrows it to the articles of one section. Nothing is returned where there is only one language.
    """
    there = foreign(session, seen, section=section)
    if not there:
        return ()
    own = language(site_language(session))
    return (own, *sorted((language(tree, tree) for tree in there), key=lambda one: one.name.casefold()))


def foreign(session: Session, seen: ColumnElement[bool], *, section: str = "") -> Sequence[str]:
    """Return the trees besides the site's own in which anything that meets ``seen`` is there, see ``offered``."""
    # The inner select is answered by an index alone; on a site in one language the pages of articles are not touched.
    elsewhere = select(Article.id).where(Article.tree != "").correlate(None)
    there = select(Article.tree).where(Article.id.in_(elsewhere), seen).distinct()
    if section:
        there = there.join(Section, Section.id == Article.section_id).where(Section.slug == section)
    return session.scalars(there).all()


def site_language(session: Session) -> str:
    """Return the language of the articles whose addresses name none."""
    lang = session.scalar(select(Article.lang).where(Article.tree == "").order_by(Article.id).limit(1))
    return base_of(lang) if lang else SITE_LANGUAGE


def tie(session: Session) -> None:
    """Give each translation the key of its original."""
    elsewhere = select(Article.id).where(Article.tree != "").limit(1)
    if session.scalar(elsewhere) is None:
        return
    live = Article.status != "retired"
    rows = session.execute(select(*_TIED).join(Section, Section.id == Article.section_id).where(live)).all()
    keys, _ = keys_of(Text(*row) for row in rows)
    wrong = {row.path: keys[row.path] for row in rows if keys.get(row.path, row.page_key) != row.page_key}
    for path, key in wrong.items():
        session.execute(update(Article).where(Article.path == path).values(page_key=key))
    if wrong:
        touch_site(session)


def _version(row: Row[*tuple[Any, ...]]) -> Version:
    return Version(
        language=language(row.lang, row.tree),
        title=row.title,
        address=address_of(row.section, row.slug, row.tree),
        changed_at=row.changed_at,
    )
