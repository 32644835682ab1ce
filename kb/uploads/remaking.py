"""The program that makes one picture anew: a line of JSON with what was sent in, a line with the new picture out."""

import base64
import json
import resource
import signal
import sys
from io import BytesIO

from PIL import Image, ImageOps, WebPImagePlugin

from kb.uploads.first_bytes import MOST_PIXELS

MOST_SIDE = 2000
"""Pixels of the longer side of what is kept: sharp across any page, twice over on a phone."""
PHOTO_SIDE = 256
_MOST_MEMORY = 1 << 30
_MOST_SECONDS = 10
_MOST_BYTES = 2 << 20
"""A picture without losses that would be larger is kept with some."""


def main() -> None:
    """Say that it is ready, answer one line, and end: whatever a picture did to this process ends with it."""
    assert WebPImagePlugin  # imported for Pillow, which would go through all its formats for it under the limits
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the site ends us
    for limited, most in (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, _MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limited, (most, most))
    _say("ready")
    asked = json.loads(sys.stdin.readline())
    try:
        data, mime, size = remade(base64.b64decode(asked["data"]), asked["format"], square=asked["square"])
    except Exception:  # a broken picture fails in as many ways as there are decoders
        _say(None)
    else:
        _say([base64.b64encode(data).decode(), mime, *size])


def remade(data: bytes, format_name: str, *, square: bool) -> tuple[bytes, str, tuple[int, int]]:
    """Return a new picture of nothing but the pixels of ``data``, its media type and its size.

    It is turned upright, made smaller where it is large, and cut to a small square where that is asked for; of moving
    pictures the first one stays. Raises what Pillow raises for data it cannot read, ValueError for too many pixels.
    """
    with Image.open(BytesIO(data), formats=[format_name]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        opened.draft("RGB", (MOST_SIDE, MOST_SIDE))  # a large JPEG is decoded at a fraction of its size
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    pixels = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    if square:
        pixels = ImageOps.fit(pixels, (PHOTO_SIDE, PHOTO_SIDE))
    pixels.thumbnail((MOST_SIDE, MOST_SIDE))
    bare = Image.new(pixels.mode, pixels.size)  # profiles, places and remarks hang on the old one
    bare.paste(pixels)
    return *_encoded(bare, format_name), bare.size


def _encoded(picture: Image.Image, format_name: str) -> tuple[bytes, str]:
    if format_name == "JPEG":
        return _saved(picture, "JPEG", quality=85, optimize=True, progressive=True), "image/jpeg"
    if format_name in ("PNG", "GIF"):
        exact = _saved(picture, "PNG")
        if len(exact) <= _MOST_BYTES:
            return exact, "image/png"
    return _saved(picture, "WEBP", quality=85), "image/webp"


def _saved(picture: Image.Image, format_name: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, format_name, **options)
    return out.getvalue()


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
