"""Repositories that are broken or mean harm: the last good site stays, and each fault is named."""

import os
import zlib
from hashlib import sha1
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.articles.models import PublishRun
from kb.publishing.sources.place import Place, open_place
from kb.publishing.survey import survey
from tests.builders_articles import png
from tests.git.repositories import FILE, FOLDER, LINK, MODULE, PROGRAM, Odd, Repository, killing
from tests.publishing.broken_repositories import BROKEN, FINE, GOOD, NEWS, Files, Site, elsewhere, moved_away

HEAD = b"---\ntitle: Odd\n%b---\n\nText.\n"
ALIASES = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (letter, letter, b", ".join([b"*%c" % (letter - 1)] * 9)) for letter in b"bcdefghi"
)


@pytest.fixture
def site(session: Session, tmp_path: Path) -> Site:
    return Site(session, tmp_path)


def zeros(origin: Repository, size: int) -> Odd:
    """Store a file of so many zeros without ever holding it."""
    head = b"blob %d\0" % size
    piece = bytes(1024 * 1024)
    digest, packer, packed = sha1(head), zlib.compressobj(1), []
    packed.append(packer.compress(head))
    for _ in range(size // len(piece)):
        digest.update(piece)
        packed.append(packer.compress(piece))
    path = origin.object(digest.hexdigest())
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join([*packed, packer.flush()]))
    return Odd(FILE, digest.hexdigest())


