"""Where the relative links of articles lead."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from kb.articles.addresses import folder_of
from kb.articles.pictures import Picture
from kb.markup.article_links import Place
from kb.markup.articles import RENDERER_VERSION
from kb.publishing.sources.source import TEXTS

NOWHERE = Place("")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|\?")
_ENDINGS = ("", *sorted(TEXTS), "/index.md")
_SCHEME = re.compile(r"https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteMap:
    """Every file that can be linked to, by its path."""

    pages: Mapping[str, str]
    """Path of an article → its address; path of a folder → the address of its section."""
    pictures: Mapping[str, Picture]
    home: str = ""
    """Where the site itself is, such as ``https://help.example.org``: a whole address below it is one of its own."""
    gone: frozenset[str] = frozenset()
    """Paths and addresses of articles whose file is gone."""
    base: str = ""
    """What every address found here starts with: where a site is shown that is not the one readers see."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Former address, or path of a file that only redirects → where it leads, here or on another site."""
    trees: Mapping[str, str] = field(default_factory=dict)
    """Path of a translation → what its address starts with, such as ``de``."""
    translated: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What addresses in a language start with → path of an original → address of its translation."""
    _folded: dict[str, str] = field(init=False, default_factory=dict)
    _addresses: set[str] = field(init=False, default_factory=set)
    _known_ends: dict[tuple[str, str], str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._addresses.update(self.pages.values())
        for path in (*self.pages, *self.pictures):
            self._folded.setdefault(path.lower(), path)

    def told(self) -> dict[str, Any]:
        """Return everything that decides where links lead, as JSON can say it."""
        return {
            "pages": dict(self.pages),
            "pictures": {path: asdict(picture) for path, picture in self.pictures.items()},
            "home": self.home,
            "base": self.base,
            "moved": dict(self.moved),
            "trees": dict(self.trees),
            "translated": {tree: dict(pages) for tree, pages in self.translated.items()},
        }

    def mark(self) -> str:
        """Return what two maps have in common when every link leads to the same place by both."""
        told = json.dumps([RENDERER_VERSION, self.told()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def end(self, source: str, target: str) -> str | None:
        """Return the address ``find`` finds, "" for nowhere; remembered, because a folder's files link to the same."""
        key = (source if source in self.trees else folder_of(source), target)
        if key not in self._known_ends:
            place = self.find(source, target)
            self._known_ends[key] = place.address if place else None
        return self._known_ends[key]

    def find(self, source: str, target: str) -> Place | None:
        """Return where ``target``, written in the file ``source``, leads; None when it leaves the folder's files."""
        target = self._within(target)
        if _ELSEWHERE.match(target):
            return None
        try:
            parts = urlsplit(target)
        except ValueError:
            return NOWHERE
        rest = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        path = resolved(source, parts.path)
        picture = self.pictures.get(self._known(path, ("",)))
        if picture:
            return Place(self.base + picture.address, picture.width, picture.height)
        if to := self.sent_on(source, target):
            here = self.base if to.partition("#")[0] in self._addresses else ""
            return Place(here + to + ("" if "#" in to else rest))
        if _is_address(target):
            return self._find_address(target)
        address = self._in_language(source, self._known(path, _ENDINGS))
        return Place(self.base + address + rest) if address else NOWHERE

    def sent_on(self, source: str, target: str) -> str:
        """Return where readers of a former address, or of a file that only redirects, are sent; "" for any other."""
        written = self._within(target).partition("#")[0].partition("?")[0]
        if _is_address(written):
            return self.moved.get(normpath(unquote(written)), "")
        path = resolved(source, written)
        if self._known(path, _ENDINGS) in self.pages:
            return ""
        return next((self.moved[path + ending] for ending in _ENDINGS if path + ending in self.moved), "")

    def was_there(self, source: str, target: str) -> bool:
        """Whether ``target``, which leads nowhere, is an article whose file is gone."""
        written = self._within(target).partition("#")[0].partition("?")[0]
        path = resolved(source, written)
        return not self.gone.isdisjoint({written.rstrip("/"), path, *(path + ending for ending in TEXTS)})

    def _within(self, target: str) -> str:
        """Return the path of a whole address of this site, anything else as it is."""
        if not self.home or not _SCHEME.match(target):
            return target
        own, written = self.home.partition("://")[2].rstrip("/"), target.partition("://")[2]
        host, slash, path = written.partition("/")
        return slash + path if slash and host.lower() == own.lower() else target

    def _find_address(self, target: str) -> Place | None:
        """An address of this site is kept as it is; one below /articles must be somebody's."""
        path = target.partition("#")[0].partition("?")[0].rstrip("/")
        if not path.startswith("/articles/"):
            return None
        return Place(self.base + target) if path in self._addresses else NOWHERE

    def _in_language(self, source: str, path: str) -> str:
        """Return the address of a page in the language of ``source``, unless that is ``source`` itself."""
        own = self.translated.get(self.trees.get(source, ""), {}).get(path, "")
        return own if own and own != self.pages.get(source) else self.pages.get(path, "")

    def _known(self, path: str, endings: Iterable[str]) -> str:
        """Return the path as the file is spelled; other tools do not care for the case of letters."""
        for ending in endings:
            if path + ending in self.pages or path + ending in self.pictures:
                return path + ending
        return next((self._folded[low] for end in endings if (low := (path + end).lower()) in self._folded), path)


def _is_address(target: str) -> bool:
    """Whether ``target`` is meant as an address of this site and not as a file."""
    return target.startswith("/") and not is_text_path(target.partition("#")[0].partition("?")[0])


def still_true(links: Iterable[Mapping[str, str]], source: str, site: SiteMap) -> bool:
    """Whether each stored link of ``source`` leads where it led when the page was made."""
    return all(site.end(source, link["target"]) == link["address"] for link in links)


def resolved(source: str, path: str) -> str:
    """Return the path of the file that ``path``, written in the file ``source``, names; "/" is the content folder."""
    return normpath(join(folder_of(source), unquote(path)) if not path.startswith("/") else unquote(path).lstrip("/"))


def is_text_path(path: str) -> bool:
    """Whether an address names the file of an article, as some tools write their links."""
    return path.lower().endswith(tuple(TEXTS))
