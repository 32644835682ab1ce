"""How good is search? Every set of the real data and our own articles, on every engine, beside plain BM25.

    python -m bench.search_quality [--database sqlite] [--set beer] [--json FILE]

Asks as the search page does: typos, synonyms and all. Prints a table in Markdown, and ends with 1 when a set is below
its floor, or when meaning makes one worse, or does worse than plain BM25, by more than one query, or gains too little.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from math import log2
from pathlib import Path

from sqlalchemy import select

from bench.plain import Fts5
from bench.search_sets import Asked, Sample, samples
from bench.search_sites import DATABASES, ENGINES, Site, fill, give_meaning, publish, server, site
from kb.articles.models import Article, Section
from kb.db import current_session
from kb.search import asking
from kb.search.documents import ARTICLE
from kb.search.engine import Engine, Key
from tests.search.builders import Pile
from tests.search.phrasings import phrasings

MOST = 10
OWN = "our articles, readers' phrasings"
PLAIN = Fts5.name
FLOORS = {
    "stackfaq, question and answers": (0.80, 0.96),
    "stackfaq, question only": (0.74, 0.92),
    "beer": (0.29, 0.50),
    "cstheory.meta": (0.0, 0.54),
    "support-16k, different titles": (0.36, 0.48),
    "support-16k, all pairs": (0.72, 0.775),
    "support-16k, a typo in the title": (0.9, 0.95),
    "support-16k, three words, one mistyped": (0.8, 0.9),
    OWN: (0.66, 0.92),
}
"""R@1 and R@5 that words and meaning together have to reach."""
GAINS = {"stackfaq, question and answers": 0.08}
"""How much more R@1 they have to reach than words alone, where people ask in other words."""
NOISE = 0.005
"""Of thousands of queries, so many more or fewer mean nothing; of few, it is one query."""
Find = Callable[[Asked], Sequence[Key]]


@dataclass(frozen=True, slots=True)
class Score:
    """How one engine did on one set."""

    name: str
    engine: str
    queries: int
    r1: float
    r5: float
    r10: float
    mrr: float
    ndcg: float
    """At 10; with one right answer each, 1 / log2(1 + its place)."""
    milliseconds: float

    @classmethod
    def of(cls, name: str, engine: str, asked: Sequence[Asked], find: Find) -> "Score":
        """Ask everything, and score the places of what is right."""
        began = time.perf_counter()
        places = [_place(find(one), one.right) for one in asked]
        took = (time.perf_counter() - began) * 1000 / len(asked)
        found = [place for place in places if place]
        r1, r5, r10 = (sum(place <= most for place in found) / len(places) for most in (1, 5, MOST))
        mrr = sum(1 / place for place in found) / len(places)
        return cls(name, engine, len(places), r1, r5, r10, mrr, sum(1 / log2(1 + p) for p in found) / len(places), took)


def main() -> None:
    """Measure, print, and judge."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--database", choices=DATABASES, help="only this one")
    options.add_argument("--set", default="", help="only sets with this in their name")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    print("| set | n | engine | R@1 | R@5 | R@10 | MRR | nDCG@10 | ms |\n|---|---|---|---|---|---|---|---|---|")
    scores = []
    for score in measured([chosen.database] if chosen.database else DATABASES, chosen.set):
        scores.append(score)
        figures = (score.r1, score.r5, score.r10, score.mrr, score.ndcg)
        print(f"| {score.name} | {score.queries} | {score.engine} | {' | '.join(f'{one:.3f}' for one in figures)}"
              f" | {score.milliseconds:.1f} |", flush=True)  # fmt: skip
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(score) for score in scores], indent=1))
    complaints = list(judged(scores))
    print("", *complaints or ["Every set is above its floor."], sep="\n")
    sys.exit(1 if complaints else 0)


def measured(databases: Sequence[str], wanted: str) -> Iterator[Score]:
    """Yield a score for each set with ``wanted`` in its name and each engine."""
    for database in databases:
        with server(database) as address:
            held = [sample for sample in samples() if wanted in sample.name]
            for _, group in groupby(held, lambda sample: id(sample.documents)):
                alike = list(group)
                with site(address) as made:
                    pile = fill(made, alike[0].documents)
                    give_meaning(made)
                    plain = _plain(alike[0]) if database == "sqlite" else None
                    for sample in alike:
                        yield from _compared(made, sample, database, pile, plain)
            if wanted in OWN:
                with site(address) as made:
                    publish(made)
                    give_meaning(made)
                    yield from _compared(made, own_articles(), database, None, None)


def judged(scores: Sequence[Score]) -> Iterator[str]:
    """Yield a sentence for everything that is not as good as it has to be."""
    known = {(score.name, score.engine): score for score in scores}
    for (name, engine), score in known.items():
        noise = max(1 / score.queries, NOISE) + 1e-9
        rivals = []
        if engine.endswith("+ meaning"):
            rivals = [engine.removesuffix(" + meaning"), PLAIN]
            for label, reached, floor in zip(
                ("R@1", "R@5"), (score.r1, score.r5), FLOORS.get(name, (0, 0)), strict=True
            ):
                if reached < floor - 1e-9:
                    yield f"{name}: {engine} has {label} {reached:.3f}, below its floor of {floor:.2f}."
            gained = score.r1 - known[name, rivals[0]].r1
            if gained < GAINS.get(name, -1) - 1e-9:
                yield f"{name}: {engine} gains {gained:.3f} R@1, less than {GAINS[name]:.2f}."
        for rival in (known[name, one] for one in rivals if (name, one) in known):
            for label, ours, theirs in (("R@1", score.r1, rival.r1), ("R@5", score.r5, rival.r5)):
                if ours < theirs - noise:
                    yield f"{name}: {engine} has {label} {ours:.3f}, and {rival.engine} {theirs:.3f}."


def own_articles() -> Sample:
    """Return what readers type when they need one of our articles, which are published on the site of this context."""
    rows = current_session().execute(select(Article.id, Article.slug, Section.slug.label("section")).join(Section))
    refs = {f"{row.section}/{row.slug}": row.id for row in rows}
    asked = tuple(Asked(said, Key(ARTICLE, refs[path])) for said, path in phrasings())
    return Sample(OWN, (), asked)


def _compared(made: Site, sample: Sample, database: str, pile: Pile | None, plain: Fts5 | None) -> Iterator[Score]:
    if plain is not None:
        yield Score.of(sample.name, PLAIN, sample.asked, lambda one: plain.find(one.text, without=one.itself))
    for engine, suffix in ((made.words, ""), (made.both, " + meaning")):
        yield Score.of(sample.name, ENGINES[database] + suffix, sample.asked, _finder(engine, pile))


def _plain(sample: Sample) -> Fts5:
    made = Fts5(Path(":memory:"))
    made.put(sample.documents)
    return made


def _finder(engine: Engine, pile: Pile | None) -> Find:
    """Return a function that asks as the search page does; the question the words came from is out of sight."""

    def find(one: Asked) -> Sequence[Key]:
        if pile is not None:
            pile.hidden = {one.itself.ref} if one.itself else set()
        results = asking.ask(current_session(), one.text, None, engine=engine)
        if results.degraded:
            raise SystemExit("The index cannot be read: only titles were searched.")
        return [Key(hit.shown.kind, hit.shown.ref) for hit in (*results.hits, *results.nearest)]

    return find


def _place(keys: Sequence[Key], right: Key) -> int:
    """Return where ``right`` stands among the first ten, 0 when it does not."""
    return next((at for at, key in enumerate(keys[:MOST], 1) if key == right), 0)


if __name__ == "__main__":
    main()
