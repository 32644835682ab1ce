"""One file → one article or section, or what is wrong with it. Nothing here knows a database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from kb.articles.addresses import folder_of, section_slug, section_title, slug_of
from kb.articles.remarks import WARNING, Fault, Remark
from kb.articles.trees import Languages, Located, base_of, canonical, languages_of
from kb.markup.articles import RENDERER_VERSION
from kb.publishing.sources import front_matter, keys
from kb.publishing.sources.front_matter import Entry
from kb.publishing.sources.source import SourceFile

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
    redirect_to: str = ""
    """Where its address leads instead: such a file is no article."""
    audience: str = "public"
    status: str = "published"
    owner: str = ""
    lang: str = "en"
    tree: str = ""
    """The language its address starts with, "" for the site's own."""
    page_key: str = ""
    """The path of its original as its own path tells it; its own if it is one."""
    original: str = ""
    """The same as its front matter names it, be it a path, an address or a slug."""
    position: int = LAST
    reviewed_on: date | None = None
    review_every: int | None = None
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    credits: tuple[str, ...] = ()
    """Names of people whose words it is made of."""
    from_question: int | None = None
    """The number of the question that it was made from."""
    from_answers: tuple[int, ...] = ()
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
    tree: str = ""
    """The language it says this in, "" for the site's own."""
    is_named: bool = False
    """Whether its folder says what it is called."""
    canned: bool = False
    """Whether its articles are replies to fill in."""


def digest_of(oid: str, mark: str = "") -> str:
    """Return what an article is compared by: equal means that the same page would be made.

    ``oid`` names the file's bytes; ``mark`` is what ``Languages.locate`` says of its path.
    """
    return f"{RENDERER_VERSION}-{oid}{mark}"


def languages_in(paths: Iterable[str], section_files: Iterable[SourceFile]) -> Languages:
    """Return the languages of a source: from the paths of its texts, and from ``lang:`` in top folders' section files.

    A section file that cannot be read says nothing here; reading the section names its fault.
    """
    declared = {}
    for file in section_files:
        folder = folder_of(file.path)
        if "/" not in folder and (lang := _declared(file)):
            declared[folder] = lang
    return languages_of(paths, declared)


def read_article(file: SourceFile, languages: Languages = Languages()) -> ArticleFile:  # noqa: B008 - it is frozen
    """Return the article in ``file``; raises Fault where it cannot be published."""
    if file.fault:
        raise Fault(0, file.fault)
    parts = front_matter.split(front_matter.decode(file.data))
    return _article(file, parts, keys.known(parts.entries), languages)


def read_section(file: SourceFile, languages: Languages = Languages()) -> SectionFile:  # noqa: B008 - it is frozen
    """Return the section that ``_section.yml`` or the head of ``index.md`` describes; raises Fault."""
    if file.fault:
        raise Fault(0, file.fault)
    text = front_matter.decode(file.data)
    entries = keys.known(front_matter.parse(text)[0] if _is_yaml(file) else front_matter.split(text).entries).ours
    located = languages.locate(f"{folder_of(file.path)}/".lstrip("/"))
    folder = located.path.rstrip("/")
    return SectionFile(
        slug=section_slug(folder),
        title=str(_value(entries, "title", ""))[:120] or section_title(folder),
        description=_value(entries, "summary", ""),
        icon=_value(entries, "icon", ""),
        position=_value(entries, "order", LAST),
        tree=located.tree,
        is_named="title" in entries,
        canned=_value(entries, "canned", False),
    )


def has_text(file: SourceFile) -> bool:
    """Whether there is more in an ``index.md`` than its head, so that it is an article too."""
    try:
        return bool(front_matter.split(front_matter.decode(file.data)).text.strip())
    except Fault:
        return True


def unnamed_section(folder: str, languages: Languages = Languages()) -> SectionFile:  # noqa: B008 - it is frozen
    """Return the section of a folder that says nothing about itself."""
    located = languages.locate(f"{folder}/".lstrip("/"))
    inner = located.path.rstrip("/")
    return SectionFile(slug=section_slug(inner), title=section_title(inner), tree=located.tree)


def is_index(path: str) -> bool:
    """Whether ``path`` is an ``index.md``, whose head describes its folder."""
    return path.rpartition("/")[2].lower() in ("index.md", "index.markdown")


