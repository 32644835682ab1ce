"""What every engine does; one that passes these can take the place of another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from kb.search.documents import Document
from kb.search.engine import Busy, Engine, Found, Key, Marks, Reach
from kb.search.query import narrowed, parse
from tests.search.builders import FIRST_DAY, article, key, question
from tests.search.engines import EVERY_ENGINE

pytestmark = EVERY_ENGINE
ALL = Reach()

RESET = article(1, "Reset your password", "Open the sign-in page and choose Forgot password.", keywords="login")
BROWSER = article(2, "Supported browsers", "Use a recent one. Passwords are saved by the browser.", section="start")
SSO = question(3, "Single sign-on fails with 0x80070005", "It says password wrong.", tags=("sso",), status="solved")
EXPORT = question(4, "Export to C# objects", "Node.js v7.4 works, about:config does not.", status="answered")
STAFF = article(5, "Reset a customer's password", "Only for staff.", audience="staff")
HELD = (RESET, BROWSER, SSO, EXPORT, STAFF)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    engine.put(HELD)
    return engine


def refs(found: Found) -> list[int]:
    return [one.ref for one in found.keys]


def find(engine: Engine, text: str, **more: str) -> list[int]:
    return refs(engine.search(narrowed(parse(text), **more), ALL))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reset password", [1]),
        ("resetting my passwords", [1]),
        ("how do I reset my password?", [1]),
        ("login", [1]),
        ("0x80070005", [3]),
        ("C#", [4]),
        ("v7.4", [4]),
        ("about:config", [4]),
        ("node", [4]),
        ("signon", [3]),
        ('"forgot password"', [1]),
        ('"password forgot"', []),
        ('"sign in page"', [1]),
        ("password -browser in:articles", [1]),
        ('password -"forgot password" in:articles', [2]),
        ("in:title browsers", [2]),
        ("in:title recent", []),
        ("tag:sso", [3]),
        ("password tag:sso", [3]),
        ("is:solved", [3]),
        ("is:open", [4]),
        ("section:start", [2]),
        ("category:general", [4, 3]),
        ("section:general", []),
        ("-password in:questions", [4]),
        ("-tag:sso in:questions", [4]),
        ("nothinglikethis", []),
    ],
)
def test_search_finds_what_is_asked_for(filled: Engine, text: str, expected: list[int]) -> None:
    assert find(filled, text) == expected


def test_search_puts_the_exact_title_first(engine: Engine) -> None:
    engine.put([article(1, "Password", "a word"), article(2, "Password password password", "password " * 50)])
    assert find(engine, "password")[0] == 1


def test_search_puts_title_over_keywords_over_text(engine: Engine) -> None:
    engine.put(
        [
            article(1, "One", "An invoice is made here today."),
            article(2, "Two", "Something else is made here.", keywords="invoice"),
            article(3, "Invoice made", "Something else is made here."),
        ]
    )
    assert find(engine, "invoice") == [3, 2, 1]


def test_search_prefers_what_helped(engine: Engine) -> None:
    engine.put(
        [question(1, "Broken sync", boost=1.2), question(2, "Broken sync"), question(3, "Broken sync", boost=0.8)]
    )
    assert find(engine, "broken sync now") == [1, 2, 3]


def test_search_puts_the_newer_first_where_all_else_is_equal(engine: Engine) -> None:
    engine.put([question(1, "Broken sync"), question(2, "Broken sync")])
    assert find(engine, "sync") == [2, 1]


def test_search_pages_add_up_where_all_else_is_equal(engine: Engine) -> None:
    engine.put(question(number % 60, "Broken sync", at=FIRST_DAY) for number in range(7, 67))
    engine.put([article(60, "Broken sync", at=FIRST_DAY), question(30, "Broken sync", at=FIRST_DAY)])
    for sort in ("relevance", "new", "helpful"):
        pages = [engine.search(parse("sync"), ALL, sort=sort, limit=10, offset=at) for at in range(0, 61, 10)]
        assert [one.ref for page in pages for one in page.keys] == list(range(60, -1, -1)), sort


def test_search_puts_the_most_helpful_first(engine: Engine) -> None:
    engine.put(question(ref, "Broken sync", helpful=helpful) for ref, helpful in ((1, 0.3), (2, 0.9), (3, 0.0)))
    assert refs(engine.search(parse("sync"), ALL, sort="helpful")) == [2, 1, 3]
    assert refs(engine.search(parse("is:open"), ALL, sort="helpful")) == [2, 1, 3]


def test_search_finds_what_somebody_wrote(engine: Engine) -> None:
    engine.put([question(1, "Sync", people=("Ada", "bo")), question(2, "Sync", people=("bo",)), question(3, "Sync")])
    assert find(engine, "by:ada sync") == [1]
    assert find(engine, "by:bo") == [2, 1]
    assert find(engine, "by:bo by:ada") == [1]
    assert find(engine, "by:nobody sync") == []


def test_search_finds_what_is_of_a_time(engine: Engine) -> None:
    engine.put(question(day, "Sync", at=FIRST_DAY + timedelta(days=day)) for day in range(5))
    query = replace(parse("sync"), after=FIRST_DAY + timedelta(days=1), before=FIRST_DAY + timedelta(days=3))
    found = engine.search(query, ALL)
    assert refs(found) == [2, 1]
    assert found.total == found.counts["kind"]["question"] == 2
    assert refs(engine.search(replace(query, words=(), after=None), ALL)) == [2, 1, 0]


def test_search_by_date_puts_the_newest_first(filled: Engine) -> None:
    found = filled.search(parse("password"), ALL, sort="new")
    assert refs(found) == [3, 2, 1]


def test_search_answers_a_query_of_common_words_only(engine: Engine) -> None:
    engine.put([article(1, "How to do it"), article(2, "What we are", "how to do it")])
    assert find(engine, "how to do it") == [1]


def test_search_leaves_out_what_has_little_of_the_query(engine: Engine) -> None:
    engine.put([question(1, "Print invoices twice"), question(2, "Print"), question(3, "Invoices printed twice")])
    assert sorted(find(engine, "print invoices twice")) == [1, 3]


def test_search_finds_documents_that_say_little_of_themselves(engine: Engine) -> None:
    engine.put([question(1, "Sync", status="", section=""), question(2, "", status="", section="")])
    found = engine.search(parse("sync"), ALL)
    assert refs(found) == [1]
    assert dict(found.counts["kind"]) == {"question": 1}
    assert dict(found.counts["status"]) == {}


def test_search_pages_add_up(engine: Engine) -> None:
    engine.put(question(number, f"Sync is broken {number}") for number in range(1, 26))
    pages = [engine.search(parse("sync"), ALL, limit=10, offset=offset) for offset in (0, 10, 20, 30)]
    assert [len(page.keys) for page in pages] == [10, 10, 5, 0]
    assert {page.total for page in pages} == {25}
    assert len({one for page in pages for one in page.keys}) == 25


def test_search_counts_each_choice_as_if_it_were_open(filled: Engine) -> None:
    found = filled.search(narrowed(parse("password"), within="articles"), ALL)
    assert found.total == 2
    assert found.counts["kind"] == {"article": 2, "question": 1}
    assert found.counts["section"] == {"accounts": 1, "start": 1}
    assert found.counts["status"] == {"published": 2}
    assert narrowed_counts(filled, tag="sso")["tag"] == {"sso": 1}


def test_search_counts_the_most_frequent_tags_of_what_it_found(engine: Engine) -> None:
    engine.put([question(ref, "Sync", tags=tuple(f"t{n:02}" for n in range(ref % 30))) for ref in range(1, 60)])
    engine.put([question(99, "Other", tags=("t00", "other")), question(7, "Sync", tags=("sync", "t00"))])
    tags = engine.search(parse("sync"), ALL).counts["tag"]
    assert list(tags.items())[:2] == [("t00", 58), ("t01", 55)]
    assert list(tags) == [f"t{n:02}" for n in range(20)]
    assert dict(engine.search(parse("other"), ALL).counts["tag"]) == {"other": 1, "t00": 1}


def narrowed_counts(engine: Engine, **more: str) -> dict[str, dict[str, int]]:
    return {name: dict(one) for name, one in engine.search(narrowed(parse("password"), **more), ALL).counts.items()}


def test_search_keeps_to_the_readers_audiences(filled: Engine) -> None:
    everyone = filled.search(parse("customer password"), ALL)
    staff = filled.search(parse("customer password"), Reach(frozenset({"public", "members", "staff"})))
    assert 5 not in refs(everyone) and refs(staff)[0] == 5
    assert sum(everyone.counts["kind"].values()) == everyone.total
    assert 5 not in refs(filled.suggest(parse("reset a cust"), ALL))
    assert 5 not in refs(filled.similar("Reset a customer's password", ALL))


def test_search_leaves_the_hidden_out_of_hits_totals_and_counts(filled: Engine) -> None:
    found = filled.search(parse("password"), Reach(hidden=frozenset({key(SSO)})))
    assert refs(found) == [1, 2]
    assert found.total == 2
    assert found.counts["kind"] == {"article": 2}
    assert found.counts["tag"] == {}


@pytest.mark.parametrize(("begun", "first"), [("passw", 1), ("reset pas", 1), ("how do i reset my pa", 1), ("supp", 2)])
def test_suggest_completes_the_last_word(filled: Engine, begun: str, first: int) -> None:
    assert refs(filled.suggest(parse(begun), ALL))[0] == first


def test_suggest_finds_words_already_typed_in_full(filled: Engine) -> None:
    assert refs(filled.suggest(parse("browsers"), ALL))[0] == 2
    assert refs(filled.suggest(parse("forgot"), ALL)) == [1]


def test_similar_finds_texts_about_the_same(engine: Engine) -> None:
    texts = {
        1: ("Printer prints twice", "Each invoice comes out of the printer two times since the update."),
        2: ("Invoice printed two times", "Since the update every invoice is printed twice by our printer."),
        3: ("Where is my order", "The parcel has not arrived and the tracking page is empty."),
    }
    engine.put(question(ref, title, text) for ref, (title, text) in texts.items())
    found = engine.similar(" ".join(texts[1]), Reach(hidden=frozenset({Key("question", 1)})))
    assert refs(found) == [2]


def test_put_replaces_what_was_kept(filled: Engine) -> None:
    filled.put([article(1, "Change your e-mail address", "")])
    assert find(filled, "reset") == []
    assert find(filled, "email") == [1]
    assert filled.state().documents == len(HELD)


def test_put_takes_the_last_of_two_versions(engine: Engine) -> None:
    engine.put([article(1, "Old words"), article(1, "New words")])
    assert find(engine, "words") == [1]
    assert find(engine, "old") == []


def test_drop_forgets(filled: Engine) -> None:
    filled.drop([key(RESET), Key("article", 999)])
    assert find(filled, "forgot") == []
    assert {one for one, _ in filled.held()} == {key(one) for one in HELD} - {key(RESET)}


def test_many_small_changes_leave_every_document_once(engine: Engine) -> None:
    for number in range(30):
        engine.put([question(number % 7, f"Sync broken round {number}")])
    assert sorted(one.ref for one, _ in engine.held()) == list(range(7))
    assert engine.search(parse("sync"), ALL).total == 7


def test_rebuild_replaces_everything(filled: Engine) -> None:
    seen: list[int] = []
    filled.rebuild([replace(RESET, version=7), EXPORT], settled=3, reached=4, progress=seen.append)
    assert sorted(filled.held()) == [(key(RESET), 7), (key(EXPORT), 0)]
    assert seen == [2]
    assert (filled.marks().settled, filled.marks().reached, filled.reached()) == (3, 4, 4)


def test_warm_leaves_nothing_to_open(filled: Engine) -> None:
    filled.warm()
    assert find(filled, "login") == [1]


def test_put_moves_the_marks_only_from_where_they_are(filled: Engine) -> None:
    now = filled.marks()
    onward = Marks(now.index, 7, 12, ((8, 8), (10, 11)))
    filled.put([], moving=(now, onward))
    assert filled.marks() == onward
    with pytest.raises(Busy):
        filled.put([article(9, "Never")], moving=(now, onward))
    assert find(filled, "never") == []


@pytest.mark.parametrize("documents", [[], [RESET]])
def test_search_finds_nothing_without_words(engine: Engine, documents: Sequence[Document]) -> None:
    engine.put(documents)
    assert engine.suggest(parse("..."), ALL).keys == ()
    assert engine.similar("", ALL).keys == ()
    assert engine.similar("of the and", ALL).keys == ()
