"""What words become, in each language, and where they stand."""

import pytest

from kb.search import analysis
from kb.search.lookup import likely_languages, looked_up
from kb.search.stemming import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Resetting my passwords", ["reset", "my", "password"]),
        ("sign-in e-mail user's don't", ["signin", "email", "user", "dont"]),
        ("0x80070005 v7.4 C# C++ about:config", ["0x80070005", "v7.4", "c#", "c++", "about:config"]),
        ("Café cafe\u0301 naïve", ["cafe", "cafe", "naiv"]),
        ("ログインiPhoneの設定", ["ログ", "グイ", "イン", "iphon", "の設", "設定"]),
        ("水 ﾛｸﾞｲﾝ", ["水", "ログ", "グイ", "イン"]),
        ("हिन्दी", ["हिन्दी"]),
        ("_ ' - .", ["_"]),
        ("", []),
    ],
)
def test_words_are_lower_case_stems_without_accents(text: str, expected: list[str]) -> None:
    assert [word.whole for _, word in analysis.words(text)] == expected


@pytest.mark.parametrize(
    ("language", "some", "other"),
    [
        ("de", "Rechnungen", "rechnung"),
        ("es", "configuraciones", "configuración"),
        ("fr", "l’ordinateur", "ordinateurs"),
        ("fr", "activités", "activité"),
        ("it", "dell'abbonamento", "abbonamenti"),
        ("ru", "настройки", "настройка"),
        ("ru", "Windows", "window"),
        ("sv", "inställningarna", "installning"),
        ("tr", "İstanbul", "istanbul"),
    ],
)
def test_forms_of_a_word_meet_in_its_own_language(language: str, some: str, other: str) -> None:
    found, sought = analysis.word(some, language), analysis.word(other, language)
    assert {found.whole, *found.others} & {sought.whole, *sought.others}


def test_places_hold_parts_and_further_stems_where_the_word_stands() -> None:
    assert analysis.places("The sign-in page", with_stop_words=False) == {"signin": [1], "sign": [1], "page": [3]}
    spanish = analysis.places("la configuración nueva", with_stop_words=False, language="es")
    assert spanish == {"configur": [1], "configuracion": [1], "nuev": [2]}
    assert analysis.places("密码重置", with_stop_words=False) == {"密码": [0], "码重": [1], "重置": [2]}


def test_cut_says_where_in_a_word_each_piece_begins() -> None:
    assert list(analysis.cut("v7.4")) == [(0, "v7.4")]
    assert list(analysis.cut("の設定X11版")) == [(0, "の設"), (1, "設定"), (3, "X11"), (6, "版")]


def test_spoken_words_are_those_worth_typing() -> None:
    assert analysis.spoken("How do I sign-in to the Café?") == ["sign-in", "cafe"]
    assert analysis.spoken("Wie drucke ich die Rechnungen", "de") == ["drucke", "rechnungen"]


def test_title_mark_is_the_same_for_the_same_words() -> None:
    assert analysis.title_mark("Reset your password!") == analysis.title_mark("reset your  passwords")
    assert analysis.title_mark("Reset your password") != analysis.title_mark("Reset password")


def test_language_of_knows_what_tags_say() -> None:
    assert [language_of(tag) for tag in ("pt-BR", "zh_Hans", "nb", "", "EN")] == ["pt", "zh", "no", "en", "en"]


def test_languages_looked_up_are_english_and_the_most_frequent() -> None:
    counts = [("cs", 1), ("de", 9), ("en", 0), ("fr", 5), ("it", 5), ("nl", 2), ("sv", 0)]
    assert looked_up(counts) == ("en", "de", "fr", "it", "nl")
    assert looked_up([]) == ("en",)


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("wie kann ich die Rechnung drucken", ("de",)),
        ("I can't log in", ("en",)),
        ("printer will die", ("en", "de")),
        ("rechnung", ("en", "de", "fr")),
    ],
)
def test_a_query_may_be_in_the_languages_whose_common_words_it_has(text: str, likely: tuple[str, ...]) -> None:
    assert likely_languages(text, ("en", "de", "fr")) == likely
