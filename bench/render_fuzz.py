"""Rendering what nobody would write, and what people did: how long, and does it stay safe?

    python -m bench.render_fuzz [--posts 10000] [--honest 1000] [--seed 1]

Random posts are put together from the signs that Markdown knows, attacks, words and strange characters. Prints a table
in Markdown with the bars, and exits with 1 when one is missed.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from bench.site import DATA
from kb.exchange.html import as_markdown
from kb.forum.writing import BODY_TO
from kb.markup.posts import render_post
from tests.markup.payloads import payloads
from tests.markup.safety import assert_safe
from tests.markup.test_payloads import PATHOLOGICAL

LONGEST = 2.0
"""Seconds that no text may take."""
HONEST_P99 = 0.05
"""Seconds for what people wrote."""
MARKS = "** ``` ~~~ ]( ![ ](/x) <!-- --> |-| &#x3C; https://x.example/ @alice javascript: /uploads/a.png"
SIGNS = (
    *MARKS.split(),
    *"*_`~[]()<>#>|!\\\"'&-+=:@/\n\n\n\t ",
    *("- ", "1. ", "> ", "    ", "[x]: ", "\r\n", "and then it stopped", "e\u0301" * 20, "x" * 150),
    *("\u202e", "\u200b", "\ufeff", "\U0001f600", "\u0645\u0631\u062d\u0628\u0627"),
)
ENDLESS = "[ ]( ![ * _ ` & | \\ ~~ [a]( ![[ *a_ #"
EVIL = ("> ", "- ", "1. ", "\t- ", "<a ", *ENDLESS.split())
"""Signs that some renderer somewhere never came to the end of; each is repeated, alone and with what may close it."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one kind of text took, in seconds, and how often it failed."""

    name: str
    took: list[float]
    problems: list[str]


def main() -> None:
    """Render everything, print the table, and exit with 1 when a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=10_000)
    options.add_argument("--honest", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    render_post("**a process is running**")
    rounds = [
        measured("random", random_posts(chosen.posts, random.Random(chosen.seed))),
        measured("pathological", (make() for make in pathological().values())),
        measured("honest", honest_posts(chosen.honest)),
    ]
    print("| texts | how many | p50 ms | p99 ms | longest ms | unsafe or failed |\n|---|---|---|---|---|---|")
    for one in rounds:
        at = sorted(one.took)
        times = (at[len(at) // 2], at[int(len(at) * 0.99)], at[-1])
        print(f"| {one.name} | {len(at)} | {' | '.join(f'{t * 1000:.1f}' for t in times)} | {len(one.problems)} |")
    print(*(problem for one in rounds for problem in one.problems[:5]), sep="\n")
    late = [seconds for one in rounds for seconds in one.took if seconds > LONGEST]
    honest = sorted(rounds[-1].took)
    missed = late or any(one.problems for one in rounds) or honest[int(len(honest) * 0.99)] > HONEST_P99
    raise SystemExit(1 if missed else 0)


def measured(name: str, texts: Iterable[str]) -> Round:
    """Render ``texts`` one after the other."""
    done = Round(name, [], [])
    for text in texts:
        began = time.perf_counter()
        try:
            rendered = render_post(text, {"alice": "Alice"})
            done.took.append(time.perf_counter() - began)
            assert_safe(rendered.html)
        except Exception as error:  # whatever it is, it is what we look for
            done.problems.append(f"{error!r} for {text[:200]!r}")
    return done


def random_posts(count: int, dice: random.Random) -> Iterable[str]:
    """Yield ``count`` texts of a few signs to a few thousand."""
    attacks = list(payloads())
    for _ in range(count):
        size = int(dice.paretovariate(0.9) * 5)
        parts = [dice.choice(attacks) if dice.random() < 0.05 else dice.choice(SIGNS) for _ in range(min(size, 4000))]
        yield "".join(parts)[:BODY_TO]


def pathological() -> dict[str, Callable[[], str]]:
    """Return the known patterns and as many of our own, each as long as a post may be."""
    made = dict(PATHOLOGICAL)
    for sign in EVIL:
        made[f"{sign} repeated"] = lambda sign=sign: (sign * BODY_TO)[:BODY_TO]
        made[f"{sign} on lines"] = lambda sign=sign: (f"{sign}x\n" * BODY_TO)[:BODY_TO]
    return made


def honest_posts(count: int) -> Iterable[str]:
    """Yield ``count`` posts that people wrote, as the Markdown they are imported as."""
    with gzip.open(DATA / "community" / "support-16k.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in islice(lines, count):
            yield as_markdown(json.loads(line)["body_html"])


if __name__ == "__main__":
    main()
