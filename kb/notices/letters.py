"""Notices as e-mails: composed and sent by the worker, to those who may still see what they are about."""

import logging
import smtplib
from dataclasses import dataclass

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from kb import clock
from kb.db import glance
from kb.jobs import job
from kb.mail import Mail
from kb.notices import stops
from kb.notices.models import Letter, LetterStop, Notice
from kb.notices.visibility import is_visible
from kb.people import stationery
from kb.people.models import Person

SENT = "sent"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    lead: str
    action: str
    because: str
    stop: str


_TAKING_PART = "You get this letter because you follow this question."
WORDS = {
    "answer": _Words(
        "%(who)s answered: %(title)s",
        "%(who)s answered “%(title)s”.",
        "Read the answer",
        _TAKING_PART,
        "Stop letters about answers",
    ),
    "comment": _Words(
        "%(who)s commented: %(title)s",
        "%(who)s commented on “%(title)s”.",
        "Read the comment",
        _TAKING_PART,
        "Stop letters about comments",
    ),
    "acceptance": _Words(
        "Accepted: %(title)s",
        "%(who)s accepted an answer to “%(title)s”.",
        "See the accepted answer",
        _TAKING_PART,
        "Stop letters about accepted answers",
    ),
    "mention": _Words(
        "%(who)s mentioned you: %(title)s",
        "%(who)s mentioned you in “%(title)s”.",
        "Read what was said",
        "You get this letter because you were mentioned.",
        "Stop letters about mentions",
    ),
    "publish": _Words(
        "%(title)s",
        "%(title)s. The site goes on showing what was there before; everything else of the same commit is live.",
        "See the whole report",
        "You get this letter because you wrote the commit, or own an article that it changed.",
        "Stop letters about publishing",
    ),
    "review": _Words(
        "%(title)s",
        "%(title)s. Read each from beginning to end, correct it, and set its “reviewed” to the day you did.",
        "See them all",
        "You get this letter, once a week at most, because these articles name you as their owner.",
        "Stop letters about articles to read again",
    ),
}


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known of a letter before it leaves: a mail to send, or the reason why it will not be sent."""

    mail: Mail | None
    why_not: str = ""


@job
def deliver(session: Session, letter_id: int) -> None:
    """Send a letter, unless it was settled before, is not wanted any more, or its subject was hidden from the reader.

    Raises what the post raises when it may succeed later, so that the worker tries again with the same Message-ID.
    """
    with glance(session):
        draft = _draft(session, letter_id)
    if draft is None:
        return
    outcome = _send(draft.mail, letter_id) if draft.mail else draft.why_not
    now = clock.now()
    settled = {"outcome": outcome, "settled_at": now, "sent_at": now if outcome == SENT else None}
    session.execute(update(Letter).where(Letter.id == letter_id).values(**settled))


def _send(mail: Mail, letter_id: int) -> str:
    try:
        stationery.current().post.send(mail)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = max(code for code, _ in refusal.recipients.values())
        if code < 500:
            raise
        log.warning("letter %s: the mail server refuses its address for good (%s)", letter_id, code)
        return f"refused {code}"
    return SENT


def _draft(session: Session, letter_id: int) -> _Draft | None:
    """Return the draft of a letter, None when it is gone or settled."""
    actor = aliased(Person)
    stopped = exists().where(and_(LetterStop.person_id == Notice.person_id, LetterStop.kind == Notice.kind))
    found = session.execute(
        select(Notice, Person, actor.name, stopped)
        .select_from(Letter)
        .join(Notice, Notice.id == Letter.notice_id)
        .join(Person, Person.id == Notice.person_id)
        .outerjoin(actor, actor.id == Notice.actor_id)
        .where(Letter.id == letter_id, Letter.settled_at.is_(None))
    ).first()
    if found is None:
        return None
    notice, reader, actor_name, is_stopped = found
    if reader.email is None or reader.password_hash is None:
        return _Draft(None, "no address")
    if is_stopped:
        return _Draft(None, "not wanted")
    if session.scalar(select(Notice.id).where(Notice.id == notice.id, is_visible(reader))) is None:
        return _Draft(None, "not visible")
    return _Draft(compose(letter_id, notice, reader.name, reader.email, actor_name))


def compose(letter_id: int, notice: Notice, name: str, email: str, actor_name: str | None) -> Mail:
    """Return the mail that carries ``notice`` to ``name`` at ``email``."""
    paper = stationery.current()
    words = WORDS[notice.kind]
    about = {"who": stationery.plain_name(actor_name or ""), "title": notice.title}
    stop = paper.link(f"/letters/stop/{stops.token_for(notice.person_id, notice.kind)}")
    body = stationery.Body(
        greeting=f"Hello {stationery.plain_name(name)},",
        lead=words.lead % about,
        quote=notice.extract,
        action=words.action,
        address=paper.link(notice.address),
        footer=f"{words.because} {paper.site_name}, {paper.base_url}.",
        footer_action=words.stop,
        footer_address=stop,
    )
    return Mail(
        to=email,
        subject=words.subject % about,
        text=stationery.as_text(body),
        html=stationery.as_html(body),
        message_id=paper.message_id(f"letter-{letter_id}"),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
