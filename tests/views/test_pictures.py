"""Images in a few words."""

from __future__ import annotations

from base64 import b64encode
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Media
from replaydbg.views.pictures import bytes_words, described, instead_of, pixels

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + pack(">II", 1024, 768) + b"\x08\x06\0\0\0"
GIF = b"GIF89a" + pack("<HH", 20, 10)
JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + pack(">HH", 30, 40) + b"\x03"
WEBP = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("data", "size"),
    [(PNG, (1024, 768)), (GIF, (20, 10)), (JPEG, (40, 30)), (WEBP, (100, 50)), (PNG[:20], None), (b"", None)],
)
def test_pixels(data: bytes, size: tuple[int, int] | None) -> None:
    assert pixels(data) == size


@given(
    st.binary(max_size=60),
    st.sampled_from([b"", PNG[:8], b"GIF8", b"\xff\xd8", b"\xff\xd8\xff\xc0", WEBP[:16]]),
)
def test_broken_pictures_have_no_size_or_some(rest: bytes, head: bytes) -> None:
    assert pixels(head + rest) is None or len(pixels(head + rest) or ()) == 2


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Media("image", "image/png", data=b64encode(PNG).decode()), "[image/png 1024×768, 29 bytes]"),
        (
            Media("image", uri="data:image/gif;base64," + b64encode(GIF).decode()),
            "[image/gif 20×10, 10 bytes]",
        ),
        (Media("audio", "audio/wav", data="A" * 40_000), "[audio/wav, 30 kB]"),
        (Media("image", data="?"), "[image, 0 bytes]"),
        (Media("file", uri="https://h/\x1b[2J"), "[file https://h/\\x1b[2J]"),
        (Media("file"), "[file]"),
    ],
)
def test_in_a_few_words(part: Media, said: str) -> None:
    assert described(part) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "data:image/png;base64," + b64encode(PNG + bytes(range(256)) * 8).decode(),
            "[image/png 1024×768, 2 077 bytes]",
        ),
        (b64encode(PNG + bytes(range(256)) * 8).decode(), "[base64 1024×768, 2 077 bytes]"),
        ("data:image/png;base64,iVBORw0KGgo=", ""),
        ("ha" * 5000, ""),
        ("The quick brown fox jumps over 13 lazy dogs. " * 100, ""),
        ("", ""),
    ],
)
def test_bytes_in_letters_are_told_in_words(text: str, said: str) -> None:
    """Short ones, what somebody may read, and one syllable said for ever are shown as they are."""
    assert instead_of(text) == said


def test_a_long_address_is_cut() -> None:
    assert len(described(Media("file", uri="https://h/" + "x" * 5000))) < 100


def test_sizes() -> None:
    assert [bytes_words(count) for count in (812, 9_999, 12_400, 2_500_000)] == [
        "812 bytes",
        "9 999 bytes",
        "12 kB",
        "2.5 MB",
    ]
