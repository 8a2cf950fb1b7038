"""clients/canon_inventory.py in each installed Python, and what `canon` reads of it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import ROOT
from canon_server import BINARY, ENVIRONMENT, PATIENCE

PROGRAM = {
    "shop/__init__.py": "",
    "shop/rooms.py": "class RoomManager:\n    pass\n\nclass Hall:\n    pass\n\nmanager = RoomManager()\nprint('loaded')\n",
    "shop/legacy.py": "class RoomManager:\n    pass\n\ndef RoomManagerFactory():\n    return RoomManager()\n",
    # Things that must be left alone: what loads itself when it is asked for, and what is no module.
    "shop/odd.py": (
        "import sys\n"
        "class Lazy:\n"
        "    @property\n"
        "    def __class__(self):\n"
        "        raise RuntimeError('asked')\n"
        "class Meta(type):\n"
        "    def __getattribute__(cls, name):\n"
        "        raise RuntimeError('asked')\n"
        "LazyRoomManager = Lazy()\n"
        "StrangeRoomManager = Meta('Strange', (), {})\n"
        "def __getattr__(name):\n"
        "    raise RuntimeError('asked')\n"
        "sys.modules['shop.nothing'] = None\n"
        "sys.modules['shop.number'] = 7\n"
    ),
    "shop/main.py": (
        "import shop.odd\n"
        "from shop.rooms import RoomManager\n"
        "from shop.rooms import RoomManager as OldRoomManager\n"
        "import shop.legacy\n"
        "class MainRoomManager:\n"
        "    pass\n"
        "if __name__ == '__main__':\n"
        "    import logging, sys\n"
        "    import canon_inventory\n"
        "    logging.basicConfig(level=sys.argv[1], stream=sys.stderr, format='%(asctime)s %(levelname)s %(name)s %(message)s')\n"
        "    canon_inventory.log(sys.argv[2], concept='rooms')\n"
    ),
    "shop/broken.py": "raise SystemExit('not today')\n",
}
MANAGER = """\
class {}:
    def __init__(self):
        self.rooms = {{}}

    def join(self, room, member):
        self.rooms.setdefault(room, set()).add(member)

    def leave(self, room, member):
        self.rooms.get(room, set()).discard(member)

    def members(self, room):
        return sorted(self.rooms.get(room, ()))
