"""How much one person may post: limits for newcomers, and nothing twice within five minutes."""

import re
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, TooMany
from kb.esteem import trust
from kb.forum.models import Answer, Comment, Question, Rating
from kb.forum.solving.models import Trial
from kb.people.models import Person

DAY = timedelta(days=1)
TWICE = timedelta(minutes=5)
FIRST_DAY: dict[type[Question | Answer | Comment], int] = {Question: 3, Answer: 10, Comment: 30}
RATINGS_A_DAY = 50
_POSTERS = 7101
"""What our advisory locks on people are numbered with, to be told from others."""

_LINK_OUT = re.compile(r'<a [^>]*\bhref="(?:https?:)?//')


def queue_up(session: Session, person: Person) -> None:
    """Let only one transaction at a time post as ``person``, so that counting what they posted can be trusted.

    SQLite's writers stand in one line anyway. Comes first in a verb, before any other lock: the order that all verbs
    keep is poster, question, answer, people thanked, then the site's version. A row of person comes after questions,
    since what somebody earns is written to it, so the place in the line is a number and not that row.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_POSTERS, person.id)))


def check_newcomer(session: Session, person: Person, kind: type[Question | Answer | Comment]) -> None:
    """Raise TooMany when somebody who joined within the last day has posted their share; roles and staff are exempt."""
    until = person.created_at + DAY
    if clock.now() >= until or person.roles or person.staff_since is not None:
        return
    posted = session.scalar(
        select(func.count()).select_from(kind).where(kind.author_id == person.id, kind.origin.is_(None))
    )
    if (posted or 0) >= FIRST_DAY[kind]:
        raise TooMany(
            "New members can post %(most)s of these on their first day. Please come back tomorrow.",
            retry_after=_seconds(until),
            most=FIRST_DAY[kind],
        )


def check_ratings(session: Session, person: Person, noun: type[Rating | Trial] = Rating) -> None:
    """Raise TooMany when ``person`` rated 50 answers within the last day, or said of 50 whether they worked."""
    since = clock.now() - DAY
    made = session.scalars(
        select(noun.created_at)
        .where(noun.person_id == person.id, noun.created_at > since)
        .order_by(noun.created_at.desc())
        .limit(RATINGS_A_DAY)
    ).all()
    if len(made) == RATINGS_A_DAY:
        raise TooMany(
            "You rated %(most)s answers today, thank you. Please come back tomorrow.",
            retry_after=_seconds(made[-1] + DAY),
            most=RATINGS_A_DAY,
        )


def check_links(person: Person, html: str) -> None:
    """Raise Invalid naming body when a newcomer's post holds a picture, or more links to elsewhere than two."""
    if not trust.may(person, "picture") and "<img" in html:
        raise Invalid("body", "Newcomers cannot post pictures yet. What opens next is on your profile.")
    if not trust.may(person, "link") and len(_LINK_OUT.findall(html)) > trust.NEWCOMERS_LINKS:
        raise Invalid(
            "body",
            "Newcomers can put %(most)s links into a post. What opens next is on your profile.",
            most=trust.NEWCOMERS_LINKS,
        )


def check_not_said(
    session: Session, person: Person, kind: type[Question | Answer | Comment], body: str, *, question_id: int = 0
) -> None:
    """Raise Conflict when ``person`` posted the same text within five minutes.

    A ``question_id`` narrows that to one thread: a short comment such as "thank you" is honest in two of them.
    """
    same = select(kind.id).where(
        kind.author_id == person.id, kind.created_at > clock.now() - TWICE, kind.body_md == body
    )
    if question_id:
        same = same.where(Comment.question_id == question_id)
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("You posted exactly this a moment ago; it is there already.")


def _seconds(until: datetime) -> int:
    return max(1, int((until - clock.now()).total_seconds()) + 1)
