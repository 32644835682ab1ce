"""Notices as e-mails: composed and sent by the worker, to those who may still see what they are about."""

import logging
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from kb import clock
from kb.db import glance
from kb.jobs import job
from kb.mail import Mail
from kb.notices import stops
from kb.notices.kinds import KINDS, Kind
from kb.notices.models import Letter, LetterStop, Notice
from kb.notices.visibility import is_visible
from kb.people import stationery
from kb.people.models import Person

SENT = "sent"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
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
    outcome = send(draft.mail) if draft.mail else draft.why_not
    now = clock.now()
    settled = {"outcome": outcome, "settled_at": now, "sent_at": now if outcome == SENT else None}
    session.execute(update(Letter).where(Letter.id == letter_id).values(**settled))


def send(mail: Mail) -> str:
    """Give ``mail`` to the post and return the outcome: sent, or refused for good. Raises what may pass by itself."""
    try:
        stationery.current().post.send(mail)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = max(code for code, _ in refusal.recipients.values())
        if code < 500:
            raise
        log.warning("%s: the mail server refuses its address for good (%s)", mail.message_id, code)
        return f"refused {code}"
    return SENT


def _draft(session: Session, letter_id: int) -> Draft | None:
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
        return Draft(None, "no address")
    if is_stopped:
        return Draft(None, "not wanted")
    if session.scalar(select(Notice.id).where(Notice.id == notice.id, is_visible(reader))) is None:
        return Draft(None, "not visible")
    return Draft(compose(letter_id, notice, reader.name, reader.email, actor_name))


def compose(letter_id: int, notice: Notice, name: str, email: str, actor_name: str | None) -> Mail:
    """Return the mail that carries ``notice`` to ``name`` at ``email``."""
    return on_paper(
        KINDS[notice.kind],
        letter=f"letter-{letter_id}",
        person_id=notice.person_id,
        name=name,
        email=email,
        about=said_of(notice.title, actor_name),
        quote=notice.extract,
        address=notice.address,
    )


def said_of(title: str, actor_name: str | None) -> dict[str, str]:
    """Return what the words of a kind are filled with."""
    return {"who": stationery.plain_name(actor_name or ""), "title": title}


def on_paper(
    kind: Kind,
    *,
    letter: str,
    person_id: int,
    name: str,
    email: str,
    about: Mapping[str, str],
    address: str,
    quote: str = "",
    links: Sequence[stationery.Link] = (),
) -> Mail:
    """Return a letter of ``kind`` with the link that stops such letters; ``letter`` names it, whenever it is sent."""
    paper = stationery.current()
    stop = paper.link(f"/letters/stop/{stops.token_for(person_id, kind.name)}")
    body = stationery.Body(
        greeting=f"Hello {stationery.plain_name(name)},",
        lead=kind.lead % about,
        quote=quote,
        links=tuple(links),
        action=kind.action,
        address=paper.link(address),
        footer=f"{kind.because} {paper.site_name}, {paper.base_url}.",
        footer_action=f"Stop letters about {kind.about}",
        footer_address=stop,
    )
    return Mail(
        to=email,
        subject=kind.subject % about,
        text=stationery.as_text(body),
        html=stationery.as_html(body),
        message_id=paper.message_id(letter),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
