"""Fetching pages and looking at them as a careful browser would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

UNLABELLED_OK = {"hidden", "submit", "button", "image", "reset"}


def page(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    """Fetch ``address``, check it as ``checked`` does, and return it to look into."""
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status}\n{answer.text[:2000]}"
    return checked(answer)


def checked(answer: TestResponse) -> BeautifulSoup:
    """Return a page that holds what every page must: valid HTML, one h1, unique ids, labelled inputs, safe forms."""
    text = answer.text
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    problems = [(pos, code) for pos, code, _ in parser.errors]
    assert not problems, f"not valid HTML: {problems[:5]}"
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.find_all("h1")) == 1, f"{len(soup.find_all('h1'))} h1 elements"
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    for field in soup.find_all(["input", "textarea", "select"]):
        _assert_labelled(soup, field)
    for form in soup.find_all("form"):
        _assert_safe(form)
    return soup


def post(
    client: FlaskClient, address: str, data: dict[str, Any] | None = None, *, form_at: str | None = None
) -> TestResponse:
    """Post a form as a browser would: with the token of the page at ``form_at`` (``address`` when not given)."""
    shown = client.get(form_at or address)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.text)
    assert token, f"no form with a token at {form_at or address}: {shown.status}"
    return client.post(address, data={"csrf_token": token.group(1), **(data or {})})


def changed(history: BeautifulSoup, kind: str) -> list[str]:
    """Return what a page marks as added (``ins``) or removed (``del``), without the words for those who hear it."""
    return ["".join(mark.find_all(string=True, recursive=False)) for mark in history.find_all(kind)]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect the SQL statements sent until the block ends, transaction control aside."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _assert_labelled(soup: BeautifulSoup, field: Tag) -> None:
    if field.get("type") in UNLABELLED_OK or field.get("aria-label") or field.get("aria-labelledby"):
        return
    named = field.get("id") and soup.find("label", attrs={"for": field["id"]})
    assert named or field.find_parent("label"), f"no label: {field}"


def _assert_safe(form: Tag) -> None:
    assert form.get("action"), f"a form without an action: {str(form)[:200]}"
    if str(form.get("method", "get")).lower() == "post" and not form.has_attr("data-same-origin"):
        assert form.find("input", attrs={"name": "csrf_token"}), f"a form without a token: {form['action']}"
