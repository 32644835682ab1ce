"""An example community for an empty site: people plainly named as examples act out threads through the usual verbs."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict
from kb.exchange.demo_script import CAST, Part, Remark, Reply, Scene, scenes
from kb.forum import answers, categories, comments, duplicates, me_too, questions, ratings
from kb.forum.models import Answer, Category, Question
from kb.forum.queue import details
from kb.forum.solving import trials
from kb.markup.posts import render_post
from kb.people import passwords
from kb.people.models import Grant, Person
from kb.search import changes

ORIGIN = "demo"
ABOUT = "An example, made by `kb demo` to show what a community looks like. There is no such person."
OLDEST = timedelta(days=75)


@dataclass(frozen=True, slots=True)
class Way:
    """How to sign in as one of the examples. The password is nowhere else: the site keeps only its hash."""

    role: str
    handle: str
    password: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made."""

    threads: int
    people: int
    ways: tuple[Way, ...]


def is_empty(session: Session) -> bool:
    """Whether nobody has asked anything yet."""
    return session.scalar(select(Question.id).limit(1)) is None


def fill(session: Session, script: Sequence[Scene] | None = None) -> Filled:
    """Give an empty site the example community, spread over the last weeks; returns what was made.

    ``script`` is what happens in it, everything in the files when not given. The examples have no address, so no
    letter is written to any of them. Raises Conflict when the site has questions, or people with the examples' handles.
    """
    if not is_empty(session):
        raise Conflict("This site has questions already; examples are only for an empty one.")
    taken = session.scalar(select(Person.handle).where(Person.handle.in_([part.handle for part in CAST])).limit(1))
    if taken is not None:
        raise Conflict("The handle “%(handle)s” is taken already, so the examples find no place.", handle=taken)
    categories.ensure_defaults(session)
    now = clock.now()
    people, ways = _people(session, now - OLDEST)
    script = scenes() if script is None else script
    _Stage(session, people, now).play(script)
    asked = session.scalars(select(Question.id).where(Question.author_id.in_([one.id for one in people.values()])))
    changes.note_many(session, "question", asked.all())  # once more with today's date: notes are forgotten by age
    return Filled(len(script), len(people), ways)


def _people(session: Session, joined: datetime) -> tuple[dict[str, Person], tuple[Way, ...]]:
    ways = {part.key: Way(part.signs_in, part.handle, secrets.token_urlsafe(12)) for part in CAST if part.signs_in}
    about = render_post(ABOUT).html
    people = {}
    for number, part in enumerate(CAST):
        way = ways.get(part.key)
        people[part.key] = _person(part, joined + timedelta(hours=number), about, way.password if way else None)
    session.add_all(people.values())
    session.flush()
    return people, tuple(ways.values())


def _person(part: Part, joined: datetime, about: str, password: str | None) -> Person:
    return Person(
        handle=part.handle,
        name=part.name,
        password_hash=passwords.hashed(password) if password else None,
        about_md=ABOUT,
        about_html=about,
        created_at=joined,
        staff_since=joined if part.staff else None,
        origin=ORIGIN,
        grants=[Grant(role=part.role, granted_at=joined)] if part.role else [],
    )


