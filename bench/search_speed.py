"""How quick is search? Real questions, on every engine, beside SQLite's and PostgreSQL's own full text search.

    python -m bench.search_speed [--sizes 1k,16k,100k] [--engines whoosh,…] [--queries 500] [--json FILE]

Each engine builds in one process and answers in a new one, so that memory is its own. Prints a table in Markdown for
each size: p50 / p95 / p99 in milliseconds. Run it on a quiet machine.
"""

import argparse
import gc
import json
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from bench.plain import Fts5, TsRank
from bench.search_sets import community
from bench.search_sites import Site, fill, give_meaning, hold, new_database, opened, server
from kb.search.documents import Document
from kb.search.engine import Engine, Reach
from kb.search.query import parse

SIZES = {"1k": ("support-16k", 1_000), "16k": ("support-16k", 20_000), "100k": ("support-100k", 100_000)}
PLAIN = {"fts5": Fts5, "ts_rank": TsRank}
OURS = {"whoosh": "sqlite", "postgres": "postgres"}
MEANING = " + meaning"
NAMES = (*PLAIN, *OURS)
PROCESSES = 2
STEADY = 4.0
"""Seconds."""
ALL = Reach()
WORD = re.compile(r"\w+")
HOSTILE = (
    "[a TO zzzz]", " OR ".join(f"{c}*" for c in "abcdefghijklmnopqrstuvwxyz"), "(" * 750 + ")" * 750, "*", "a~ b~2 c~9",
    " ".join("abcdefghijklmnopqrstuvwxyz" * 5), "the and of to in is it", '"the of and"', '"how do i"',
    '"is the" "to the" "in the" "of the"', '-"is the" -"to the"', "-the", "is:open", "in:title the", "x" * 256,
    "page not work open windows new version use problem tab update add try why",
)  # fmt: skip
Figures = dict[str, object]
_start: Barrier
"""Where the processes that answer at once wait for each other."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is asked."""

    some: list[str] = field(default_factory=list)
    """One to six words of a title."""
    titles: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    """The same as ``some``, broken off within the last word."""
    drafts: list[str] = field(default_factory=list)
    """About 100 words."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", default=",".join(SIZES))
    options.add_argument("--engines", default=",".join(NAMES))
    options.add_argument("--queries", type=int, default=500)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    figures: dict[str, dict[str, Figures]] = {}
    for size in chosen.sizes.split(","):
        figures[size] = {}
        for name in chosen.engines.split(","):
            for column, found in measured(name, size, chosen.queries):
                figures[size][column] = found
                print(f"({size} {column}: {found})", flush=True)
        show(size, figures[size])
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


def measured(name: str, size: str, queries: int) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of one engine with so many documents, then those of ours together with meaning."""
    on_server = name == "ts_rank" or OURS.get(name) == "postgres"
    with (
        server("postgres" if on_server else "sqlite") as address,
        tempfile.TemporaryDirectory(prefix="kb-bench-", ignore_cleanup_errors=True) as folder,
    ):
        place = (name, size, Path(folder), new_database(address) if on_server else "")
        by_words = {**_in_new_process(_built, *place), **_answered(*place, queries)}
        if name in OURS:
            meant = _in_new_process(_meant, *place)
            yield name + MEANING, {**meant, **_answered(name + MEANING, *place[1:], queries)}
        yield name, {**by_words, **_in_new_process(_put, *place)}


def show(size: str, figures: dict[str, Figures]) -> None:
    """Print one size's table, an engine a column."""
    figures = dict(sorted(figures.items(), key=lambda item: (item[0] not in PLAIN, item[0])))
    rows = dict.fromkeys(label for one in figures.values() for label in one)
    print(f"\n| {size} | {' | '.join(figures)} |\n|{'---|' * (len(figures) + 1)}")
    for row in rows:
        cells = (_cell(one.get(row, "–")) for one in figures.values())
        print(f"| {row} | {' | '.join(cells)} |")
    print(flush=True)


def times(items: Sequence[Any], call: Callable[[Any], object], *, longest: bool = False) -> list[float]:
    """Return p50, p95 and p99 of what ``call`` takes for each of ``items``, in milliseconds, and perhaps the most."""
    taken = []
    for item in items:
        began = time.perf_counter()
        call(item)
        taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return [round(one, 1) for one in (cuts[49], cuts[94], cuts[98], *([max(taken)] if longest else []))]


def _in_new_process(work: Callable[..., Figures], *arguments: object) -> Figures:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _answered(name: str, size: str, folder: Path, url: str, queries: int) -> Figures:
    """Ask in one new process, then in several at once."""
    alone = _in_new_process(_asked, name, size, folder, url, queries)
    ways = get_context("spawn")
    start = ways.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=ways, initializer=_start_at, initargs=(start,)) as pool:
        many = [pool.submit(_steady, name, size, folder, url, queries) for _ in range(PROCESSES)]
        rate = round(sum(one.result() for one in many))
    return {**alone, f"searches a second, {PROCESSES} processes": rate}


