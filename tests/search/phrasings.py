"""What readers type when they need one of our own articles: phrasings.txt, read."""

from collections.abc import Iterator
from pathlib import Path


def phrasings() -> Iterator[tuple[str, str]]:
    """Yield each search, and the article that helps, such as ``asking/ask-a-question``."""
    article = ""
    for line in (Path(__file__).parent / "phrasings.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            yield line.strip(), article
        elif line and not line.startswith("# "):
            article = line
