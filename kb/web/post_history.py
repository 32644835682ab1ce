"""What changed between two states of a post, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.forum.shapes import History, RevisionView


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a change; ``kind`` is ``same``, ``added`` or ``removed``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One state of a post beside the one before it; the first state is all ``added``."""

    revision: RevisionView
    lines: tuple[Line, ...]


def changes_of(history: History) -> tuple[Change, ...]:
    """Return what each state changed, newest first as in ``history``."""
    states = history.revisions
    return tuple(
        Change(state, _compared(_text(states[n + 1]) if n + 1 < len(states) else [], _text(state)))
        for n, state in enumerate(states)
    )


def _text(state: RevisionView) -> list[str]:
    facts = [state.title, " ".join(state.tags), state.category]
    return [*(fact for fact in facts if fact), *state.body_md.splitlines()]


def _compared(before: list[str], after: list[str]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for act, i, j, k, m in SequenceMatcher(None, before, after, autojunk=True).get_opcodes():
        if act == "equal":
            lines += [Line("same", line) for line in before[i:j]]
            continue
        lines += [Line("removed", line) for line in before[i:j]]
        lines += [Line("added", line) for line in after[k:m]]
    return tuple(lines)
