"""What every engine does with words: other ways to say them, other languages, which there are and how frequent."""

from dataclasses import replace

import pytest

from kb.search.engine import Engine, Found, Reach
from kb.search.query import Group, Query, parse
from tests.search.builders import article, key, question
from tests.search.engines import EVERY_ENGINE

pytestmark = EVERY_ENGINE
ALL = Reach()


def refs(found: Found) -> list[int]:
    return [one.ref for one in found.keys]


def find(engine: Engine, text: str) -> list[int]:
    return refs(engine.search(parse(text), ALL))


def grouped(text: str, *groups: Group) -> Query:
    return replace(parse(text), groups=groups)


SIGN_IN = Group(("sign", "in"), (("log", "in"), ("login",)))


def test_search_finds_other_ways_to_say_it(engine: Engine) -> None:
    engine.put(
        [
            question(1, "Sign in fails"),
            question(2, "Login fails"),
            question(3, "Log in fails"),
            question(4, "Fails to print a log file"),
            question(5, "Print a file"),
        ]
    )
    query = grouped("sign in fails", SIGN_IN, Group(("fails",)))
    assert refs(engine.search(query, ALL))[0] == 1
    assert set(refs(engine.search(query, ALL))) == {1, 2, 3, 4}
    assert refs(engine.search(grouped("sign in", SIGN_IN), ALL))[0] == 1
    assert set(refs(engine.search(grouped("sign in", SIGN_IN), ALL))) == {1, 2, 3, 4}
    assert refs(engine.search(grouped("enrol", Group(("enrol",), (("sign", "fails"),))), ALL)) == [1]


def test_search_needs_every_word_of_another_way(engine: Engine) -> None:
    engine.put([question(1, "Wireless network"), question(2, "Wireless mouse"), question(3, "Network drive")])
    assert refs(engine.search(grouped("wifi", Group(("wifi",), (("wireless", "network"),))), ALL)) == [1]


def test_search_counts_another_way_once_and_less(engine: Engine) -> None:
    engine.put([question(1, "Wifi"), question(2, "Wlan"), question(3, "Wifi wlan")])
    found = engine.search(grouped("wifi", Group(("wifi",), (("wlan",),))), ALL)
    scores = dict(zip(refs(found), found.scores, strict=True))
    alone = engine.search(parse("wifi"), ALL)
    assert scores[3] == pytest.approx(dict(zip(refs(alone), alone.scores, strict=True))[3])
    assert scores[2] < scores[1]


def test_suggest_finds_other_ways_to_say_what_is_typed_in_full(engine: Engine) -> None:
    engine.put([question(1, "Login problems"), question(2, "Print")])
    assert refs(engine.suggest(grouped("sign in prob", SIGN_IN, Group(("prob",))), ALL)) == [1]


@pytest.mark.parametrize(
    ("lang", "title", "asked", "missed"),
    [
        ("de", "Rechnungen drucken", "rechnung druckt", "rechner"),
        ("de", "Über die Straßen", "strasse", "die uber"),
        ("es", "Configuraciones de la cuenta", "configuración", "la"),
        ("es", "La configuración de cuentas", "configuracion de la cuenta", "de"),
        ("fr", "Réinitialiser l'ordinateur", "reinitialiser ordinateurs", "ordinaire"),
        ("pt-BR", "Impressão dos relatórios", "impressao do relatorio", "dos"),
        ("ru", "Настройки профиля Windows", "настройка профили", "настроение"),
        ("cs", "Přihlášení k účtu", "prihlaseni", "ucet"),
        ("ja", "ログイン画面が表示されない", "ログイン 画面", "イグロ"),
        ("zh-CN", "如何重置密码", "重置密码", "码密"),
        ("ko", "비밀번호를 재설정하는 방법", "비밀번호 재설정", "정설"),
        ("hi", "पासवर्ड रीसेट करें", "पासवर्ड", "पास"),
        ("", "Café re\u0301sume\u0301s", "cafe resume", "sume"),
    ],
)
def test_search_finds_other_forms_in_each_language(
    engine: Engine, lang: str, title: str, asked: str, missed: str
) -> None:
    engine.put([article(1, "Print an invoice", "Anything else.", lang="en"), article(2, "?", title, lang=lang)])
    assert find(engine, asked) == [2]
    assert refs(engine.suggest(parse(asked), ALL)) == [2]
    assert find(engine, missed) == []


def test_search_finds_phrases_in_scripts_without_spaces(engine: Engine) -> None:
    engine.put([article(1, "密码重置", lang="zh"), article(2, "重置您的密码", lang="zh")])
    assert find(engine, '"重置您"') == [2]
    assert find(engine, '密码 -"重置您"') == [1]
    assert refs(engine.suggest(parse("重"), ALL)) == [2, 1]


def test_search_takes_common_words_for_what_they_are_in_the_language_of_the_query(engine: Engine) -> None:
    engine.put(
        [
            article(1, "Wie kann ich die Rechnung drucken", lang="de"),
            article(2, "Wie kann ich die Datei speichern", lang="de"),
            article(3, "The printer will die", lang="en"),
        ]
    )
    assert find(engine, "wie kann ich die rechnung bezahlen") == [1]
    assert find(engine, "will my printer die") == [3]
    assert find(engine, "wie kann ich") == [2, 1]


def test_search_looks_words_up_in_english_and_the_four_most_frequent_other_languages(engine: Engine) -> None:
    engine.put(article(ref, "Nothing", lang=lang) for ref, lang in enumerate(["de", "fr", "it", "nl"] * 2, 10))
    engine.put([article(1, "Rechnungen", lang="de"), article(2, "Facturaciones", lang="es")])
    assert find(engine, "rechnung") == [1]
    assert find(engine, "facturación") == []
    assert find(engine, "facturaciones") == []


def test_vocabulary_has_the_words_everyone_may_find(engine: Engine) -> None:
    engine.put(
        [
            article(1, "Reset your Passwords", "hidden in the text", keywords="café", headings="Step one"),
            question(2, "Passwords", tags=("C#", "log-in")),
            article(3, "Secret passwords", audience="staff", tags=("secretly",)),
        ]
    )
    words = {"reset": 1, "passwords": 2, "cafe": 1, "step": 1, "one": 1, "c#": 1, "log-in": 1}
    assert dict(engine.vocabulary()) == words
    engine.put([article(1, "Reset", audience="staff")])
    engine.drop([key(question(2, ""))])
    assert dict(engine.vocabulary()) == {}
    engine.put([article(3, "Passwords")])
    assert dict(engine.vocabulary()) == {"passwords": 1}


def test_frequencies_count_what_is_within_reach(engine: Engine) -> None:
    engine.put(
        [
            article(1, "Reset passwords", "invoice"),
            article(2, "Password", audience="staff"),
            question(3, "Invoice", tags=("invoice",)),
        ]
    )
    assert list(engine.frequencies(["password", "Invoices", "nothing", "", "reset-password"], ALL)) == [1, 2, 0, 0, 1]
    staff = Reach(frozenset({"public", "staff"}), frozenset({key(question(3, ""))}))
    assert list(engine.frequencies(["password", "invoice"], staff)) == [2, 1]
