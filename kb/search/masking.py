"""Taking out of what somebody typed what could say who they are."""

import re

MOST_READ = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # PostgreSQL takes no NUL
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,190}")
_CARD = re.compile(r"(?<!\w)\d(?:[ -]?\d){12,18}(?!\w)")
# With a country or area code, or as many digits as only phone numbers have; an error code such as 80070005 stays.
_PHONE = re.compile(
    r"(?<![\w.-])(?:"
    r"(?:\+|00)[1-9](?:[ ./()-]{0,3}\d){6,14}"
    r"|\(\d{2,5}\)(?:[ ./-]?\d){5,11}"
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|0\d{1,5}(?:[ /-]{1,3}\d{2,8}){1,4}"
    r"|\d{10,12}"
    r")(?!\w)"
)
_FEWEST_DIGITS = 7


def masked(text: str) -> str:
    """Return ``text`` on one line with e-mail addresses, card numbers and phone numbers replaced by what they were.

    Of a very long text only the beginning is returned.
    """
    line = " ".join(_CONTROL.sub(" ", text[:MOST_READ]).split())
    line = _CARD.sub("[card]", _EMAIL.sub("[e-mail]", line))
    return _PHONE.sub(_phone, line)


def _phone(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found[0])
    return "[phone]" if digits >= _FEWEST_DIGITS else found[0]
