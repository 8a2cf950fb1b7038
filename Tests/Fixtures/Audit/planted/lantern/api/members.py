"""Arriving and leaving."""

from lantern.realtime.legacy import CallCentre
from lantern.realtime.line import Line


class Guest:
    """Somebody who has not signed in."""

    def __init__(self, nickname: str):
        self.nickname = nickname


class MemberDesk:
    def __init__(self, switchboard: CallCentre):
        self.switchboard = switchboard

    async def arrive(self, member: str, line: Line):
        self.switchboard.plug_in(member, line)
        await self.switchboard.ring(member, "welcome")

    def leave(self, member: str):
        if self.switchboard.is_plugged_in(member):
            self.switchboard.unplug(member)

    def is_here(self, member: str) -> bool:
        return self.switchboard.is_plugged_in(member)
