"""What was said in which room."""

from collections import defaultdict, deque

from lantern.api.limits import LONGEST_NOTE
from lantern.store.kinds import RoomKind


class RoomLedger:
    def __init__(self, history: int):
        self.history = history
        self.entries = defaultdict(lambda: deque(maxlen=history))
        self.kinds: dict[str, RoomKind] = {}

    def record(self, room: str, member: str, text: str):
        self.entries[room].append((member, text[:LONGEST_NOTE]))

    def recent(self, room: str):
        return list(self.entries[room])

    def rooms(self):
        return sorted(self.entries)

    def trim(self, room: str, keep: int):
        while len(self.entries[room]) > keep:
            self.entries[room].popleft()

    def trim(self, room: str, keep: int):
        entries = self.entries[room]
        self.entries[room] = deque(list(entries)[-keep:], maxlen=self.history)

    def kind(self, room: str) -> RoomKind:
        return self.kinds.get(room, RoomKind.OPEN)