class _Stage:
    """Puts everything that happens in all threads into the order of time, then lets it happen at that time."""

    def __init__(self, session: Session, people: dict[str, Person], now: datetime) -> None:
        self._session = session
        self._people = people
        self._now = now
        self._categories: dict[str, Category] = {one.slug: one for one in categories.ordered(session)}
        self._fallback = next(iter(self._categories.values()))
        self._asked: dict[str, Question] = {}
        self._answered: dict[tuple[str, int], Answer] = {}
        self._acts: list[tuple[datetime, Callable[[], object]]] = []

    def play(self, script: Sequence[Scene]) -> None:
        """Act ``script`` out."""
        for scene in script:
            self._plan(scene)
        for at, act in sorted(self._acts, key=itemgetter(0)):
            with clock.held_at(at):
                act()
                self._session.flush()  # the next verb may read anew what this one only changed in memory

    def _plan(self, scene: Scene) -> None:
        asked = self._now - timedelta(days=scene.days, minutes=crc32(scene.title.encode()) % 600)
        self._at(asked, 0, partial(self._ask, scene))
        if scene.first_title is not None:
            self._at(asked, scene.first_title.after, partial(self._retitle, scene))
        for number, key in enumerate(scene.me_too, start=1):
            self._at(asked, 3.7 * number, partial(self._too, scene, key))
        for remark in scene.comments:
            self._at(asked, remark.after, partial(self._comment, scene, remark, None))
        if scene.details is not None:
            self._at(asked, scene.details.after, partial(self._need, scene, scene.details))
        for number, reply in enumerate(scene.answers):
            self._plan_reply(scene, reply, number, asked)
        if scene.duplicate_of is not None:
            self._at(asked, scene.duplicate_of.after, partial(self._point, scene))
        if scene.closed is not None:
            self._at(asked, scene.closed.after, partial(self._close, scene))

    def _plan_reply(self, scene: Scene, reply: Reply, number: int, asked: datetime) -> None:
        self._at(asked, reply.after, partial(self._answer, scene, reply, number))
        if reply.accepted:
            self._at(asked, reply.after + 1.6, partial(self._accept, scene, reply, number))
        opinions = [*((key, True) for key in reply.helpful), *((key, False) for key in reply.not_helpful)]
        for place, (key, helpful) in enumerate(opinions, start=1):
            self._at(asked, reply.after + 2.3 * place, partial(self._rate, scene, number, key, helpful))
        for place, key in enumerate(reply.worked, start=1):
            self._at(asked, reply.after + 5.1 * place, partial(self._try, scene, number, key))
        for remark in reply.comments:
            self._at(asked, remark.after, partial(self._comment, scene, remark, number))

    def _at(self, start: datetime, hours: float, act: Callable[[], object]) -> None:
        self._acts.append((min(start + timedelta(hours=hours), self._now), act))

    def _ask(self, scene: Scene) -> None:
        self._asked[scene.key or scene.title] = questions.ask(
            self._session,
            by=self._people[scene.by],
            title=scene.first_title.title if scene.first_title else scene.title,
            body=scene.body,
            category=self._categories.get(scene.category, self._fallback),
            tags=scene.tags,
        )

    def _retitle(self, scene: Scene) -> None:
        assert scene.first_title is not None
        questions.edit(
            self._session,
            question=self._question(scene),
            by=self._people[scene.first_title.changed_by],
            title=scene.title,
            body=scene.body,
            category=self._categories.get(scene.category, self._fallback),
            tags=scene.tags,
        )

    def _answer(self, scene: Scene, reply: Reply, number: int) -> None:
        self._answered[scene.title, number] = answers.post(
            self._session, question=self._question(scene), by=self._people[reply.by], body=reply.body
        )

    def _comment(self, scene: Scene, remark: Remark, number: int | None) -> None:
        comments.post(
            self._session,
            question=self._question(scene),
            by=self._people[remark.by],
            body=remark.body,
            answer=None if number is None else self._answered[scene.title, number],
        )

    def _accept(self, scene: Scene, reply: Reply, number: int) -> None:
        answers.accept(self._session, answer=self._answered[scene.title, number], by=self._people[reply.accepted])

    def _rate(self, scene: Scene, number: int, key: str, helpful: bool) -> None:
        ratings.rate(self._session, answer=self._answered[scene.title, number], by=self._people[key], helpful=helpful)

    def _try(self, scene: Scene, number: int, key: str) -> None:
        trials.say(self._session, answer=self._answered[scene.title, number], by=self._people[key], worked=True)

    def _need(self, scene: Scene, remark: Remark) -> None:
        details.ask(self._session, question=self._question(scene), by=self._people[remark.by], body=remark.body)

    def _too(self, scene: Scene, key: str) -> None:
        me_too.say(self._session, question=self._question(scene), by=self._people[key], too=True)

    def _close(self, scene: Scene) -> None:
        assert scene.closed is not None
        questions.close(
            self._session,
            question=self._question(scene),
            by=self._people[scene.closed.by],
            reason=scene.closed.reason,
            note=scene.closed.note,
        )

    def _point(self, scene: Scene) -> None:
        assert scene.duplicate_of is not None
        duplicates.mark(
            self._session,
            question=self._question(scene),
            original=self._asked[scene.duplicate_of.key],
            by=self._people[scene.duplicate_of.by],
        )

    def _question(self, scene: Scene) -> Question:
        return self._asked[scene.key or scene.title]
