"""What a publish would say of one article of a preview, beside what it says of files alone."""

from collections.abc import Iterator
from dataclasses import replace

from kb import clock
from kb.articles.remarks import Fault, Remark
from kb.publishing import proofing
from kb.publishing.press import Page, print_pages
from kb.publishing.preview_site import KEPT, SAME, Entry, PreviewSite
from kb.publishing.proofing import Standing
from kb.publishing.sources import files, snippets
from kb.publishing.sources.files import ArticleFile


def page_of(site: PreviewSite, entry: Entry) -> Page | Remark:
    """Return the page of ``entry``, made now, or what keeps it from being made."""
    try:
        file = _file(site, entry)
    except Fault as fault:  # a file of a folder, which changed a moment ago
        return fault.at(entry.path)
    return next(made for _, made in print_pages([file], site.map, site.library))


def remarks_of(site: PreviewSite, entry: Entry, made: Page | None) -> tuple[Remark, ...]:
    """Return what there is to say of an article by its page, ``made`` unless readers go on seeing what is live.

    Of the pages it links to only those are made whose headings it names and which are not as they are live.
    """
    page = _standing(site, entry, made)
    near = [_target(site, address, named) for address, named in _linked(site, page)]
    said = proofing.cross_check([page, *near], today=clock.now().date())
    return (*(made.remarks if made else ()), *(remark for remark in said if remark.path == entry.path))


def _file(site: PreviewSite, entry: Entry) -> ArticleFile:
    """Return what the file of ``entry`` says; raises Fault."""
    return entry.file or files.read_article(site.source.file(entry.path), site.seen.languages)


def _standing(site: PreviewSite, entry: Entry, made: Page | None) -> Standing:
    """Return how the article would stand, by addresses without the preview's beginning."""
    was = entry.was
    if made is None:
        return proofing.standing_as_it_was(was) if was else Standing(entry.path, entry.address, entry.status, (), ())
    found = proofing.standing_of(made.file, made.outline, entry.address)
    links = [{**link, "address": link["address"].removeprefix(site.base)} for link in found.links]
    due = was.review_due_on if was and entry.kind == SAME else found.review_due_on
    return replace(found, links=links, review_due_on=due)


def _linked(site: PreviewSite, page: Standing) -> Iterator[tuple[str, bool]]:
    """Yield the address of each other article that ``page`` links to, and whether any link names a heading of it."""
    found: dict[str, bool] = {}
    for link in page.links:
        address, _, anchor = link["address"].partition("#")
        address = address.partition("?")[0]
        if address in site.entries and address != page.address:
            found[address] = found.get(address, False) or bool(anchor)
    yield from found.items()


def _target(site: PreviewSite, address: str, named: bool) -> Standing:
    entry = site.entries[address]
    is_live = entry.kind == KEPT or (
        entry.kind == SAME and entry.was is not None and not snippets.stale(entry.was.uses, site.library)
    )
    made = page_of(site, entry) if named and not is_live else None
    if isinstance(made, Page):
        return _standing(site, entry, made)
    found = _standing(site, entry, None)
    return replace(found, path=entry.path, address=address, status=entry.status)
