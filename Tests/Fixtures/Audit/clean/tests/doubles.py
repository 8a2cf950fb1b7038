"""What tests put in the place of the real thing."""


class FakeCarrier:
    def __init__(self):
        self.sent = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True


class FakeSwitchboard:
    """Remembers the calls."""

    def __init__(self):
        self.calls = []

    def plug_in(self, member, line):
        self.calls.append(("plug_in", member))

    def unplug(self, member):
        self.calls.append(("unplug", member))

    async def ring(self, member, note):
        self.calls.append(("ring", member))
        return True

    async def announce(self, members, note):
        self.calls.append(("announce", note))
        return len(members)

    def is_plugged_in(self, member):
        return ("plug_in", member) in self.calls
