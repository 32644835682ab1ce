"""Many at once through a real server: ratings, acceptances and one form posted many times over.

    python -m bench.forum_races [--people 200] [--ratings 1000] [--at-once 50] [--postgres postgresql+psycopg://…]

Every request has a connection of its own and all of a round start together. Prints a table in Markdown, for SQLite
and for an empty PostgreSQL database where one is named, and exits with 1 when a bar is missed.
"""

import argparse
import http.client
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bench.search_chaos import Line
from kb import clock
from kb.app import create_app
from kb.db import current_session, db, reading_only
from kb.forum import answers, categories, checking, questions, worth
from kb.forum.models import Acceptance, Answer, Question, Rating
from kb.people import sessions
from kb.people.models import Person
from kb.settings import Settings
from tests.walks.test_serving import Running

SECRET = "races-" * 8
TOKEN = 'name="csrf_token" value="'


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who is signed in, with the token of a page they have open and a program of their own."""

    name: str
    cookie: str
    token: str


@dataclass(frozen=True, slots=True)
class Post:
    """A form to send."""

    by: Browser
    path: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Town:
    """The thread everything happens on, and everybody in it."""

    question_id: int
    answer_ids: tuple[int, int]
    asker: Browser
    people: tuple[Browser, ...]


def main() -> None:
    """Run everything on each database, print what was found, and exit with 1 when a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--ratings", type=int, default=1000)
    options.add_argument("--at-once", type=int, default=50)
    options.add_argument("--postgres", default="")
    chosen = options.parse_args()
    missed = False
    print("| database | what | found | bar |\n|---|---|---|---|")
    for name, url in (("SQLite", ""), ("PostgreSQL", chosen.postgres)):
        if name == "PostgreSQL" and not url:
            continue
        with tempfile.TemporaryDirectory(prefix="kb-races-") as folder:
            for line in _lines(Path(folder), url, chosen):
                print(f"| {name} | {line.what} | {line.found} | {'held' if line.fine else 'MISSED'} |", flush=True)
                missed = missed or not line.fine
    raise SystemExit(missed)


def _lines(folder: Path, url: str, chosen: argparse.Namespace) -> Iterator[Line]:
    variables = {"KB_SECRET_KEY": SECRET, "KB_RATE_LIMITS": "off", "KB_CONTENT": str(folder)}
    if url:
        variables["KB_DATABASE_URL"] = url
    server = Running(folder / "data", **variables)
    log: list[str] = []
    try:
        server.wait_until_ready(seconds=300)
        threading.Thread(target=_keep, args=(server, log), daemon=True).start()
        app = create_app(Settings(data_dir=folder / "data", database_url=url or None, secret_key=SECRET))
        with app.app_context():
            town = _settle(app, chosen.people)
            yield _rated(server.port, town, chosen.ratings)
            yield _accepted(server.port, town, chosen.at_once)
            yield _posted(server.port, town, chosen.at_once)
            yield _asked(server.port, town, chosen.at_once)
            faults = [*checking.faults(current_session()), *worth.faults(current_session())]
            yield Line("what the rows say of one another", faults[0] if faults else "no fault", not faults)
            errors = [line for line in log if " ERROR " in line]
            found = f"{len(errors)}, such as {errors[0]}" if errors else "none"
            yield Line("errors in the server's log", found, not errors)
            db.session.remove()
            db.engine.dispose()
    finally:
        server.stop()


def _keep(server: Running, log: list[str]) -> None:
    """Keep what the server prints; one whose words nobody reads stands still once the pipe is full."""
    log.extend(server.process.stdout or ())


def _rated(port: int, town: Town, number: int) -> Line:
    chance = random.Random(5)
    posts = [
        Post(
            town.people[turn % len(town.people)],
            f"/answers/{town.answer_ids[0]}/rating",
            {"helpful": chance.choice(("yes", "yes", "no", ""))},
        )
        for turn in range(number)
    ]
    statuses, seconds = _all_at_once(port, posts)
    rated = Rating.answer_id == town.answer_ids[0]
    rows, raters = _read(select(func.count(Rating.id), func.count(Rating.person_id.distinct())).where(rated))
    (helpful,) = _read(select(func.count(Rating.id)).where(rated, Rating.helpful, Rating.discounted == ""))
    (said,) = _read(select(Answer.helpful_count).where(Answer.id == town.answer_ids[0]))
    fine = rows == raters and said == helpful and set(statuses) == {303}
    found = f"{_told(statuses)} in {seconds:.1f} s; {rows} rows of {raters} people, {said} helpful"
    return Line(f"{number} ratings by {len(town.people)} people", found, fine)


