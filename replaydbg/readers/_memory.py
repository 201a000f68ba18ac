"""What the reading of a large file held for a while goes back to the system."""

from __future__ import annotations

_GIVEN_BACK_BYTES = 64 << 20
"""Of smaller files it is a few megabytes."""


def give_back(read_bytes: int) -> None:
    """After so many bytes were read. glibc keeps what was freed below what stays: 37 MB of a session of a gigabyte.

    Elsewhere nothing is known to be kept, and nothing is done. https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    if read_bytes < _GIVEN_BACK_BYTES:
        return
    try:
        import ctypes  # noqa: PLC0415 - a start, and a small file, have no use for it

        trim = ctypes.CDLL(None).malloc_trim
    except (ImportError, OSError, AttributeError, TypeError):  # another system's library, or none
        return
    trim(0)
