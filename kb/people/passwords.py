"""Passwords: what is good enough, and hashes that are slow for whoever guesses but never stop the site."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from kb.errors import Invalid, TooMany
from kb.people.common import COMMON

SHORTEST = 8
LONGEST = 200
PATIENCE = 10
# OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 30 ms on one core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(4)
_nobody = _hasher.hash("what is verified when there is nobody to verify")
_WORDS = re.compile(r"[a-z0-9]+")


def hashed(password: str) -> str:
    """Return the hash of ``password`` to keep. Raises TooMany when too many are hashed already."""
    with _turn():
        return _hasher.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one that ``kept`` is the hash of; takes as long when there is no hash to compare.

    Raises TooMany when too many are compared already.
    """
    with _turn():
        try:
            return _hasher.verify(kept or _nobody, _normal(password)) and kept is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether ``kept`` was made with other parameters than new hashes are."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, *, about: Iterable[str], field: str = "password") -> None:
    """Raise Invalid unless ``password`` is long enough and not what anybody would try first.

    ``about`` are words an attacker knows, such as the person's name and the site's: a password may hold them, but
    must hold four more characters beside. There are no rules on kinds of characters; length is what counts.
    """
    if len(password) < SHORTEST:
        raise Invalid(
            field, "Use at least %(count)s characters; a few words in a row are easy to remember.", count=SHORTEST
        )
    if len(password) > LONGEST:
        raise Invalid(field, "Use at most %(count)s characters.", count=LONGEST)
    plain = _normal(password).casefold()
    if len(set(plain)) < 4 or plain.strip("0123456789 !?.,*#@$_-+") in {"", *COMMON}:
        raise Invalid(field, "This is one of the first passwords anybody would try. Choose another.")
    if len(_without(plain, about)) < 4:
        raise Invalid(field, "Your name, e-mail address or this site's name alone are easy to guess. Add more to it.")


def _without(plain: str, about: Iterable[str]) -> str:
    known = {word for text in about for word in _WORDS.findall(text.casefold()) if len(word) > 2}
    for word in sorted(known, key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain


def _normal(password: str) -> str:
    """Return the same text for the same keys pressed, whichever keyboard or system composed the characters."""
    return unicodedata.normalize("NFKC", password)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of four places: each hash takes 19 MiB, and the memory belongs to the pages."""
    if not _at_once.acquire(timeout=PATIENCE):
        raise TooMany("Too many people are signing in right now. Try again in a moment.", retry_after=PATIENCE)
    try:
        yield
    finally:
        _at_once.release()
