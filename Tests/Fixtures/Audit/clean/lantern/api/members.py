"""Arriving and leaving."""

from lantern.realtime import Switchboard
from lantern.realtime.line import Line


class MemberDesk:
    def __init__(self, switchboard: Switchboard):
        self.switchboard = switchboard

    async def arrive(self, member: str, line: Line):
        self.switchboard.plug_in(member, line)
        await self.switchboard.ring(member, "welcome")

    def leave(self, member: str):
        if self.switchboard.is_plugged_in(member):
            self.switchboard.unplug(member)

    def is_here(self, member: str) -> bool:
        return self.switchboard.is_plugged_in(member)
