"""How long do the pages of search take? Milliseconds in one process, with the real site that bench.pages measures too.

    python -m bench.search_pages [--site DIR] [--queries 500]

Every page is asked for with other words each time, as a visitor whose pages nobody keeps. Run it on a quiet machine.
"""

import argparse
import random
import re
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from bench.search_sites import give_meaning, opened
from bench.search_speed import times
from bench.site import SITE, make_site
from kb.db import current_session
from kb.forum.models import Question
from kb.search import asking

TARGETS = {"the page of results": 40, "suggestions, header": 15, "suggestions, a question's title": 15}
_WORD = re.compile(r"\w+")


def main() -> None:
    """Measure, print, and compare with the targets for p95."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--site", type=Path, default=SITE)
    options.add_argument("--queries", type=int, default=500)
    chosen = options.parse_args()
    make_site(chosen.site)
    with opened(chosen.site.absolute()) as site:
        upgrade()
        if site.both.needs_rebuild():
            asking.rebuild(current_session(), site.both)
        give_meaning(site)
        titles = current_session().scalars(select(Question.title).order_by(Question.id)).all()
        current_session().rollback()
    asked = random.Random(3).sample(titles, min(chosen.queries, len(titles)))
    client = site.app.test_client()
    get(client, "/search", q="first")
    print(f"{len(titles)} questions; p50 / p95 / p99 in ms\n")
    print("| page | every word for the first time | again | target p95 |\n|---|---|---|---|")
    for name, call in pages(client).items():
        figures = (" / ".join(str(one) for one in times(asked, call)) for _ in range(2))
        print(f"| {name} | {' | '.join(figures)} | {TARGETS.get(name, '')} |", flush=True)


def pages(client: FlaskClient) -> dict[str, Callable[[str], object]]:
    """Return how to ask for each page, given a real title."""
    return {
        "the page of results": lambda title: get(client, "/search", q=some(title)),
        "the page of results, a whole title": lambda title: get(client, "/search", q=title),
        "the page of results, narrowed and sorted": lambda title: get(
            client, "/search", q=some(title), status="solved", sort="new"
        ),
        "suggestions, header": lambda title: get(client, "/search/suggest", q=some(title)[:-1]),
        "suggestions, a question's title": lambda title: get(client, "/search/suggest", q=title[:-2], **{"in": "ask"}),
    }


def get(client: FlaskClient, path: str, **words: str) -> None:
    """Ask for a page; raises RuntimeError when it is not there."""
    answer = client.get(path, query_string=words)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} with {words} answers {answer.status_code}")


def some(title: str) -> str:
    """Return the first one to six words of ``title``."""
    words = _WORD.findall(title)
    return " ".join(words[: 1 + len(title) % 6])


if __name__ == "__main__":
    main()
