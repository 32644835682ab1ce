"""Extracts: the passage that matters, marked, escaped, and quickly."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.extracts import extract, marked, marker, passage
from kb.search.query import parse
from kb.search.synonyms import expanded, read

FILLER = "Nothing of interest is said in this sentence at all. " * 30


def of(text: str, query: str) -> str:
    return extract(text, marker(parse(query)))


@pytest.mark.parametrize(
    ("title", "query", "expected"),
    [
        ("Resetting passwords", "reset password", "<mark>Resetting</mark> <mark>passwords</mark>"),
        ("How to do it", "how to sync", "How to do it"),
        ("How to do it", "how to", "<mark>How</mark> <mark>to</mark> do it"),
        ("Use C# & <b>", "c#", "Use <mark>C#</mark> &amp; &lt;b&gt;"),
        ("The sign-in page", "sign in", "The <mark>sign-in</mark> page"),
        ("Résumé upload", "resume", "<mark>Résumé</mark> upload"),
    ],
)
def test_marked_marks_words_by_stem(title: str, query: str, expected: str) -> None:
    assert marked(title, marker(parse(query))) == expected


def test_marked_marks_beginnings_while_typing() -> None:
    assert marked("Passwords", marker(parse("passw"), typing=True)) == "<mark>Passwords</mark>"
    assert marked("Passwords", marker(parse("passw"))) == "Passwords"


def test_marked_marks_words_by_the_stems_of_the_texts_language() -> None:
    assert marked("Die Häuser", marker(parse("haus"), lang="de")) == "Die <mark>Häuser</mark>"
    assert marked("Die Häuser", marker(parse("haus"))) == "Die Häuser"
    assert marked("東京都の天気", marker(parse("東京都"), lang="ja")) == "<mark>東京都</mark>の天気"


def test_marked_marks_other_ways_to_say_it() -> None:
    query = expanded(parse("login fails"), read(["login, sign in"]))
    assert marked("You sign in and fail", marker(query)) == "You <mark>sign</mark> in and <mark>fail</mark>"


def test_passage_says_where_the_words_begin() -> None:
    found = passage(f"{FILLER}The invoice is printed.", marker(parse("invoice")))
    assert found.found and found.at == len(FILLER) + 4
    assert not passage("Nothing here.", marker(parse("invoice"))).found


def test_extract_is_the_passage_with_most_of_the_words() -> None:
    text = f"A password. {FILLER}Choose to reset the password of the account here. {FILLER}Account."
    assert "<mark>reset</mark> the <mark>password</mark> of the <mark>account</mark>" in of(
        text, "reset account password"
    )


def test_extract_starts_at_a_sentence_and_says_where_it_was_cut() -> None:
    found = of(f"{FILLER}The invoice is printed twice. {FILLER}", "invoice")
    assert found.startswith("… The <mark>invoice</mark>") and found.endswith(" …")


def test_extract_of_a_text_without_the_words_is_its_beginning() -> None:
    assert of("Short and whole.", "zeppelin") == "Short and whole."
    assert of("", "zeppelin") == ""


@given(st.text(max_size=600), st.text(max_size=40))
def test_extract_adds_nothing_but_marks(text: str, query: str) -> None:
    found = of(text, query)
    bare = re.sub(r"</?mark>", "", found)
    assert "<" not in bare and ">" not in bare
    plain = html.unescape(bare).removeprefix("… ").removesuffix(" …").strip("… ")
    assert plain in " ".join(text.split())


def test_extracts_of_a_page_take_little_time() -> None:
    texts = [f"{FILLER * 3}The invoice number {number} is printed. {FILLER * 3}" for number in range(10)]
    mark = marker(parse("how do I print invoice numbers twice"))
    extract(texts[0], mark)
    began = time.thread_time()
    for text in texts:
        extract(text, mark)
    assert time.thread_time() - began < 0.1
