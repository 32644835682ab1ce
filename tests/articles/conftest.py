"""The fixtures of articles, for every test here."""

from tests.builders_articles import article, content, publish

__all__ = ["article", "content", "publish"]
