"""A switchboard for scripts that are in a hurry."""

from enum import Enum

from lantern.realtime.exchange import Exchange
from lantern.realtime.switchboard import Switchboard


class SwitchboardMode(Enum):
    SMALL = 10
    LARGE = 10000


def quick_switchboard(mode=SwitchboardMode.SMALL):
    return Switchboard(mode.value)


def quick_exchange():
    return Exchange(SwitchboardMode.SMALL.value)
