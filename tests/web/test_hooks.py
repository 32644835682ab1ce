"""The doorbell: only who knows the secret rings it, and however often it rings, little happens."""

import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from kb import clock, jobs
from kb.articles.models import PublishRun
from kb.jobs import Job
from kb.publishing import runs
from kb.web import hooks
from tests.conftest import NOON, settings_for, site_with
from tests.git.repositories import Repository

SECRET = "a secret that the git host knows"
PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
Ring = Callable[..., int]


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """The repository of articles."""
    repository = Repository(tmp_path / "origin.git")
    repository.commit({"a/one.md": b"# One\n\nText.\n"})
    return repository


@pytest.fixture
def settings() -> dict[str, object]:
    """What is set besides the content."""
    return {"hook_secret": SECRET}


@pytest.fixture
def app(database_url: str, tmp_path: Path, origin: Repository, settings: dict[str, object]) -> Iterator[Flask]:
    """A site that publishes from the repository."""
    made_of = settings_for(tmp_path, database_url, content=origin.url, **settings)
    with clock.held_at(NOON), site_with(made_of) as site:
        yield site


@pytest.fixture
def ring(client: FlaskClient) -> Ring:
    """Ring, signed as GitHub does unless told otherwise; returns the status."""

    def ringing(
        payload: Any = PUSH, headers: dict[str, str] | None = None, body: bytes | None = None, **how: Any
    ) -> int:
        body = json.dumps(payload).encode() if body is None else body
        signed = {"X-Hub-Signature-256": f"sha256={digest(body)}"} if headers is None else headers
        how.setdefault("content_type", "application/json")
        return client.post("/hooks/content", data=body, headers=signed, **how).status_code

    return ringing


