"""What may be written, and what is kept of it."""

import pytest
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.forum import tags, writing
from tests.builders import Cast


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  How do I   reset\tmy password? ", "How do I reset my password?"),
        ("Caf\u0065\u0301 wifi is slow", "Café wifi is slow"),
        ("How do\x00 I \x07reset it?", "How do I reset it?"),
        ("Reset \u202eit\u202c now please", "Reset it now please"),
        ("Как сбросить пароль?", "Как сбросить пароль?"),
        ("x" * 150, "x" * 150),
    ],
)
def test_title_of_keeps(typed: str, kept: str) -> None:
    assert writing.title_of(typed) == kept


@pytest.mark.parametrize("typed", ["", "      ", "\u2028\u3000\n", "Too short", "1234567890 ???", "x" * 151])
def test_title_of_refuses(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        writing.title_of(typed)
    assert refused.value.field == "title"


def test_body_of_cleans() -> None:
    assert writing.body_of("\r\n  \r\n    code\r\nmore\x00\x1b[31m\r\n\r\n") == "    code\nmore[31m"


@pytest.mark.parametrize("typed", ["", " \n\t ", "\x00"])
def test_body_of_refuses_nothing(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        writing.body_of(typed)
    assert refused.value.field == "body"


def test_body_of_refuses_200_000_characters() -> None:
    with pytest.raises(Invalid) as refused:
        writing.body_of("x" * 200_000)
    assert str(refused.value) == "This is 200000 characters; at most 30000."


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How do I reset my password?", "how-do-i-reset-my-password"),
        ("C++ & C#: what's new?", "c-c-whats-new"),
        ("Über façade naïveté", "uber-facade-naivete"),
        ("如何重置密码?", "question"),
        ("word " * 30, "-".join(["word"] * 16)),
        ("x" * 150, "x" * 80),
    ],
)
def test_slug_of(title: str, slug: str) -> None:
    assert writing.slug_of(title) == slug


def test_render_links_people_there_are(session: Session, cast: Cast) -> None:
    written = writing.render(session, "@Bob and @nobody: see `@mia`")
    assert '/people/bob"' in written.html
    assert "nobody</a>" not in written.html
    assert written.mentioned == (cast.bob.id,)
    assert "@" in written.text and "<" not in written.text


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        ("", []),
        ("Password, sign-in  C++;c# .net password", ["password", "sign-in", "c++", "c#", ".net"]),
        ("größe 密码", ["größe", "密码"]),
    ],
)
def test_parse_tags(typed: str, parsed: list[str]) -> None:
    assert tags.parse(typed) == parsed


@pytest.mark.parametrize("typed", ["a b c d e f", "x" * 41, "<b>", "a/b", "-x", "++", "under_score", "a\x00b"])
def test_parse_tags_refuses(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        tags.parse(typed)
    assert refused.value.field == "tags"
