"""How a file of each format is got is said by the reader itself."""

from __future__ import annotations

from replaydbg.actions import formats


def test_every_reader_says_how_to_get_such_a_file() -> None:
    read, notices = formats.read()
    assert notices == ()
    assert [each.name for each in read if not each.get_one] == []
    assert not any(each.get_one.startswith("Get one") for each in read)


def test_every_writer_is_named_with_its_command() -> None:
    assert all(each.name in each.get_one for each in formats.written())
