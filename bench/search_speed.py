"""How quick and how good is search? Builds an index of real questions in a temporary folder and asks it."""

import argparse
import csv
import gzip
import json
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from pathlib import Path
from typing import Any

from kb.search.documents import Document
from kb.search.engine import Engine, Key, Reach
from kb.search.query import parse
from kb.search.whoosh_engine import WhooshEngine

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
ALL = Reach()
QUERIES = 1_000
Asked = tuple[str, Key, Key]
WORD = re.compile(r"\w+")
HOSTILE = (
    "[a TO zzzz]", " OR ".join(f"{c}*" for c in "abcdefghijklmnopqrstuvwxyz"), "(" * 750 + ")" * 750, "*", "a~ b~2 c~9",
    " ".join("abcdefghijklmnopqrstuvwxyz" * 5), "the and of to in is it", '"the of and"', '"how do i"',
    '"is the" "to the" "in the" "of the"', '-"is the" -"to the"', "-the", "is:open", "in:title the", "x" * 256,
    "page not work open windows new version use problem tab update add try why",
)  # fmt: skip


def main() -> None:
    """Print a table, and write it as JSON where told."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", default="support-16k", help="support-300, support-16k or support-100k")
    options.add_argument("--most", type=int, default=1_000_000, help="documents taken of it")
    options.add_argument("--no-quality", action="store_true")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = speed(Path(folder), chosen.set, chosen.most)
    if not chosen.no_quality:
        with tempfile.TemporaryDirectory() as folder:
            figures["quality"] = quality(Path(folder))
    for name, figure in figures.items():
        print(f"{name:34} {figure}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))


def speed(folder: Path, name: str, most: int) -> dict[str, object]:
    """Return build, size and times of ``name``'s index, times as p50, p95, p99 and the longest in milliseconds."""
    held = list(islice(community(name), most))
    began = time.perf_counter()
    WhooshEngine(folder, site="bench").rebuild(iter(held), settled=0, reached=0)
    built = time.perf_counter() - began
    peak = _megabytes()
    engine = WhooshEngine(folder, site="bench")
    began = time.perf_counter()
    engine.warm()
    opened = time.perf_counter() - began
    titles = [one.title for one in random.Random(1).sample(held, min(QUERIES, len(held)))]
    some = [" ".join(WORD.findall(title)[: 1 + at % 6]) for at, title in enumerate(titles)]
    begun = [text[: max(2, len(text) - at % 4)] for at, text in enumerate(some)]
    texts = [f"{one.title} {one.text}"[:700] for one in random.Random(2).sample(held, min(300, len(held)))]
    figures: dict[str, object] = {
        "documents": len(held),
        "build_seconds": round(built, 1),
        "build_peak_megabytes": peak,
        "open_seconds": round(opened, 3),
        "index_megabytes": round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 1),
        "search, first pass": _times(some, lambda text: engine.search(parse(text), ALL)),
        "search, warm": _times(some, lambda text: engine.search(parse(text), ALL)),
        "search a whole title": _times(titles, lambda text: engine.search(parse(text), ALL)),
        "phrase": _times([f'"{text}"' for text in some], lambda text: engine.search(parse(text), ALL)),
        "hostile": _times(HOSTILE * 10, lambda text: engine.search(parse(text), ALL)),
        "suggest, first pass": _times(begun, lambda text: engine.suggest(parse(text), ALL)),
        "suggest, warm": _times(begun, lambda text: engine.suggest(parse(text), ALL)),
        "similar to 100 words, first pass": _times(texts, lambda text: engine.similar(text, ALL)),
        "similar to 100 words, warm": _times(texts, lambda text: engine.similar(text, ALL)),
        "one document put": _times(held[:50], lambda one: engine.put([one])),
        "search after a put": _times(some[:50], lambda text: (engine.put(held[:1]), _timed(engine, text))[1], own=True),
        "process_megabytes": _megabytes(),
    }
    return figures


def quality(folder: Path) -> dict[str, list[float]]:
    """Return R@1, R@5, R@10 and the number of queries by set; a title is the query, its own question left out."""
    results: dict[str, list[float]] = {}
    for name, with_answers in (("stackfaq, question and answers", True), ("stackfaq, question", False)):
        documents, asked = _faq(with_answers=with_answers)
        results[name] = _recall(folder / name, documents, asked)
    held = {one.ref: one for one in community("support-16k")}
    with (DATA / "community" / "support-16k.duplicates.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    pairs = [(int(row["question_id"]), int(row["duplicate_of"])) for row in rows if row["same_title"] == "0"]
    asked = [(held[a].title, Key("question", b), Key("question", a)) for a, b in pairs if a in held and b in held]
    results["support-16k, different titles"] = _recall(folder / "support", list(held.values()), asked)
    return results


def community(name: str) -> Iterator[Document]:
    """Yield the questions of one of the archives, with their answers in the text."""
    with gzip.open(DATA / "community" / f"{name}.jsonl.gz", "rt") as file:
        for line in file:
            row = json.loads(line)
            bodies = [row, *row.get("answers", [])]
            yield Document(
                kind="question",
                ref=int(row["id"]),
                title=row["title"],
                text="\n".join(_text(one.get("body_html") or one.get("body_md") or "") for one in bodies)[:20_000],
                created_at=datetime.fromisoformat(row["created_at"]),
                tags=tuple(row["tags"]),
                section=row["category"],
                status="answered" if row.get("answers") else "needs_answer",
            )


def _faq(*, with_answers: bool) -> tuple[list[Document], list[Asked]]:
    rows = json.loads((DATA / "stackfaq" / "stackExchange-FAQ.json").read_text())["root"]["qapair"]
    documents, asked = [], []
    for ref, row in enumerate(rows, 1):
        text = "\n".join(row["answer"]) if with_answers else ""
        documents.append(Document("question", ref, row["question"], text, datetime(2026, 1, 1, tzinfo=UTC)))
        asked.extend((one, Key("question", ref), Key("question", 0)) for one in row["rephr"] if one and one != "*")
    return documents, asked


def _recall(folder: Path, documents: list[Document], asked: list[Asked]) -> list[float]:
    engine = WhooshEngine(folder, site="bench")
    engine.rebuild(documents, settled=0, reached=0)
    places = []
    for text, right, itself in asked:
        keys = engine.search(parse(text), Reach(hidden=frozenset({itself})), limit=10).keys
        places.append(next((at for at, key in enumerate(keys, 1) if key == right), 99))
    return [round(sum(place <= most for place in places) / len(places), 3) for most in (1, 5, 10)] + [len(places)]


def _timed(engine: Engine, text: str) -> float:
    began = time.perf_counter()
    engine.search(parse(text), ALL)
    return time.perf_counter() - began


def _times(items: Sequence[Any], call: Callable[[Any], object], *, own: bool = False) -> list[float]:
    taken = []
    for item in items:
        began = time.perf_counter()
        said = call(item)
        taken.append((float(said) if own else time.perf_counter() - began) * 1000)  # type: ignore[arg-type]
    parts = statistics.quantiles(taken, n=100)
    return [round(one, 2) for one in (parts[49], parts[94], parts[98], max(taken))]


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


if __name__ == "__main__":
    main()
