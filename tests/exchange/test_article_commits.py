"""Branches of drafts: asked for on a page, pushed by the worker, and what becomes of them."""

import subprocess
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import jobs
from kb.errors import Refused
from kb.exchange import article_commits, article_drafts
from kb.exchange.article_commits import Home
from kb.forum.models import Question
from kb.forum.solving.models import DraftBranch
from kb.publishing import runs
from kb.publishing.sources import place
from tests.builders import Cast
from tests.builders_articles import content as content
from tests.builders_articles import publish as publish
from tests.conftest import settings_for
from tests.exchange.drafted import asked as asked
from tests.exchange.drafted import drafted

HOME = Home("Sidekick", "help@example.com", "https://help.example.com")
NAME = "articles/reset-your-password-1-20260302-120000"


class Origin:
    """The repository of the articles, in the folder docs/help of which they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
        self.git("commit", "-q", "--allow-empty", "-m", "Begin")

    def git(self, *arguments: str) -> list[str]:
        """Run git there and return the lines it prints."""
        run = ["git", "-C", str(self.folder), "-c", "user.name=W", "-c", "user.email=w@example.com", *arguments]
        return subprocess.run(run, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture
def origin(tmp_path: Path, asked: Question) -> Origin:
    """Where articles come from, after the first were published from a folder."""
    made = Origin(tmp_path / "origin")
    place.configure(settings_for(tmp_path, None, content=f"file://{made.folder}", content_subdir="docs/help"))
    return made


def ask(session: Session, asked: Question, cast: Cast) -> DraftBranch:
    """Let erin ask for a branch."""
    branch = article_commits.ask_for_branch(session, question=asked, by=cast.erin, home=HOME)
    session.commit()
    return branch


def work(session: Session) -> int:
    """Let the worker do what waits beside its letters; returns how many jobs that were."""
    done = 0
    while jobs.run_next(session, "worker", runs.LANE):
        done += 1
    return done


def test_a_branch_is_pushed_once_below_the_folder_of_articles(
    session: Session, cast: Cast, asked: Question, origin: Origin
) -> None:
    made = drafted(session, cast, asked)
    branch = ask(session, asked, cast)
    assert (branch.name, branch.done_at, origin.git("branch", "--list", "articles/*")) == (NAME, None, [])
    assert ask(session, asked, cast) is branch
    assert work(session) == 1
    assert branch.done_at is not None and branch.fault == ""
    paths = [f"docs/help/{path}" for path in (*made.pictures, made.path)]
    assert origin.git("ls-tree", "-r", "--name-only", NAME) == paths
    assert origin.git("log", "-1", "--format=%an <%ae> %cn", NAME) == ["Erin <erin@example.com> Sidekick"]
    assert ask(session, asked, cast) is branch and work(session) == 0


def test_a_worker_that_died_after_the_push_pushes_no_second_commit(
    session: Session, cast: Cast, asked: Question, origin: Origin
) -> None:
    drafted(session, cast, asked)
    branch = ask(session, asked, cast)
    work(session)
    before = origin.git("rev-parse", NAME)
    branch.done_at = None
    session.commit()
    origin.git("commit", "-q", "--allow-empty", "-m", "Meanwhile")
    article_commits.push_asked(session, asked.id, cast.erin.id, HOME.name, HOME.email, HOME.address)
    session.commit()
    assert branch.done_at is not None and (branch.fault, origin.git("rev-parse", NAME)) == ("", before)


def test_what_went_wrong_is_kept_and_can_be_asked_for_again(
    session: Session, cast: Cast, asked: Question, origin: Origin, tmp_path: Path
) -> None:
    drafted(session, cast, asked)
    origin.folder.rename(tmp_path / "away")
    branch = ask(session, asked, cast)
    work(session)
    assert branch.done_at is not None and "no git repository at this address" in branch.fault
    (tmp_path / "away").rename(origin.folder)
    ask(session, asked, cast)
    assert (branch.fault, branch.done_at) == ("", None)
    for post in article_drafts.offered(session, asked):
        post.hidden_at = asked.created_at
    session.commit()
    work(session)
    assert "gone" in branch.fault


def test_a_draft_made_anew_has_no_branch_and_its_old_job_finds_nothing(
    session: Session, cast: Cast, asked: Question, origin: Origin
) -> None:
    drafted(session, cast, asked)
    ask(session, asked, cast)
    drafted(session, cast, asked)
    assert article_commits.branch_of(session, asked, cast.erin) is None
    assert (work(session), origin.git("branch", "--list", "articles/*")) == (1, [])


def test_a_branch_is_refused_where_there_are_none_and_to_who_makes_no_articles(
    session: Session, cast: Cast, asked: Question, origin: Origin, tmp_path: Path
) -> None:
    drafted(session, cast, asked)
    with pytest.raises(Refused, match="experts"):
        article_commits.ask_for_branch(session, question=asked, by=cast.alice, home=HOME)
    place.configure(settings_for(tmp_path, None, content=str(tmp_path / "content")))
    with pytest.raises(Refused, match="folder"):
        ask(session, asked, cast)
