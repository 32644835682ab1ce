"""Posts of an import on their way in: read but not yet stored, then rendered."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from kb.errors import Invalid
from kb.exchange.authors import Author
from kb.exchange.html import as_markdown
from kb.exchange.intake import Imported, Intake, batches
from kb.forum import writing
from kb.markup.posts import Rendered, render_posts

_ANY_LENGTH = 10**9


@dataclass(frozen=True, slots=True)
class Draft:
    """What questions, answers and comments have in common. ``place`` names it for the person who runs the import."""

    place: str
    key: str
    author: Author
    created_at: datetime
    edited_at: datetime | None
    html: str = ""
    markdown: str = ""
    """What was written, where the origin has no HTML."""


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question; ``tags`` as the origin spells them."""

    post: Draft
    title: str
    category_id: int
    tags: tuple[str, ...]
    views: int


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """An answer to the question ``question_key``; the counts are of votes that name no voter."""

    post: Draft
    question_key: str
    helpful: int = 0
    not_helpful: int = 0
    is_spam: bool = False


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """A comment on the question or answer ``post_key``."""

    post: Draft
    post_key: str


D = TypeVar("D", QuestionDraft, AnswerDraft, CommentDraft)


@dataclass(frozen=True, slots=True)
class Body:
    """A text as it is stored."""

    markdown: str
    html: str


def rendered(intake: Intake, drafts: Iterable[D], model: Imported) -> Iterator[list[tuple[D, Body]]]:
    """Yield the drafts that are not stored yet, rendered, some hundred at a time; no transaction is open meanwhile."""
    waiting: deque[tuple[D, str]] = deque()

    def sources() -> Iterator[tuple[str, Mapping[str, str]]]:
        for draft in _fresh(intake, drafts, model):
            markdown = cleaned(draft.post.markdown or as_markdown(draft.post.html))
            waiting.append((draft, markdown))
            yield markdown, {}

    def bodies() -> Iterator[tuple[D, Body]]:
        result: Rendered
        for result in render_posts(sources()):
            draft, markdown = waiting.popleft()
            yield draft, Body(markdown, result.html)

    yield from batches(bodies())


def cleaned(text: str) -> str:
    """Return ``text`` without what no database takes; what is nothing but that comes back empty."""
    try:
        return writing.body_of(text, most=_ANY_LENGTH)
    except Invalid:
        return ""


def _fresh(intake: Intake, drafts: Iterable[D], model: Imported) -> Iterator[D]:
    for some in batches(drafts):
        known = set(intake.glimpse(model, [draft.post.key for draft in some]))
        intake.watch.advance(len(some))
        for draft in some:
            if draft.post.key not in known:
                known.add(draft.post.key)
                yield draft
