"""Joining rooms and speaking in them."""

from lantern.realtime import Switchboard
from lantern.store.kinds import RoomKind
from lantern.store.ledger import RoomLedger


class Closed(Exception):
    """The room takes no more notes."""


class RoomDesk:
    def __init__(self, ledger: RoomLedger, switchboard: Switchboard):
        self.ledger = ledger
        self.switchboard = switchboard
        self.seats: dict[str, list[str]] = {}

    def join(self, room, member):
        self.seats.setdefault(room, []).append(member)

    async def say(self, room, member, text):
        if self.ledger.kind(room) is RoomKind.ARCHIVED:
            raise Closed(room)
        self.ledger.record(room, member, text)
        return await self.switchboard.announce(self.seats.get(room, []), f"{member}: {text}")
