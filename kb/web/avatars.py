"""What stands for a person who has no picture: initials on a colour that stays theirs."""

from zlib import crc32

HUES = 8
"""How many avatar colours the style sheet has."""


def hue(name: str) -> int:
    """Return a number from 0 to 7 that is the same for ``name`` on every machine."""
    return crc32(name.encode()) % HUES


def initials(name: str) -> str:
    """Return the first letters of the first and last word of ``name`` in capitals; ``?`` when it has none."""
    words = ["".join(c for c in word if c.isalnum()) for word in name.split()]
    letters = [word[0] for word in words if word]
    if not letters:
        return "?"
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()
