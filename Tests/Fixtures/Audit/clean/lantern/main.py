"""Puts the chat together and serves it."""

import asyncio

from lantern.api.members import MemberDesk
from lantern.api.rooms import RoomDesk
from lantern.realtime import open_switchboard
from lantern.settings import Settings
from lantern.store.ledger import RoomLedger
from lantern.wire import serve


def build(settings):
    """The desks that answer requests, all over one switchboard."""
    switchboard = open_switchboard(settings.capacity)
    ledger = RoomLedger(settings.history)
    return RoomDesk(ledger, switchboard), MemberDesk(switchboard)


def main():
    rooms, members = build(Settings.from_environment())
    asyncio.run(serve(rooms, members))


if __name__ == "__main__":
    main()
