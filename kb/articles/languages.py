"""Articles in several languages: what languages are called, which versions a page has, and what belongs together."""

from collections.abc import Iterable, Mapping
from functools import cache
from posixpath import normpath
from typing import Any

from babel import Locale, UnknownLocaleError
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of, folder_of
from kb.articles.models import Article, Section
from kb.articles.remarks import WARNING, Remark
from kb.articles.shapes import Language, Version
from kb.articles.trees import SITE_LANGUAGE, base_of, without_infix
from kb.db import touch_site

_TIED: tuple[Any, ...] = (
    Article.id,
    Article.path,
    Article.page_key,
    Article.original,
    Article.slug,
    Section.slug.label("section"),
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
    # The inner select is answered by an index alone; on a site in one language the pages of articles are not touched.
    foreign = select(Article.id).where(Article.tree != "").correlate(None)
    there = select(Article.tree).where(Article.id.in_(foreign), seen).distinct()
    if section:
        there = there.join(Section, Section.id == Article.section_id).where(Section.slug == section)
    trees = session.scalars(there).all()
    if not trees:
        return ()
    own = language(site_language(session))
    return (own, *sorted((language(tree, tree) for tree in trees), key=lambda one: one.name.casefold()))


def site_language(session: Session) -> str:
    """Return the language of the articles whose addresses name none."""
    lang = session.scalar(select(Article.lang).where(Article.tree == "").order_by(Article.id).limit(1))
    return base_of(lang) if lang else SITE_LANGUAGE


def tie(session: Session) -> list[Remark]:
    """Give each translation the key of its original; returns a warning for each that names one which is not there.

    ``Article.original`` is a path, an address, or a slug within the section or alone. A translation whose original
    is not found by it belongs to the page with its section and slug, else it stands alone.
    """
    live = Article.status != "retired"
    joined = select(*_TIED).join(Section, Section.id == Article.section_id).where(live).order_by(Article.id)
    foreign = select(Article.id).where(Article.tree != "").correlate(None)
    translations = session.execute(joined.where(Article.id.in_(foreign))).all()
    if not translations:
        return []
    names = _names(session.execute(joined.where(Article.id.not_in(foreign))))
    remarks = []
    changed = False
    for row in translations:
        named = _found(row, names)
        key = named or names.get(f"{row.section}/{row.slug}") or row.original
        if key != row.page_key:
            changed = True
            session.execute(update(Article).where(Article.id == row.id).values(page_key=key))
        if not named and _is_named(row):
            message = f"translation_of names an article that is not there: {row.original}"
            remarks.append(Remark(row.path, 1, WARNING, message, "translation"))
    if changed:
        touch_site(session)
    return remarks


def _names(originals: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, str]:
    """Return the keys of originals by all that they may be called, a slug alone only where just one has it."""
    names: dict[str, str] = {}
    slugs: dict[str, set[str]] = {}
    for row in originals:
        for name in (row.path, row.page_key, address_of(row.section, row.slug), f"{row.section}/{row.slug}"):
            names.setdefault(name, row.page_key)
        slugs.setdefault(row.slug, set()).add(row.page_key)
    return {**{slug: min(found) for slug, found in slugs.items() if len(found) == 1}, **names}


def _found(row: Row[*tuple[Any, ...]], names: Mapping[str, str]) -> str:
    wanted = row.original.partition("#")[0].rstrip("/").removesuffix(".html")
    beside = normpath(f"{folder_of(row.path)}/{wanted}").lstrip("/")
    for name in (wanted, f"{row.section}/{wanted}", beside, beside.partition("/")[2]):
        if name in names:
            return names[name]
    return ""


def _is_named(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether its file names the original, where otherwise its own path would."""
    return row.original not in (row.path, row.path.partition("/")[2], without_infix(row.path)[0])


def _version(row: Row[*tuple[Any, ...]]) -> Version:
    return Version(
        language=language(row.lang, row.tree),
        title=row.title,
        address=address_of(row.section, row.slug, row.tree),
        changed_at=row.changed_at,
    )
