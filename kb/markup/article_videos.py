"""Videos as plain links: pages load nothing from other sites, and a link says where it leads."""

import re
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

_EMBED = re.compile(
    r"<(iframe|video|embed|object)\b((?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>(?:((?:(?!</\1).)*+)</\1\s*>)?",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"\b(?:src|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_TITLE = re.compile(r"\btitle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_NAME = re.compile(r"[\w-]{1,64}")
_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)$", re.IGNORECASE)
_YOUTUBE = frozenset({"youtube.com", "youtube-nocookie.com", "m.youtube.com"})


def video_at(address: str) -> tuple[str, str] | None:
    """Return the page of the video at ``address`` and what its site is called, None when it is no video."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host in _YOUTUBE or host == "youtu.be":
        name = parse_qs(parts.query).get("v", [last])[0]
        is_video = host == "youtu.be" or parts.path.startswith(("/watch", "/embed/", "/shorts/", "/live/"))
        return (f"https://www.youtube.com/watch?v={name}", "YouTube") if is_video and _NAME.fullmatch(name) else None
    if host in ("vimeo.com", "player.vimeo.com") and last.isdigit():
        return f"https://vimeo.com/{last}", "Vimeo"
    if _FILE.search(parts.path) and parts.scheme in ("http", "https"):
        return address.strip(), host
    return None


def words_for(site: str, title: str = "") -> str:
    """Return the words of a link to a video."""
    return f"Watch “{title}” on {site}" if title else f"Watch the video on {site}"


def videos_as_links(html: str) -> str:
    """Return ``html`` with every embedded player as a link to what it plays; one of nothing known is dropped."""
    return _EMBED.sub(_as_link, html)


def name_videos(root: Element) -> None:
    """Mark, in place, the links that stand for videos: pictures of videos, and bare addresses alone in a paragraph."""
    for parent in root.iter():
        for child in parent:
            if child.tag == "img":
                _picture_as_link(child)
        if parent.tag == "p" and len(parent) == 1 and not (parent.text or "").strip():
            _bare_as_link(parent[0])


def _as_link(embed: re.Match[str]) -> str:
    found = _ADDRESS.search(embed[2]) or _ADDRESS.search(embed[3] or "")
    address = unescape(next(filter(None, found.groups()), "")) if found else ""
    video = video_at(f"https:{address}" if address.startswith("//") else address)
    if video is None:
        return ""
    title = _TITLE.search(embed[2])
    words = words_for(video[1], unescape(title[1] or title[2] or "").strip() if title else "")
    return f'<a class="video" href="{escape(video[0])}">{escape(words)}</a>'


def _picture_as_link(picture: Element) -> None:
    video = video_at(picture.get("src", ""))
    if video is None:
        return
    title, tail = picture.get("alt", "").strip(), picture.tail
    picture.clear()
    picture.tag, picture.tail = "a", tail
    picture.attrib.update({"class": "video", "href": video[0]})
    picture.text = words_for(video[1], title)


def _bare_as_link(link: Element) -> None:
    address = link.get("href", "")
    if link.tag != "a" or len(link) or (link.tail or "").strip() or (link.text or "").strip() != address:
        return
    video = video_at(address)
    if video is not None:
        link.attrib.update({"class": "video", "href": video[0]})
        link.text = words_for(video[1])
