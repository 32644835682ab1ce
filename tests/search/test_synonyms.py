"""Words that mean the same: what lines say, who may add them, and what queries become."""

import pytest
from sqlalchemy.orm import Session

from kb.db import site_version
from kb.errors import Conflict, Invalid, Refused
from kb.search import synonyms
from kb.search.query import Group, parse
from kb.search.synonyms import MOST_OTHERS, expanded, fault_of, read, stored
from tests.builders import Cast

LINES = (
    "# What people call things",
    "",
    "sign in, log in, login",
    "two-factor authentication, 2FA",
    "wifi, wlan => wireless network",
)


def others(text: str, *lines: str) -> dict[str, list[str]]:
    """Return the words of each group of a query with other ways to say them."""
    groups = expanded(parse(text), read(lines or LINES)).groups
    return {" ".join(one.words): [" ".join(other) for other in one.others] for one in groups}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cannot login now", {"cannot": [], "login": ["sign in", "log in"], "now": []}),
        ("cannot sign in", {"cannot": [], "sign in": ["log in", "login"]}),
        ("signing in", {"signing in": ["log in", "login"]}),
        ("Sign-in page", {"Sign-in": ["log in", "login"], "page": []}),
        ("set up 2fa", {"set": [], "up": [], "2fa": ["two-factor authentication"]}),
        ("two factor authentication", {"two factor authentication": ["2FA"]}),
        ("slow wlan", {"slow": [], "wlan": ["wireless network"]}),
        ("wireless network", {}),
        ('"sign in"', {}),
        ("sign the form", {}),
        ("in:title tag:sso", {}),
    ],
)
def test_expanded_says_it_in_other_words(text: str, expected: dict[str, list[str]]) -> None:
    assert others(text) == expected


def test_expanded_takes_the_longest_way_to_say_it() -> None:
    found = others("sign in page", "sign, signature", "sign in, log in")
    assert found == {"sign in": ["log in"], "page": []}


def test_read_puts_lines_together_and_keeps_what_can_be_searched() -> None:
    assert others("a1", "a1, b1", "a1, c1, b1") == {"a1": ["b1", "c1"]}
    many = ", ".join(f"word{number}" for number in range(50))
    assert len(others("word0", many)["word0"]) == MOST_OTHERS


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("alone", "at least two"),
        ("a => b => c", "one =>"),
        ("one, , two", "no words"),
        ("=> two", "no words"),
        ("one, two three four five six seven", "five words"),
        ("one, " + "x" * 400, "400 characters"),
    ],
)
def test_fault_of_names_what_is_wrong(line: str, part: str) -> None:
    assert part in fault_of(line)
    assert read([line, "one, two"]) == read(["one, two"])


def test_add_and_remove_are_for_writers_and_work_at_once(session: Session, cast: Cast) -> None:
    before = site_version(session)
    added = synonyms.add(session, "  sign   in,  login ", by=cast.will)
    session.commit()
    assert (added.line, added.added_by_id) == ("sign in, login", cast.will.id)
    assert site_version(session) > before
    assert expanded(parse("login"), stored(session)).groups == (Group(("login",), (("sign", "in"),)),)
    for line, error in (("sign in, login", Conflict), ("alone", Invalid), (" # note", Invalid)):
        with pytest.raises(error):
            synonyms.add(session, line, by=cast.will)
    for refused in (
        lambda: synonyms.add(session, "a, b", by=cast.bob),
        lambda: synonyms.remove(session, added, by=cast.mia),
    ):
        with pytest.raises(Refused):
            refused()
    synonyms.remove(session, added, by=cast.will)
    session.commit()
    assert not stored(session).others
