"""What a folder and a commit hold for readers, and why not the rest."""

import os
from pathlib import Path

import pytest

from kb.errors import Invalid, NotFound
from kb.git.faults import GitFault
from kb.publishing.sources import wanted
from kb.publishing.sources.place import Place, open_place
from kb.publishing.sources.source import FolderSource, GitSource, Source, blob_id, open_source
from kb.publishing.sources.wanted import LARGEST_TEXT
from tests.builders_articles import Content, png
from tests.git.repositories import FILE, LINK, MODULE, Odd, Repository

FILES: dict[str | bytes, bytes] = {
    "b/x.md": b"x",
    "a/y.markdown": b"y",
    "a/p.PNG": png(1, 1),
    "a/_section.yml": b"title: A\n",
    "top.md": b"top",
    "a/README.md": b"inside",
    # and what is not for readers
    "a/notes.txt": b"n",
    "a/script.js": b"j",
    ".git-hidden/x.md": b"x",
    "_drafts/x.md": b"x",
    "a/_x.md": b"x",
    "a/.x.md": b"x",
    "README.md": b"for those who work here",
    "_snippets/greeting.md": b"Hello",
    "_snippets/deep/one.md": b"One",
    "_snippets/_inner.md": b"Inner",
    "_variables.yml": b"product: Sidekick\n",
    "a/_variables.yml": b"-",
}
READ = ["a/README.md", "a/_section.yml", "a/p.PNG", "a/y.markdown", "b/x.md", "top.md"]


@pytest.fixture(params=["folder", "git"])
def source(request: pytest.FixtureRequest, content: Content, tmp_path: Path) -> Source:
    """The same files in a folder and in a commit."""
    if request.param == "folder":
        for path, data in FILES.items():
            content.write(str(path), data)
        return open_source(content.folder)
    return committed(tmp_path, FILES)


def committed(tmp_path: Path, files: dict[str | bytes, bytes | Odd], subdir: str = "") -> Source:
    """Return a commit of exactly these files as a source."""
    origin = Repository(tmp_path / "origin.git")
    origin.commit(files)
    return open_place(Place(origin.url, "", subdir, tmp_path / "content.git"))


def faults(source: Source) -> dict[str, str]:
    """Return what is wrong with each path that cannot be read."""
    return {entry.path: entry.fault for entry in source.entries() if entry.fault}


def test_entries_are_texts_pictures_and_section_files_by_path(source: Source) -> None:
    assert [entry.path for entry in source.entries()] == READ
    assert [entry.oid for entry in source.entries()] == [blob_id(FILES[path]) for path in READ]
    assert not faults(source)


def test_files_are_read_with_their_bytes(source: Source) -> None:
    assert {file.path: file.data for file in source.files()} == {path: FILES[path] for path in READ}
    assert {file.path for file in source.read(["top.md", "b/x.md", "top.md"])} == {"b/x.md", "top.md"}


def test_file_that_is_not_there_is_a_fault(source: Source) -> None:
    assert source.file("nowhere.md").fault
    assert source.file("../secret.md").fault


def test_snippets_are_the_texts_that_articles_share(source: Source) -> None:
    shared = {file.path: file.data for file in source.snippets()}
    assert list(shared) == ["_snippets/_inner.md", "_snippets/deep/one.md", "_snippets/greeting.md", "_variables.yml"]
    assert shared["_snippets/greeting.md"] == b"Hello"


def test_file_that_is_twice_in_a_commit_is_read_for_both_paths(tmp_path: Path) -> None:
    source = committed(tmp_path, {"a.md": b"same", "b.md": b"same"})
    assert sorted((file.path, file.data) for file in source.files()) == [("a.md", b"same"), ("b.md", b"same")]


def test_source_tells_commit_and_ref(tmp_path: Path, content: Content) -> None:
    source = committed(tmp_path, FILES)
    assert isinstance(source, GitSource)
    assert source.commit is not None
    assert (source.commit.subject, source.ref) == ("Change", "main")
    folder = open_source(content.folder)
    assert (folder.commit, folder.ref) == (None, "")


def test_subdir_is_all_that_is_read(tmp_path: Path, content: Content) -> None:
    files: dict[str | bytes, bytes | Odd] = {"docs/help/a.md": b"a", "docs/b.md": b"b", "docs/help/README.md": b"-"}
    assert [entry.path for entry in committed(tmp_path, files, "docs/help").entries()] == ["a.md"]
    content.write("docs/help/a.md", b"a")
    inside = open_place(Place(str(content.folder), subdir="docs/help"))
    assert [entry.path for entry in inside.entries()] == ["a.md"]


