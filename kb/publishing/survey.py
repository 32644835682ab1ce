"""Looking through a source once: what is new or different in it, and what is the same as before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from kb.articles.addresses import folder_of
from kb.articles.pictures import Picture, picture_of
from kb.articles.remarks import WARNING, Fault, Remark
from kb.articles.trees import Languages
from kb.publishing.planning import Files
from kb.publishing.sources import files
from kb.publishing.sources.files import ArticleFile, SectionFile
from kb.publishing.sources.source import Source, SourceEntry, SourceFile, is_picture, is_section_file, is_text

MOST_REMEMBERED = 50_000
NO_PICTURES: Mapping[str, Picture] = MappingProxyType({})
_LFS = b"version https://git-lfs.github.com/spec/"
_IN_LFS = "The file is kept in Git LFS, which is not read: keep it in the repository itself."
_NO_PICTURE = "The file is no PNG, JPEG, GIF or WebP picture of at most 40 megapixels."


@dataclass(slots=True)
class Survey:
    """What a source holds; the bytes of pictures and of texts that stayed the same are not kept."""

    changed: dict[str, ArticleFile] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    stubs: dict[str, ArticleFile] = field(default_factory=dict)
    """Files that are no articles and only redirect."""
    sections: dict[str, SectionFile] = field(default_factory=dict)
    """By folder."""
    broken_sections: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    """Folders with an ``index.md`` that is no article."""
    pictures: dict[str, Picture] = field(default_factory=dict)
    languages: Languages = field(default_factory=Languages)
    renamed: dict[str, str] = field(default_factory=dict)
    """Path of a file → what git says it was called in the commit before."""
    remarks: list[Remark] = field(default_factory=list)

    @property
    def files(self) -> Files:
        """The articles among it."""
        names = (frozenset(self.same), frozenset(self.broken), frozenset(self.stubs))
        return Files(dict(self.changed), *names, renamed=self.renamed)

    def give_up(self, remark: Remark) -> None:
        """Count a file among the broken after all."""
        if self.changed.pop(remark.path, None) is not None or remark.path in self.same:
            self.same.discard(remark.path)
            self.broken.add(remark.path)
            self.remarks.append(remark)


def survey(source: Source, digests: Mapping[str, str], *, pictures: Mapping[str, Picture] = NO_PICTURES) -> Survey:
    """Look through ``source``; a text whose digest is the one in ``digests`` is not read.

    Nor are pictures among ``pictures``, which are kept by what git calls their bytes.

    Raises GitFault when the source cannot be read, and Invalid when it holds more than can be published.
    """
    seen = Survey()
    measured = {**pictures, **_pictures}
    entries = [entry for entry in source.entries() if not _see_path(seen, entry)]
    heads = [entry.path for entry in entries if is_section_file(entry.path) or files.is_index(entry.path)]
    described = sorted(source.read(heads), key=lambda file: (files.is_index(file.path), file.path))
    texts = [entry.path for entry in entries if is_text(entry.path)]
    seen.languages = files.languages_in(texts, [file for file in described if is_section_file(file.path)])
    for file in described:
        _see_head(seen, file)
    for file in source.read(_to_read(seen, entries, digests, measured)):
        if is_picture(file.path):
            _see_picture(seen, file)
        else:
            _see_article(seen, file)
    return seen


def _see_path(seen: Survey, entry: SourceEntry) -> bool:
    """Note what is to be said of a file before it is read; returns whether that keeps it from being read."""
    if entry.doubt:
        seen.remarks.append(Remark(entry.path, 0, WARNING, entry.doubt, "same-path"))
    if not entry.fault:
        return False
    if is_text(entry.path):
        seen.broken.add(entry.path)
        seen.remarks.append(Fault(0, entry.fault).at(entry.path))
    elif is_section_file(entry.path):
        seen.broken_sections.add(folder_of(entry.path))
        seen.remarks.append(Fault(0, entry.fault).at(entry.path))
    else:
        seen.remarks.append(Remark(entry.path, 0, WARNING, entry.fault, "unreadable"))
    return True


def _to_read(
    seen: Survey, entries: Iterable[SourceEntry], digests: Mapping[str, str], measured: Mapping[str, Picture]
) -> list[str]:
    """Return the paths of what is not known yet, sorting out what is."""
    unknown = []
    for entry in entries:
        if is_picture(entry.path):
            if entry.oid in measured:
                seen.pictures[entry.path] = replace(measured[entry.oid], path=entry.path)
            else:
                unknown.append(entry.path)
        elif is_text(entry.path) and folder_of(entry.path) not in _textless(seen, entry.path):
            if digests.get(entry.path) == files.digest_of(entry.oid, seen.languages.locate(entry.path).mark):
                seen.same.add(entry.path)
            else:
                unknown.append(entry.path)
    return unknown


def _textless(seen: Survey, path: str) -> set[str]:
    return seen.indexes if files.is_index(path) else set()


def _see_article(seen: Survey, file: SourceFile) -> None:
    try:
        article = files.read_article(file, seen.languages)
    except Fault as fault:
        seen.broken.add(file.path)
        seen.remarks.append(fault.at(file.path))
        return
    if article.redirect_to:
        seen.stubs[file.path] = article
        seen.remarks += article.doubts
    else:
        seen.changed[file.path] = article


def _see_head(seen: Survey, file: SourceFile) -> None:
    """Read what a folder says of itself; an ``index.md`` with a text of its own is an article as well."""
    folder = folder_of(file.path)
    is_article = files.is_index(file.path) and files.has_text(file)
    if files.is_index(file.path) and not is_article:
        seen.indexes.add(folder)
    if folder in seen.sections:
        return
    try:
        seen.sections[folder] = files.read_section(file, seen.languages)
    except Fault as fault:
        if not is_article:  # else it is named where the article is read
            seen.broken_sections.add(folder)
            seen.remarks.append(fault.at(file.path))


def _see_picture(seen: Survey, file: SourceFile) -> None:
    picture = None if file.fault else picture_of(file.path, file.data)
    if picture is None:
        reason = file.fault or (_IN_LFS if file.data.startswith(_LFS) else _NO_PICTURE)
        seen.remarks.append(Remark(file.path, 0, WARNING, reason, "unreadable"))
        return
    seen.pictures[file.path] = picture
    if len(_pictures) >= MOST_REMEMBERED:
        _pictures.clear()
    _pictures[file.oid] = picture


_pictures: dict[str, Picture] = {}
"""By what git calls their bytes: a process that publishes again measures no picture twice."""
