"""Looking through a source once: what is new or different in it, and what is the same as before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.articles import files
from kb.articles.addresses import folder_of
from kb.articles.files import ArticleFile, SectionFile
from kb.articles.pictures import Picture, picture_of
from kb.articles.planning import Files
from kb.articles.remarks import WARNING, Fault, Remark
from kb.articles.source import Source, SourceFile, is_picture, is_section_file


@dataclass(slots=True)
class Survey:
    """What a source holds; the bytes of pictures and of texts that stayed the same are not kept."""

    changed: dict[str, ArticleFile] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    sections: dict[str, SectionFile] = field(default_factory=dict)
    """By folder."""
    broken_sections: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    """Folders with an ``index.md`` that is no article."""
    pictures: dict[str, Picture] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def files(self) -> Files:
        """The articles among it."""
        return Files(dict(self.changed), frozenset(self.same), frozenset(self.broken))

    def give_up(self, remark: Remark) -> None:
        """Count a file among the broken after all."""
        if self.changed.pop(remark.path, None) is not None:
            self.broken.add(remark.path)
            self.remarks.append(remark)


def survey(source: Source, digests: Mapping[str, str]) -> Survey:
    """Look through ``source``; a text whose digest is the one in ``digests`` is not read further."""
    seen = Survey()
    for file in source.files():
        if is_picture(file.path):
            _see_picture(seen, file)
        elif is_section_file(file.path):
            _see_section(seen, file)
        elif files.is_index(file.path) and not files.has_text(file):
            seen.indexes.add(folder_of(file.path))
            _see_section(seen, file)
        elif file.path in digests and not file.fault and digests[file.path] == files.digest_of(file.data):
            seen.same.add(file.path)
            _see_head(seen, file)
        else:
            _see_article(seen, file)
            _see_head(seen, file)
    return seen


def _see_article(seen: Survey, file: SourceFile) -> None:
    try:
        seen.changed[file.path] = files.read_article(file)
    except Fault as fault:
        seen.broken.add(file.path)
        seen.remarks.append(fault.at(file.path))


def _see_head(seen: Survey, file: SourceFile) -> None:
    """An ``index.md`` with a text of its own is an article and still describes its folder."""
    if files.is_index(file.path) and folder_of(file.path) not in seen.sections and file.path not in seen.broken:
        _see_section(seen, file)


def _see_section(seen: Survey, file: SourceFile) -> None:
    try:
        seen.sections[folder_of(file.path)] = files.read_section(file)
    except Fault as fault:
        seen.broken_sections.add(folder_of(file.path))
        seen.remarks.append(fault.at(file.path))


def _see_picture(seen: Survey, file: SourceFile) -> None:
    picture = None if file.fault else picture_of(file.path, file.data)
    if picture is None:
        reason = file.fault or "The file is no PNG, JPEG, GIF or WebP picture of at most 40 megapixels."
        seen.remarks.append(Remark(file.path, 0, WARNING, reason))
    else:
        seen.pictures[file.path] = picture
