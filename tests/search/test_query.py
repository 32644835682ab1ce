"""What is typed becomes a Query: every piece where it belongs, whatever is typed."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import clock
from kb.search.query import LONGEST, MOST_TERMS, Query, narrowed, normal, parse
from tests.conftest import DATA, NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reset password", {"words": ("reset", "password")}),
        ('say "two words" more', {"words": ("say", "more"), "phrases": ("two words",)}),
        ("sync -android", {"words": ("sync",), "without": ("android",)}),
        ('sync -"dark mode"', {"words": ("sync",), "without": ("dark mode",)}),
        ("sign-in", {"words": ("sign-in",)}),
        ("tag:SSO tag:saml", {"tags": ("sso", "saml")}),
        ("-tag:sso", {"without_tags": ("sso",)}),
        ("section:start category:general", {"sections": ("start",), "categories": ("general",)}),
        ("is:solved", {"statuses": frozenset({"solved"})}),
        ("is:open", {"statuses": frozenset({"needs_answer", "needs_info", "answered", "likely_solved"})}),
        ("IS:Article", {"kind": "article"}),
        ("in:questions", {"kind": "question"}),
        ("in:title lost", {"title_only": True, "words": ("lost",)}),
        ("is:question by:@Ana-B by:bob", {"kind": "question", "people": ("ana-b", "bob")}),
        ("is:known-issue printing", {"tags": ("known-issue",), "words": ("printing",)}),
        ("sort:new sync", {"sort": "new", "words": ("sync",)}),
        (
            "after:2025 before:2026-03",
            {"after": datetime(2025, 1, 1, tzinfo=UTC), "before": datetime(2026, 3, 1, tzinfo=UTC)},
        ),
        ("after:2025-12-31", {"after": datetime(2025, 12, 31, tzinfo=UTC)}),
        ("after:2w", {"after": NOON - timedelta(days=14)}),
        ("before:1Y", {"before": NOON - timedelta(days=365)}),
        ("after:soon", {"words": ("after:soon",), "ignored": ("after:soon",)}),
        ("after:2026-13", {"words": ("after:2026-13",), "ignored": ("after:2026-13",)}),
        ("after:9999y", {"words": ("after:9999y",), "ignored": ("after:9999y",)}),
        ("-by:bob sort:best", {"without": ("by:bob",), "words": ("sort:best",), "ignored": ("-by:bob", "sort:best")}),
        ("about:config", {"words": ("about:config",)}),
        ("C# v7.4 0x80070005", {"words": ("C#", "v7.4", "0x80070005")}),
        ("is:solvd", {"words": ("is:solvd",), "ignored": ("is:solvd",)}),
        ("tag: sso", {"words": ("tag", "sso"), "ignored": ("tag:",)}),
        ("in:nowhere", {"words": ("in:nowhere",), "ignored": ("in:nowhere",)}),
        ("-is:solved", {"without": ("is:solved",), "ignored": ("-is:solved",)}),
        ('an "open quote', {"words": ("an", "open", "quote"), "ignored": ('"',)}),
        ("- * ( ) ~ ^ [a TO z] AND OR NOT", {"words": ("a", "TO", "z", "AND", "OR", "NOT")}),
        ("", {}),
        ("  \x00\t ", {}),
        ('"" -"" -', {}),
    ],
)
def test_parse_sorts_pieces_in(text: str, expected: dict[str, object]) -> None:
    with clock.held_at(NOON):
        query = parse(text)
    assert query == Query(text=text.replace("\x00", " ").replace("\t", " ").strip(), **expected)  # type: ignore[arg-type]


def test_parse_takes_so_many_words_and_names_the_rest() -> None:
    query = parse(" ".join(f"w{number}" for number in range(20)))
    assert len(query.words) == MOST_TERMS
    assert query.ignored == query.beyond == ("w16", "w17", "w18", "w19")
    assert query.said.split() == [*query.words, *query.beyond]


def test_parse_looks_up_what_tells_most_of_a_long_story() -> None:
    query = parse("so I was at it and then it was not to be and so I am here because my printer eats the paper jam")
    assert query.words == ("printer", "eats", "paper", "jam")
    assert query.ignored == (), "nobody misses common words"
    assert sorted(query.said.split()) == sorted(query.text.split())
    common = parse("to be or not to be " * 3)
    assert " ".join(common.words) == "to be or not to be to be or not to be to be or not"


def test_parse_does_not_mean_what_is_unwanted() -> None:
    query = parse(
        'one two "three four five" -"six seven" ' + " ".join(f"w{number}" for number in range(20)) + ' -"a b"'
    )
    assert (query.phrases, query.without) == (("three four five",), ("six seven", "a b"))
    assert query.words == ("one", "two", *(f"w{number}" for number in range(7)))
    assert query.beyond == tuple(f"w{number}" for number in range(7, 20))
    full = parse(" ".join(f'"{number} {number}"' for number in range(9)) + ' -"a b" word')
    assert (full.phrases[-1], full.without, full.words, full.beyond) == ("7 7", (), (), ("word", "8", "8"))


def test_parse_cuts_what_is_too_long_and_says_so() -> None:
    query = parse("a" * 5000)
    assert len(query.text) == LONGEST and "…" in query.ignored


def test_parse_takes_no_time_over_pathological_text() -> None:
    began = time.thread_time()
    for piece in ("(", '"', "-", "a:", "-a:", '-a:"', "* ", "a* ", "[a TO z] ", "~2 ", "é" * 9, "\ud800", "𝔘", "ﷺ"):
        parse(piece * 100_000)
    assert time.thread_time() - began < 1.0


@given(st.text(max_size=400))
def test_parse_never_fails(text: str) -> None:
    query = parse(text)
    assert len(query.text) <= LONGEST
    assert len(query.wanted.split()) <= MOST_TERMS * 2
    query.text.encode()


@given(st.lists(st.sampled_from(['"', "-", "tag:", "is:", "in:", "solved", "a", " ", "title", "(", ":", "é", "§"])))
def test_parse_never_fails_on_pieces_of_the_language(pieces: list[str]) -> None:
    parse("".join(pieces))


def test_parse_takes_naughty_strings() -> None:
    file = DATA / "security" / "blns.json"
    if not file.exists():
        pytest.skip("the shared data is not here")
    for text in json.loads(file.read_text()):
        parse(text)


def test_narrowed_adds_choices_and_overlooks_unknown_ones() -> None:
    query = narrowed(parse("sync"), within="articles", section="Start", tag="SSO", status="solved")
    assert (query.kind, query.sections, query.categories, query.tags) == ("article", ("start",), ("start",), ("sso",))
    assert query.statuses == {"solved"}
    assert narrowed(parse("sync"), within="nonsense", status="nonsense", since="ever", sort="best") == parse("sync")
    query = narrowed(parse("sync sort:new by:ana"), by="@Bob", since="2026", sort="helpful")
    assert (query.people, query.after, query.sort) == (("ana", "bob"), datetime(2026, 1, 1, tzinfo=UTC), "helpful")


def test_normal_is_what_the_same_searches_share() -> None:
    assert normal("  Reset\tMY  Straße ") == normal("reset my STRASSE")


@pytest.mark.parametrize(
    ("text", "empty"), [("", True), ("  ", True), ("a", False), ("is:solved", False), ("-a", False)]
)
def test_is_empty_when_nothing_is_asked(text: str, empty: bool) -> None:
    assert parse(text).is_empty is empty
