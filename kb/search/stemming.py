"""The languages whose words are known by their stems, and the words of each that are too common to tell anything."""

from collections.abc import Callable
from functools import cache

from whoosh.lang.snowball import classes
from whoosh.lang.stopwords import stoplists

ENGLISH = "en"
_ENGLISH_STOP_WORDS = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its
    me my of on or our she should so than that the their them then there these they this those to too us was we were
    what when where which while who why will with would you your am im ive dont doesnt didnt cant isnt wont
    """.split()  # noqa: SIM905 - a hundred quoted words would be no easier to read
)
_WRITTEN_AS = {"nb": "no", "nn": "no"}
_CYRILLIC = ("ru",)
_ELIDING = ("ca", "fr", "it")


def language_of(tag: str) -> str:
    """Return the language that ``tag``, such as ``pt-BR``, is of; English where it says nothing."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return _WRITTEN_AS.get(code, code) or ENGLISH


def stem(plain: str, language: str) -> str:
    """Return the stem (Snowball) of a word in lower case; languages without a stemmer keep their words.

    Numbers and mixed words such as ``0x80070005`` or ``c#`` are kept, too. Latin words in Cyrillic texts are English.
    """
    if len(plain) < 3 or not plain.isalpha() or (language == ENGLISH and not plain.isascii()):
        return plain
    if language in _CYRILLIC and plain.isascii():
        language = ENGLISH
    return _stemmer(language)(plain) or plain


def stop_words(language: str) -> frozenset[str]:
    """Return the words of ``language`` that tell nothing, in lower case with their accents; none where not known."""
    return _ENGLISH_STOP_WORDS if language == ENGLISH else stoplists.get(language, frozenset())


def all_stop_words() -> frozenset[str]:
    """Return the words that tell nothing in any language known."""
    return _ENGLISH_STOP_WORDS.union(*stoplists.values())


def is_eliding(language: str) -> bool:
    """Return whether what stands before an apostrophe is another word, as in ``l'ordinateur``."""
    return language in _ELIDING


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    return classes[language]().stem if language in classes else str
