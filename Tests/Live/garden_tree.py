"""A small program with one room manager too many, and its twin in which there is one: for what `canon garden` says."""

from pathlib import Path

from room_manager import ROOM_MANAGER

MANIFEST = """\
audit:
  scopes:
    test: [tests]
  concepts:
    rooms:
      canonical: shop.rooms.RoomManager
      factory: shop.rooms.get_rooms
      owner: platform
      impact: {text: "chat is down when it breaks", golden_path: true}
"""
ROOMS = ROOM_MANAGER + """
    def drop(self, room):
        del self.rooms[room]

    async def members(self, room):
        return sorted(self.rooms.get(room, ()))


def get_rooms():
    return RoomManager()
"""
# One signature differs, one method is missing, one is no coroutine any more.
LEGACY = ROOMS.replace("RoomManager", "LegacyRoomManager").replace("get_rooms", "make_rooms").replace(
    "leave(self, room, member)", "leave(self, member, room)").replace("async def members", "def members").replace(
    "    def drop(self, room):\n        del self.rooms[room]\n\n",
    "    def forget(self, room):\n        self.rooms.pop(room)\n\n")
USER = """\
from {module} import {name}


async def {function}(room):
    manager = {name}()
    manager.join(room, "a")
    return manager.members(room)
"""
TEST = """\
from {module} import {name}


def test_{word}():
    manager = {name}()
    manager.join("a", "b")
    assert manager.rooms
"""
DOUBLE = """\
from shop.rooms import RoomManager


class FakeRoomManager:
    def join(self, {parameters}):
        pass

    async def members(self, room):
        return []


REAL = RoomManager
"""
COMMON = {
    "canon.yaml": MANIFEST, "shop/__init__.py": "", "shop/rooms.py": ROOMS,
    "shop/lobby.py": USER.format(module="shop.rooms", name="RoomManager", function="lobby"),
    "tests/__init__.py": "",
    "tests/test_rooms.py": TEST.format(module="shop.rooms", name="RoomManager", word="rooms"),
}
BROKEN = COMMON | {
    "shop/legacy.py": LEGACY,
    "shop/compat.py": '"""Moved."""\n\nfrom shop.rooms import RoomManager\n\n__all__ = ["RoomManager"]\n',
    "shop/chat.py": USER.format(module="shop.legacy", name="LegacyRoomManager", function="chat"),
    "shop/hall.py": USER.format(module="shop.compat", name="RoomManager", function="hall"),
    "tests/test_legacy.py": TEST.format(module="shop.legacy", name="LegacyRoomManager", word="legacy"),
    "tests/test_gone.py": "from shop.gone import helper\n" + TEST.format(
        module="shop.rooms", name="RoomManager", word="gone"),
    "tests/doubles.py": DOUBLE.format(parameters="member"),
}
WHOLE = COMMON | {
    "shop/chat.py": USER.format(module="shop.rooms", name="RoomManager", function="chat"),
    "shop/hall.py": USER.format(module="shop.rooms", name="RoomManager", function="hall"),
    "tests/doubles.py": DOUBLE.format(parameters="room, member"),
}


def write(folder: Path, files: "dict[str, str]") -> None:
    """Makes a folder hold these files of the program, and no other Python."""
    for path in folder.rglob("*.py"):
        if str(path.relative_to(folder)) not in files and not path.name.startswith("test_ssot_"):
            path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
