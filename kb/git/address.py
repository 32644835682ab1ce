"""Where a repository is: the address git is told, and apart from it the name and password it is read with."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

SCHEMES = ("https", "ssh", "file")
_SCP = re.compile(r"(?P<user>[A-Za-z0-9_.][\w.-]*)@(?P<host>[A-Za-z0-9[][\w.:\]-]*?):(?P<path>[^\s:-][^\s]*)")
_CREDENTIALS = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s'\"]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be shown: ``url`` holds no credentials of an https address."""

    url: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def is_git(text: str) -> bool:
    """Whether ``text`` is meant as the address of a repository and not as a folder."""
    return "://" in text or "::" in text or _SCP.fullmatch(text) is not None


def parse(text: str) -> Address:
    """Return ``text`` taken apart; raises ValueError with a sentence where git must not be given it."""
    if any(ord(character) < 33 or ord(character) == 127 for character in text):
        raise ValueError("A git address holds no spaces and no control characters.")
    if _SCP.fullmatch(text):
        return Address(text)
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("The git address cannot be read.") from None
    if parts.scheme not in SCHEMES:
        raise ValueError("A git address starts with https://, ssh:// or file://, or looks like git@host:path.")
    if parts.scheme != "file" and (not host or host.startswith("-")):
        raise ValueError("The git address names no host.")
    if parts.scheme != "https":
        return Address(text)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return Address(bare, unquote(parts.username or ""), unquote(parts.password or ""))


def without_credentials(text: str) -> str:
    """Return ``text`` with the names and passwords taken out of every address in it."""
    return _CREDENTIALS.sub(r"\1", text)
