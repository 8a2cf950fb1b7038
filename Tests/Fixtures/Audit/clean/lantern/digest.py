"""What happened in each room, once a night."""

from lantern.settings import Settings
from lantern.store.ledger import RoomLedger


def run():
    ledger = RoomLedger(Settings.from_environment().history)
    for room in ledger.rooms():
        print(room, len(ledger.recent(room)))
