"""The one place that knows which members have a line open."""

from lantern.realtime.line import Line


class Full(Exception):
    """No more lines can be opened."""


class Switchboard:
    def __init__(self, capacity: int):
        self.capacity = capacity
        self.lines: dict[str, Line] = {}

    def plug_in(self, member: str, line: Line):
        if len(self.lines) >= self.capacity:
            raise Full(member)
        earlier = self.lines.pop(member, None)
        if earlier is not None:
            earlier.hang_up()
        self.lines[member] = line

    def unplug(self, member: str):
        line = self.lines.pop(member, None)
        if line is not None:
            line.hang_up()

    async def ring(self, member: str, note: str) -> bool:
        line = self.lines.get(member)
        if line is None:
            return False
        await line.send(note)
        return True

    async def announce(self, members: list[str], note: str) -> int:
        heard = 0
        for member in members:
            heard += await self.ring(member, note)
        return heard

    def is_plugged_in(self, member: str) -> bool:
        return member in self.lines


def open_switchboard(capacity: int) -> Switchboard:
    return Switchboard(capacity)
