"""HTML → safe HTML: the last step of every rendering; nothing edits HTML after it."""

import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any, cast

from bleach.html5lib_shim import Filter  # type: ignore[attr-defined]
from bleach.sanitizer import Cleaner

from kb.markup import allowed

PROTOCOLS = frozenset({"http", "https", "mailto"})
POST_LINK_REL = "nofollow ugc noopener noreferrer"
POST_ID_PREFIX = "user-content-"

# An image a page may load: on this site, and spelled so plainly that no browser reads a host into it.
_OWN_IMAGE = re.compile(r"/[A-Za-z0-9_.~%-][A-Za-z0-9_.~%/-]*")
# Bleach takes "javascript:123" for a host and its port, so the scheme is looked at once more; browsers skip blanks.
_SCHEME = re.compile(r"([^/?#:]*):")
_SKIPPED_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\ufeff]+")
_ANY_CLASS = re.compile(r"\S+")

Token = dict[str, Any]
_cleaners = threading.local()


def clean_post(html: str) -> str:
    """Return what of a member's ``html`` is on the small allow-list; what is not is dropped, its text kept.

    Links say that nobody vouches for them, ids are prefixed, and an image from elsewhere becomes a link to it,
    because pages load nothing from other sites. Cleaning twice changes nothing more.
    """
    return _cleaner("post").clean(html)


def clean_article(html: str) -> str:
    """The same for articles, whose writers are trusted with more: figures, callouts, footnotes, ids, task lists."""
    return _cleaner("article").clean(html)


def _cleaner(profile: str) -> Cleaner:
    """Return this thread's cleaner: its parser keeps state, so threads must not share one."""
    cleaner: Cleaner | None = getattr(_cleaners, profile, None)
    if cleaner is None:
        of_post = profile == "post"
        cleaner = Cleaner(
            tags=allowed.POST_TAGS if of_post else allowed.ARTICLE_TAGS,
            attributes=allowed.in_post if of_post else allowed.in_article,
            protocols=PROTOCOLS,
            strip=True,
            filters=[_PostFinish if of_post else _ArticleFinish],
        )
        setattr(_cleaners, profile, cleaner)
    return cleaner


class _Finish(Filter):  # type: ignore[misc]
    """What the allow-list cannot say: which classes, which images, and what links carry."""

    link_rel = "noopener"
    classes_of = staticmethod(allowed.article_classes)

    def __iter__(self) -> Iterator[Token]:
        in_links = 0
        for token in super().__iter__():
            name = token.get("name")
            if token["type"] in ("StartTag", "EmptyTag"):
                self.finish(name, token["data"])
            if name == "a":
                in_links += {"StartTag": 1, "EndTag": -1}.get(token["type"], 0)
            if name == "img" and not _is_own_image(token):
                yield from self.image_as_link(token, inside_link=in_links > 0)
            elif name != "input" or _as_checkbox(token):
                yield token

    def finish(self, name: str, attributes: dict[tuple[str | None, str], str]) -> None:
        """Settle the attributes of one element in place."""
        classes = attributes.pop((None, "class"), "")
        shape = self.classes_of(name)
        kept = [word for word in _ANY_CLASS.findall(classes) if shape and shape.fullmatch(word)]
        if kept:
            attributes[None, "class"] = " ".join(kept)
        for address in ("href", "src"):
            if not _leads_somewhere_safe(attributes.get((None, address), "")):
                del attributes[None, address]
        if name == "a":
            self.finish_link(attributes)
        if name == "img":
            attributes.setdefault((None, "alt"), "")
            attributes[None, "loading"] = "lazy"

    def finish_link(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Give a link that leaves the site what it must carry."""
        if "://" in attributes.get((None, "href"), ""):
            attributes[None, "rel"] = self.link_rel

    def image_as_link(self, token: Token, *, inside_link: bool) -> Iterator[Token]:
        """Put a link, or within a link only its words, in the place of an image from elsewhere."""
        source = token["data"].get((None, "src"), "")
        text = unescape(token["data"].get((None, "alt"), "").strip() or source)
        words = {"type": "Characters", "data": text}
        if inside_link or not source:
            yield words
            return
        target: dict[tuple[str | None, str], str] = {(None, "href"): source}
        self.finish_link(target)
        yield {"type": "StartTag", "name": "a", "namespace": token.get("namespace"), "data": target}
        yield words
        yield {"type": "EndTag", "name": "a", "namespace": token.get("namespace"), "data": {}}


class _ArticleFinish(_Finish):
    """Articles need nothing beyond the common part."""


class _PostFinish(_Finish):
    """Posts: no word for search engines, no id that could pass for one of the page's."""

    link_rel = POST_LINK_REL
    classes_of = staticmethod(allowed.post_classes)

    def finish(self, name: str, attributes: dict[tuple[str | None, str], str]) -> None:
        """Settle the attributes of one element in place."""
        super().finish(name, attributes)
        own = attributes.get((None, "id"))
        if own is not None:
            attributes[None, "id"] = POST_ID_PREFIX + own.removeprefix(POST_ID_PREFIX)

    def finish_link(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Mark every link, and point links within the post at its prefixed ids."""
        target = attributes.get((None, "href"))
        if target is None:
            return
        attributes[None, "rel"] = self.link_rel
        if target.startswith("#") and len(target) > 1:
            attributes[None, "href"] = f"#{POST_ID_PREFIX}{target[1:].removeprefix(POST_ID_PREFIX)}"


def _leads_somewhere_safe(address: str) -> bool:
    """Whether an address, as it stands in HTML, has no scheme or one of ours."""
    scheme = _SCHEME.match(_SKIPPED_IN_ADDRESSES.sub("", unescape(address)))
    return scheme is None or scheme[1].lower() in PROTOCOLS


def _is_own_image(token: Token) -> bool:
    return _OWN_IMAGE.fullmatch(token["data"].get((None, "src"), "")) is not None


def _as_checkbox(token: Token) -> bool:
    """Make an input a box that only shows whether a task is done; whether it was meant as one."""
    attributes = cast("dict[tuple[str | None, str], str]", token["data"])
    if attributes.get((None, "type")) != "checkbox":
        return False
    attributes[None, "disabled"] = ""
    attributes.setdefault((None, "aria-label"), "Done" if (None, "checked") in attributes else "To do")
    return True
