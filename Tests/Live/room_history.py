"""A git repository of a small program with one room manager too many, for what `canon` says of histories."""

import os
import random
import subprocess
from pathlib import Path

from room_manager import ROOM_MANAGER

MANIFEST = """\
audit:
  concepts:
    rooms:
      canonical: shop.rooms.RoomManager
"""
ROOMS = ROOM_MANAGER + """
    def members(self, room):
        return sorted(self.rooms.get(room, ()))
"""
LEGACY = ROOMS.replace("RoomManager", "LegacyRoomManager")
CHAT = """\
from shop.rooms import RoomManager
{more}

def chat(room):
    return RoomManager().members(room)
"""
CANONICAL = "shop.rooms.RoomManager"
SECOND = "shop.legacy.LegacyRoomManager"


class History:
    """A git repository of a small program, whose commits have random company."""

    def __init__(self, folder: Path, seed: int):
        self.folder = folder
        self.random = random.Random(seed)
        self.clock = 1_700_000_000
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.write("canon.yaml", MANIFEST)
        self.write("shop/__init__.py", "")
        self.write("shop/rooms.py", ROOMS)
        self.write("shop/legacy.py", LEGACY)
        self.write("shop/chat.py", CHAT.format(more="from shop.legacy import LegacyRoomManager"))
        self.commit("Start")
        self.others()

    def git(self, *arguments: str) -> str:
        environment = {
            **os.environ, "GIT_AUTHOR_DATE": f"{self.clock} +0000", "GIT_COMMITTER_DATE": f"{self.clock} +0000",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments], check=True, capture_output=True, text=True, env=environment
        ).stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str) -> str:
        self.clock += 60
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def others(self) -> None:
        """Commits that have nothing to do with it."""
        for _ in range(self.random.randrange(7)):
            self.write("shop/notes.py", f"NOTE = {self.random.randrange(1 << 30)}\n")
            self.commit("Take a note")

    def remove(self) -> str:
        self.git("rm", "--quiet", "shop/legacy.py")
        self.write("shop/chat.py", CHAT.format(more=""))
        return self.commit("Have one room manager")

    def restore(self) -> str:
        self.write("shop/legacy.py", LEGACY)
        return self.commit("Bring back what clients of old use")