def _accepted(port: int, town: Town, number: int) -> Line:
    path = f"/questions/{town.question_id}/acceptance"
    posts = [Post(town.asker, path, {"answer": str(town.answer_ids[turn % 2])}) for turn in range(number)]
    statuses, seconds = _all_at_once(port, posts)
    (rows,) = _read(select(func.count(Acceptance.id)))
    return Line(
        f"{number} acceptances of two answers",
        f"{_told(statuses)} in {seconds:.1f} s; {rows} row",
        rows == 1 and set(statuses) == {303},
    )


def _posted(port: int, town: Town, number: int) -> Line:
    fields = {"body": "The very same words, sent again and again."}
    posts = [Post(town.asker, f"/questions/{town.question_id}/answers", fields) for _ in range(number)]
    statuses, seconds = _all_at_once(port, posts)
    (rows,) = _read(select(func.count(Answer.id)).where(Answer.body_md == fields["body"]))
    fine = rows == 1 and statuses[303] == 1 and statuses[409] == number - 1
    return Line(f"one answer's form {number} times", f"{_told(statuses)} in {seconds:.1f} s; {rows} row", fine)


def _asked(port: int, town: Town, number: int) -> Line:
    fields = {"title": "Why is the very same question asked?", "body": "Same words.", "category": "problems"}
    statuses, seconds = _all_at_once(port, [Post(town.asker, "/questions", fields)] * number)
    (rows,) = _read(select(func.count(Question.id)).where(Question.title == fields["title"]))
    fine = rows == 1 and statuses[303] == 1 and statuses[409] == number - 1
    return Line(f"one question's form {number} times", f"{_told(statuses)} in {seconds:.1f} s; {rows} row", fine)


def _all_at_once(port: int, posts: Sequence[Post]) -> tuple[Counter[int], float]:
    """Send every form by a thread of its own, all starting together; return the statuses, and how long it took."""
    start, statuses = threading.Barrier(len(posts) + 1), []

    def send(form: Post) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
        start.wait()
        body = urlencode({"csrf_token": form.by.token, **form.fields})
        headers = {
            "Cookie": form.by.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": form.by.name,
        }
        try:
            connection.request("POST", form.path, body, headers)
            statuses.append(connection.getresponse().status)
        except OSError:
            statuses.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(form,)) for form in posts]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    start.wait()
    for thread in threads:
        thread.join()
    return Counter(statuses), time.perf_counter() - began


def _settle(app: Flask, people: int) -> Town:
    """Make a thread with two answers, and people who are signed in and have it open."""
    session = current_session()
    categories.ensure_defaults(session)
    members = [_member(session, f"member-{number}") for number in range(people + 2)]
    asker, answerer, *others = members
    category = categories.find(session, "problems")
    question = questions.ask(session, by=asker, title="What is raced for here?", body="This.", category=category)
    given = [answers.post(session, question=question, by=answerer, body=f"Answer {number}.") for number in (1, 2)]
    session.commit()
    path = f"/questions/{question.id}/{question.slug}"
    return Town(
        question_id=question.id,
        answer_ids=(given[0].id, given[1].id),
        asker=_browser(app, asker, path),
        people=tuple(_browser(app, one, path) for one in others),
    )


def _member(session: Session, name: str) -> Person:
    person = Person(handle=name, name=name.capitalize(), created_at=clock.now())
    session.add(person)
    session.flush()
    return person


def _browser(app: Flask, person: Person, path: str) -> Browser:
    """Sign somebody in and open a page; in a context of its own, since a form's token is kept in one."""
    client, name = app.test_client(), app.config["SESSION_COOKIE_NAME"]
    with app.app_context():
        token = sessions.open_session(current_session(), person, ip="127.0.0.1", agent=person.handle)
        current_session().commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        form = client.get(path).text.split(TOKEN, 1)[1].split('"', 1)[0]
    kept = client.get_cookie(name)
    return Browser(person.handle, f"{name}={kept.value if kept else ''}", form)


def _read(statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Return the one row there is by now, and leave no transaction open: on SQLite all writers would wait for it."""
    session = current_session()
    with reading_only():
        row = session.execute(statement).one()
        session.rollback()
    return row


def _told(statuses: Counter[int]) -> str:
    return ", ".join(f"{number} × {status}" for status, number in sorted(statuses.items()))


if __name__ == "__main__":
    main()
