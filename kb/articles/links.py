"""Where the relative links of articles lead, and in which line a link stands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from urllib.parse import unquote, urlsplit

from kb.articles.addresses import folder_of
from kb.articles.files import ArticleFile
from kb.articles.pictures import Picture
from kb.articles.remarks import WARNING, Remark
from kb.articles.source import TEXTS, is_picture
from kb.markup.article_links import Linked, Place

NOWHERE = Place("")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|\?")
_FENCED = re.compile(r"^( {0,3})(`{3,}|~{3,})[^\n]*\n.*?^ {0,3}\2[^\n]*$", re.MULTILINE | re.DOTALL)
_NOT_BREAK = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class SiteMap:
    """Every file that can be linked to, by its path."""

    pages: Mapping[str, str]
    """Path of an article → its address; path of a folder → the address of its section."""
    pictures: Mapping[str, Picture]
    _folded: dict[str, str] = field(init=False, default_factory=dict)
    _addresses: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._addresses.update(self.pages.values())
        for path in (*self.pages, *self.pictures):
            self._folded.setdefault(path.lower(), path)

    def find(self, source: str, target: str) -> Place | None:
        """Return where ``target``, written in the file ``source``, leads; None when it leaves the folder's files."""
        if _ELSEWHERE.match(target):
            return None
        if target.startswith("/"):
            return self._find_address(target)
        try:
            parts = urlsplit(target)
        except ValueError:
            return NOWHERE
        rest = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        path = normpath(join(folder_of(source), unquote(parts.path)))
        picture = self.pictures.get(self._known(path, ("",)))
        if picture:
            return Place(picture.address, picture.width, picture.height)
        address = self.pages.get(self._known(path, ("", *sorted(TEXTS), "/index.md")), "")
        return Place(address + rest) if address else NOWHERE

    def _find_address(self, target: str) -> Place | None:
        """An address of this site is kept as it is; one below /articles must be somebody's."""
        path = target.partition("#")[0].partition("?")[0].rstrip("/")
        if not path.startswith("/articles/"):
            return None
        return Place(target) if path in self._addresses else NOWHERE

    def _known(self, path: str, endings: Iterable[str]) -> str:
        """Return the path as the file is spelled; other tools do not care for the case of letters."""
        for ending in endings:
            if path + ending in self.pages or path + ending in self.pictures:
                return path + ending
        return next((self._folded[low] for end in endings if (low := (path + end).lower()) in self._folded), path)


def still_true(links: Iterable[Mapping[str, str]], source: str, site: SiteMap) -> bool:
    """Whether each stored link of ``source`` leads where it led when the page was made."""
    for link in links:
        place = site.find(source, link["target"])
        if (place.address if place else None) != link["address"]:
            return False
    return True


def link_remarks(file: ArticleFile, links: Iterable[Linked], lost_anchors: Iterable[str]) -> list[Remark]:
    """Return a warning for each link that leads nowhere, with the line it stands in."""
    text = _FENCED.sub(lambda block: _NOT_BREAK.sub(" ", block[0]), file.markdown)
    remarks = []
    for target in dict.fromkeys(link.target for link in links if not link.address):
        what = "The picture is not there" if is_picture(target) else "The link leads nowhere"
        remarks.append(Remark(file.path, _line(file, text, target), WARNING, f"{what}: {target}"))
    for anchor in lost_anchors:
        message = f"The link leads to a heading this page does not have: #{anchor}"
        remarks.append(Remark(file.path, _line(file, text, f"#{anchor}"), WARNING, message))
    return sorted(remarks, key=lambda remark: remark.line)


def _line(file: ArticleFile, text: str, target: str) -> int:
    """Return the line of the file where ``target`` is linked to, or at least named; 0 when it cannot be told."""
    for spelled in (f"]({target}", f"]: {target}", f'"{target}', target):
        at = text.find(spelled)
        if at >= 0:
            return file.first_line + text.count("\n", 0, at)
    return 0
