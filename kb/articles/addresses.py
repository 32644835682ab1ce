"""From paths and titles to the addresses of sections and articles."""

import hashlib
import re
import unicodedata

SECTION_LENGTH, SLUG_LENGTH = 80, 120
ROOT_SECTION = "general"
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "þ": "th"})


def slug_of(text: str, length: int = SLUG_LENGTH) -> str:
    """Return ``text`` in small letters, digits and hyphens; "" when nothing of it can be kept.

    What is too long is cut and gets a mark of its own, so that two long names stay two.
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    slug = _NOT_PLAIN.sub("-", letters).strip("-")
    if not slug and text.strip():
        return "a-" + hashlib.sha256(text.encode()).hexdigest()[:10]  # a name in a script without these letters
    if len(slug) <= length:
        return slug
    return f"{slug[: length - 9].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"


def folder_of(path: str) -> str:
    """Return the folder of ``path``, "" at the top."""
    return path.rpartition("/")[0]


def section_slug(folder: str) -> str:
    """Return the address of the section a folder makes; a folder within a folder is a section of its own."""
    return slug_of(folder.replace("/", "-"), SECTION_LENGTH) if folder else ROOT_SECTION


def section_title(folder: str) -> str:
    """Return what a section without a name of its own is called."""
    names = [name.replace("-", " ").replace("_", " ").strip() for name in folder.split("/")] if folder else ["General"]
    return " › ".join(name[:1].upper() + name[1:] for name in names)[-120:]


def address_of(section: str, slug: str = "", tree: str = "") -> str:
    """Return the path of an article's page, of a section's without ``slug``, or of the index without both.

    ``tree`` is the language the path starts with, "" for the site's own.
    """
    top = f"/{tree}/articles" if tree else "/articles"
    return "/".join(part for part in (top, section, slug) if part)
