"""Calls between members who are in no room."""

from lantern.realtime.line import Line


class Exchange:
    def __init__(self, limit):
        self.limit = limit
        self._calls: dict[str, Line] = {}

    def plug_in(self, caller, line: Line):
        if len(self._calls) < self.limit:
            self._calls[caller] = line

    def unplug(self, caller):
        self._calls.pop(caller, None)

    async def ring(self, caller, note):
        if caller in self._calls:
            await self._calls[caller].send(note)

    def is_plugged_in(self, caller):
        return caller in self._calls
