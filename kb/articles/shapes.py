"""What pages about articles are made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An article in a list. ``status`` and ``audience`` are for readers who see more than the public does."""

    title: str
    address: str
    summary: str = ""
    status: str = "published"
    audience: str = "public"


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
    """A section and one page of its articles."""

    title: str
    address: str
    description: str
    icon: str
    articles: tuple[ArticleCard, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Everything on an article's page; ``html`` is clean."""

    id: int
    title: str
    address: str
    summary: str
    html: str
    lang: str
    headings: tuple[dict[str, Any], ...]
    """Those of the contents list, levels 2 and 3."""
    minutes: int
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