"""
ROOMS = ["shop.rooms.RoomManager", "shop.main.OldRoomManager", "shop.main.RoomManager"]
OWN = ["shop.main.MainRoomManager"]
LEGACY = ["shop.legacy.RoomManager"]
STRANGE = ["shop.odd.StrangeRoomManager"]


def interpreters() -> "dict[str, str]":
    """Every CPython from 3.8 on that is installed, by its version."""
    found = {}
    for minor in range(8, 30):
        candidates = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3.{minor}"))
        # A shim of pyenv is there even when no Python stands behind it.
        for candidate in [*map(str, candidates), shutil.which(f"python3.{minor}"), sys.executable]:
            if candidate and subprocess.run([candidate, "-c", f"import sys; assert sys.version_info[1] == {minor}"], capture_output=True).returncode == 0:
                found[f"3.{minor}"] = candidate
                break
    return found


INTERPRETERS = interpreters()
print("interpreters:", ", ".join(INTERPRETERS))


class InventoryTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, text in PROGRAM.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def python(self, executable: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        clean = {name: value for name, value in os.environ.items() if name not in ("K_SERVICE", "K_REVISION", "HOSTNAME", "PYTHONPATH")}
        return subprocess.run(
            [executable, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
            env={**clean, "PYTHONPATH": str(ROOT / "clients"), "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def canon(self, *arguments: "str | Path", expect: int = 0, text: "str | None" = None) -> str:
        done = subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 5, input=text, cwd=self.folder,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def assert_objects(self, item: dict, *expected: "list[str]") -> None:
        """Which names are one object; in what order, modules and names say."""
        self.assertEqual(sorted(map(sorted, expected)), sorted(sorted(thing["names"]) for thing in item["objects"]))
        self.assertEqual(len({thing["id"] for thing in item["objects"]}), len(expected))


class CommandTests(InventoryTestCase):
    def test_objects_are_told_apart_by_identity_in_every_python(self) -> None:
        self.assertTrue(INTERPRETERS)
        for version, executable in INTERPRETERS.items():
            with self.subTest(version):
                done = self.python(executable, "-m", "canon_inventory", "shop.main", "--match", "*roommanager*", K_REVISION="shop-00044", K_SERVICE="shop")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout.count("\n"), 1, "one line, without what the program prints")
                document = json.loads(done.stdout)
                self.assertEqual(document["schema"], "canon.inventory/1")
                [item] = document["inventories"]
                self.assertEqual((item["service"], item["revision"], item["instance"], item["concept"]), ("shop", "shop-00044", None, None))
                # In the order of sys.modules, where a module stands behind those that it imported; names sorted.
                self.assertEqual(item["names"], STRANGE + [ROOMS[0]] + LEGACY + OWN + ROOMS[1:])
                self.assert_objects(item, STRANGE, ROOMS, LEGACY, OWN)
                symbols = {thing["symbol"] for thing in item["objects"]}
                self.assertLessEqual({"shop.rooms.RoomManager", "shop.legacy.RoomManager"}, symbols)

    def test_modules_can_be_narrowed(self) -> None:
        done = self.python(sys.executable, "-m", "canon_inventory", "shop.main", "--match", "*Manager", "--module-match", "SHOP.R*")
        self.assertEqual(json.loads(done.stdout)["inventories"][0]["names"], ["shop.rooms.RoomManager"])

    def test_nothing_found_and_nothing_imported_are_failures(self) -> None:
        done = self.python(sys.executable, "-m", "canon_inventory", "shop.main", "--match", "*RomManager*")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no class is bound to a name like *RomManager*", done.stderr)
        for module, reason in (("shop.gone", "ModuleNotFoundError"), ("shop.broken", "SystemExit: not today")):
            done = self.python(sys.executable, "-m", "canon_inventory", module, "--match", "*")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.python(sys.executable, "-m", "canon_inventory", "shop.main").returncode, 2)

    def test_it_parses_where_services_run(self) -> None:
        for version in ("3.8", "3.11", "3.14"):
            self.canon("python", "check", "--quiet", "--python", version, ROOT / "clients/canon_inventory.py")


class LogTests(InventoryTestCase):
    def log(self, executable: str, level: str = "INFO", match: str = "*RoomManager*", **environment: str) -> str:
        done = self.python(executable, "-m", "shop.main", level, match, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_a_service_logs_one_line_that_canon_reads_back(self) -> None:
        for version, executable in INTERPRETERS.items():
            with self.subTest(version):
                written = self.log(executable, K_REVISION="shop-00044")
                self.assertEqual(written.count("Manager inventory: "), 1)
                self.assertEqual(len(written.splitlines()), 1, written)
                (self.folder / "app.log").write_text(written)
                [item] = json.loads(self.canon("logs", "ssot-warnings", "app.log"))["inventories"]
                self.assertEqual((item["revision"], item["concept"], item["warning"], item["count"]), ("shop-00044", "rooms", None, 1))
                # shop.main runs as __main__, and is called by its name.
                self.assertIn("shop.main.MainRoomManager", item["names"])
                self.assert_objects(item, OWN, ROOMS, STRANGE, LEGACY)

    def test_a_silent_logger_and_a_wrong_pattern_are_told(self) -> None:
        self.assertIn("No inventory: the logger canon.inventory is silent at the level INFO", self.log(sys.executable, level="WARNING"))
        self.assertIn("No inventory: no class is bound to a name like *RomManager*", self.log(sys.executable, match="*RomManager*"))

    def test_a_failure_does_not_end_the_service(self) -> None:
        done = self.python(
            sys.executable, "-c",
            "import logging, canon_inventory; logging.basicConfig(); print(canon_inventory.log(7)); print('serving')")
        self.assertEqual((done.returncode, done.stdout), (0, "None\nserving\n"), done.stderr)
        self.assertIn("No inventory: it could not be made", done.stderr)


class VerifyTests(InventoryTestCase):
    """The inventory against the code of the commit that was deployed."""

    def git(self, *arguments: str) -> str:
        identity = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True, env={**os.environ, **identity, "GIT_CONFIG_GLOBAL": "/dev/null"}
        ).stdout.strip()

    def test_what_runs_is_held_against_the_deployed_commit(self) -> None:
        for path in (self.folder / "shop").glob("*.py"):
            path.unlink()
        (self.folder / "shop/__init__.py").write_text("")
        (self.folder / "shop/rooms.py").write_text(MANAGER.format("RoomManager"))
        (self.folder / "shop/legacy.py").write_text(MANAGER.format("LegacyRoomManager"))
        (self.folder / "shop/main.py").write_text("from shop.rooms import RoomManager\nfrom shop.legacy import LegacyRoomManager\n")
        (self.folder / "canon.yaml").write_text("audit:\n  concepts:\n    rooms:\n      canonical: shop.rooms.RoomManager\n")
        (self.folder / ".gitignore").write_text("*.json\n*.yml\ncache/\n")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Start")
        (self.folder / "shop/legacy.py").unlink()
        (self.folder / "shop/main.py").write_text("from shop.rooms import RoomManager\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Have one room manager")
        fix = self.git("rev-parse", "HEAD")
        (self.folder / "claims.yml").write_text(json.dumps({"claims": [{"issue": 7, "concept": "rooms", "fix": fix}]}))

        def verdict(expect: int) -> dict:
            done = self.python(sys.executable, "-m", "canon_inventory", "shop.main", "--match", "*RoomManager*", "--revision", "shop-1", "--concept", "rooms")
            report = self.canon(
                "verify", "claims.yml", "--deployed", fix, "--revision", "shop-1", "--runtime", "-", "--format", "json", expect=expect, text=done.stdout)
            return json.loads(report)["claims"][0]

        self.assertEqual(verdict(expect=0)["verdict"], "consistent")
        # The image was built from another tree.
        (self.folder / "shop/legacy.py").write_text(MANAGER.format("LegacyRoomManager"))
        (self.folder / "shop/main.py").write_text("from shop.rooms import RoomManager\nfrom shop.legacy import LegacyRoomManager\n")
        found = verdict(expect=1)
        self.assertEqual(found["verdict"], "drift")
        self.assertTrue(any("LegacyRoomManager" in line for line in found["evidence"]))


if __name__ == "__main__":
    unittest.main()
