"""What members write, as safe HTML: never an exception, never long, whatever they wrote."""

import atexit
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from html import escape
from itertools import islice

from kb.markup import dialect
from kb.markup.code import without_code
from kb.markup.dialect import MENTION, Rendered
from kb.markup.plain import text_of
from kb.markup.pool import Pool, Source
from kb.markup.prescan import trouble
from kb.markup.process import TooSlow

__all__ = ["Rendered", "mentioned", "render_post", "render_posts"]

SECONDS = 1.8
"""For one text, so that whoever waits has its page within two: stopping a process takes time, too."""
_CHUNK = 24
_CHUNK_SECONDS = 6.0
_AT_ONCE = 2

# Nothing in such a text can nest, link or mark up, so none is slow, and short ones save the way to another process.
_HARMLESS = re.compile(r"(?:[^\W_]|[ ,.;!?'%$€\n]){0,2000}")

_MENTION = re.compile(MENTION)
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_pool = Pool(processes=1)
_pool_of_imports = Pool(processes=_AT_ONCE)
for _one in (_pool, _pool_of_imports):  # kept until the end: starting a process takes longer than most of its texts
    atexit.register(_one.close)
    os.register_at_fork(after_in_child=_one.forget)


def render_post(markdown: str, people: Mapping[str, str] = {}) -> Rendered:
    """Return ``markdown`` as safe HTML, with ``@handle`` linked for each handle in ``people`` (handle → name).

    Never raises and takes about two seconds at most: text that cannot be rendered in that time is shown as written.
    """
    if _HARMLESS.fullmatch(markdown):
        return dialect.render(markdown, people)
    return _render_one(_pool, (markdown, people))


def render_posts(items: Iterable[Source]) -> Iterator[Rendered]:
    """Yield many rendered as ``render_post`` does, in order and with two processes: for imports."""
    hands = ThreadPoolExecutor(_AT_ONCE)
    waiting: deque[Future[list[Rendered]]] = deque()
    source = iter(items)
    try:
        while chunk := list(islice(source, _CHUNK)):
            waiting.append(hands.submit(_render_chunk, _pool_of_imports, chunk))
            if len(waiting) > _AT_ONCE:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        hands.shutdown(cancel_futures=True)


def mentioned(markdown: str) -> frozenset[str]:
    """Return the handles, in lower case, that ``markdown`` may mention outside code; nobody is looked up."""
    return frozenset(handle.lower() for handle in _MENTION.findall(without_code(markdown)))


def as_written(markdown: str) -> Rendered:
    """Return ``markdown`` as paragraphs of plain text, for when it cannot be rendered."""
    blocks = _BETWEEN_PARAGRAPHS.split(_UNPRINTABLE.sub("", markdown.replace("\r\n", "\n")).strip())
    html = "\n".join(f"<p>{'<br>'.join(escape(block, quote=False).split(chr(10)))}</p>" for block in blocks if block)
    return Rendered(html=html, text=text_of(html), mentions=())


def _render_chunk(pool: Pool, chunk: list[Source]) -> list[Rendered]:
    """Render some together; when that takes too long, each alone, so that only the slow one pays."""
    if all(trouble(markdown) is None for markdown, _ in chunk):
        try:
            together = pool.render(chunk, seconds=_CHUNK_SECONDS)
        except TooSlow:
            together = [None] * len(chunk)
        return [done or _render_one(pool, item) for done, item in zip(together, chunk, strict=True)]
    return [_render_one(pool, item) for item in chunk]


def _render_one(pool: Pool, item: Source) -> Rendered:
    if trouble(item[0]) is not None:
        return as_written(item[0])
    try:
        return pool.render([item], seconds=SECONDS)[0] or as_written(item[0])
    except TooSlow:
        return as_written(item[0])
