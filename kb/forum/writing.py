"""From what somebody typed to what is kept: checked, cleaned and rendered once."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.markup import posts
from kb.people.models import Person

TITLE_FROM, TITLE_TO = 10, 150
BODY_TO = 30_000
COMMENT_TO = 2_000
MENTIONS_TO = 10
NOUNS = frozenset(
    (
        "acceptance",
        "answers",
        "claim",
        "closure",
        "comments",
        "continuation",
        "details",
        "draft",
        "duplicate",
        "edit",
        "handover",
        "history",
        "me-too",
        "merge",
        "notes",
        "patch",
        "replies",
        "split",
        "visibility",
    )
)
"""What follows a question's number in addresses of its own, so that no title may."""

_DROPPED = {"Cc", "Cs"}  # control characters and lone surrogates; neither can be seen, and PostgreSQL refuses NUL
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would turn around what stands after a title in a list


@dataclass(frozen=True, slots=True)
class Written:
    """A body as it is kept, its plain text, and the ids of those it mentions."""

    markdown: str
    html: str
    text: str
    mentioned: tuple[int, ...]


def title_of(text: str) -> str:
    """Return a title with single spaces; raises Invalid unless it has 10 to 150 characters and a letter."""
    title = " ".join(_REORDERING.sub("", _cleaned(text, keep="\n\t")).split())
    if not title:
        raise Invalid("title", "Say in one line what your question is.")
    if len(title) < TITLE_FROM or not any(c.isalpha() for c in title):
        raise Invalid(
            "title", "Say a little more: a title has at least %(least)s characters, with words.", least=TITLE_FROM
        )
    if len(title) > TITLE_TO:
        raise Invalid("title", "The title is %(n)s characters; at most %(most)s.", n=len(title), most=TITLE_TO)
    return title


def body_of(text: str, *, most: int = BODY_TO) -> str:
    """Return a body without control characters and outer blank lines; raises Invalid unless it has 1 to ``most``."""
    body = _cleaned(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
    body = re.sub(r"\A(?:[^\S\n]*\n)+", "", body).rstrip()
    if not body.strip():
        raise Invalid("body", "Write something first.")
    if len(body) > most:
        raise Invalid("body", "This is %(n)s characters; at most %(most)s.", n=len(body), most=most)
    return body


def note_of(text: str, *, most: int = 500, field: str = "note") -> str:
    """Return a remark on one line, as on a closed question; raises Invalid naming ``field`` when it is too long."""
    note = " ".join(_cleaned(text, keep="\n\t").split())
    if len(note) > most:
        raise Invalid(field, "This is %(n)s characters; at most %(most)s.", n=len(note), most=most)
    return note


def render(session: Session, markdown: str) -> Written:
    """Return ``markdown`` rendered, with up to ten mentions of people there are turned into links."""
    handles = sorted(posts.mentioned(markdown))[:100]
    found = session.execute(select(Person.handle, Person.name, Person.id).where(Person.handle.in_(handles))).all()
    known = {handle: name for handle, name, _ in found}
    ids = {handle: person_id for handle, _, person_id in found}
    rendered = posts.render_post(markdown, known)
    mentioned = tuple(ids[handle] for handle in rendered.mentions if handle in ids)[:MENTIONS_TO]
    return Written(markdown, rendered.html, rendered.text, mentioned)


def slug_of(title: str) -> str:
    """Return the readable end of a thread's address: at most 80 of a-z, 0-9 and hyphens, cut at a word."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    if len(slug) > 80:
        slug = slug[:81].rpartition("-")[0] or slug[:80]
    return f"{slug}-question" if slug in NOUNS else slug or "question"


def _cleaned(text: str, *, keep: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    return "".join(c for c in normal if c in keep or unicodedata.category(c) not in _DROPPED)
