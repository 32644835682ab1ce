"""Giving badges and trust by what people did, and taking back what is no longer so."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.esteem import badges, trust
from kb.esteem.merits import Merits
from kb.esteem.models import Badge
from kb.people.models import Person


def award(session: Session, merits: Mapping[int, Merits]) -> dict[str, list[int]]:
    """Give everybody in ``merits`` the badges and the trust they earned, and no others.

    Returns by badge the ids of those who got it.
    """
    now, wrong = clock.now(), _badges(session, merits)
    given = [(person_id, name) for person_id, name, has in wrong if not has]
    taken = [(person_id, name) for person_id, name, has in wrong if has]
    steps = [{"id": person_id, "trust": true} for person_id, _, true in _steps(session, merits)]
    for person_id, name in taken:
        session.execute(delete(Badge).where(Badge.person_id == person_id, Badge.name == name))
    if given:
        session.execute(insert(Badge), [{"person_id": person_id, "name": name, "at": now} for person_id, name in given])
    if steps:
        session.execute(update(Person), steps)
    if given or taken or steps:
        touch_site(session)
    new: dict[str, list[int]] = defaultdict(list)
    for person_id, name in given:
        new[name].append(person_id)
    return new


def faults(session: Session, merits: Mapping[int, Merits]) -> Iterator[str]:
    """Yield a sentence for each badge and each trust that does not follow from ``merits``, everybody's."""
    for person_id, name, has in _badges(session, merits):
        yield f"person {person_id}: {'has' if has else 'lacks'} the badge {name} against their merits"
    for person_id, said, true in _steps(session, merits):
        yield f"person {person_id}: trust is {said}, their merits make {true}"


def _badges(session: Session, merits: Mapping[int, Merits]) -> list[tuple[int, str, bool]]:
    """Return who has a badge they did not earn (True) or earned one they do not have (False)."""
    had = {(person_id, name) for person_id, name in session.execute(select(Badge.person_id, Badge.name))}
    earned = {(person_id, name) for person_id, theirs in merits.items() for name in badges.due(theirs)}
    wrong = [(*one, True) for one in had - earned if one[0] in merits]
    return sorted(wrong + [(*one, False) for one in earned - had])


def _steps(session: Session, merits: Mapping[int, Merits]) -> list[tuple[int, int, int]]:
    """Return who is trusted otherwise than they earned: the person, what is said, what is true."""
    said = session.execute(select(Person.id, Person.trust).order_by(Person.id))
    return [
        (person_id, step, true)
        for person_id, step in said
        if person_id in merits and step != (true := trust.step_for(merits[person_id]))
    ]
