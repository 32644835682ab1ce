"""Which language a file is of by where it lies: ``de/install.md``, ``install.de.md`` or neither. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

SITE_LANGUAGE = "en"
LONGEST = 12
_ISO = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
CODES = frozenset(_ISO.split())
"""ISO 639-1. Longer codes name languages too, and many words besides, so they make no address."""
_TAG = re.compile(r"(?P<code>[a-z]{2})([-_](?P<script>[a-z]{4}))?([-_](?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE)
_INFIX = re.compile(r"(?P<stem>.+)\.(?P<tag>[A-Za-z0-9_-]{2,12})(?P<ending>\.(?:md|markdown))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Located:
    """A file's language as its path says it; ``path`` is the original's, without the folder or the infix."""

    lang: str
    tree: str
    path: str
    mark: str = ""
    """Part of the file's digest, so that a file is read anew when its path comes to mean another language."""


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a source: the site's own, its language folders, and the files whose infix is a language."""

    site: str = SITE_LANGUAGE
    folders: Mapping[str, str] = field(default_factory=dict)
    """Top folder → language."""
    infixes: Mapping[str, str] = field(default_factory=dict)
    """Path → language."""

    def locate(self, path: str) -> Located:
        """Return what ``path`` says about the language of the file there; a folder's path ends with ``/``."""
        top, _, rest = path.partition("/")
        if top in self.folders and (rest or path.endswith("/")):
            return self._located(self.folders[top], rest)
        if path in self.infixes:
            return self._located(self.infixes[path], without_infix(path)[0])
        return Located(self.site, "", path, "" if self.site == SITE_LANGUAGE else self.site)

    def stand_ins(self, paths: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Yield each path in a language folder where a translation could be, its original's, and the language's tree.

        A translation links to ``setup.md`` beside it, whether that is translated yet or not.
        """
        for path in paths:
            located = self.locate(path)
            if located.tree:
                continue
            for folder, lang in self.folders.items():
                if lang != self.site:
                    yield f"{folder}/{located.path}", path, self.tree_of(lang)

    def tree_of(self, lang: str) -> str:
        """Return what addresses of texts in ``lang`` start with: nothing for the site's own language."""
        tag = canonical(lang)
        return "" if tag == self.site else tag

    def _located(self, lang: str, path: str) -> Located:
        return Located(lang, self.tree_of(lang), path, f"~{lang}")


def languages_of(paths: Iterable[str], declared: Mapping[str, str] | None = None) -> Languages:
    """Work out the languages of a source from the paths of its articles.

    ``declared`` holds what ``lang:`` says in the section files of top folders (``{"de": "de"}``, and ``{"": "de"}``
    for the whole site). A top folder is a language when it says so, or when it is called like one and at least half
    of its articles, ``index.md`` aside, have an original at the same path outside it: a section that happens to be
    called ``it`` stays a section. An infix counts when the original lies beside it.
    """
    said = {folder: tag for folder, lang in (declared or {}).items() if (tag := canonical(lang))}
    site = said.pop("", SITE_LANGUAGE)
    every = frozenset(paths)
    folders = _folders(every, site, said)
    return Languages(site, folders, _infixes(every, site, folders))


def canonical(text: str) -> str:
    """Return ``text`` as a language is written, such as ``pt-BR`` for ``pt_br``; "" when it names none."""
    found = _TAG.fullmatch(text)
    if found is None or found["code"].lower() not in CODES or len(text) > LONGEST:
        return ""
    parts = (found["code"].lower(), (found["script"] or "").title(), (found["region"] or "").upper())
    return "-".join(part for part in parts if part)


def base_of(lang: str) -> str:
    """Return a language without its script and region."""
    return re.split("[-_]", lang, maxsplit=1)[0].lower()


def _folders(paths: frozenset[str], site: str, said: Mapping[str, str]) -> dict[str, str]:
    inside: dict[str, list[str]] = {}
    for path in paths:
        top, slash, rest = path.partition("/")
        if slash and (top in said or canonical(top)):
            inside.setdefault(top, []).append(rest)
    own = [folder for folder in inside if said.get(folder, canonical(folder)) == site]
    originals = paths | {rest for folder in own for rest in inside[folder]}
    found = {
        top: said.get(top, canonical(top))
        for top, rests in inside.items()
        if top in said or (top not in own and _mirrors(rests, originals))
    }
    # The site's own language may lie in a folder like the others; its being there shows only in that they mirror it.
    for folder in own:
        if any(set(inside[folder]) & set(inside[other]) for other in found if other not in own):
            found[folder] = site
    return found


def _mirrors(rests: Iterable[str], originals: frozenset[str]) -> bool:
    texts = [path for path in rests if path.rpartition("/")[2].lower() not in ("index.md", "index.markdown")]
    return bool(texts) and 2 * sum(path in originals for path in texts) >= len(texts)


def _infixes(paths: frozenset[str], site: str, folders: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for path in paths:
        original, lang = without_infix(path)
        if not lang or path.partition("/")[0] in folders:
            continue
        beside = original in paths
        # A second file cannot be the original; a first one needs nobody to be the original of.
        if not beside if lang == site else beside or _with_infix(original, site) in paths:
            found[path] = lang
    return found


def without_infix(path: str) -> tuple[str, str]:
    """Return the path without the language before its ending, and that language, "" for none."""
    folder, slash, name = path.rpartition("/")
    found = _INFIX.fullmatch(name)
    lang = canonical(found["tag"]) if found else ""
    return (f"{folder}{slash}{found['stem']}{found['ending']}", lang) if found and lang else (path, "")


def _with_infix(path: str, lang: str) -> str:
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.{lang}{dot}{ending}"
