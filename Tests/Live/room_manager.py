"""The class of the small programs that tests make: what they begin with, and each goes on with in its own way."""

ROOM_MANAGER = """\
class RoomManager:
    def __init__(self):
        self.rooms = {}

    def join(self, room, member):
        self.rooms.setdefault(room, set()).add(member)

    def leave(self, room, member):
        self.rooms.get(room, set()).discard(member)
"""
