"""HTML → safe HTML: the last step of every rendering; nothing edits HTML after it."""

import re
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from types import MappingProxyType
from typing import Any, cast

from bleach.html5lib_shim import Filter  # type: ignore[attr-defined]
from bleach.sanitizer import Cleaner

from kb.markup import allowed

PROTOCOLS = frozenset({"http", "https", "mailto"})
POST_LINK_REL = "nofollow ugc noopener noreferrer"
POST_ID_PREFIX = "user-content-"

# An image a page may load: on this site, and spelled so plainly that no browser reads a host into it.
_OWN_IMAGE = re.compile(r"/[A-Za-z0-9_.~%-][A-Za-z0-9_.~%/-]*")
UPLOAD = r"[a-z2-7]{24}-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.(?:png|jpg|webp)"
"""What a picture that was uploaded is called: something random, its width and height in pixels, and its format."""
_UPLOADED = re.compile(rf"/uploads/{UPLOAD}")
# Bleach takes "javascript:123" for a host and its port, so the scheme is looked at once more; browsers skip blanks.
_SCHEME = re.compile(r"([^/?#:]*):")
_SKIPPED_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\ufeff]+")
_ANY_CLASS = re.compile(r"\S+")

# Code as it comes out of the cleaner unchanged: no character it would replace, every element closed, none it drops.
_TEXT = r"(?:[^<>&\x00-\x08\x0b-\x1f\ud800-\udfff]|&(?:amp|lt|gt);)"
_COLOURED = rf'<span class="[a-z][a-z0-9]{{0,3}}">{_TEXT}*+</span>'
_NUMBER = r'<span data-linenos="[ 0-9]{1,8}" class="linenos"></span>'
_ONLY_COLOURED_WORDS = re.compile(
    rf'(?:{_TEXT}|{_COLOURED}|{_NUMBER}|<span class="hll">(?:{_TEXT}|{_COLOURED}|{_NUMBER})*+</span>)*+'
)
# What stands for them: a name no writer can guess, which nothing in HTML reads as anything but words.
_NAME_OF_CODE = re.compile(r"code[0-9a-f]{16}x[0-9]{1,7}x")
_NAME_IN_PLACE = re.compile(rf"<code>({_NAME_OF_CODE.pattern})</code>")
NO_CODE: Mapping[str, str] = MappingProxyType({})

Token = dict[str, Any]
_cleaners = threading.local()


def clean_post(html: str) -> str:
    """Return what of a member's ``html`` is on the small allow-list; what is not is dropped, its text kept.

    Links say that nobody vouches for them, ids are prefixed, and an image that was not uploaded here becomes a link
    to it, because pages load nothing from other sites. Cleaning twice changes nothing more.
    """
    return _cleaner("post").clean(html)


def clean_article(html: str, code: Mapping[str, str] = NO_CODE) -> str:
    """The same for articles, whose writers are trusted with more: figures, callouts, footnotes, ids, task lists.

    The words of its code may be given apart from ``html``, under names (see ``code_name``) that stand in their places,
    each alone in a ``<code>``. Words that are only text and coloured ``span`` elements come out of the cleaner as they
    went in, so they are put in after it; where anything about that is in doubt, they are cleaned with everything else.
    """
    asked = Counter(_NAME_OF_CODE.findall(html)) if code else Counter()
    apart = {name for name in asked if name in code and _ONLY_COLOURED_WORDS.fullmatch(code[name])}
    clean = _cleaner("article").clean(_with_code(html, code, asked.keys() - apart))
    if Counter(_NAME_IN_PLACE.findall(clean)) != Counter(apart) or len(_NAME_OF_CODE.findall(clean)) != len(apart):
        return _cleaner("article").clean(_with_code(html, code, asked.keys()))
    return _with_code(clean, code, apart)


def _with_code(html: str, code: Mapping[str, str], names: Collection[str]) -> str:
    """Return ``html`` with the words that these ``names`` stand for."""
    return _NAME_OF_CODE.sub(lambda name: code.get(name[0], name[0]) if name[0] in names else name[0], html)


def code_name(secret: str, number: int) -> str:
    """Return a name that may stand for words of code; ``secret`` is 16 hexadecimal digits."""
    return f"code{secret}x{number}x"


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
            if name == "img" and not self.may_show(token["data"].get((None, "src"), "")):
                yield from self.image_as_link(token, inside_link=in_links > 0)
            elif name != "input" or _as_checkbox(token):
                yield token

    def may_show(self, source: str) -> bool:
        """Whether a page may load the picture at ``source``."""
        return _OWN_IMAGE.fullmatch(source) is not None

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
            self.finish_image(attributes)

    def finish_link(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Give a link that leaves the site what it must carry."""
        if "://" in attributes.get((None, "href"), ""):
            attributes[None, "rel"] = self.link_rel

    def finish_image(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Say when to load a picture."""
        attributes[None, "loading"] = "lazy"

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
    """Articles: pictures do not hold up the words, the first is there at once; an id is on the page once."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self._pictures = 0
        self._ids: set[str] = set(allowed.IDS_OF_THE_PAGE)

    def finish(self, name: str, attributes: dict[tuple[str | None, str], str]) -> None:
        """Settle the attributes of one element in place."""
        super().finish(name, attributes)
        own = attributes.get((None, "id"))
        if own is not None:
            if own in self._ids:
                del attributes[None, "id"]
            self._ids.add(own)

    def finish_image(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Load every picture but the first when the reader comes near it."""
        self._pictures += 1
        if self._pictures > 1:
            attributes[None, "loading"] = "lazy"
        attributes[None, "decoding"] = "async"


class _PostFinish(_Finish):
    """Posts: no word for search engines, no id that could pass for one of the page's."""

    link_rel = POST_LINK_REL
    classes_of = staticmethod(allowed.post_classes)

    def may_show(self, source: str) -> bool:
        """Whether it was uploaded here: any other address would be called by everyone who reads the post."""
        return _UPLOADED.fullmatch(source) is not None

    def finish_image(self, attributes: dict[tuple[str | None, str], str]) -> None:
        """Say when to load a picture, and how much room it needs."""
        super().finish_image(attributes)
        uploaded = _UPLOADED.fullmatch(attributes.get((None, "src"), ""))
        if uploaded:
            attributes[None, "width"], attributes[None, "height"] = uploaded[1], uploaded[2]

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


def _as_checkbox(token: Token) -> bool:
    """Make an input a box that only shows whether a task is done; whether it was meant as one."""
    attributes = cast("dict[tuple[str | None, str], str]", token["data"])
    if attributes.get((None, "type")) != "checkbox":
        return False
    attributes[None, "disabled"] = ""
    attributes.setdefault((None, "aria-label"), "Done" if (None, "checked") in attributes else "To do")
    return True
