"""How long do the pages of search take? Milliseconds in one process, with the real site that bench.pages measures too.

    python -m bench.search_pages [--site DIR] [--queries 500] [--archive support-100k] [--database postgres]

Every page is asked for with other words each time, as a visitor whose pages nobody keeps. Another archive, or
PostgreSQL, gets a site of its own, which takes minutes to fill. Run it on a quiet machine.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from bench.search_sites import DATABASES, give_meaning, new_database, opened, server
from bench.search_speed import times
from bench.site import ARCHIVE, SITE, make_site
from kb.db import current_session
from kb.forum.models import Question
from kb.search import asking

RESULTS = "the page of results"
TARGETS = {
    (ARCHIVE, "sqlite"): {RESULTS: 40, "suggestions, header": 15, "suggestions, a question's title": 15},
    ("support-100k", "sqlite"): {RESULTS: 60},
    ("support-100k", "postgres"): {RESULTS: 200},
}
"""p95 in milliseconds, by archive and database."""
_WORD = re.compile(r"\w+")


def main() -> None:
    """Measure, print, and compare with the targets for p95."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--site", type=Path, default=SITE)
    options.add_argument("--queries", type=int, default=500)
    options.add_argument("--archive", default=ARCHIVE)
    options.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    chosen = options.parse_args()
    with server(chosen.database) as address, tempfile.TemporaryDirectory(prefix="kb-pages-") as folder:
        url = new_database(address) if address else ""
        usual = chosen.archive == ARCHIVE and not url
        place = chosen.site if usual else Path(folder) if url else chosen.site.with_name(f"site-{chosen.archive}")
        make_site(place.absolute(), chosen.archive, url)
        _measured(place.absolute(), url, chosen.queries, TARGETS.get((chosen.archive, chosen.database), {}))


def _measured(folder: Path, url: str, queries: int, targets: Mapping[str, int]) -> None:
    with opened(folder, url) as site:
        upgrade()
        if site.both.needs_rebuild():
            asking.rebuild(current_session(), site.both)
        give_meaning(site)
        titles = current_session().scalars(select(Question.title).order_by(Question.id)).all()
        current_session().rollback()
    asked = random.Random(3).sample(titles, min(queries, len(titles)))
    client = site.app.test_client()
    get(client, "/search", q="first")
    print(f"{len(titles)} questions; p50 / p95 / p99 in ms\n")
    print("| page | every word for the first time | again | target p95 |\n|---|---|---|---|")
    for name, call in pages(client).items():
        figures = (" / ".join(str(one) for one in times(asked, call)) for _ in range(2))
        print(f"| {name} | {' | '.join(figures)} | {targets.get(name, '')} |", flush=True)


def pages(client: FlaskClient) -> dict[str, Callable[[str], object]]:
    """Return how to ask for each page, given a real title."""
    return {
        RESULTS: lambda title: get(client, "/search", q=some(title)),
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
