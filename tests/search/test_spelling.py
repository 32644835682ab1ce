"""Mistyped words: what they are taken for, and what is left as it is."""

from types import MappingProxyType

import pytest

from kb.search import spelling
from kb.search.engine import Engine, Key, Reach
from kb.search.spelling import Speller, meant, rare, rewritten
from tests.search.builders import article, question
from tests.search.engines import EVERY_ENGINE

WORDS = MappingProxyType(
    {"password": 40, "passwords": 9, "browser": 12, "form": 30, "from": 80, "recovery": 3, "plan": 50}
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pasword", "password"),
        ("passsword", "password"),
        ("psasword", "password"),
        ("passwird", "password"),
        ("paswrod", ""),
        ("passwrdo", "password"),
        ("recvoery", "recovery"),
        ("rceovrey", "recovery"),
        ("browsre", "browser"),
        ("fomr", "form"),
        ("frm", ""),
        ("0x80070005", ""),
        ("zeppelin", ""),
    ],
)
def test_near_is_one_mistake_away_or_two_in_long_words(typed: str, expected: str) -> None:
    assert next(iter(Speller(WORDS).near(typed)), "") == expected


def test_near_knows_beginnings_and_words_run_together() -> None:
    assert Speller(WORDS).near("recvo", begun=True)[0] == "recov"
    assert Speller(WORDS).split("browserform") == ("browser", "form")
    assert Speller(WORDS).split("browserzeppelin") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reset pasword now", "reset password now"),
        ('"pasword" pasword', '"pasword" password'),
        ("tag:pasword -pasword pasword?", "tag:pasword -pasword password?"),
    ],
)
def test_rewritten_leaves_quotes_and_filters(text: str, expected: str) -> None:
    assert rewritten(text, {"pasword": "password"}) == expected


class TestInAnIndex:
    pytestmark = EVERY_ENGINE

    @pytest.fixture
    def filled(self, engine: Engine) -> Engine:
        engine.put(
            [
                article(1, "Reset your password", "Forgot your credentials?"),
                question(2, "Passwort vergessen", audience="members"),
                *(question(number, f"Plan a trip {number}") for number in range(10, 60)),
                question(60, "A vlan for the office"),
            ]
        )
        return engine

    def test_meant_replaces_what_nobody_holds(self, filled: Engine) -> None:
        assert meant(filled, ("reset", "pasword"), Reach()) == {"pasword": ("password",)}
        assert meant(filled, ("resetpassword",), Reach()) == {"resetpassword": ("reset password",)}
        assert meant(filled, ("reset", "passwo"), Reach(), begun="passwo") == {}
        assert meant(filled, ("reset", "paswo"), Reach(), begun="paswo") == {"paswo": ("password",)}

    def test_meant_leaves_words_that_are_about_something_else(self, filled: Engine) -> None:
        assert meant(filled, ("zeppelin", "mooring", "plam"), Reach()) == {}
        assert meant(filled, ("password",), Reach()) == {}

    def test_meant_names_nothing_that_this_reader_cannot_find(self, filled: Engine) -> None:
        hidden = Reach(hidden=frozenset({Key("article", 1)}))
        assert meant(filled, ("pasword",), hidden) == {}
        assert meant(filled, ("passwortt",), Reach()) == {"passwortt": ("password",)}

    def test_rare_word_may_be_a_frequent_one(self, filled: Engine) -> None:
        assert rare(filled, ("vlan", "trip"), Reach()) == {"vlan": "plan"}
        assert spelling.speller(filled) is spelling.speller(filled)
