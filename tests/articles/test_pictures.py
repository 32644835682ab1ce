"""Telling pictures by their first bytes."""

import pytest

from kb.articles.pictures import picture_of
from tests.builders_articles import png

GIF = b"GIF89a" + (320).to_bytes(2, "little") + (200).to_bytes(2, "little") + b"\0" * 8
JPEG = b"\xff\xd8\xff\xe0\x00\x10" + b"JFIF\0" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08" + b"\x00\xc8\x01\x40" + b"\0" * 10
WEBP_X = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + (319).to_bytes(3, "little") + (199).to_bytes(3, "little")
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 4 + b"\x2f" + (319 | 199 << 14).to_bytes(4, "little")
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + (320).to_bytes(2, "little") + (200).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (png(320, 200), "image/png"),
        (GIF, "image/gif"),
        (JPEG, "image/jpeg"),
        (WEBP_X, "image/webp"),
        (WEBP_LOSSLESS, "image/webp"),
        (WEBP_LOSSY, "image/webp"),
    ],
)
def test_picture_of_tells_kind_and_size(data: bytes, mime: str) -> None:
    found = picture_of("a/b.x", data)
    assert found
    assert (found.mime, found.width, found.height) == (mime, 320, 200)


@pytest.mark.parametrize("data", [GIF, JPEG, WEBP_X, WEBP_LOSSLESS, WEBP_LOSSY, png(320, 200)[:24]])
def test_picture_of_survives_every_torn_head(data: bytes) -> None:
    for length in range(len(data) - 12):
        picture_of("a/b.x", data[:length])


def test_picture_of_refuses_what_is_none_or_too_large() -> None:
    assert picture_of("a.png", b"<svg onload='alert(1)'/>") is None
    assert picture_of("a.png", b"") is None
    huge = bytearray(png(1, 1))
    huge[16:24] = (50_000).to_bytes(4, "big") * 2
    assert picture_of("a.png", bytes(huge)) is None
