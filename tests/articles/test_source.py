"""Reading a folder."""

from kb.articles.source import LARGEST_TEXT, open_source
from tests.articles.conftest import Content


def paths(content: Content) -> list[str]:
    """Return the paths of all files read."""
    return [file.path for file in open_source(content.folder).files()]


def test_files_are_texts_pictures_and_section_files_in_order(content: Content) -> None:
    for path in ("b/x.md", "a/y.markdown", "a/p.PNG", "a/_section.yml", "top.md", "a/notes.txt", "a/script.js"):
        content.write(path, b"x")
    assert paths(content) == ["a/_section.yml", "a/p.PNG", "a/y.markdown", "b/x.md", "top.md"]


def test_files_leaves_out_private_names_links_and_the_readme_at_the_top(content: Content) -> None:
    for path in (".git/x.md", "_drafts/x.md", "a/_x.md", "a/.x.md", "README.md", "a/README.md"):
        content.write(path, b"x")
    outside = content.folder.parent / "secret.md"
    outside.write_text("secret")
    (content.folder / "a" / "link.md").symlink_to(outside)
    (content.folder / "up").symlink_to(content.folder.parent)
    assert paths(content) == ["a/README.md"]


def test_files_names_what_is_too_large(content: Content) -> None:
    content.write("a/big.md", b"x" * (LARGEST_TEXT + 1))
    [file] = open_source(content.folder).files()
    assert (file.data, file.fault) == (b"", "The file is larger than 1024 KiB.")
