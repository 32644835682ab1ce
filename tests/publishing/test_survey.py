"""Looking through a source: what has to be read, and what a folder says of itself."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.articles.pictures import Picture
from kb.publishing import survey as surveying
from kb.publishing.sources.place import Place, open_place
from kb.publishing.sources.source import GitSource, SourceFile
from kb.publishing.survey import Survey, survey
from tests.builders_articles import png
from tests.git.repositories import Name, Odd, Repository

FILES: dict[Name, bytes | Odd] = {
    "guides/_section.yml": b"title: Guides\n",
    "guides/one.md": b"# One\n",
    "guides/two.md": b"# Two\n",
    "guides/picture.png": png(3, 2),
    "empty/index.md": b"---\ntitle: Only a head\n---\n",
    "full/index.md": b"---\ntitle: Full\n---\nAnd a text.\n",
}


class Watched(GitSource):
    """A commit that remembers which files were read."""

    seen: list[str]

    def read(self, paths: Iterable[str]) -> Iterator[SourceFile]:
        """Read files, and note which."""
        for file in super().read(paths):
            self.seen.append(file.path)
            yield file


class Looking:
    """A repository that is looked through after each commit."""

    def __init__(self, folder: Path) -> None:
        self.origin = Repository(folder / "origin.git")
        self.place = Place(self.origin.url, mirror_folder=folder / "content.git")
        self.digests: dict[str, str] = {}
        self.read: list[str] = []
        self.pictures: dict[str, Picture] = {}

    def at(self, files: dict[Name, bytes | Odd]) -> Survey:
        """Commit ``files`` and look through them, knowing what was found before."""
        self.origin.commit(files)
        source = open_place(self.place)
        assert isinstance(source, GitSource)
        source.__class__ = Watched
        self.read = source.seen = []  # type: ignore[attr-defined]
        found = survey(source, self.digests, pictures=self.pictures)
        self.digests |= {path: article.digest for path, article in found.changed.items()}
        return found


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Looking:
    monkeypatch.setattr(surveying, "_pictures", {})
    return Looking(tmp_path)


def test_survey_reads_only_what_changed(looking: Looking) -> None:
    first = looking.at(FILES)
    assert sorted(first.changed) == ["full/index.md", "guides/one.md", "guides/two.md"]
    assert {"guides/picture.png", "guides/one.md"} <= set(looking.read)
    second = looking.at(FILES | {"guides/two.md": b"# Two, again\n", "guides/three.md": b"# Three\n"})
    assert sorted(second.changed) == ["guides/three.md", "guides/two.md"]
    assert second.same == {"full/index.md", "guides/one.md"}
    assert set(looking.read) == {
        "guides/_section.yml",
        "empty/index.md",
        "full/index.md",
        "guides/two.md",
        "guides/three.md",
    }
    assert second.pictures == first.pictures


def test_survey_tells_folders_from_their_section_files_and_indexes(looking: Looking) -> None:
    found = looking.at(FILES)
    assert {folder: section.title for folder, section in found.sections.items()} == {
        "guides": "Guides",
        "empty": "Only a head",
        "full": "Full",
    }
    assert found.indexes == {"empty"}


def test_survey_prefers_a_section_file_to_an_index(looking: Looking) -> None:
    found = looking.at(FILES | {"empty/_section.yml": b"title: By its own file\n"})
    assert found.sections["empty"].title == "By its own file"


def test_survey_measures_a_picture_that_lies_in_two_places_for_both(looking: Looking) -> None:
    found = looking.at(FILES | {"other/copy.png": png(3, 2)})
    assert found.pictures["other/copy.png"].path == "other/copy.png"
    assert found.pictures["other/copy.png"].sha256 == found.pictures["guides/picture.png"].sha256


def test_survey_reads_no_picture_that_is_known(looking: Looking) -> None:
    known = looking.at(FILES).pictures["guides/picture.png"]
    surveying._pictures.clear()  # as in a process that was just started
    oid = looking.origin.blob(png(3, 2))
    looking.pictures = {oid: replace(known, path="")}
    again = looking.at(FILES | {"guides/other.png": png(4, 4)})
    assert again.pictures["guides/picture.png"] == known
    assert [path for path in looking.read if path.endswith(".png")] == ["guides/other.png"]


def test_survey_counts_no_stub_among_the_articles(looking: Looking) -> None:
    found = looking.at({"old.md": b"---\ntitle: Old\nredirect_to: guides/one.md\n---\n", "guides/one.md": b"# One\n"})
    assert (list(found.stubs), list(found.changed)) == (["old.md"], ["guides/one.md"])


def test_survey_names_a_fault_where_the_file_is_an_article_and_doubts_other_files(looking: Looking) -> None:
    links = {name: Odd(b"120000", looking.origin.blob(b"/etc/passwd")) for name in ("x.md", "x.png", "_section.yml")}
    found = looking.at(FILES | links)
    assert [(remark.path, remark.severity) for remark in found.remarks] == [
        ("_section.yml", "error"),
        ("x.md", "error"),
        ("x.png", "warning"),
    ]
    assert (found.broken, found.broken_sections) == ({"x.md"}, {""})
