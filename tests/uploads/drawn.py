"""Pictures as cameras, programs and attackers make them."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SECRET = b"52.5200N 13.4050E"


def picture(
    format_name: str = "PNG", size: tuple[int, int] = (40, 30), *, mode: str = "RGB", turned: bool = False
) -> bytes:
    """Return a picture, red on its left half, that holds ``SECRET`` where its format has room; ``turned`` by 90°."""
    drawn = Image.new(mode, size, "white")
    drawn.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    if turned:
        exif[0x0112] = 6  # Orientation: the right side is the top
    out = BytesIO()
    drawn.save(out, format_name, **({"comment": SECRET} if format_name == "GIF" else {"exif": exif.tobytes()}))
    return out.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header says that it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(parts)
