"""What changed between two texts, word by word, in a time that does not depend on how they differ."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SAME, ADDED, REMOVED = "same", "added", "removed"
CONTEXT = 3
"""Unchanged lines shown before and after each change."""
STEPS = 800_000
"""How many comparisons two texts may cost, about half a second; what is left then is shown as changed as a whole."""
MOST_SHOWN = 300_000
"""Characters of changed lines on one page."""
LINE_COSTS = 40
"""Characters that a line counts for beside its own."""
MOST_FOLDED = 200
"""Folded lines that can be unfolded."""
ALIKE = 0.35
"""Lines that share less than this of their characters are clearer as one removed and one added."""
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_WALK = 1500
Match = tuple[int, int, int]
"""Place in the old text, place in the new one, and length."""
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a line: ``same``, ``added`` or ``removed``."""

    kind: str
    text: str


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """``count`` lines in order. Those far from any change are ``folded``, and left out when they are many."""

    lines: tuple[Line, ...]
    count: int
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts in one; no blocks when they are equal."""

    blocks: tuple[Block, ...]
    is_cut: bool = False
    """Whether more changed than is shown."""


def difference(before: str, after: str) -> Difference:
    """Return what it takes to make ``before`` into ``after``."""
    old, new = before.splitlines(), after.splitlines()
    steps = _Steps(STEPS)
    blocks: list[Block] = []
    left = MOST_SHOWN
    for i, to_i, j, to_j in _changes(old, new, steps):
        if i == to_i and j == to_j:
            continue
        if to_i - i == to_j - j and old[i:to_i] == new[j:to_j]:
            blocks += _unchanged(old[i:to_i], is_first=not blocks, is_last=to_i == len(old) and to_j == len(new))
            continue
        lines, left = _cut(_rewritten(old[i:to_i], new[j:to_j], steps), left)
        blocks.append(Block(tuple(lines), len(lines)))
        if left < 0:
            return Difference(tuple(blocks), is_cut=True)
    has_changes = any(piece.kind != SAME for block in blocks for line in block.lines for piece in line)
    return Difference(tuple(blocks) if has_changes else ())


def _unchanged(lines: Sequence[str], *, is_first: bool, is_last: bool) -> list[Block]:
    """Return lines that stayed: those beside a change, and the others folded."""
    before = 0 if is_first else CONTEXT
    after = 0 if is_last else CONTEXT
    if len(lines) <= before + after + 1:
        return [_block(lines)]
    end = len(lines) - after
    folded = Block(_block(lines[before:end]).lines if end - before <= MOST_FOLDED else (), end - before, folded=True)
    return [block for block in (_block(lines[:before]), folded, _block(lines[end:])) if block.count]


def _block(lines: Sequence[str]) -> Block:
    return Block(tuple((Piece(SAME, line),) for line in lines), len(lines))


def _cut(lines: list[Line], left: int) -> tuple[list[Line], int]:
    """Return as many of ``lines`` as there is room for, and the room that is left; less than none when cut."""
    for number, line in enumerate(lines):
        left -= LINE_COSTS + sum(len(piece.text) for piece in line)
        if left < 0:
            return lines[:number], left
    return lines, left


class _Steps:
    """How much more may be compared."""

    def __init__(self, left: int) -> None:
        self.left = left


def _changes(old: Sequence[str], new: Sequence[str], steps: _Steps) -> Iterator[tuple[int, int, int, int]]:
    """Yield ranges of both in order: by turns those that differ, maybe empty, and those that are equal."""
    i = j = 0
    for at_old, at_new, size in [*_matches(old, new, steps), (len(old), len(new), 0)]:
        yield i, at_old, j, at_new
        i, j = at_old + size, at_new + size
        yield at_old, i, at_new, j


def _rewritten(old: Sequence[str], new: Sequence[str], steps: _Steps) -> list[Line]:
    """Return changed lines with their words marked, or removed and added as a whole when they have little in common."""
    most = MOST_SHOWN // LINE_COSTS + 1
    whole = [_line(REMOVED, line) for line in old[:most]] + [_line(ADDED, line) for line in new[:most]]
    size = max(sum(map(len, old)), sum(map(len, new)))
    if not old or not new or steps.left < 0 or size > MOST_SHOWN:
        return whole
    words = [_WORDS.findall("\n".join(lines)) for lines in (old, new)]
    pieces: list[Piece] = []
    for i, to_i, j, to_j in _changes(words[0], words[1], steps):
        if words[0][i:to_i] == words[1][j:to_j]:
            pieces.append(Piece(SAME, "".join(words[0][i:to_i])))
        else:
            pieces += [Piece(REMOVED, "".join(words[0][i:to_i])), Piece(ADDED, "".join(words[1][j:to_j]))]
    alike = sum(len(piece.text.strip()) for piece in pieces if piece.kind == SAME)
    return _in_lines(pieces) if alike >= ALIKE * size else whole


def _line(kind: str, text: str) -> Line:
    return (Piece(kind, text),)


def _in_lines(pieces: list[Piece]) -> list[Line]:
    """Break pieces at line ends; a line end that was removed does not break the line that is there now."""
    lines: list[Line] = []
    line: list[Piece] = []
    for piece in pieces:
        first, *rest = piece.text.split("\n") if piece.kind != REMOVED else [piece.text.replace("\n", " ")]
        line.append(Piece(piece.kind, first))
        for text in rest:
            lines.append(tuple(part for part in line if part.text))
            line = [Piece(piece.kind, text)]
    lines.append(tuple(part for part in line if part.text))
    return lines


def _matches(old: Sequence[str], new: Sequence[str], steps: _Steps) -> list[Match]:
    """Return what both have in common, in order: first by what occurs once in each, then by the shortest edit."""
    found: list[Match] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        i, to_i, j, to_j = waiting.pop()
        begin = i
        while i < to_i and j < to_j and old[i] == new[j]:
            i, j = i + 1, j + 1
        if i > begin:
            found.append((begin, j - (i - begin), i - begin))
        end = to_i
        while i < to_i and j < to_j and old[to_i - 1] == new[to_j - 1]:
            to_i, to_j = to_i - 1, to_j - 1
        if end > to_i:
            found.append((to_i, to_j, end - to_i))
        steps.left -= end - begin - (to_i - i)
        if i == to_i or j == to_j or steps.left < 0:
            continue
        anchors = _anchors(old, new, (i, to_i, j, to_j), steps)
        if not anchors:
            found += _edited(old, new, (i, to_i, j, to_j), steps)
            continue
        for at_old, at_new in [*anchors, (to_i, to_j)]:  # each range but the first begins with what it shares
            waiting.append((i, at_old, j, at_new))
            i, j = at_old, at_new
    return _joined(found)


def _anchors(old: Sequence[str], new: Sequence[str], ranges: Range, steps: _Steps) -> list[tuple[int, int]]:
    """Return the longest run in the order of both of what occurs exactly once in each range."""
    i, to_i, j, to_j = ranges
    steps.left -= (to_i - i) + (to_j - j)
    once = {text for text, count in Counter(old[i:to_i]).items() if count == 1}
    once &= {text for text, count in Counter(new[j:to_j]).items() if count == 1}
    places = {new[at]: at for at in range(j, to_j) if new[at] in once}
    ends: list[int] = []  # the smallest last place of a run of each length, and the pair it belongs to
    pairs: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for at in range(i, to_i):
        if old[at] not in once:
            continue
        pair = (at, places[old[at]])
        length = bisect_left(ends, pair[1])
        before[pair] = pairs[length - 1] if length else None
        ends[length : length + 1], pairs[length : length + 1] = [pair[1]], [pair]
    run: list[tuple[int, int]] = []
    last = pairs[-1] if pairs else None
    while last is not None:
        run.append(last)
        last = before[last]
    return run[::-1]


def _edited(old: Sequence[str], new: Sequence[str], ranges: Range, steps: _Steps) -> list[Match]:
    """Return the matches of a shortest edit (Myers 1986); none when it is long or there are no steps left."""
    i, to_i, j, to_j = ranges
    reached = {1: 0}
    rounds: list[dict[int, int]] = []
    for edits in range(min(to_i - i + to_j - j, _LONGEST_WALK) + 1):
        rounds.append(reached.copy())
        for k in range(-edits, edits + 1, 2):
            x = _next(reached, k, edits)
            start = x
            while i + x < to_i and j + x - k < to_j and old[i + x] == new[j + x - k]:
                x += 1
            reached[k] = x
            steps.left -= 2 + x - start
            if i + x >= to_i and j + x - k >= to_j:
                return _walked_back(rounds, ranges)
        if steps.left < 0:
            break
    return []


def _walked_back(rounds: list[dict[int, int]], ranges: Range) -> list[Match]:
    i, to_i, j, to_j = ranges
    x, y = to_i - i, to_j - j
    found = []
    for edits in range(len(rounds) - 1, -1, -1):
        reached, k = rounds[edits], x - y
        came_down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        from_k = k + 1 if came_down else k - 1
        from_x = reached[from_k]
        begin = max(0, from_x if came_down else from_x + 1) if edits else 0
        if x > begin:
            found.append((i + begin, j + begin - k, x - begin))
        x, y = from_x, from_x - from_k
    return found


def _next(reached: dict[int, int], k: int, edits: int) -> int:
    came_down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
    return reached[k + 1] if came_down else reached[k - 1] + 1


def _joined(found: list[Match]) -> list[Match]:
    """Return matches in order, those side by side as one."""
    joined: list[Match] = []
    for i, j, size in sorted(found):
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + size)
        else:
            joined.append((i, j, size))
    return joined
