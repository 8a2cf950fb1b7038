import asyncio

import pytest

from lantern.realtime import open_switchboard
from lantern.realtime.line import Line
from lantern.realtime.switchboard import Full
from tests.doubles import FakeCarrier


def test_a_note_reaches_the_member():
    board, carrier = open_switchboard(2), FakeCarrier()
    board.plug_in("ada", Line("ada", carrier))
    assert asyncio.run(board.ring("ada", "hello"))
    assert carrier.sent == [b"hello\n"]


def test_a_second_line_closes_the_first():
    board, first = open_switchboard(2), FakeCarrier()
    board.plug_in("ada", Line("ada", first))
    board.plug_in("ada", Line("ada", FakeCarrier()))
    assert first.is_closed


def test_a_full_board_refuses():
    board = open_switchboard(0)
    with pytest.raises(Full):
        board.plug_in("ada", Line("ada", FakeCarrier()))