def _start_at(start: Barrier) -> None:
    global _start  # a process gets its barrier when it is made, and no later
    _start = start


def _steady(name: str, size: str, folder: Path, url: str, queries: int) -> float:
    """Return how many searches a second this process answers while others do the same."""
    texts = _texts(list(community(*SIZES[size])), queries)
    gc.collect()
    if name in PLAIN:
        return _rate(_plain(name, folder, url).find, texts.some)
    with opened(folder, url) as site:
        engine = site.both if name.endswith(MEANING) else site.words
        engine.warm()
        return _rate(lambda text: engine.search(parse(text), ALL), texts.some)


def _rate(call: Callable[[str], object], texts: Sequence[str]) -> float:
    for text in texts:
        call(text)
    _start.wait()
    began, done = time.perf_counter(), 0
    for text in cycle(texts):
        call(text)
        done += 1
        if time.perf_counter() - began > STEADY:
            break
    return done / (time.perf_counter() - began)


def _built(name: str, size: str, folder: Path, url: str) -> Figures:
    """Build the index of ``size``, and say how long it took and how much memory."""
    documents = list(community(*SIZES[size]))
    before = _megabytes_now()
    if name in PLAIN:
        seconds = _seconds(lambda: _plain(name, folder, url).put(documents))
    else:
        with opened(folder, url) as site:
            upgrade()
            seconds = _seconds(lambda: fill(site, documents))
    return {"documents": len(documents), "build, s": seconds, "build takes, MB": _megabytes_most() - before}


def _meant(name: str, size: str, folder: Path, url: str) -> Figures:
    """Make the vectors of every document."""
    documents = list(community(*SIZES[size]))
    before = _megabytes_now()
    with opened(folder, url) as site:
        hold(documents)
        seconds = _seconds(lambda: give_meaning(site))
    return {"documents": len(documents), "vectors, s": seconds, "build takes, MB": _megabytes_most() - before}


def _asked(name: str, size: str, folder: Path, url: str, queries: int) -> Figures:
    """Ask the index that was built."""
    held = list(community(*SIZES[size]))
    texts = _texts(held, queries)
    del held
    gc.collect()
    if name in PLAIN:
        return _asked_plain(_plain(name, folder, url), texts)
    with opened(folder, url) as site:
        return _asked_ours(site.both if name.endswith(MEANING) else site.words, site, texts)


def _put(name: str, size: str, folder: Path, url: str) -> Figures:
    """Put a few documents again, one at a time."""
    some = list(islice(community(SIZES[size][0]), 50))
    if name in PLAIN:
        return {"one document put": times([[one] for one in some], _plain(name, folder, url).put)}
    with opened(folder, url) as site:
        return {"one document put": times([[one] for one in some], site.words.put)}


def _asked_plain(plain: Fts5 | TsRank, texts: Texts) -> Figures:
    return {
        "search, first pass": times(texts.some, plain.find),
        "search": times(texts.some, plain.find),
        "search a whole title": times(texts.titles, plain.find),
        "suggest": times(texts.begun, plain.begun),
        "similar to 100 words": times(texts.drafts, plain.find),
    }


def _asked_ours(engine: Engine, site: Site, texts: Texts) -> Figures:
    before = _megabytes_now()
    opened_in = _seconds(site.both.vectors.look if engine is site.both else site.words.warm)

    def search(text: str) -> object:
        return engine.search(parse(text), ALL)

    figures: Figures = {
        "open, s": opened_in,
        "search, first pass": times(texts.some, search),
        "search": times(texts.some, search),
        "search a whole title": times(texts.titles, search),
        "phrase": times([f'"{text}"' for text in texts.some], search),
        "hostile, and the longest": times(HOSTILE * 10, search, longest=True),
        "suggest": times(texts.begun, lambda text: engine.suggest(parse(text), ALL)),
        "similar to 100 words": times(texts.drafts, lambda text: engine.similar(text, ALL)),
        "memory to answer, MB": _megabytes_now() - before,
    }
    return figures


def _plain(name: str, folder: Path, url: str) -> Fts5 | TsRank:
    return TsRank(url) if name == "ts_rank" else Fts5(folder / "plain.db")


def _texts(held: Sequence[Document], queries: int) -> Texts:
    titles = [one.title for one in random.Random(1).sample(held, min(queries, len(held)))]
    some = [" ".join(WORD.findall(title)[: 1 + at % 6]) for at, title in enumerate(titles)]
    drafts = [f"{one.title} {one.text}"[:700] for one in random.Random(2).sample(held, min(queries // 3, len(held)))]
    return Texts(some, titles, [text[: max(2, len(text) - at % 4)] for at, text in enumerate(some)], drafts)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 1)


def _cell(figure: object) -> str:
    return " / ".join(f"{one:g}" for one in figure) if isinstance(figure, list) else str(figure)


def _megabytes_now() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


def _megabytes_most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
