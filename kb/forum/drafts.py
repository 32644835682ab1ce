"""What was written and not posted: a visitor's waits while they join, a member's is on every device they use."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid
from kb.forum import rules
from kb.forum.models import Draft, Question
from kb.notices.once import add_once
from kb.people.models import Person

LIFETIME = timedelta(days=7)
OF_A_MEMBER = timedelta(days=90)
MOST_LISTED = 50
LONGEST = 60_000
"""Characters of a draft's fields together: twice what may be posted."""

_SUBJECT = re.compile(r"/questions/(?:ask|([1-9]\d{0,8})/answers)")


@dataclass(frozen=True, slots=True)
class Saved:
    """A member's draft as it is now."""

    number: int
    """0 where nothing is saved."""
    body: dict[str, str]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A member's draft in their list."""

    subject: str
    """The path of the page it goes on at."""
    title: str
    """What is asked, or of the question that is answered; "" where it has none yet or cannot be seen any more."""
    words: str
    saved_at: datetime
    is_answer: bool


def keep(session: Session, *, token: str | None, subject: str, body: Mapping[str, str]) -> str:
    """Keep ``body`` as the draft of the form at the path ``subject``, in place of one kept before under ``token``.

    Returns the token that finds it again: ``token`` itself, or a new one where there was none.
    """
    token = token or secrets.token_urlsafe(32)
    expires = clock.now() + LIFETIME
    session.execute(delete(Draft).where(Draft.expires_at <= clock.now()))
    before = session.scalar(select(Draft).where(_named(token, subject)))
    if before is None:
        session.add(Draft(token_hash=_hash(token), subject=subject, body=dict(body), expires_at=expires))
    else:
        before.body, before.expires_at = dict(body), expires
    session.flush()
    return token


def find(session: Session, *, token: str | None, subject: str) -> dict[str, str]:
    """Return the fields kept for ``subject`` under ``token``; empty when there are none or they expired."""
    if not token:
        return {}
    body = session.scalar(select(Draft.body).where(_named(token, subject), Draft.expires_at > clock.now()))
    return dict(body or {})


def drop(session: Session, *, token: str | None, subject: str) -> None:
    """Forget the draft of ``subject``, once it is posted."""
    if token:
        session.execute(delete(Draft).where(_named(token, subject)))


def save(session: Session, *, by: Person, subject: str, body: Mapping[str, str], number: int) -> int:
    """Save a member's draft over the one with ``number`` (0: there is none yet); returns its new number.

    Raises Conflict when another device saved since, or it was posted or thrown away; Invalid when ``subject`` is no
    form for questions or answers, or the text is far too long to be posted.
    """
    if not _SUBJECT.fullmatch(subject):
        raise Invalid("subject", "No draft is kept of this form.")
    if sum(map(len, body.values())) > LONGEST:
        raise Invalid("body", "This is too long to be saved as a draft.")
    values = {"body": dict(body), "number": number + 1, "expires_at": clock.now() + OF_A_MEMBER}
    if number == 0:
        session.execute(delete(Draft).where(_of(by, subject), Draft.expires_at <= clock.now()))
        row = {"person_id": by.id, "subject": subject, **values}
        is_saved = bool(add_once(session, Draft, [row], [Draft.id]))
    else:
        same = update(Draft).where(_of(by, subject), Draft.number == number).values(**values).returning(Draft.id)
        is_saved = session.scalar(same.execution_options(synchronize_session=False)) is not None
    if not is_saved:
        raise Conflict("This draft was changed on another device, or posted.")
    return number + 1


def saved(session: Session, *, by: Person, subject: str) -> Saved:
    """Return the member's draft of ``subject``."""
    wanted = select(Draft.number, Draft.body).where(_of(by, subject), Draft.expires_at > clock.now())
    row = session.execute(wanted).first()
    return Saved(row.number, dict(row.body)) if row is not None else Saved(0, {})


def throw_away(session: Session, *, by: Person, subject: str) -> None:
    """Forget a member's draft, because it is posted or not wanted; nothing happens when there is none."""
    session.execute(delete(Draft).where(_of(by, subject)))


def listed(session: Session, by: Person) -> list[DraftRow]:
    """Return a member's drafts, the last saved first."""
    mine = select(Draft).where(Draft.person_id == by.id, Draft.expires_at > clock.now())
    drafts = session.scalars(mine.order_by(Draft.expires_at.desc(), Draft.id.desc()).limit(MOST_LISTED)).all()
    about = {draft.id: _question_of(draft.subject) for draft in drafts}
    titles = dict(
        session.execute(
            select(Question.id, Question.title).where(
                Question.id.in_(set(about.values())), rules.visible_to(by, Question)
            )
        ).all()
    )
    return [
        DraftRow(
            subject=draft.subject,
            title=titles.get(about[draft.id], "") if about[draft.id] else str(draft.body.get("title", "")),
            words=str(draft.body.get("body", ""))[:200],
            saved_at=draft.expires_at - OF_A_MEMBER,
            is_answer=bool(about[draft.id]),
        )
        for draft in drafts
    ]


def _question_of(subject: str) -> int:
    """Return the id of the question that is answered at ``subject``, 0 where a question is asked."""
    found = _SUBJECT.fullmatch(subject)
    return int(found[1] or 0) if found else 0


def _of(by: Person, subject: str) -> ColumnElement[bool]:
    return and_(Draft.person_id == by.id, Draft.subject == subject)


def _named(token: str, subject: str) -> ColumnElement[bool]:
    return and_(Draft.token_hash == _hash(token), Draft.subject == subject)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
