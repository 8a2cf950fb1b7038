"""A room in which somebody always answers."""

from lantern.api.members import Guest
from lantern.api.ranks import rank
from lantern.api.rooms import RoomDesk
from lantern.realtime.quick import quick_exchange, quick_switchboard
from lantern.store.guests import Guest as KnownGuest
from lantern.store.ledger import RoomLedger
from tests.doubles import FakeCarrier


def demo_desk():
    return RoomDesk(RoomLedger(10), quick_switchboard()), quick_exchange(), FakeCarrier()


def welcome(name, visits):
    return KnownGuest(name, rank(visits)) if visits else Guest(name)
