import asyncio

from lantern.api.rooms import RoomDesk
from lantern.store.ledger import RoomLedger
from tests.doubles import FakeSwitchboard


def test_who_sits_in_the_room_hears_it():
    board = FakeSwitchboard()
    desk = RoomDesk(RoomLedger(10), board)
    desk.join("night", "ada")
    assert asyncio.run(desk.say("night", "bob", "hello")) == 1
    assert board.calls == [("announce", "bob: hello")]


def test_what_was_said_is_remembered():
    ledger = RoomLedger(10)
    asyncio.run(RoomDesk(ledger, FakeSwitchboard()).say("night", "bob", "hello"))
    assert ledger.recent("night") == [("bob", "hello")]
