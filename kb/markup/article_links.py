"""Links and pictures of an article's HTML, pointed at where they are on this site."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

_COMMENT = re.compile(r"<!--(?:(?!-->).)*+-->", re.DOTALL)
_TAG = re.compile(r"<(/?)(a|img)\b((?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link or picture leads on this site; an empty ``address`` is nowhere."""

    address: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A link or picture as it was written, and the address it got."""

    target: str
    address: str
    line: int = 0
    """The line of the file it stands in, as far as that can be told; 0 when not."""


Find = Callable[[str], Place | None]
"""Takes a target as written; returns None for one that is left as it is, such as another site's."""


def settle_links(html: str, find: Find) -> tuple[str, list[Linked]]:
    """Return ``html`` with every link and picture that ``find`` knows pointed at its place, and what was found.

    A link to nowhere becomes its words, a picture from nowhere its description.
    """
    found: list[Linked] = []
    open_links: list[bool] = []

    def settle(tag: re.Match[str]) -> str:
        closing, name, rest = tag[1], tag[2].lower(), tag[3]
        if closing:
            kept = open_links.pop() if open_links and name == "a" else True
            return tag[0] if kept else ""
        attributes = {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(rest)}
        target = attributes.get("href" if name == "a" else "src", "").strip()
        place = find(target) if target else None
        if place is not None:
            found.append(Linked(target, place.address))
        if name == "a":
            open_links.append(place is None or bool(place.address))
        if place is None:
            return tag[0]
        if not place.address:
            return escape(attributes.get("alt", "")) if name == "img" else ""
        return _pointed(name, attributes, place)

    return _TAG.sub(settle, _COMMENT.sub("", html)), found


def _pointed(name: str, attributes: dict[str, str], place: Place) -> str:
    attributes["href" if name == "a" else "src"] = place.address
    if name == "img" and place.width and place.height:
        attributes |= {"width": str(place.width), "height": str(place.height)}
    written = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name} {written}>"
