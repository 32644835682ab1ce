"""How long a publish takes: everything for the first time, and one file of it; beside MkDocs with the same files.

    python -m bench.publish [--edits 5] [--without-mkdocs]

The PowerShell reference (3,088 articles, 33 MB) becomes a git repository in bench/out/publish. First a fresh site
publishes and indexes it. Then the site is served, single-file commits are pushed and its webhook is rung, and the
clock runs until the page says the new word and until search finds it. MkDocs with Material gets its own environment
from the package index and builds the same edits, whole and with --dirty. Prints a table, writes bench/out/publish.json.
"""

import argparse
import hashlib
import hmac
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
import venv
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bench.pages import wait_for
from bench.site import DATA
from kb.articles.addresses import address_of, section_slug, slug_of

OUT = Path(__file__).parent / "out"
HOME = OUT / "publish"
PORT, SECRET = 5711, "the secret of this benchmark, which guards nothing"
REFERENCE = "powershell-docs-reference.tar.xz"
PAUSE = 5.0  # pushes that follow each other faster than the site's quiet time become one publish
EDITED = "7.5/Microsoft.PowerShell.Core/Get-Command.md"
GOALS = {"first": 120.0, "edit": 2.0, "memory": 400.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table: seconds, and the most memory all processes of it held together, in MB."""

    what: str
    seconds: float
    memory: float = 0.0


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--edits", type=int, default=5)
    arguments.add_argument("--without-mkdocs", action="store_true")
    options = arguments.parse_args()
    repository = make_repository()
    rows = [*first_publish(repository), *edits(repository, options.edits)]
    if not options.without_mkdocs:
        rows += mkdocs(repository)
    for row in rows:
        memory = f"{row.memory:8.0f} MB" if row.memory else ""
        print(f"{row.what:58} {row.seconds:8.2f} s {memory}")
    (OUT / "publish.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))


def make_repository() -> Path:
    """Make the reference a repository with one commit, anew."""
    shutil.rmtree(HOME, ignore_errors=True)
    repository = HOME / "repository"
    repository.mkdir(parents=True)
    with tarfile.open(DATA / REFERENCE) as archive:
        archive.extractall(repository, filter="data")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "config", "user.name", "Bench")
    git(repository, "config", "user.email", "bench@example.org")
    commit(repository, "Add the reference")
    return repository


def first_publish(repository: Path) -> list[Measured]:
    """Publish and index into a fresh site."""
    kb(repository, "migrate").wait()
    published = timed("first publish: fetch, render, store", partial(kb, repository, "publish"))
    indexed = timed("first publish: index", partial(kb, repository, "reindex"))
    seconds, memory = published.seconds + indexed.seconds, max(published.memory, indexed.memory)
    goal = "" if seconds <= GOALS["first"] and memory <= GOALS["memory"] else "  (missed)"
    whole = Measured(f"first publish, whole: goal {GOALS['first']:g} s, {GOALS['memory']:g} MB{goal}", seconds, memory)
    return [published, indexed, whole]


def edits(repository: Path, number: int) -> list[Measured]:
    """Commit one file at a time to a served site and wait until readers see and find it."""
    server = kb(repository, "serve")
    rows = []
    try:
        wait_for(PORT, "/readyz")
        address = page_of(EDITED)
        time.sleep(15.0)  # what a start does beside its first requests is not what is measured
        for edit in range(1, number + 1):
            time.sleep(PAUSE)
            word = f"quokkaword{secrets.token_hex(4)}"
            change(repository, word)
            began = time.perf_counter()
            ring(repository)
            live = until(partial(says, address, word), began)
            found = until(partial(finds, word, address), began)
            rows.append(Measured(f"edit {edit}: live", live))
            rows.append(Measured(f"edit {edit}: live and searchable (goal {GOALS['edit']:g} s)", found))
    finally:
        server.terminate()
        server.wait(timeout=60)
    return rows


def page_of(path: str) -> str:
    """Return the address of the page made of ``path``, as the site map's rules make it."""
    folder, _, name = path.rpartition("/")
    return address_of(section_slug(folder), slug_of(name.removesuffix(".md")))


def says(address: str, word: str) -> bool:
    """Whether the page holds ``word``."""
    return word in fetch(address)


def finds(word: str, address: str) -> bool:
    """Whether search lists the page for ``word``."""
    return f'href="{address}' in fetch(f"/search?q={word}")


def fetch(path: str) -> str:
    """Return a page as a visitor gets it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def mkdocs(repository: Path) -> list[Measured]:
    """Build the same files with MkDocs and Material: whole, again after an edit, and after an edit with --dirty."""
    home = HOME / "mkdocs"
    venv.create(home / "venv", with_pip=True)
    subprocess.run([home / "venv/bin/pip", "install", "-q", "mkdocs<2", "mkdocs-material"], check=True)
    docs = home / "docs"
    shutil.copytree(repository / "reference", docs)
    (home / "mkdocs.yml").write_text("site_name: Reference\ntheme:\n  name: material\nplugins:\n  - search\n")
    rows = []
    for what, arguments in (("build", []), ("build after an edit", []), ("build --dirty after an edit", ["--dirty"])):
        edited = docs / EDITED
        edited.write_text(edited.read_text() + f"\n\nEdited for {what}.\n")
        command = [home / "venv/bin/mkdocs", "build", "-q", "--site-dir", home / "site", *arguments]
        start = partial(subprocess.Popen, command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows.append(timed(f"mkdocs {what}", start))
    return rows


def timed(what: str, start: Callable[[], subprocess.Popen[bytes]]) -> Measured:
    """Run a process to its end; its memory is that of all its descendants together, looked at ten times a second."""
    began = time.perf_counter()
    process = start()
    most = 0.0
    while process.poll() is None:
        most = max(most, memory_of(process.pid))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{what} ended with {process.returncode}.")
    return Measured(what, time.perf_counter() - began, most)


def memory_of(pid: int) -> float:
    """Return the proportional set size of a process and all below it, in MB."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        own = int(rollup.split("\nPss:", 1)[1].split("kB", 1)[0]) / 1024
        children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    except (OSError, IndexError):
        return 0.0
    return own + sum(memory_of(int(child)) for child in children)


def change(repository: Path, word: str) -> None:
    """Commit a new sentence in one file."""
    path = repository / "reference" / EDITED
    path.write_text(path.read_text() + f"\n\nThis sentence says {word}.\n")
    commit(repository, f"Say {word}")


def ring(repository: Path) -> None:
    """Ring the webhook as GitHub does."""
    body = json.dumps({"ref": "refs/heads/main"}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature, "X-GitHub-Event": "push", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/hooks/content", body, headers)
    urllib.request.urlopen(request, timeout=10).read()


def until(done: Callable[[], bool], began: float) -> float:
    """Wait until ``done()`` and return the seconds since ``began``."""
    while not done():
        if time.perf_counter() - began > 120:
            raise SystemExit("The edit did not arrive within two minutes.")
        time.sleep(0.02)
    return time.perf_counter() - began


def kb(repository: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a ``kb`` command of the measured site."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")} | {
        "KB_DATA_DIR": str(HOME / "site"),
        "KB_PORT": str(PORT),
        "KB_CONTENT": repository.as_uri(),
        "KB_CONTENT_SUBDIR": "reference",
        "KB_HOOK_SECRET": SECRET,
        "KB_RATE_LIMITS": "off",
    }
    return subprocess.Popen([sys.executable, "-m", "kb.cli", *arguments], env=environment, stdout=subprocess.DEVNULL)


def commit(repository: Path, subject: str) -> None:
    """Commit everything."""
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", subject)


def git(repository: Path, *arguments: str) -> None:
    """Run git in the repository."""
    subprocess.run(["git", "-C", repository, *arguments], check=True)


if __name__ == "__main__":
    main()
