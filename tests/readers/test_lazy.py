"""Properties that are worked out once."""

from __future__ import annotations

from replaydbg.readers._lazy import lazy


class Body:
    def __init__(self) -> None:
        self.asked = 0

    @lazy
    def said(self) -> int:
        """What was said."""
        self.asked += 1
        return self.asked


class Other(Body):
    @lazy
    def said(self) -> int:
        return 10 * super().said


def test_each_owner_works_it_out_once() -> None:
    one, other = Body(), Other()
    assert [one.said, one.said, other.said, other.said] == [1, 1, 10, 10]
    assert (one.asked, other.asked) == (1, 1)


def test_the_class_tells_what_it_is() -> None:
    assert Body.said.__doc__ == "What was said."
