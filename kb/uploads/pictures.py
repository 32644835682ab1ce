"""From what somebody sent to a picture that may be shown: made anew in a process that can be killed."""

import base64
import threading
from dataclasses import dataclass

from kb.errors import Invalid, TooMany
from kb.markup.process import Gone, Process, TooSlow
from kb.uploads.first_bytes import MOST_PIXELS, outside_of

MOST_BYTES = 8 << 20
SECONDS = 12.0
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
"""Media types of what is kept, and how their names end."""
_AT_ONCE = 2
_SECONDS_IN_LINE = 10.0
_PROGRAM = "kb.uploads.remaking"
_free = threading.BoundedSemaphore(_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of nothing but pixels; ``mime`` is one of ``ENDINGS``, sizes are in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def remake(data: bytes, *, square: bool = False) -> Picture:
    """Return what ``data`` shows as a new picture without anything else that was in it; ``square``: 256 by 256 pixels.

    Takes seconds, so no transaction may be open. Raises Invalid naming picture for what is no PNG, JPEG, WebP or GIF,
    is larger than 8 MB or 40 million pixels, or cannot be read; TooMany when too many are being made.
    """
    if not data:
        raise Invalid("picture", "Choose a picture first.")
    if len(data) > MOST_BYTES:
        raise Invalid("picture", "The picture is too large: at most %(most)s MB.", most=MOST_BYTES >> 20)
    seen = outside_of(data)
    if seen is None:
        raise Invalid("picture", "This is no picture that can be shown here. Use PNG, JPEG, WebP or GIF.")
    if seen.width * seen.height > MOST_PIXELS:
        raise Invalid(
            "picture", "The picture has too many pixels: at most %(most)s million.", most=MOST_PIXELS // 1_000_000
        )
    made = _made({"data": base64.b64encode(data).decode(), "format": seen.format, "square": square})
    if made is None:
        raise Invalid("picture", "The picture could not be read. Save it again in another program, and try that.")
    return made


def _made(asked: dict[str, object]) -> Picture | None:
    """Return the new picture, None when it cannot be made within the limits of the process that makes it."""
    if not _free.acquire(timeout=_SECONDS_IN_LINE):
        raise TooMany("Many pictures are being added just now. Please try again.", retry_after=10)
    try:
        # Each picture has a process of its own that knows no setting and no secret, and ends with it.
        process = Process(_PROGRAM, env={})
        try:
            answer = process.ask(asked, SECONDS)
        except (TooSlow, Gone):
            return None
        finally:
            process.kill()
    finally:
        _free.release()
    return None if answer is None else Picture(base64.b64decode(answer[0]), *answer[1:])
