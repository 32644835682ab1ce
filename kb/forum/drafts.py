"""What visitors wrote before they joined, kept for a week so that joining loses nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum.models import Draft

LIFETIME = timedelta(days=7)


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


def _named(token: str, subject: str) -> ColumnElement[bool]:
    return and_(Draft.token_hash == _hash(token), Draft.subject == subject)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
