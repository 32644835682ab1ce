"""What kind of picture some bytes are and how large it is, from its head alone; nothing is decoded."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from kb.articles.addresses import slug_of

MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file; its address holds its digest, so that it can be kept for good."""

    path: str
    sha256: str
    mime: str
    width: int
    height: int

    @property
    def address(self) -> str:
        """Where it is served."""
        stem, _, suffix = self.path.rpartition("/")[2].rpartition(".")
        return f"/articles/images/{self.sha256}/{slug_of(stem)}.{suffix.lower()}"


def picture_of(path: str, data: bytes) -> Picture | None:
    """Return what ``data`` shows, None when it is no PNG, JPEG, GIF or WebP or has more than 40 megapixels."""
    for mime, measure in _KINDS.items():
        try:
            size = measure(data)
        except IndexError:  # torn in the middle of its head
            continue
        if size and 0 < size[0] * size[1] <= MOST_PIXELS:
            return Picture(path, hashlib.sha256(data).hexdigest(), mime, *size)
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return _big(data, 16, 4), _big(data, 20, 4)


def _gif(data: bytes) -> tuple[int, int] | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return _little(data, 6, 2), _little(data, 8, 2)


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    if data[12:16] == b"VP8L":
        bits = _little(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the one that starts a frame; it holds the size."""
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        at += 2 + _big(data, at + 2, 2)
    return None


_KINDS: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}


def _big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(_slice(data, at, length), "big")


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(_slice(data, at, length), "little")


def _slice(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise IndexError(at)
    return data[at : at + length]
