"""What becomes of a picture that somebody sends: new pixels, or a sentence."""

from io import BytesIO

import pytest
from PIL import Image

from kb.errors import Invalid
from kb.uploads import pictures
from kb.uploads.first_bytes import outside_of
from tests.uploads.drawn import SECRET, picture, png_that_says


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "GIF"])
def test_remake_keeps_pixels_and_nothing_else(format_name: str) -> None:
    sent = picture(format_name)
    seen = outside_of(sent)
    assert seen is not None and (seen.format, seen.width, seen.height) == (format_name, 40, 30)
    assert SECRET in sent
    made = pictures.remake(sent)
    shown = Image.open(BytesIO(made.data))
    assert SECRET not in made.data and not shown.getexif() and not shown.info.get("icc_profile")
    assert (made.width, made.height) == shown.size == (40, 30)
    assert Image.MIME[str(shown.format)] == made.mime
    red, green, _ = shown.convert("RGB").getpixel((5, 15))  # type: ignore[misc]
    assert red > 200 and green < 60


def test_remake_turns_upright_makes_smaller_and_cuts_square() -> None:
    assert (made := pictures.remake(picture("JPEG", turned=True))) and (made.width, made.height) == (30, 40)
    assert (made := pictures.remake(picture(size=(4000, 1000)))) and (made.width, made.height) == (2000, 500)
    assert (made := pictures.remake(picture(), square=True)) and (made.width, made.height) == (256, 256)
    clear = pictures.remake(picture(mode="RGBA"))
    assert Image.open(BytesIO(clear.data)).mode == "RGBA"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "Choose"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture"),
        (b"<html>" + picture(), "no picture"),
        (b"\xff\xd8" + b"\xff" * 5000, "no picture"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 100, "no picture"),
        (picture()[:30], "could not be read"),
        (picture("JPEG")[:-200], "could not be read"),
        (picture()[:8] + picture("GIF"), "no picture"),
        (png_that_says(0, 9), "no picture"),
        (png_that_says(40_000, 40_000), "too many pixels"),
        (png_that_says(2_000, 2_000), "could not be read"),
        (picture() + b"x" * pictures.MOST_BYTES, "too large"),
    ],
)
def test_remake_refuses_what_is_no_sound_picture(sent: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        pictures.remake(sent)
    assert refused.value.field == "picture"


def test_process_of_a_picture_cannot_be_filled_nor_read_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_PROGRAM", "tests.uploads.greedy")
    monkeypatch.setenv("KB_SECRET_KEY", "a secret of the site")
    made = pictures.remake(picture())
    assert made.data == b"no memory, no file, no secret"