ODD_FILES: dict[str, tuple[Files, str, str]] = {
    "link out": ({"link.md": Odd(LINK, "/etc/passwd")}, "link.md", "a link to another file"),
    "link in place of an article": ({"guides/step-1.md": Odd(LINK, "x.md")}, "guides/step-1.md", "a link to another"),
    "linked folder": ({"latest": Odd(LINK, "guides")}, "latest", "a link to another folder"),
    "linked section file": ({"guides/_section.yml": Odd(LINK, "x")}, "guides/_section.yml", "a link to another file"),
    "submodule": ({"vendor": Odd(MODULE, "1" * 40)}, "vendor", "a submodule"),
    "submodule with its settings": (
        {".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = ext::touch /tmp/x\n', "x": Odd(MODULE, "1" * 40)},
        "x",
        "a submodule",
    ),
    ".git path": ({".git/hooks/post-checkout.md": b"# X\n"}, ".git/hooks/post-checkout.md", "takes for a repository"),
    ".GIT path": ({"a/.GIT/x.md": b"# X\n"}, "a/.GIT/x.md", "takes for a repository"),
    "git~1 path": ({"git~1/x.md": b"# X\n"}, "git~1/x.md", "takes for a repository"),
    ".git and a space": ({".git /x.md": b"# X\n"}, ".git /x.md", "takes for a repository"),
    ".git and an unseen letter": ({".g\u200cit/x.md": b"# X\n"}, ".g\\u200cit/x.md", "takes for a repository"),
    ".git as a stream": ({".git::$DATA/x.md": b"# X\n"}, ".git::$DATA/x.md", "takes for a repository"),
    "backslash": ({"a\\x.md": b"# X\n"}, "a\\x.md", "a backslash"),
    "backslashes that lead out": ({"..\\..\\x.md": b"# X\n"}, "..\\..\\x.md", "leads out"),
    "dots": ({"guides/../../x.md": b"# X\n"}, "guides/../../x.md", "leads out"),
    "a line end in a name": ({"a\nb.md": b"# X\n"}, "a\\nb.md", "a control character"),
    "an escape in a name": ({"a\x1b[2J.md": b"# X\n"}, "a\\x1b[2J.md", "a control character"),
    "a name that is not UTF-8": ({b"caf\xe9.md": b"# X\n"}, "caf\\udce9.md", "not UTF-8"),
    "a path of 5,000 letters": ({"d" * 4996 + "/x.md": b"# X\n"}, "…", "longer than 400"),
    "case": (
        {"guides/STEP-1.md": b"---\nslug: other\n---\n# X\n"},
        "guides/step-1.md",
        "same file as guides/STEP-1.md",
    ),
    "Unicode": (
        {"caf\u00e9.md": b"# X\n", "cafe\u0301.md": b"---\nslug: other\n---\n# Y\n"},
        "caf\u00e9.md",
        "same file as cafe\u0301.md",
    ),
    "text that is not UTF-8": ({"x.md": b"# X\n\n\xff\n"}, "x.md", "not UTF-8: byte 0xff"),
    "null bytes": ({"x.md": b"# X\n\n\0\n"}, "x.md", "a null character"),
    "alias bomb": ({"x.md": HEAD % ALIASES}, "x.md", "anchors (&) and aliases (*) are not read"),
    "alias bomb in a section": ({"guides/_section.yml": ALIASES}, "guides/_section.yml", "aliases (*) are not read"),
    "10,000-deep YAML": ({"x.md": HEAD % (b"a: " + b"[" * 5000 + b"]" * 5000 + b"\n")}, "x.md", "is nested"),
    "10,000-deep mapping": ({"x.md": HEAD % (b"a: " + b"{b: " * 3000 + b"\n")}, "x.md", "is nested"),
    "YAML that makes objects": ({"x.md": HEAD % b"a: !!python/object/apply:os.getcwd []\n"}, "x.md", "YAML is broken"),
    "huge front matter": ({"x.md": HEAD % (b"a: b\n" * 5000)}, "x.md", "longer than 16 KiB"),
    "open front matter": ({"x.md": b"---\ntitle: X\n"}, "x.md", "never closed"),
    "empty file": ({"x.md": b""}, "x.md", "no title"),
    "a text of 1 MiB and more": ({"x.md": b"# X\n" + b"x" * 1024 * 1024}, "x.md", "larger than 1024 KiB"),
    "a picture that is a page": ({"x.png": b"<script>alert(1)</script>"}, "x.png", "no PNG, JPEG, GIF or WebP"),
    "a picture of a terapixel": ({"x.png": png(1, 1).replace(b"\0\0\0\1", b"\0\x0f\0\0")}, "x.png", "40 megapixels"),
    "a picture in Git LFS": ({"x.png": b"version https://git-lfs.github.com/spec/v1\n"}, "x.png", "in Git LFS"),
}


def stored(origin: Repository, files: Files) -> Files:
    """Store what links lead to and what programs say."""
    return {
        name: Odd(odd.mode, origin.blob(odd.oid.encode())) if isinstance(odd, Odd) and odd.mode != MODULE else odd
        for name, odd in files.items()
    }


@pytest.mark.parametrize("kind", ODD_FILES)
def test_survey_names_an_odd_file_and_reads_the_others(tmp_path: Path, kind: str) -> None:
    files, path, sentence = ODD_FILES[kind]
    origin = Repository(tmp_path / "origin.git")
    origin.commit(GOOD | NEWS | stored(origin, files))
    seen = survey(open_place(Place(origin.url, mirror_folder=tmp_path / "content.git")), {})
    assert any(path in remark.path and sentence in remark.message for remark in seen.remarks), seen.remarks
    assert len((GOOD | NEWS).keys() & seen.changed.keys()) >= len(GOOD)
    assert seen.broken <= {remark.path for remark in seen.remarks}


def test_publish_goes_on_with_what_is_fine_among_all_odd_files(site: Site) -> None:
    odd = {name: content for files, _, _ in ODD_FILES.values() for name, content in files.items()}
    site.origin.commit(GOOD | NEWS | stored(site.origin, odd))
    run = site.publish()
    assert run.state == "done"
    told = {(found.path, found.message) for found in run.findings}
    unnamed = {
        kind
        for kind, (files, path, sentence) in ODD_FILES.items()
        if files.items() <= odd.items() and not any(path in where and sentence in what for where, what in told)
    }
    assert not unnamed
    now = site.rows()
    assert {path: now[path] for path in site.good} == site.good
    assert now["guides/news.md"][0] == "News"


def test_publish_names_two_files_of_one_address_that_differ_in_case(site: Site) -> None:
    site.origin.commit(GOOD | NEWS | {"guides/STEP-1.md": FINE % b"Another"})
    run = site.publish()
    assert [(found.path, found.severity) for found in run.findings] == [
        ("guides/STEP-1.md", "error"),
        ("guides/step-1.md", "warning"),
    ]
    assert "is taken by guides/step-1.md" in run.findings[0].message
    assert (run.added, {path: site.rows()[path] for path in site.good}) == (1, site.good)


def test_publish_reads_no_file_that_is_too_large(site: Site) -> None:
    site.origin.commit(GOOD | {"x.md": zeros(site.origin, 200 * 1024 * 1024)})
    Path("/proc/self/clear_refs").write_text("5")  # count the peak from here
    before = peak()
    run = site.publish()
    assert [(found.path, found.message) for found in run.findings] == [("x.md", "The file is larger than 1024 KiB.")]
    assert site.rows() == site.good
    assert peak() - before < 100_000, "the file was read into memory"


def peak() -> int:
    """Return the most memory this process has held, in kB."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


def test_publish_names_a_file_hundreds_of_folders_deep(site: Site) -> None:
    tree = site.origin.tree({"x.md": b"# X\n"})
    for _ in range(600):
        tree = site.origin.raw_tree([(FOLDER, b"d", tree)])
    site.origin.commit(GOOD | NEWS | {"d": Odd(FOLDER, tree)})
    run = site.publish()
    assert (run.added, [found.message for found in run.findings]) == (1, ["The path is longer than 400 characters."])


HARMLESS: Files = {
    "odd/crlf-and-bom.md": b"\xef\xbb\xbf---\r\ntitle: Odd\r\nsummary: Fine.\r\n---\r\nText.\r\n",
    "odd/program.md": Odd(PROGRAM, "---\ntitle: Odd\nsummary: Fine.\n---\n"),
    "odd/mode-of-old.md": Odd(b"100664", "---\ntitle: Odd \nsummary: Fine.\n---\n"),
    "odd/mode-with-a-nought.md": Odd(b"0100644", "---\ntitle: Odd  \nsummary: Fine.\n---\n"),
    ".gitattributes": b"*.md filter=evil text eol=crlf\n",
    "hooks/post-update": Odd(PROGRAM, "#!/bin/sh\nexit 1\n"),
    "日本/語.md": FINE % b"Odd",
}


def test_publish_takes_what_is_odd_and_harmless(site: Site) -> None:
    site.origin.commit(GOOD | stored(site.origin, HARMLESS))
    run = site.publish()
    assert (run.state, run.added, list(run.findings)) == ("done", 5, [])
    assert sum(row[0] == "Odd" for row in site.rows().values()) == 5


@pytest.mark.parametrize("kind", BROKEN)
def test_publish_leaves_the_site_alone_and_says_why(site: Site, kind: str) -> None:
    spoil, sentence = BROKEN[kind]
    run = site.publish(spoil(site))
    assert run.state == "failed"
    assert sentence in run.problem
    assert site.rows() == site.good


def test_readers_notice_nothing_of_a_broken_repository(site: Site, client: FlaskClient) -> None:
    site.publish(moved_away(site))
    assert "Do it." in client.get("/articles/guides/step-1").text


def test_publish_goes_on_once_the_repository_is_mended(site: Site) -> None:
    away = moved_away(site)
    assert site.publish(away).state == "failed"
    (site.folder / "away").rename(site.origin.folder)
    site.origin.commit(GOOD | NEWS)
    assert site.publish().added == 1


def test_publish_waits_when_a_branch_was_emptied(site: Site) -> None:
    site.origin.commit({})
    run = site.publish()
    assert (run.state, run.held) == ("waiting", len(GOOD))
    assert site.rows() == site.good


def test_publish_takes_a_force_push(site: Site) -> None:
    site.origin.commit(GOOD | NEWS, on=None)
    run = site.publish()
    assert (run.state, run.added, run.unchanged) == ("done", 1, len(GOOD))


def test_publish_survives_a_commit_that_nobody_wrote_at_no_time(site: Site) -> None:
    tree = site.origin.tree(GOOD | NEWS)
    lines = [f"tree {tree}", f"parent {site.origin.tip()}", "author  <> 99999999999999999999 +9999", "committer <> 0"]
    site.origin.point("refs/heads/main", site.origin.store(b"commit", "\n".join(lines).encode() + b"\n\n\xff\n"))
    assert site.publish().added == 1


def test_publish_killed_in_mid_fetch_changes_nothing_and_is_made_up_for(site: Site) -> None:
    noise: Files = {f"n{number}.md": os.urandom(400_000) for number in range(60)}
    site.origin.commit(GOOD | NEWS | noise)
    mirror = site.place.mirror_folder
    fetched: list[PublishRun] = []
    killing(lambda: fetched.append(site.publish()), after=lambda: any(mirror.glob("**/tmp_*")))
    assert "signal 9" in fetched[0].problem
    assert site.rows() == site.good
    assert site.publish().added == 1


def test_publish_clears_stale_locks_away(site: Site) -> None:
    for name in ("HEAD.lock", "packed-refs.lock", "refs/heads/main.lock"):
        (site.place.mirror_folder / name).touch()
    site.origin.commit(GOOD | NEWS)
    assert site.publish().added == 1


def test_publish_heals_a_damaged_mirror(site: Site) -> None:
    for path in (site.place.mirror_folder / "objects").rglob("??????*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"torn")
    broken = site.publish()
    assert (broken.state, site.rows()) == ("failed", site.good)
    assert "damaged" in broken.problem
    site.origin.commit(GOOD | NEWS)
    assert site.publish().added == 1


def test_publish_runs_no_program_the_repository_names(site: Site) -> None:
    ran = site.folder / "ran"
    with (site.origin.folder / "config").open("a") as config:
        config.write(f"[uploadpack]\n\tpackObjectsHook = touch {ran}\n[core]\n\tfsmonitor = touch {ran}\n")
    with (site.place.mirror_folder / "config").open("a") as config:
        config.write(f'[filter "evil"]\n\tsmudge = touch {ran}\n')
    hook = site.place.mirror_folder / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    site.origin.commit(GOOD | NEWS | {".gitattributes": b"* filter=evil\n"})
    assert site.publish().added == 1
    assert not ran.exists()


def test_publish_names_a_path_that_a_commit_holds_twice(site: Site) -> None:
    rows = [(FILE, b"x.md", site.origin.blob(text)) for text in (b"# X\n", b"# Y\n")]
    site.origin.commit(GOOD | {"odd": Odd(FOLDER, site.origin.raw_tree(rows))})
    run = site.publish()
    assert [(found.path, found.message) for found in run.findings] == [
        ("odd/x.md", "The commit holds two files of this path.")
    ]
    assert site.rows() == site.good


def test_password_of_the_address_is_on_no_record(site: Site) -> None:
    run = site.publish(elsewhere(site, "https://ada:s3cret@127.0.0.1:9/help.git"))
    assert (run.state, run.source) == ("failed", "https://127.0.0.1:9/help.git")
    assert "s3cret" not in run.problem
