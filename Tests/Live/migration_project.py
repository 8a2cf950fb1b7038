"""A program of a thousand files that reaches one class by five wrong ways, in every style of migration_styles.

    python migration_project.py FOLDER [SEED]

writes it. Its own tests (python -m unittest discover -s tests -t .) pass before and after a migration.
"""

import random
import sys
from pathlib import Path
from typing import NamedTuple

from migration_styles import STYLES, Style

FILES = 1000
CANONICAL = "shop.core.session_store.SessionStore"

MANIFEST = f"""\
audit:
  python: "3.11"
  roots: [shop]
  scopes:
    test: [tests]
  concepts:
    session-store:
      canonical: {CANONICAL}
      names: ["*Session*Store*"]
      state: sessions
      owner: shop
"""


def store(name: str) -> str:
    """A class that keeps sessions. All of them do the same, so that one can stand for the others."""
    return f'''\
"""Keeps sessions."""

__all__ = ["{name}", "LIMIT", "describe"]

LIMIT = 10


def describe(limit):
    return f"at most {{limit}}"


class {name}:
    CAPACITY = 1_000_000

    def __init__(self):
        self.sessions = {{}}

    @classmethod
    def create(cls):
        return cls()

    def put(self, key, value):
        self.sessions[key] = value

    def get(self, key):
        return self.sessions.get(key)

    def drop(self, key):
        self.sessions.pop(key, None)

    def count(self):
        return len(self.sessions)
'''


class Way(NamedTuple):
    """Where consumers take the class from."""

    module: str
    name: str

    @property
    def package(self) -> str:
        return self.module.rpartition(".")[0]

    @property
    def last(self) -> str:
        return self.module.rpartition(".")[2]


WAYS = [
    Way("shop.legacy.session_store", "SessionStore"),  # a second implementation of the same name
    Way("shop.users.user_sessions", "UserSessionStore"),  # one of another name
    Way("shop.compat.session_store", "SessionStore"),  # passes the canonical one on
    Way("shop.compat.names", "SessionRegistry"),  # an alias
    Way("shop.core", "SessionStore"),  # the package of the canonical module
]

FRAME = {
    "canon.yaml": MANIFEST,
    "shop/__init__.py": "",
    "shop/core/__init__.py": "from .session_store import LIMIT, SessionStore, describe\n\n"
                             '__all__ = ["LIMIT", "SessionStore", "describe"]\n',
    "shop/core/session_store.py": store("SessionStore") + "\n\ndef open_store():\n    return SessionStore()\n",
    "shop/legacy/__init__.py": "",
    "shop/legacy/session_store.py": store("SessionStore"),
    "shop/users/__init__.py": "",
    "shop/users/user_sessions.py": store("UserSessionStore"),
    "shop/compat/__init__.py": "",
    "shop/compat/session_store.py": '"""Moved to shop.core.session_store."""\n\n'
                                    "from shop.core.session_store import LIMIT, SessionStore, describe\n\n"
                                    '__all__ = ["LIMIT", "SessionStore", "describe"]\n',
    "shop/compat/names.py": "from shop.core.session_store import LIMIT, SessionStore, describe\n\n"
                            "SessionRegistry = SessionStore\n\n"
                            '__all__ = ["LIMIT", "SessionRegistry", "describe"]\n',
    "shop/app/__init__.py": "",
    "tests/__init__.py": "",
}

# Files that name the class and must stay as they are.
BYSTANDERS = [
    '"""SessionStore of shop.core: nothing here uses it."""\n\nTEXT = "SessionStore"\n',
    "# from shop.legacy.session_store import SessionStore\nVALUE = {0}\n",
    "from shop.core.session_store import SessionStore\n\n\ndef make():\n    return SessionStore()\n",
    "import shop.core.session_store\n\n\ndef make():\n    return shop.core.session_store.SessionStore()\n",
    "from dataclasses import dataclass\n\n\n@dataclass\nclass SessionStoreSettings{0}:\n    size: int = {0}\n",
    "def price_{0}(amount):\n    return amount * {0}\n",
    "from shop.legacy.session_store import LIMIT\n\nTOP = LIMIT + {0}\n",
]


class Consumer(NamedTuple):
    number: int
    style: Style
    way: Way

    @property
    def path(self) -> str:
        return f"shop/app/area_{self.number % 12:02}/use_{self.number:04}.py"

    @property
    def module(self) -> str:
        return self.path[:-3].replace("/", ".")

    def filled(self, template: str) -> str:
        # From shop.app.area_N, three dots are shop.
        values = {
            "@M": self.way.module, "@P": self.way.package, "@L": self.way.last, "@N": self.way.name,
            "@R": "..." + self.way.module.removeprefix("shop."), "@K": str(self.number), "@S": self.module,
        }
        for name, value in values.items():
            template = template.replace(name, value)
        return template

    @property
    def content(self) -> bytes:
        text = self.filled(self.style.module).replace("\n", self.style.newline)
        return self.style.signature + text.encode()

    @property
    def test(self) -> str:
        name = f"test_{self.number:04}_{self.style.name.replace('-', '_')}"
        body = "\n".join("        " + line if line else "" for line in self.filled(self.style.test).split("\n"))
        return f"    def {name}(self):\n        import {self.module} as consumer\n\n{body}\n"


TEST_HEAD = "import unittest\nfrom unittest.mock import patch  # noqa: F401\n\n\nclass ConsumerTests(unittest.TestCase):\n"


class Project:
    """What stands in which file, and which consumer is of which style."""

    def __init__(self, seed: int, files: int = FILES):
        self.random = random.Random(seed)
        self.files: dict[str, bytes] = {path: text.encode() for path, text in FRAME.items()}
        for area in range(12):
            self.files[f"shop/app/area_{area:02}/__init__.py"] = b""
            self.files[f"shop/other/area_{area:02}/__init__.py"] = b""
        self.files["shop/other/__init__.py"] = b""
        self.consumers = self._consumers(files * 6 // 10)
        for consumer in self.consumers:
            self.files[consumer.path] = consumer.content
        self._write_tests()
        number = 0
        while len(self.files) < files:
            text = self.random.choice(BYSTANDERS).replace("{0}", str(number))
            self.files[f"shop/other/area_{number % 12:02}/part_{number:04}.py"] = text.encode()
            number += 1
        self.styles = {consumer.path: consumer.style.name for consumer in self.consumers}

    def _consumers(self, count: int) -> "list[Consumer]":
        """Each style by each way, as far as the count goes."""
        pairs = [(style, way) for style in STYLES for way in WAYS]
        self.random.shuffle(pairs)
        return [Consumer(number, *pairs[number % len(pairs)]) for number in range(1, count + 1)]

    def _write_tests(self) -> None:
        for start in range(0, len(self.consumers), 10):
            group = self.consumers[start:start + 10]
            text = TEST_HEAD + "\n".join(consumer.test for consumer in group)
            self.files[f"tests/test_consumers_{start // 10:03}.py"] = text.encode()

    def write(self, folder: Path) -> None:
        for path, content in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


if __name__ == "__main__":
    Project(int(sys.argv[2]) if len(sys.argv) > 2 else 1).write(Path(sys.argv[1]))
