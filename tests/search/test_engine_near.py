"""What every engine does with documents that are near a query in meaning, and how it explains a rank."""

from dataclasses import replace
from functools import reduce

import pytest

from kb.search.engine import Engine, Found, Key, Reach, Reason
from kb.search.fusion import NEAR_ENOUGH
from kb.search.query import Group, narrowed, parse
from tests.search.builders import article, key, question
from tests.search.engines import EVERY_ENGINE

pytestmark = EVERY_ENGINE
ALL = Reach()
EVERYONE = Reach(frozenset({"public", "members", "staff"}))

RESET = article(1, "Reset your password", "Open the sign-in page.", boost=1.2, reasons=(("helpful", 1.2),))
LOCKED = question(2, "Locked out of my account", "It does not let me in.", tags=("login",))
PAGE = question(3, "Print a page", "The page is cut off, and the password is wrong.", boost=0.9)
STAFF = article(4, "Unlock an account", "Only for staff.", audience="staff")
HELD = (RESET, LOCKED, PAGE, STAFF)
NEAR = {key(RESET): 0.8, key(LOCKED): 0.7, key(PAGE): NEAR_ENOUGH / 2, key(STAFF): 0.9, Key("article", 99): 0.9}


@pytest.fixture
def filled(engine: Engine) -> Engine:
    engine.put(HELD)
    return engine


def refs(found: Found) -> list[int]:
    return [one.ref for one in found.keys]


def test_search_finds_what_is_near_without_a_word_of_the_query(filled: Engine) -> None:
    found = filled.search(parse("credential"), ALL, near=NEAR)
    assert refs(found) == [1, 2]
    assert found.total == 2
    assert found.counts["kind"] == {"article": 1, "question": 1}
    assert refs(filled.search(parse("credential"), ALL)) == []


def test_search_ranks_words_and_meaning_together(filled: Engine) -> None:
    found = filled.search(parse("password"), ALL, near=NEAR)
    assert refs(found) == [1, 2, 3]
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert refs(filled.search(parse("password"), ALL, near={key(PAGE): 0.4, key(RESET): 0.3}))[0] == 1
    assert refs(filled.search(parse("print"), ALL, near={key(RESET): 0.9})) == [3, 1]


def test_search_finds_what_is_near_only_within_reach_and_filters(filled: Engine) -> None:
    def near(text: str, reach: Reach = ALL, **more: str) -> list[int]:
        return refs(filled.search(narrowed(parse(text), **more), reach, near=NEAR))

    assert sorted(near("credential", EVERYONE)) == [1, 2, 4]
    assert near("credential", Reach(hidden=frozenset({key(RESET)}))) == [2]
    assert near("credential", within="questions") == [2]
    assert near("credential tag:login") == [2]
    assert near("credential -login -account") == [1]
    assert near('credential "sign-in page"') == [1]
    assert near("credential", status="solved") == []


def test_search_does_not_mind_near_documents_it_does_not_hold(filled: Engine) -> None:
    assert refs(filled.search(parse("password"), ALL, near={Key("article", 99): 1.0, Key("film", 1): 1.0})) == [1, 3]


def test_similar_finds_what_is_near(filled: Engine) -> None:
    assert refs(filled.similar("credential", ALL, near=NEAR)) == [1, 2]
    assert refs(filled.similar("credential", ALL, kind="question", near=NEAR)) == [2]
    assert refs(filled.similar("to print", ALL, near={key(LOCKED): 0.9})) == [3, 2]


def score(reasons: tuple[Reason, ...]) -> float:
    return reduce(lambda score, one: score * one.value if one.times else score + one.value, reasons, 0.0)


@pytest.mark.parametrize("text", ["reset password", "reset your password", "how do I print the password", "sign-in"])
@pytest.mark.parametrize("near", [{}, NEAR])
def test_explain_gives_the_reasons_that_make_the_score(filled: Engine, text: str, near: dict[Key, float]) -> None:
    found = filled.search(parse(text), ALL, near=near)
    reasons = filled.explain(parse(text), ALL, [key(one) for one in HELD], near=near)
    assert set(reasons) == set(found.keys)
    for one, expected in zip(found.keys, found.scores, strict=True):
        assert score(reasons[one]) == pytest.approx(expected, rel=1e-4)


def test_explain_says_which_words_stand_where_and_what_else_counts(filled: Engine) -> None:
    said = [one.words for one in filled.explain(parse("reset your password"), ALL, [key(RESET)], near=NEAR)[key(RESET)]]
    assert said[:2] == ["“reset” in the title", "“password” in the title"]
    assert {"helpful", "near in meaning (cosine 0.80)", "its title says just that"} < set(said)
    filled.put([question(5, "Log in twice")])
    query = replace(parse("sign on"), groups=(Group(("sign", "on"), (("log", "in"),)),))
    reasons = filled.explain(query, ALL, [Key("question", 5)])[Key("question", 5)]
    assert reasons[0].words == "“log” in the title, another way to say it"


def test_explain_says_nothing_of_what_is_not_found(filled: Engine) -> None:
    assert filled.explain(parse("password"), ALL, [key(LOCKED), key(STAFF), Key("article", 99)]) == {}
