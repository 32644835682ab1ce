"""What changed between the states of a post, word by word."""

from dataclasses import dataclass

from kb.errors import NotFound
from kb.forum.rows import pages_for
from kb.forum.thread_shapes import History, RevisionView
from kb.publishing.past.diffing import Difference, difference

PAGE = 5
"""States on a page: comparing two long ones may take half a second."""


@dataclass(frozen=True, slots=True)
class Change:
    """One state of a post, and what it changed in the one before it; the first state changed nothing."""

    revision: RevisionView
    difference: Difference
    lines: tuple[str, ...]
    """The text itself where there is nothing before it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what the states of a post changed, newest first."""

    rows: tuple[Change, ...]
    page: int
    pages: int


def changes_of(history: History, page: int = 1) -> Changes:
    """Return a page of what each state changed, newest first; raises NotFound when the page is past the end."""
    states = history.revisions
    pages = pages_for(len(states), PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    first = (page - 1) * PAGE
    shown = zip(states[first : first + PAGE], (*states[first + 1 :], None), strict=False)
    return Changes(tuple(_change(state, before) for state, before in shown), page, pages)


def _change(state: RevisionView, before: RevisionView | None) -> Change:
    if before is None:
        return Change(state, Difference(()), tuple(_text(state).splitlines()))
    return Change(state, difference(_text(before), _text(state)), ())


def _text(state: RevisionView) -> str:
    facts = [state.title, " ".join(state.tags), state.category]
    return "\n".join([*(fact for fact in facts if fact), state.body_md])
