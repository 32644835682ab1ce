"""What writers choose to come first for a search."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.people import rules
from kb.people.models import Person
from kb.search.documents import sources
from kb.search.engine import Key
from kb.search.models import Promotion
from kb.search.query import normal

MOST = 3
"""Documents for one search: more would only push down what was found."""


def promote(session: Session, text: str, *, kind: str, ref: int, by: Person) -> Promotion:
    """Have a document come first for everybody who searches ``text`` and may see it.

    Raises Refused when ``by`` is no writer, Invalid without a text, NotFound when ``by`` cannot see the document,
    Conflict when it comes first already, or as many as may.
    """
    _check_may(by)
    searched = normal(text)
    if not searched:
        raise Invalid("text", "Write the search that the page should come first for.")
    source = next((one for one in sources() if one.kind == kind), None)
    if source is None or ref not in source.shown(session, [ref], by):
        raise NotFound("There is no such article or question.")
    there = session.execute(select(Promotion.kind, Promotion.ref).where(Promotion.normal == searched)).all()
    if (kind, ref) in [tuple(row) for row in there]:
        raise Conflict("It comes first for this search already.")
    if len(there) >= MOST:
        raise Conflict("At most %(most)s pages can come first for a search. Remove one of them.", most=MOST)
    made = Promotion(normal=searched, kind=kind, ref=ref, added_by_id=by.id, added_at=clock.now())
    session.add(made)
    touch_site(session)
    session.flush()
    return made


def remove(session: Session, promotion: Promotion, *, by: Person) -> None:
    """Let a document stand where it is found; raises Refused when ``by`` is no writer."""
    _check_may(by)
    session.delete(promotion)
    touch_site(session)


def stored(session: Session) -> Mapping[str, tuple[Key, ...]]:
    """Return what comes first for each search, what was chosen first before the rest."""
    rows = session.execute(select(Promotion.normal, Promotion.kind, Promotion.ref).order_by(Promotion.id))
    found: dict[str, tuple[Key, ...]] = {}
    for searched, kind, ref in rows:
        found[searched] = (*found.get(searched, ()), Key(kind, ref))
    return found


def _check_may(by: Person) -> None:
    if not rules.is_writer(by):
        raise Refused("Only writers can choose what comes first.")
