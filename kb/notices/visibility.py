"""Which subjects a person may still know of; asked when an inbox is shown and when a letter leaves."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, and_, or_

from kb.notices.models import Notice
from kb.people.models import Person

VisibleIds = Callable[[Person], Select[int]]
_registered: dict[str, VisibleIds] = {}


def register_visibility(subject_kind: str, visible_ids: VisibleIds) -> None:
    """Let ``visible_ids(person)``, a select of ids, say which subjects of a kind that person may see.

    A select, not an answer for one id, so that an inbox of any length stays one statement and its counts are true.
    """
    _registered[subject_kind] = visible_ids


def is_visible(person: Person) -> ColumnElement[bool]:
    """Return the condition on Notice that its subject may be seen by ``person``; unregistered kinds never may."""
    return or_(False, *(_among(kind, visible_ids(person)) for kind, visible_ids in _registered.items()))


def _among(kind: str, ids: Select[int]) -> ColumnElement[bool]:
    """Ask for the one id instead of ``IN (ids)``: SQLite would first write down every visible id there is."""
    (this,) = ids.selected_columns
    return and_(Notice.subject_kind == kind, ids.where(this == Notice.subject_id).correlate(Notice).exists())
