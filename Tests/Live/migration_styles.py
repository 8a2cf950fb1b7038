"""The ways in which Python code refers to a class of another module. One of them is one style: a module that uses the class so.

In a template, @M is the dotted module that the class is taken from, @P its package, @L its last part, @N the class there, @R the
module as seen from the consumer (relative), @K a number that run() must give back, and @S the consumer's own module.
"""

from typing import NamedTuple


class Style(NamedTuple):
    name: str
    # The text of a module that has run().
    module: str
    # Statements of a test of that module, within a method; by default run() is called.
    test: str = "self.assertEqual(consumer.run(), @K)"
    # How text becomes bytes.
    newline: str = "\n"
    signature: bytes = b""


RUN = """

def run():
    store = {0}()
    store.put("key", @K)
    return store.get("key")
"""


def using(imports: str, name: str = "@N") -> str:
    return imports + "\n" + RUN.format(name)


FROM = "from @M import @N\n"

STYLES = [
    Style("from", using(FROM)),
    Style("from-as", using("from @M import @N as Sessions\n", "Sessions")),
    Style("import-dotted", using("import @M\n", "@M.@N")),
    Style("import-dotted-as", using("import @M as sessions\n", "sessions.@N")),
    Style("from-package-import-module", using("from @P import @L\n", "@L.@N")),
    Style("from-package-import-module-as", using("from @P import @L as sessions\n", "sessions.@N")),
    Style("relative", using("from @R import @N\n")),
    Style("relative-as", using("from @R import @N as Sessions\n", "Sessions")),
    Style("parenthesised", using("from @M import (@N)\n")),
    Style("multi-line", using("from @M import (\n    LIMIT,  # stays\n    @N,  # moves\n    describe,\n)\n\nLIMITS = (LIMIT, describe)\n")),
    Style("multi-line-alone", using("from @M import (\n    # the store of sessions\n    @N,\n)\n")),
    Style("continued", using("from @M \\\n    import @N\n")),
    Style("split-first", using("from @M import @N, LIMIT\n\nTOP = LIMIT\n")),
    Style("split-last", using("from @M import LIMIT as top, describe, @N\n\nTOP = describe(top)\n")),
    Style("semicolons", using("import os; from @M import @N; import json\n\nNAMES = (os.sep, json.dumps)\n")),
    Style("several-modules", using("import json, @M, os\n\nNAMES = (os.sep, json.dumps)\n", "@M.@N")),
    Style("in-function", '''\
"""The import stands where it is needed."""


def run():
    from @M import @N

    store = @N()
    store.put("key", @K)
    return store.get("key")
'''),
    Style("in-method", '''\
class Desk@K:
    def open(self):
        import @M as sessions

        return sessions.@N()


def run():
    store = Desk@K().open()
    store.put("key", @K)
    return store.get("key")
'''),
    Style("in-coroutine", '''\
import asyncio


async def open_store():
    from @R import @N as Sessions

    return Sessions()


def run():
    store = asyncio.run(open_store())
    store.put("key", @K)
    return store.get("key")
'''),
    Style("try-except", using("try:\n    from @M import @N\nexcept ImportError:\n    @N = None\n")),
    Style("type-checking", '''\
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from @M import @N


def fill(store: @N, value: int) -> @N:
    store.put("key", value)
    return store


def run():
    from shop.core.session_store import open_store

    return fill(open_store(), @K).get("key")
'''),
    Style("conditional", using(
        "import sys\n\nif sys.version_info >= (3, 8):\n    from @M import @N\nelse:\n    from @M import @N as @N\n")),
    Style("star", using("from @M import *\n")),
    Style("importlib", '''\
import importlib

sessions = importlib.import_module("@M")


def run():
    store = sessions.@N()
    store.put("key", @K)
    return store.get("key")
'''),
    Style("patched-where-it-is", using("import @M\n", "@M.@N"), '''\
with patch("@M.@N") as double:
    double.return_value.get.return_value = "double"
    self.assertEqual(consumer.run(), "double")
self.assertEqual(consumer.run(), @K)'''),
    Style("patched-where-it-is-used", using(FROM), '''\
with patch("@S.@N") as double:
    double.return_value.get.return_value = "double"
    self.assertEqual(consumer.run(), "double")
self.assertEqual(consumer.run(), @K)'''),
    Style("patched-object", using("from @P import @L\n", "@L.@N"), '''\
import @M as home

with patch.object(home, "@N") as double:
    double.return_value.get.return_value = "double"
    self.assertEqual(consumer.run(), "double")
self.assertEqual(consumer.run(), @K)'''),
    Style("exported", using('from @M import @N\n\n__all__ = ["@N", "run"]\n'), '''\
self.assertEqual(consumer.run(), @K)
self.assertTrue(all(hasattr(consumer, name) for name in consumer.__all__))'''),
    Style("type-comment", FROM + '''
store = None  # type: @N


def run():
    global store
    store = @N()
    store.put("key", @K)
    return store.get("key")
'''),
    Style("string-annotation", '''\
from typing import List, Optional

from @M import @N


def first(stores: "List[@N]") -> Optional["@N"]:
    return stores[0] if stores else None


def run():
    store = first([@N()])
    store.put("key", @K)
    return store.get("key")
''', '''\
import typing

self.assertEqual(typing.get_type_hints(consumer.first)["stores"], typing.List[type(consumer.first([consumer.@N()]))])
self.assertEqual(consumer.run(), @K)'''),
    Style("dotted-annotation", '''\
import @M


def fill(store: "@M.@N", value: int) -> "@M.@N":
    store.put("key", value)
    return store


def run():
    return fill(@M.@N(), @K).get("key")
'''),
    Style("annotation", FROM + '''
current: @N = @N()


def fill(store: @N, value) -> @N:
    store.put("key", value)
    return store


def run():
    return fill(current, @K).get("key")
'''),
    Style("base-class", FROM + '''

class Sessions@K(@N):
    def put(self, key, value):
        super().put(key, value + 1)


def run():
    store = Sessions@K()
    store.put("key", @K - 1)
    return store.get("key")
'''),
    Style("isinstance", FROM + '''

def run():
    store = @N()
    if not isinstance(store, (@N, dict)):
        return None
    store.put("key", @K)
    return store.get("key")
'''),
    Style("local-alias", FROM + '''
Sessions = @N


def run():
    store = Sessions()
    store.put("key", @K)
    return store.get("key")
'''),
    Style("class-attribute", FROM + '''

def run():
    store = @N.create()
    store.put("key", min(@K, @N.CAPACITY))
    return store.get("key")
'''),
    Style("default-argument", FROM + '''

def run(factory=@N, more=lambda: @N()):
    store = [make() for make in (factory, more, @N)][-1]
    store.put("key", @K)
    return store.get("key")
'''),
    Style("registry", FROM + '''
KINDS = {"store": @N}
TEXT = f"{@N.CAPACITY} sessions of @N"


def run():
    store = KINDS["store"]()
    store.put("key", @K)
    return store.get("key") if TEXT else None
'''),
    Style("field", '''\
from dataclasses import dataclass, field

import @M as sessions


@dataclass
class Desk@K:
    store: sessions.@N = field(default_factory=sessions.@N)


def run():
    desk = Desk@K()
    desk.store.put("key", @K)
    return desk.store.get("key")
'''),
    Style("comment-on-the-line", using("import sys  # noqa: F401\nfrom @M import @N  # noqa: E402 (the store of sessions)\n")),
    Style("name-is-taken", '''\
"""Another class here has the name of the canonical one."""

from shop.users.user_sessions import UserSessionStore


class SessionStore:
    """Of this file alone."""

    size = 1


def run():
    store = UserSessionStore()
    store.put("key", @K * SessionStore.size)
    return store.get("key")
'''),
    Style("crlf", using(FROM), newline="\r\n"),
    Style("byte-order-mark", using(FROM), signature=b"\xef\xbb\xbf"),
    Style("tabs", "def run():\n\tfrom @M import @N\n\tstore = @N()\n\tstore.put('key', @K)\n\treturn store.get('key')"),
    Style("not-ascii", "# -*- coding: utf-8 -*-\n\"\"\"Größe: 你好\"\"\"\nfrom @M import @N; größe = '🙂'\n" + RUN.format("@N")),
]

assert len(STYLES) >= 40 and len({style.name for style in STYLES}) == len(STYLES)
