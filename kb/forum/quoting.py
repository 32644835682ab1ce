"""A post quoted in the Markdown of another: its words, who wrote them, and where they stand."""

from kb.forum.models import Answer, Question
from kb.markup.plain import as_markdown

MOST = 2_000
"""Characters of what is quoted; who quotes more means a link."""


def quotation(post: Question | Answer, address: str) -> str:
    """Return the beginning of a text that quotes ``post``, cut after ``MOST`` characters and linked to ``address``."""
    body = post.body_md if len(post.body_md) <= MOST else f"{post.body_md[:MOST].rstrip()} …"
    lines = [f"> {line}".rstrip() for line in body.split("\n")]
    name = as_markdown(post.author.name) if post.author else "?"
    return "\n".join([*lines, ">", f"> – [{name}]({address})", "", ""])
