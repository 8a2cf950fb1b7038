"""`canon verify claims`: documents about a small repository, some right and some not."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

FILES = {
    "canon.yaml": "audit:\n  concepts:\n    rooms:\n      canonical: shop.rooms.Rooms\n",
    "shop/__init__.py": "",
    "shop/rooms.py": "class Rooms:\n    def __init__(self):\n        self.rooms = {}\n\n    def join(self, room):\n        self.rooms[room] = 1\n",
    "shop/chat.py": "from shop.rooms import Rooms\n\nrooms = Rooms()\n",
    "tests/test_rooms.py": "from shop.rooms import Rooms\n\n\ndef test_join():\n    Rooms().join(1)\n\n\ndef test_none():\n    assert not Rooms().rooms\n",
    "tests/test_broken.py": "def test_(:\n",
}


class VerifyClaimsTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "shop-repository"
        for name, text in FILES.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Have rooms (#12)")
        self.commit = self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        return subprocess.run(
            ["git", "-C", str(self.tree), *identity, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    def verify(self, text: str, *arguments: str) -> subprocess.CompletedProcess:
        document = self.folder / "issue.md"
        document.write_text(text)
        return subprocess.run(
            [BINARY, "verify", "claims", document, "--root", self.tree, *arguments], capture_output=True, text=True,
            timeout=PATIENCE * 10, env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")})

    def verdicts(self, text: str, expect: int) -> "dict[str, str]":
        done = self.verify(text, "--format", "json")
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["schema"], "canon.claims/1")
        self.assertEqual(report["basis"]["commit"], self.commit)
        return {row["quote"]: row["verdict"] for row in report["statements"]}

    def test_what_is_right_is_reproduced(self) -> None:
        found = self.verdicts(
            f"# Rooms\n\nFixed in `{self.commit[:10]}`.\n\n- `shop/rooms.py:1` holds it\n- `shop.rooms.Rooms` is imported\n"
            "- `tests/test_rooms.py` (2 tests)\n", 0)
        self.assertEqual(set(found.values()), {"reproduced"})
        self.assertGreaterEqual(len(found), 4)

    def test_what_is_wrong_is_contradicted(self) -> None:
        found = self.verdicts(
            "# Rooms\n\nFixed in `deadbeef99`.\n\n- `shop/manager.py` holds it\n- `shop.rooms.RoomManager` is imported\n"
            "- `test_rooms.py` (7 tests)\n- **9 syntax errors** in test files\n", 1)
        self.assertEqual(found.pop("test_rooms.py"), "reproduced")
        self.assertEqual(set(found.values()), {"contradicted"}, found)
        self.assertGreaterEqual(len(found), 5)

    def test_for_people(self) -> None:
        done = self.verify("# Rooms\n\n- `shop/manager.py` holds it\n- `shop/rooms.py` too\n")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"contradicted\s+\S*issue\.md:3:4\s+shop/manager\.py")
        self.assertIn("1 reproduced, 1 contradicted", done.stdout)
        self.assertEqual(self.verify("", "--format", "nonsense").returncode, 2)


if __name__ == "__main__":
    unittest.main()
