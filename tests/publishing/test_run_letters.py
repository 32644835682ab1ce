"""Who hears of a fault: the commit's author and the article's owner, once each, if they write here."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import jobs
from kb.articles.models import PublishRun
from kb.mail import MemoryPost
from kb.notices import inbox
from kb.notices.models import Notice
from kb.people.models import Person, Role
from kb.publishing import runs
from kb.publishing.sources.place import Place
from tests import builders, pages
from tests.git.repositories import Name, Repository

GOOD = b"---\ntitle: One\nsummary: In short.\nowner: %b\n---\n\nText.\n"
BAD = b"---\ntitle: [\nsummary: In short.\nowner: %b\n---\n\nText.\n"


class Desk:
    """A repository and the site that publishes it."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._origin = Repository(folder / "origin.git")
        self._place = Place(self._origin.url, mirror_folder=folder / "content.git")

    def push(self, files: dict[Name, bytes]) -> PublishRun:
        """Commit as Ada, publish, and commit."""
        self._origin.commit(files)
        run = runs.publish(self._session, self._place, cause="hook")
        self._session.commit()
        return run


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


@pytest.fixture
def ada(session: Session) -> Person:
    """Who writes the commits."""
    return writer(session, "ada")


def writer(session: Session, name: str) -> Person:
    """Add a writer who gets letters."""
    person = builders.person(session, name, Role.WRITER)
    person.password_hash = "x"
    session.commit()
    return person


def told(session: Session) -> list[tuple[str, str, str]]:
    """Return everybody's notices about runs: who, title, text."""
    rows = session.execute(
        select(Person.handle, Notice.title, Notice.extract)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.kind == "publish")
        .order_by(Notice.id)
    )
    return [tuple(row) for row in rows]


def test_publish_tells_the_author_of_the_commit_in_one_letter(
    session: Session, desk: Desk, ada: Person, letters: MemoryPost
) -> None:
    desk.push({"a/one.md": GOOD % b"", "a/two.md": b"---\ntitle: Two\n---\n\nSee [x](x.md).\n"})
    assert told(session) == [], "a warning is no reason to write"
    run = desk.push({"a/one.md": BAD % b"", "a/two.md": b"\xff", "a/three.md": b"# Three\n\nFine.\n"})
    assert run.errors == 2
    [(who, title, extract)] = told(session)
    assert (who, title) == ("ada", "2 files were not published")
    assert [line.split(": ")[0] for line in extract.splitlines()] == ["a/one.md, line 4", "a/two.md, line 1"]
    while jobs.run_next(session, "test"):
        pass
    [letter] = letters.sent
    assert (letter.to, letter.subject) == ("ada@example.com", "2 files were not published")
    assert f"/writing/runs/{run.id}" in letter.text
    assert "a/one.md, line 4" in letter.text


def test_publish_tells_of_a_fault_once(session: Session, desk: Desk, ada: Person) -> None:
    desk.push({"a/one.md": GOOD % b""})
    desk.push({"a/one.md": BAD % b""})
    desk.push({"a/one.md": BAD % b"", "a/two.md": b"# Two\n\nFine.\n"})
    assert len(told(session)) == 1
    desk.push({"a/one.md": BAD % b"", "a/two.md": b"\xff"})
    assert [title for _, title, _ in told(session)][1:] == ["1 file was not published"]
    desk.push({"a/one.md": GOOD % b"", "a/two.md": b"\xff"})
    desk.push({"a/one.md": BAD % b"", "a/two.md": b"\xff"})
    assert len(told(session)) == 3, "what was mended and broke again is new"


@pytest.mark.parametrize("named", [b"otto", b"Otto", b"otto@example.com", b"OTTO@example.com"])
def test_publish_tells_the_owner_of_what_is_theirs(session: Session, desk: Desk, ada: Person, named: bytes) -> None:
    writer(session, "otto")
    desk.push({"a/one.md": GOOD % named, "a/two.md": GOOD % b"Nobody here"})
    desk.push({"a/one.md": BAD % b"somebody else", "a/two.md": BAD % b"", "a/new.md": BAD % named})
    by_handle = {who: extract for who, _, extract in told(session)}
    assert by_handle.keys() == {"ada", "otto"}
    assert "a/two.md" in by_handle["ada"]
    assert [line.partition(",")[0] for line in by_handle["otto"].splitlines()] == ["a/new.md", "a/one.md"]


def test_publish_tells_nobody_who_is_no_writer(session: Session, desk: Desk) -> None:
    builders.person(session, "ada").password_hash = "x"
    builders.person(session, "mia", Role.MODERATOR)
    desk.push({"a/one.md": GOOD % b"mia"})
    desk.push({"a/one.md": BAD % b"mia"})
    assert told(session) == []


def test_publish_tells_the_author_that_many_articles_wait(session: Session, desk: Desk, ada: Person) -> None:
    desk.push({f"a/{number}.md": b"# Title %d\n\nText.\n" % number for number in range(20)})
    desk.push({"a/0.md": b"# Title 0\n\nText.\n"})
    [(who, title, extract)] = told(session)
    assert (who, title) == ("ada", "Many articles have no file any more")
    assert "19 of 20" in extract


def test_inbox_shows_a_run_only_to_writers(
    session: Session, desk: Desk, ada: Person, signed_in: Callable[[Person], FlaskClient]
) -> None:
    desk.push({"a/one.md": GOOD % b""})
    desk.push({"a/one.md": BAD % b""})
    assert "Publishing found a fault" in pages.page(signed_in(ada), "/inbox").text
    ada.grants.clear()
    session.commit()
    assert inbox.unread(session, ada) == 0
