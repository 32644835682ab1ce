"""Letters a person does not want: chosen in the settings, or by the link in a letter."""

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock, history
from kb.errors import NotFound
from kb.notices.kinds import KINDS, WITH_LETTERS
from kb.notices.models import LetterStop
from kb.notices.once import add_once
from kb.people import rules, stationery
from kb.people.models import Person


def stop(session: Session, *, person_id: int, kind: str) -> None:
    """Send no more letters of ``kind`` to the person; their inbox still tells them. Raises NotFound on no such kind."""
    _known(kind)
    row = {"person_id": person_id, "kind": kind, "created_at": clock.now()}
    if add_once(session, LetterStop, [row], [LetterStop.id]):
        _note(session, "letters.stopped", person_id, kind)


def resume(session: Session, *, person_id: int, kind: str) -> None:
    """Send letters of ``kind`` to the person again. Raises NotFound on no such kind."""
    _known(kind)
    gone = delete(LetterStop).where(LetterStop.person_id == person_id, LetterStop.kind == kind)
    if session.scalar(gone.returning(LetterStop.id)) is not None:
        _note(session, "letters.resumed", person_id, kind)


def choose(session: Session, *, person: Person, wanted: frozenset[str]) -> None:
    """Send ``person`` letters of the kinds ``wanted`` and of no other that they are offered."""
    for kind in offered(person):
        (resume if kind in wanted else stop)(session, person_id=person.id, kind=kind)


def offered(person: Person) -> tuple[str, ...]:
    """Return the kinds of letters that ``person`` may get."""
    writes = rules.is_writer(person)
    return tuple(kind for kind in WITH_LETTERS if writes or not KINDS[kind].for_writers)


def stopped(session: Session, person_id: int) -> frozenset[str]:
    """Return the kinds of letters the person does not want."""
    return frozenset(session.scalars(select(LetterStop.kind).where(LetterStop.person_id == person_id)))


def token_for(person_id: int, kind: str) -> str:
    """Return what proves, without signing in, that its holder was sent a letter of ``kind``; it does not run out."""
    return _signer().dumps([person_id, kind])


def read(session: Session, token: str) -> tuple[Person, str]:
    """Return the person and kind that ``token`` was made for; raises NotFound when it was not made here."""
    try:
        person_id, kind = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound() from None
    person = session.get(Person, person_id)
    if person is None or kind not in WITH_LETTERS:
        raise NotFound()
    return person, kind


def _known(kind: str) -> None:
    if kind not in WITH_LETTERS:
        raise NotFound()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(stationery.current().secret, salt="letters.stop")


def _note(session: Session, what: str, person_id: int, kind: str) -> None:
    history.record(session, what, subject_kind="person", subject_id=person_id, person_id=person_id, kind=kind)
