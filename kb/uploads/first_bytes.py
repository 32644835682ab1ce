"""What the first bytes of a picture say of it: its format and its size, read before anything is decoded."""

from collections.abc import Callable
from dataclasses import dataclass

MOST_PIXELS = 40_000_000
"""No picture of more is decoded."""
_MOST_SEGMENTS = 1_000
"""A hundred times what cameras write; millions fit into a file that is made to keep us busy."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that a frame's size follows (ITU-T T.81, table B.1)."""
_BEFORE_PIXELS_ONLY = frozenset({0xD9, 0xDA})
"""End of the image and start of its pixels: no size comes after these."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A picture as its header describes it; ``format`` as Pillow names it, sizes in pixels."""

    format: str
    width: int
    height: int


def outside_of(data: bytes) -> Outside | None:
    """Return what the header of a PNG, JPEG, WebP or GIF says; None for anything else, and where it says no size."""
    for format_name, size_in in _READERS:
        size = size_in(data)
        if size is not None and min(size) > 0:
            return Outside(format_name, *size)
    return None


Size = tuple[int, int]


def _png(data: bytes) -> Size | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _gif(data: bytes) -> Size | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _webp(data: bytes) -> Size | None:
    """Read one of the three kinds of WebP (RFC 9649): extended, lossless, lossy."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and data[20:21] == b"\x2f":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None


def _jpeg(data: bytes) -> Size | None:
    """Go from segment to segment until the one that begins the frame."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # a segment may be filled up in front
            at += 1
            continue
        if marker in _START_OF_FRAME:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker in _BEFORE_PIXELS_ONLY:
            return None
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None


_READERS: tuple[tuple[str, Callable[[bytes], Size | None]], ...] = (
    ("PNG", _png),
    ("JPEG", _jpeg),
    ("WEBP", _webp),
    ("GIF", _gif),
)