def digest(body: bytes, secret: str = SECRET) -> str:
    """Return the signature of ``body``."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def waiting(session: Session) -> int:
    """Return how many publishes wait."""
    return session.scalar(select(func.count(Job.id)).where(Job.lane == runs.LANE, Job.done_at.is_(None))) or 0


def publish_what_waits(session: Session) -> int:
    """Run what is due; returns how many publishes that were."""
    count = 0
    while jobs.run_next(session, "test", runs.LANE):
        count += 1
    return count


BODY = json.dumps(PUSH).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Hub-Signature-256": f"sha256={digest(BODY)}", "X-GitHub-Event": "push"},
        {"X-Gitea-Signature": digest(BODY), "X-Gitea-Event": "push"},
        {"X-Forgejo-Signature": digest(BODY), "X-Forgejo-Event": "push"},
        {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Push Hook"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_ring_with_the_secret_publishes(session: Session, ring: Ring, headers: dict[str, str]) -> None:
    assert ring(headers=headers, body=BODY) == 202
    assert waiting(session) == 1
    assert publish_what_waits(session) == 1
    assert session.scalars(select(PublishRun.cause)).all() == ["hook"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": digest(BODY)},
        {"X-Hub-Signature-256": f"sha256={digest(BODY)[:-1]}"},
        {"X-Hub-Signature-256": f"sha256={digest(BODY).upper()}"},
        {"X-Hub-Signature-256": f"sha256={digest(BODY, 'another secret, as long as it')}"},
        {"X-Hub-Signature-256": f"sha256={digest(BODY + b' ')}"},
        {"X-Hub-Signature": f"sha1={hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()}"},
        {"X-Hub-Signature-256": f"sha1={hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()}"},
        {"X-Gitea-Signature": f"sha256={digest(BODY)}"},
        {"X-Gitlab-Token": SECRET[:-1]},
        {"X-Gitlab-Token": ""},
        {"X-Gitlab-Token": digest(BODY)},
        {"X-Gitlab-Token": "é" * 32},
    ],
    ids=str,
)
def test_ring_without_a_right_signature_is_refused(session: Session, ring: Ring, headers: dict[str, str]) -> None:
    assert ring(headers=headers, body=BODY) == 403
    assert waiting(session) == 0


@pytest.mark.parametrize("settings", [{}])
def test_ring_is_not_answered_without_a_secret(session: Session, ring: Ring) -> None:
    assert ring() == ring(headers={}) == 503
    assert ring(headers={"X-Hub-Signature-256": f"sha256={digest(BODY, '')}"}, body=BODY) == 503
    assert waiting(session) == 0


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        ({"zen": "Keep it logically awesome."}, {"X-GitHub-Event": "ping"}),
        ({**PUSH, "ref": "refs/heads/draft"}, {"X-GitHub-Event": "push"}),
        ({**PUSH, "ref": "refs/tags/main"}, {"X-GitHub-Event": "push"}),
        (PUSH, {"X-GitHub-Event": "issues"}),
        (PUSH, {"X-Gitea-Event": "pull_request"}),
        ({"project": {"default_branch": "trunk"}, "ref": "refs/heads/main"}, {"X-Gitlab-Event": "Push Hook"}),
        ({"ref": ["refs/heads/main"]}, {}),
    ],
    ids=str,
)
def test_ring_about_something_else_does_nothing(
    session: Session, ring: Ring, payload: dict[str, Any], headers: dict[str, str]
) -> None:
    body = json.dumps(payload).encode()
    assert ring(payload, headers={**headers, "X-Hub-Signature-256": f"sha256={digest(body)}"}) == 204
    assert waiting(session) == 0


@pytest.mark.parametrize("settings", [{"hook_secret": SECRET, "content_ref": "docs/v2"}])
def test_ring_names_the_branch_that_is_published(session: Session, ring: Ring) -> None:
    assert ring(PUSH) == ring({**PUSH, "ref": "refs/heads/v2"}) == 204
    assert ring({**PUSH, "ref": "refs/heads/docs/v2"}) == 202
    assert ring({**PUSH, "ref": "refs/tags/docs/v2"}) == 202


def test_ring_with_a_form_is_understood_and_nonsense_is_not(session: Session, ring: Ring) -> None:
    form = b"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D"
    assert ring(body=form, content_type="application/x-www-form-urlencoded") == 202
    for nonsense in (b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"payload="):
        assert ring(body=nonsense) == 400
    assert waiting(session) == 1


class Endless(io.RawIOBase):
    """A body that counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with x."""
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left, self.taken = self.left - count, self.taken + count
        return count


@pytest.mark.parametrize("says_how_long", [True, False])
def test_ring_with_50_mb_is_refused_before_it_is_read(session: Session, app: Flask, says_how_long: bool) -> None:
    body = Endless(50 * 1024 * 1024)
    environ = EnvironBuilder(path="/hooks/content", method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"CONTENT_LENGTH": str(body.left)} if says_how_long else {"wsgi.input_terminated": True}
    _, status, _ = run_wsgi_app(app, {**environ, "wsgi.input": io.BufferedReader(body)})
    assert status.startswith("413")
    assert body.taken <= (0 if says_how_long else 2 * hooks.LARGEST)
    assert waiting(session) == 0


def test_ring_again_and_again_publishes_once(session: Session, ring: Ring, origin: Repository) -> None:
    for _ in range(100):
        assert ring() == 202
    assert publish_what_waits(session) == 1
    for _ in range(3):
        clock.advance(timedelta(minutes=1))
        assert ring() == 202
        publish_what_waits(session)
    assert len(session.scalars(select(PublishRun)).all()) == 1, "a replay says nothing new"


def test_ring_1000_times_in_10_seconds_is_at_most_3_publishes(session: Session, ring: Ring, origin: Repository) -> None:
    for number in range(1000):
        assert ring() == 202
        if number % 125 == 0:  # a push now and then, and a worker that is always there
            origin.commit({"a/one.md": b"# One\n\nText %d.\n" % number})
            publish_what_waits(session)
        clock.advance(timedelta(seconds=0.01))
    clock.advance(runs.QUIET)
    publish_what_waits(session)
    assert 1 < len(session.scalars(select(PublishRun)).all()) <= 3
    newest = session.scalars(select(PublishRun.sha).order_by(PublishRun.id.desc())).first()
    assert newest == origin.tip()


@pytest.mark.parametrize("settings", [{"hook_secret": SECRET, "rate_limits": True}])
def test_ring_is_bounded_for_one_address_even_when_it_is_refused(ring: Ring) -> None:
    answers = [ring(headers={}, body=b"") for _ in range(620)]
    assert answers[:500] == [403] * 500
    assert answers[-1] == 429