def _article(file: SourceFile, parts: front_matter.Parts, head: keys.Head, languages: Languages) -> ArticleFile:
    entries = head.ours
    spoken = _spoken(languages, file.path, entries)
    redirect_to = _value(entries, "redirect_to", "")
    title, text, first_line = _titled(parts, _value(entries, "title", ""), needed=not redirect_to)
    name = "overview" if is_index(spoken.path) else spoken.path.rpartition("/")[2].rpartition(".")[0]
    slug = slug_of(str(_value(entries, "slug", "")).rstrip("/").rpartition("/")[2]) or slug_of(name)
    return ArticleFile(
        path=file.path,
        digest=digest_of(file.oid, languages.locate(file.path).mark),
        section=section_slug(folder_of(spoken.path)),
        slug=slug,
        title=title or name,
        markdown=text,
        first_line=first_line,
        summary=_value(entries, "summary", ""),
        tags=tuple(_value(entries, "tags", ())),
        keywords=tuple(_value(entries, "keywords", ())),
        related=tuple(_value(entries, "related", ())),
        redirect_from=(*_value(entries, "redirect_from", ()), *head.old_addresses),
        redirect_to=redirect_to,
        audience=_value(entries, "audience", "public"),
        status=_value(entries, "status", "published"),
        owner=_value(entries, "owner", ""),
        lang=spoken.lang,
        tree=spoken.tree,
        page_key=spoken.path,
        original=_value(entries, "translation_of", "") or spoken.path,
        position=FIRST if is_index(spoken.path) else _value(entries, "order", LAST),
        reviewed_on=_value(entries, "reviewed", None),
        review_every=_value(entries, "review_every", None),
        publish_at=_value(entries, "publish_at", None),
        expires_at=_value(entries, "expires_at", None),
        credits=tuple(_value(entries, "credits", ())),
        from_question=_value(entries, "from_question", None),
        from_answers=tuple(_value(entries, "from_answers", ())),
        extra={key: _plain(entry.value) for key, entry in (head.foreign | head.unknown).items()},
        doubts=tuple(_doubts(file.path, parts, head, spoken)),
    )


def _spoken(languages: Languages, path: str, entries: Mapping[str, Entry]) -> Located:
    """Return the language of a file by its path and by what it says itself.

    A path that names a language decides; ``lang:`` may only say it more exactly, such as ``de-AT`` in ``de/``.
    """
    located = languages.locate(path)
    said = str(_value(entries, "lang", ""))
    if not said:
        return located
    if base_of(said) == base_of(located.lang):
        # English as it is written in Britain is still the site's English, unless it says what it is a version of.
        tree = languages.tree_of(said) if "translation_of" in entries and not located.tree else located.tree
        return Located(said, tree, located.path)
    if located.path != path:
        return located
    top, _, rest = path.partition("/")
    inner = rest if rest and canonical(top) and base_of(top) == base_of(said) else path
    return Located(said, languages.tree_of(said), inner)


def _titled(parts: front_matter.Parts, title: str, *, needed: bool) -> tuple[str, str, int]:
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
    if not title and needed:
        raise Fault(1, "The article has no title: add a line title: … to its front matter.", "missing-title")
    return title, text, line


def _doubts(path: str, parts: front_matter.Parts, head: keys.Head, spoken: Located) -> list[Remark]:
    """Return the warnings about front matter, by line: at most one for all keys that mean nothing here."""
    found = [(entry.line, str(entry.value), "front-matter") for entry in head.misread]
    for key, entry in head.unknown.items():
        near = get_close_matches(key.lower(), keys.CHECKS, n=1, cutoff=0.8)
        if near:
            found.append((entry.line, f"The key {key} is not known here: did you mean {near[0]}?", "unknown-key"))
    strangers = [key for key in head.unknown if not get_close_matches(key.lower(), keys.CHECKS, n=1, cutoff=0.8)]
    if strangers:
        line = min(head.unknown[key].line for key in strangers)
        found.append((line, f"{_named(strangers)} not known here: kept, and without effect.", "unknown-key"))
    if head.foreign:
        line = min(entry.line for entry in head.foreign.values())
        said = f"{_named(head.foreign)} for another tool: kept, and without effect here."
        found.append((line, said, "foreign-key"))
    for again in parts.repeated:
        found.append((again.line, f"The key {again.value} is given twice; the last one counts.", "repeated-key"))
    said_lang = head.ours.get("lang")
    if said_lang and base_of(str(said_lang.value)) != base_of(spoken.lang):
        said = f"lang says {said_lang.value}, but the file's path says {spoken.lang}, which counts."
        found.append((said_lang.line, said, "language"))
    return [Remark(path, line, WARNING, message, code) for line, message, code in sorted(found)]


def _named(names: Iterable[str]) -> str:
    every = list(names)
    return f"The key {every[0]} is" if len(every) == 1 else f"The keys {', '.join(every)} are"


def _declared(file: SourceFile) -> str:
    try:
        text = front_matter.decode(file.data)
        return str(_value(keys.known(front_matter.parse(text)[0]).ours, "lang", ""))
    except Fault:
        return ""


def _is_yaml(file: SourceFile) -> bool:
    return file.path.endswith((".yml", ".yaml"))


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
