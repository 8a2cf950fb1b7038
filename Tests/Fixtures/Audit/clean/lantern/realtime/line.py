"""One member's open connection."""

from lantern.realtime.carrier import Carrier


class Line:
    def __init__(self, member: str, carrier: Carrier):
        self.member = member
        self.carrier = carrier

    async def send(self, note: str):
        self.carrier.write(note.encode() + b"\n")
        await self.carrier.drain()

    def hang_up(self):
        self.carrier.close()
