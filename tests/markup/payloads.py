"""Texts that broke other sites, collected by others and read where they lie."""

import json
from collections.abc import Iterator

from tests.conftest import DATA

SECURITY = DATA / "security"


def payloads() -> Iterator[str]:
    """Yield all of them: HTML, attributes, addresses, Markdown, and strings that are merely naughty."""
    yield from html_payloads()
    yield from markdown_payloads()
    yield from json.loads((SECURITY / "blns.json").read_text())


def html_payloads() -> Iterator[str]:
    """Yield what runs a script in HTML that lets it."""
    yield from (one["payload"] for one in json.loads((SECURITY / "dompurify_expect.json").read_text()))
    yield from (one["payload"] for one in json.loads((SECURITY / "xss_payloads_unique.json").read_text()))


def markdown_payloads() -> list[str]:
    """Return what runs a script where Markdown's links are taken as they come."""
    return (SECURITY / "markdown_xss_payloads.txt").read_text().splitlines()