@pytest.mark.parametrize(("subdir", "why"), [("nowhere", "has no folder nowhere"), ("a.md", "has no folder a.md")])
def test_subdir_that_is_no_folder_is_refused(tmp_path: Path, subdir: str, why: str) -> None:
    with pytest.raises(GitFault, match=why):
        committed(tmp_path, {"a.md": b"a"}, subdir).entries()


def test_folder_has_no_commits(content: Content) -> None:
    place = Place(str(content.folder))
    with pytest.raises(NotFound, match="which has no commits"):
        open_place(place, at="main")
    with pytest.raises(NotFound, match="There is no folder"):
        open_place(Place(str(content.folder / "nowhere")))


def test_place_shows_no_password() -> None:
    assert Place("https://ada:s3cret@example.com/help.git").name == "https://example.com/help.git"


def test_folder_names_links_and_does_not_follow_them(content: Content) -> None:
    content.write("a/x.md")
    outside = content.folder.parent / "secret.md"
    outside.write_text("secret")
    (content.folder / "a" / "link.md").symlink_to(outside)
    (content.folder / "up").symlink_to(content.folder.parent)
    source = open_source(content.folder)
    assert set(faults(source)) == {"a/link.md", "up"}
    assert [file.data for file in source.files() if file.path == "a/link.md"] == [b""]
    assert source.file("a/link.md").data == b""


def test_folder_names_a_file_whose_name_nobody_can_write(content: Content) -> None:
    (content.folder / os.fsdecode(b"\xff.md")).write_bytes(b"x")
    assert faults(open_source(content.folder)) == {"\\udcff.md": "The name is not UTF-8."}


def test_folder_reads_a_file_that_changed_after_it_was_listed(content: Content) -> None:
    content.write("a.md", b"first")
    source = FolderSource(content.folder)
    listed = source.entries()[0].oid
    content.write("a.md", b"second")
    assert source.file("a.md").oid == blob_id(b"second") != listed


def test_commit_names_links_and_submodules(tmp_path: Path) -> None:
    odd: dict[str | bytes, bytes | Odd] = {"a.md": b"a", "gone": Odd(MODULE, "1" * 40)}
    source = committed(tmp_path, odd | {"link.md": Odd(LINK, blob_id(b"a.md")), "b.md": b"a.md"})
    assert list(faults(source)) == ["gone", "link.md"]


def test_size_is_known_before_anything_is_read(tmp_path: Path, content: Content) -> None:
    large = b"x" * (LARGEST_TEXT + 1)
    content.write("big.md", large)
    for source in (open_source(content.folder), committed(tmp_path, {"big.md": large})):
        assert faults(source) == {"big.md": "The file is larger than 1024 KiB."}
        assert [file.data for file in source.files()] == [b""]


def test_more_files_than_can_be_published_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_FILES", 5)
    with pytest.raises(Invalid, match="There are 6 articles and pictures; at most 5"):
        committed(tmp_path, FILES).entries()


def test_more_text_than_can_be_published_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_TEXT", 1024 * 1024)
    one = b"x" * (600 * 1024)
    origin = Repository(tmp_path / "origin.git")
    origin.commit({"a.md": Odd(FILE, origin.blob(one)), "b.md": one})
    with pytest.raises(Invalid, match="hold 1 MiB of text; at most 1"):
        open_place(Place(origin.url, mirror_folder=tmp_path / "m.git")).entries()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a/\udcff.md", "UTF-8"),
        ("a\nb.md", "control"),
        ("a\\b.md", "backslash"),
        ("../a.md", "leads out"),
        ("a/./b.md", "leads out"),
        ("a//b.md", "leads out"),
        (".git/config.md", "takes for a repository"),
        ("a/.GIT/x.md", "takes for a repository"),
        ("GIT~1/x.md", "takes for a repository"),
        (".git /x.md", "takes for a repository"),
        (".git...", "takes for a repository"),
        (".git::$INDEX_ALLOCATION/x.md", "takes for a repository"),
        (".g\u200cit/x.md", "takes for a repository"),
        (".gi\ufefft/x.md", "takes for a repository"),
        ("a/" * 250 + "x.md", "longer than 400"),
    ],
)
def test_fault_of_path_names_each_trick(path: str, why: str) -> None:
    assert why in wanted.fault_of_path(path)
    assert len(wanted.shown(path)) <= 400
    assert wanted.shown(path).isprintable()


@pytest.mark.parametrize("path", ["a.md", ".github/x.md", "git/x.md", "git~/x.md", "a/.gitignore", "Größe/ö.md"])
def test_fault_of_path_is_none_for_honest_names(path: str) -> None:
    assert wanted.fault_of_path(path) == ""
