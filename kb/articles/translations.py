"""Which original each translation belongs to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import normpath

from kb.articles.addresses import address_of, folder_of
from kb.articles.remarks import WARNING, Remark
from kb.articles.trees import without_infix


@dataclass(frozen=True, slots=True)
class Text:
    """An article as far as its originals and translations need to know it."""

    path: str
    page_key: str
    original: str
    section: str
    slug: str
    tree: str


def keys_of(texts: Iterable[Text]) -> tuple[dict[str, str], list[Remark]]:
    """Return the key of each translation's page by path, and a warning for each that names no original which is there.

    ``original`` is a path, an address, or a slug within the section or alone. A translation whose original is not
    found by it belongs to the page with its section and slug, else it stands alone.
    """
    every = sorted(texts, key=lambda text: text.path)
    translations = [text for text in every if text.tree]
    names = _names(text for text in every if not text.tree) if translations else {}
    keys, remarks = {}, []
    for text in translations:
        named = _found(text, names)
        keys[text.path] = named or names.get(f"{text.section}/{text.slug}") or text.original
        if not named and _is_named(text):
            message = f"translation_of names an article that is not there: {text.original}"
            remarks.append(Remark(text.path, 1, WARNING, message, "translation"))
    return keys, remarks


def _names(originals: Iterable[Text]) -> dict[str, str]:
    """Return the keys of originals by all that they may be called, a slug alone only where just one has it."""
    names: dict[str, str] = {}
    slugs: dict[str, set[str]] = {}
    for text in originals:
        for name in (text.path, text.page_key, address_of(text.section, text.slug), f"{text.section}/{text.slug}"):
            names.setdefault(name, text.page_key)
        slugs.setdefault(text.slug, set()).add(text.page_key)
    return {**{slug: min(found) for slug, found in slugs.items() if len(found) == 1}, **names}


def _found(text: Text, names: Mapping[str, str]) -> str:
    wanted = text.original.partition("#")[0].rstrip("/").removesuffix(".html")
    beside = normpath(f"{folder_of(text.path)}/{wanted}").lstrip("/")
    for name in (wanted, f"{text.section}/{wanted}", beside, beside.partition("/")[2]):
        if name in names:
            return names[name]
    return ""


def _is_named(text: Text) -> bool:
    """Whether its file names the original, where otherwise its own path would."""
    return text.original not in (text.path, text.path.partition("/")[2], without_infix(text.path)[0])
