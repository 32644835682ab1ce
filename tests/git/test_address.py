"""Taking git addresses apart."""

import pytest

from kb.git import address
from kb.git.address import Address


@pytest.mark.parametrize(
    ("text", "taken_apart"),
    [
        ("https://example.com/help.git", Address("https://example.com/help.git")),
        ("https://ada:p%40ss@example.com:8443/help.git", Address("https://example.com:8443/help.git", "ada", "p@ss")),
        ("https://token@example.com/help.git", Address("https://example.com/help.git", "token")),
        ("ssh://git@example.com/help.git", Address("ssh://git@example.com/help.git")),
        ("git@example.com:team/help.git", Address("git@example.com:team/help.git")),
        ("file:///srv/help.git", Address("file:///srv/help.git")),
    ],
)
def test_parse_keeps_credentials_apart(text: str, taken_apart: Address) -> None:
    assert address.is_git(text)
    assert address.parse(text) == taken_apart
    assert "p@ss" not in repr(address.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/help.git",
        "git://example.com/help.git",
        "ext::sh -c touch% /tmp/x",
        "ext::touch",
        "fd::17",
        "ssh://-oProxyCommand=touch/x",
        "https:///help.git",
        "https://exa mple.com/help.git",
        "https://example.com/help.git\n--upload-pack=touch",
        "https://[::1/help.git",
    ],
)
def test_parse_refuses_what_git_must_not_be_given(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)git address"):
        address.parse(text)


@pytest.mark.parametrize("text", ["content", "/srv/content", "./a:b/c", "C/D", "a b"])
def test_is_git_takes_everything_else_for_a_folder(text: str) -> None:
    assert not address.is_git(text)


def test_without_credentials_takes_them_out_of_any_sentence() -> None:
    said = "fatal: unable to access 'https://ada:s3cret@example.com/help.git/': and ssh://git:pw@host/x"
    assert address.without_credentials(said) == (
        "fatal: unable to access 'https://example.com/help.git/': and ssh://host/x"
    )
