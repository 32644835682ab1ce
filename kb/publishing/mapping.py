"""Where everything is going to be by a plan: what the links in articles are resolved with. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kb.articles import translations
from kb.articles.addresses import folder_of
from kb.articles.remarks import Remark
from kb.articles.translations import Text
from kb.publishing.forwarding import Stub, Table
from kb.publishing.planning import Plan
from kb.publishing.sources.links import SiteMap
from kb.publishing.survey import Survey


def site_map(plan: Plan, seen: Survey, table: Table, stubs: Iterable[Stub], *, home: str) -> SiteMap:
    """Return the map of a site at ``home``; ``table`` says where former addresses and ``stubs`` lead."""
    texts = _texts(plan)
    pages = {row.path: row.address for row in (*plan.unchanged, *plan.kept)}
    pages |= {step.file.path: step.address for step in plan.steps}
    trees = {text.path: text.tree for text in texts if text.tree}
    translated = _translated(texts, pages)
    moved = _moved(table, stubs, pages)
    folders = {folder_of(path): address.rpartition("/")[0] for path, address in pages.items()}
    pages |= {f"{folder}/index.md".lstrip("/"): folders[folder] for folder in seen.indexes & folders.keys()}
    pages = {**{folder: to for folder, to in folders.items() if folder}, **pages}
    for path, original, tree in list(seen.languages.stand_ins(pages)):
        pages.setdefault(path, translated.get(tree, {}).get(original) or f"/{tree}{pages[original]}")
    pictures = dict(seen.pictures)
    for path, original, _ in list(seen.languages.stand_ins(pictures)):
        pictures.setdefault(path, pictures[original])
    retired = {name for row in (*plan.retired, *plan.past) for name in (row.path, row.address)}
    ended = {address for address, target in table.targets.items() if target.gone_title}
    return SiteMap(
        pages=pages,
        pictures=pictures,
        home=home,
        gone=frozenset(retired | ended),
        moved=moved,
        trees=trees,
        translated=translated,
    )


def untied(plan: Plan) -> list[Remark]:
    """Return a warning for each translation that names an original which is not going to be there."""
    return translations.keys_of(_texts(plan))[1]


def _texts(plan: Plan) -> list[Text]:
    texts = [
        Text(row.path, row.page_key, row.original, row.section, row.slug, row.tree)
        for row in (*plan.unchanged, *plan.kept)
    ]
    files = (step.file for step in plan.steps)
    return texts + [Text(file.path, file.page_key, file.original, file.section, file.slug, file.tree) for file in files]


def _translated(texts: Iterable[Text], pages: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return by language where the translation of each original is; of two the first by path."""
    every = sorted(texts, key=lambda text: text.path)
    originals = {text.page_key: text.path for text in reversed(every) if not text.tree}
    keys, _ = translations.keys_of(every)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for text in every:
        if text.tree and keys[text.path] in originals:
            found[text.tree].setdefault(originals[keys[text.path]], pages[text.path])
    return found


def _moved(table: Table, stubs: Iterable[Stub], pages: Mapping[str, str]) -> dict[str, str]:
    moved = {
        address: (pages[target.path] if target.path else "") + target.url
        for address, target in table.targets.items()
        if not target.gone_title
    }
    return moved | {stub.path: moved[stub.address] for stub in stubs if stub.address in moved}
