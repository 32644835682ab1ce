"""A program as a hole in a decoder would make of ours: it takes what it can get, under the limits of the real one."""

import os
import tempfile

from kb.uploads import remaking


def grab(*_: object, **__: object) -> tuple[bytes, str, tuple[int, int]]:
    """Return what could not be had."""
    got = []
    try:
        bytearray(2 << 30)
    except MemoryError:
        got.append("no memory")
    try:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(b"x")
    except OSError:
        got.append("no file")
    if not any(name.startswith("KB_") for name in os.environ):
        got.append("no secret")
    return ", ".join(got).encode(), "image/png", (1, 1)


if __name__ == "__main__":
    remaking.remade = grab
    remaking.main()
