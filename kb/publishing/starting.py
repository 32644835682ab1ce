"""The beginning of an article about what readers look for."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from kb.articles.addresses import slug_of

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Beginning:
    """A file to go on writing in."""

    name: str
    text: str


def begun(searched: str) -> Beginning:
    """Return a draft about what was ``searched``, which is its title and the words it is found by.

    It says that it is a draft, so that nobody sees it if it is published before it is written.
    """
    title = " ".join(searched.split())[:LONGEST_TITLE] or "Untitled"
    title = title[:1].upper() + title[1:]
    head = {"title": title, "summary": "", "keywords": [searched], "status": "draft"}
    return Beginning(file_name(title), file_text(head, "Write the answer first, then how to get there."))


def file_name(title: str) -> str:
    """Return what the file of an article called ``title`` is named."""
    return f"{slug_of(title) or 'article'}.md"


def file_text(head: Mapping[str, object], markdown: str) -> str:
    """Return the text of an article's file: front matter, then what it says."""
    front = yaml.safe_dump(dict(head), sort_keys=False, default_flow_style=None, allow_unicode=True, width=1000)
    return f"---\n{front}---\n{markdown}\n"
