"""The program of a press: a line that says where everything is, then one article a line in, its page a line out."""

import json
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any

from kb.articles.pictures import Picture
from kb.markup.articles import render_article
from kb.publishing.sources.links import SiteMap

_MOST_MEMORY = 2 << 30


def main() -> None:
    """Say that it is ready, then learn site maps and set articles until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us ends us
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    _say("ready")
    site = SiteMap({}, {})
    for line in sys.stdin:
        told = json.loads(line)
        if isinstance(told, dict):
            pictures = {path: Picture(**picture) for path, picture in told["pictures"].items()}
            site = SiteMap(**{**told, "pictures": pictures})
            _say("learned")
        else:
            _say(_answer(site, *told))


def _answer(site: SiteMap, path: str, markdown: str) -> dict[str, Any] | None:
    """Return the parts of a RenderedArticle, None for a text that Markdown fails on, such as by its depth."""
    try:
        return asdict(render_article(markdown, lambda target: site.find(path, target)))
    except Exception:
        return None


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
