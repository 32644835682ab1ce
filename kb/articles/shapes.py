"""What pages about articles are made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kb.search.related import Alike


@dataclass(frozen=True, slots=True)
class Language:
    """A language; ``tree`` is what the addresses of its articles start with, "" for the site's own."""

    lang: str
    tree: str
    name: str
    """What it calls itself."""
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class Version:
    """A page in one of its languages."""

    language: Language
    title: str
    address: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An article in a list. ``status`` and ``audience`` are for readers who see more than the public does."""

    title: str
    address: str
    summary: str = ""
    status: str = "published"
    audience: str = "public"
    language: Language | None = None
    """Its language, where that is not the list's."""


@dataclass(frozen=True, slots=True)
class SectionCard:
    """A section with its first articles; ``count`` is how many there are in all."""

    title: str
    address: str
    description: str
    icon: str
    count: int
    articles: tuple[ArticleCard, ...]


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A section and one page of its articles; ``languages`` are those it can be read in, if there are several."""

    id: int
    title: str
    address: str
    description: str
    icon: str
    articles: tuple[ArticleCard, ...]
    total: int
    page: int
    pages: int
    language: Language
    original_address: str = ""
    """Its own address, or that of the site's own language where nothing in it is translated."""
    index_address: str = "/articles"
    languages: tuple[tuple[Language, str], ...] = ()
    """Each with the section's address in it."""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """All sections, in one language."""

    sections: tuple[SectionCard, ...]
    language: Language
    languages: tuple[tuple[Language, str], ...] = ()
    """Each with the index's address in it."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Everything on an article's page; ``html`` is clean."""

    id: int
    title: str
    address: str
    """Where it lives, which is not where it is shown when it stands in for a missing translation."""
    summary: str
    html: str
    language: Language
    headings: tuple[dict[str, Any], ...]
    """Those of the contents list, levels 2 and 3."""
    minutes: int
    created_at: datetime
    changed_at: datetime
    reviewed_on: date | None
    review_is_due: bool
    status: str
    audience: str
    owner: str
    tags: tuple[str, ...]
    section: str
    section_address: str
    neighbours: tuple[ArticleCard, ...]
    """The articles around this one in its section, itself among them."""
    previous: ArticleCard | None
    next: ArticleCard | None
    related: tuple[ArticleCard, ...]
    """Those its writer named, then those that are about the same."""
    shown_at: str = ""
    """The address of this very page."""
    index_address: str = "/articles"
    versions: tuple[Version, ...] = ()
    """The page in all its languages, this one among them; empty when there is only one."""
    missing: Language | None = None
    """The language that was asked for, when the page stands in for its translation."""
    newer_original: Version | None = None
    """The original, when it changed after this translation did."""
    opens_at: datetime | None = None
    """When readers will see it, while they do not yet."""
    closed_at: datetime | None = None
    """Since when readers do not see it any more."""
    authors: tuple[dict[str, Any], ...] = ()
    """Who wrote it, most commits first: ``{"name": "…", "commits": 3}``."""
    revision: int = 0
    path: str = ""
    """Its file, relative to the folder of articles."""
    threads: tuple[Alike, ...] = ()
    """Questions that are about the same."""
    credits: tuple[str, ...] = ()
    """Names of people of the community whose words it is made of."""

    @property
    def was_changed(self) -> bool:
        """Whether what it says changed on a later day than it was written."""
        return self.changed_at.date() > self.created_at.date()
