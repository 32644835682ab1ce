"""The site that is measured: its own articles, a small real community and a large one."""

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.db import current_session
from kb.forum import answers
from kb.forum.models import Answer, Question
from kb.people import roles, sessions
from kb.people.models import Person, Role

HERE = Path(__file__).resolve().parent
SITE = HERE / "out" / "site"
DATA = Path(os.environ.get("KB_TEST_DATA", HERE.parent.parent / "shared" / "data"))
ARCHIVE = "support-16k"
ANSWERS = 30
READER, EXPERT = "bench-reader", "bench-expert"
SEARCHES = 200


def make_site(folder: Path, archive: str = ARCHIVE, url: str = "") -> None:
    """Fill ``folder`` with content/, stackexchange/beer and a community archive, unless that was done before.

    The database is at ``url`` or beside it.
    """
    done = folder / "filled"
    if done.exists():
        return
    if not DATA.exists():
        raise SystemExit(f"The real data is not at {DATA}; set KB_TEST_DATA to its folder.")
    for arguments in (
        ["migrate"],
        ["publish"],
        ["import", "stackexchange", str(DATA / "stackexchange" / "beer")],
        ["import", "community", str(DATA / "community" / f"{archive}.jsonl.gz")],
        ["reindex"],
        ["check"],
    ):
        print("kb", *arguments, flush=True)
        environment = {**os.environ, "KB_DATA_DIR": str(folder)} | ({"KB_DATABASE_URL": url} if url else {})
        subprocess.run([sys.executable, "-m", "kb.cli", *arguments], env=environment, check=True)
    done.touch()


def paths_of(app: Flask) -> dict[str, list[str]]:
    """Return the addresses to measure by page; a search is asked with another real title each time."""
    with app.app_context():
        session = current_session()
        thread = _thread_with_answers(app)
        helper = _busiest()
        titles = session.scalars(select(Question.title).order_by(Question.id.desc()).limit(SEARCHES * 3)).all()[::3]
    client = app.test_client()
    return {
        "home": ["/"],
        "article": [_first_article(client.get("/articles").text)],
        "list": ["/questions"],
        "thread": [thread],
        "queue": ["/queue"],
        "profile": [helper],
        "search": [f"/search?q={_words(title)}" for title in titles],
    }


def a_cookie(app: Flask, handle: str = READER) -> str:
    """Sign the reader or the expert in, and return the cookie header's value."""
    with app.app_context():
        session = current_session()
        person = _person(session, handle)
        token = sessions.open_session(session, person, ip="127.0.0.1", agent="bench")
        session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    name = app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(name)
    return f"{name}={found.value if found else ''}"


def _thread_with_answers(app: Flask) -> str:
    """Return the address of a thread with thirty answers, adding what its largest thread lacks."""
    session = current_session()
    expert = _person(session, EXPERT)
    question = session.scalars(
        select(Question).where(Question.hidden_at.is_(None)).order_by(Question.answers_count.desc()).limit(1)
    ).one()
    bodies = session.scalars(select(Answer.body_md).where(Answer.question_id != question.id).limit(ANSWERS)).all()
    for body in bodies[: max(0, ANSWERS - question.answers_count)]:
        answers.post(session, question=question, by=expert, body=body)
    session.commit()
    return f"/questions/{question.id}/{question.slug}"


def _busiest() -> str:
    """Return the profile of who answered most."""
    by_answers = select(Answer.author_id).group_by(Answer.author_id).order_by(func.count().desc()).limit(1)
    person = current_session().scalars(select(Person).where(Person.id == by_answers.scalar_subquery())).one()
    return f"/people/{person.handle}"


def _person(session: Session, handle: str) -> Person:
    """Return somebody of the bench, who joined with the first."""
    found = session.scalars(select(Person).where(Person.handle == handle)).first()
    if found is None:
        joined = session.scalar(select(func.min(Person.created_at)))
        found = Person(handle=handle, name=handle.replace("-", " ").capitalize(), created_at=joined)
        session.add(found)
        session.flush()
        roles.change(session, person=found, add=frozenset({Role.EXPERT} if handle == EXPERT else ()), by=None)
    return found


def _first_article(index: str) -> str:
    """Return the first article's address on the page of all sections."""
    for part in index.split('href="/articles/')[1:]:
        address = part.split('"', 1)[0]
        if address.count("/") == 1 and not address.endswith(".md"):
            return f"/articles/{address}"
    raise SystemExit("The measured site has no article.")


def _words(title: str) -> str:
    return "+".join("".join(c if c.isascii() and c.isalnum() else " " for c in title).split()[:8])
