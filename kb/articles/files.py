"""One file → one article or section, or what is wrong with it. Nothing here knows a database."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kb.articles import front_matter, keys
from kb.articles.addresses import folder_of, section_slug, section_title, slug_of
from kb.articles.front_matter import Entry
from kb.articles.remarks import WARNING, Fault, Remark
from kb.articles.source import SourceFile
from kb.markup.articles import RENDERER_VERSION

FIRST, LAST = -1_000_001, 1000
_TITLE_LINE = re.compile(r"\s*#[ \t]+(?P<atx>[^\n]+?)[ \t#]*(?:\n|\Z)|\s*(?P<setext>[^\n]+)\n=+[ \t]*(?:\n|\Z)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """What an article's file says, every value of the right kind."""

    path: str
    digest: str
    section: str
    slug: str
    title: str
    markdown: str
    first_line: int
    """The line of the file that ``markdown`` starts in."""
    summary: str = ""
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    redirect_from: tuple[str, ...] = ()
    audience: str = "public"
    status: str = "published"
    owner: str = ""
    lang: str = "en"
    position: int = LAST
    reviewed_on: date | None = None
    review_every: int | None = None
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[Remark, ...] = ()
    """Warnings about the file itself."""


@dataclass(frozen=True, slots=True)
class SectionFile:
    """What a folder is called, and where it stands among the others."""

    slug: str
    title: str
    description: str = ""
    icon: str = ""
    position: int = LAST


def digest_of(data: bytes) -> str:
    """Return what an article is compared by: equal means that the same page would be made."""
    return hashlib.sha256(b"%d\0%b" % (RENDERER_VERSION, data)).hexdigest()


def read_article(file: SourceFile) -> ArticleFile:
    """Return the article in ``file``; raises Fault where it cannot be published."""
    if file.fault:
        raise Fault(0, file.fault)
    parts = front_matter.split(front_matter.decode(file.data))
    entries, unknown = keys.known(parts.entries)
    return _article(file, parts, entries, unknown)


def read_section(file: SourceFile) -> SectionFile:
    """Return the section that ``_section.yml`` or the head of ``index.md`` describes; raises Fault."""
    if file.fault:
        raise Fault(0, file.fault)
    text = front_matter.decode(file.data)
    is_yaml = file.path.endswith((".yml", ".yaml"))
    entries, _ = keys.known(front_matter.parse(text)[0] if is_yaml else front_matter.split(text).entries)
    folder = folder_of(file.path)
    return SectionFile(
        slug=section_slug(folder),
        title=str(_value(entries, "title", ""))[:120] or section_title(folder),
        description=_value(entries, "summary", ""),
        icon=_value(entries, "icon", ""),
        position=_value(entries, "order", LAST),
    )


def has_text(file: SourceFile) -> bool:
    """Whether there is more in an ``index.md`` than its head, so that it is an article too."""
    try:
        return bool(front_matter.split(front_matter.decode(file.data)).text.strip())
    except Fault:
        return True


def unnamed_section(folder: str) -> SectionFile:
    """Return the section of a folder that says nothing about itself."""
    return SectionFile(slug=section_slug(folder), title=section_title(folder))


def is_index(path: str) -> bool:
    """Whether ``path`` is an ``index.md``, whose head describes its folder."""
    return path.rpartition("/")[2].lower() in ("index.md", "index.markdown")


def _article(
    file: SourceFile, parts: front_matter.Parts, entries: dict[str, Entry], unknown: dict[str, Entry]
) -> ArticleFile:
    title, text, first_line = _titled(parts, _value(entries, "title", ""))
    name = "overview" if is_index(file.path) else file.path.rpartition("/")[2].rpartition(".")[0]
    slug = slug_of(str(_value(entries, "slug", "")).rstrip("/").rpartition("/")[2]) or slug_of(name)
    return ArticleFile(
        path=file.path,
        digest=digest_of(file.data),
        section=section_slug(folder_of(file.path)),
        slug=slug,
        title=title,
        markdown=text,
        first_line=first_line,
        summary=_value(entries, "summary", ""),
        tags=tuple(_value(entries, "tags", ())),
        keywords=tuple(_value(entries, "keywords", ())),
        related=tuple(_value(entries, "related", ())),
        redirect_from=tuple(_value(entries, "redirect_from", ())),
        audience=_value(entries, "audience", "public"),
        status=_value(entries, "status", "published"),
        owner=_value(entries, "owner", ""),
        lang=_value(entries, "lang", "en"),
        position=FIRST if is_index(file.path) else _value(entries, "order", LAST),
        reviewed_on=_value(entries, "reviewed", None),
        review_every=_value(entries, "review_every", None),
        publish_at=_value(entries, "publish_at", None),
        expires_at=_value(entries, "expires_at", None),
        extra={key: _plain(entry.value) for key, entry in unknown.items()},
        doubts=tuple(_doubts(file.path, parts, unknown)),
    )


def _titled(parts: front_matter.Parts, title: str) -> tuple[str, str, int]:
    """Return the title, and the text without a first heading that says the same; a page shows its title once."""
    text, line = parts.text, parts.text_line
    heading = _TITLE_LINE.match(text)
    words = (
        " ".join(_LINK.sub(r"\1", (heading["atx"] or heading["setext"])).replace("`", "").split()) if heading else ""
    )
    if heading and words and (not title or words.casefold() == title.casefold()):
        title = title or words[:200]
        line += text.count("\n", 0, heading.end())
        text = text[heading.end() :]
    if not title:
        raise Fault(1, "The article has no title: add a line title: … to its front matter.")
    return title, text, line


def _doubts(path: str, parts: front_matter.Parts, unknown: Mapping[str, Entry]) -> list[Remark]:
    doubts = []
    if unknown:
        line = min(entry.line for entry in unknown.values())
        names = ", ".join(unknown)
        what = f"The key {names} is" if len(unknown) == 1 else f"The keys {names} are"
        doubts.append(Remark(path, line, WARNING, f"{what} not known here: kept, and without effect."))
    for again in parts.repeated:
        message = f"The key {again.value} is given twice; the last one counts."
        doubts.append(Remark(path, again.line, WARNING, message))
    return sorted(doubts, key=lambda doubt: doubt.line)


def _value(entries: Mapping[str, Entry], key: str, default: Any) -> Any:
    return entries[key].value if key in entries else default


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON can keep it."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return str(value)
