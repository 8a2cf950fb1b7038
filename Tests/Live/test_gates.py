"""The gates: git's hook, the summary for a pull request, the registry, doubles, and the audit on a schedule."""

import json
import os
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from canon_server import BINARY
from test_audit_in_ci import MANIFEST, ROOMS, Repository

HUB = ROOMS.replace("Rooms", "SocketHub").replace("members", "sockets")


class Gate(Repository):
    def canon(self, *arguments: "str | Path", **more) -> subprocess.CompletedProcess:
        return self.run_in_tree(BINARY, *arguments, **more)

    def stage(self) -> None:
        self.git("add", "--all")

    def commit(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run_in_tree("git", "commit", "--message", "change", *arguments)


class HookTests(Gate):
    def setUp(self) -> None:
        super().setUp()
        self.first_commit()
        installed = self.canon("hooks", "install")
        self.assertEqual(installed.returncode, 0, installed.stderr)
        self.hook = self.tree / ".git/hooks/pre-commit"

    def refused(self, *needles: str) -> str:
        """Stages everything, expects that the commit is stopped, and takes the change back."""
        head = self.git("rev-parse", "HEAD")
        self.stage()
        run = self.commit()
        text = run.stdout + run.stderr
        self.assertNotEqual(run.returncode, 0, text)
        self.assertEqual(self.git("rev-parse", "HEAD"), head)
        for needle in ("The commit is stopped", "canon audit explain ", *needles):
            self.assertIn(needle, text)
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "-fdq")
        return text

    def passes(self, *arguments: str) -> None:
        run = self.commit(*arguments)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_what_it_stops_and_what_it_says_to_do_next(self) -> None:
        self.write("chat/hub.py", HUB)
        self.refused("second-implementation", "chat/hub.py:1", "from chat.rooms import Rooms")
        self.write("chat/compat.py", "from chat.rooms import Rooms as Manager\n")
        self.refused("compatibility-layer", "the layer is new", "use: from chat.rooms import Rooms")
        self.write("chat/names.py", "from chat.rooms import Rooms\n\nManager = Rooms\n")
        self.refused("compatibility-layer", "chat/names.py", "use: from chat.rooms import Rooms")
        for widened, rule in (
            ("  scopes: {backup: [chat]}\n", "scope-shrank"), ("  rules: {second-implementation: off}\n", "rule-off"),
            ("  roots: [other]\n", "scope-shrank"),
        ):
            self.write("canon.yaml", MANIFEST + widened)
            self.refused(f"canon audit explain {rule}")

    def test_a_new_path_to_a_layer_that_stands_is_stopped_with_the_line_to_write(self) -> None:
        self.write("chat/compat.py", "from chat.rooms import Rooms\n")
        self.stage()
        self.passes("--no-verify")
        self.write("chat/more.py", "from chat.compat import Rooms\n\nmore = Rooms()\n")
        text = self.refused("import-path", "chat/more.py:1", "use: from chat.rooms import Rooms")
        self.assertIn("import-path: 0 places before, 1 now", text)

    def test_a_waiver_needs_an_end_and_is_told(self) -> None:
        self.write("chat/hub.py", HUB)
        self.stage()
        self.passes("--no-verify")
        waiver = '  waivers: [{rule: second-implementation, symbol: chat.hub.*, reason: x, owner: me, issue: "1"%s}]\n'
        self.write("canon.yaml", MANIFEST + waiver % "")
        self.stage()
        run = self.commit()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("expires", run.stderr)
        soon = datetime.now(timezone.utc).date() + timedelta(days=30)
        self.write("canon.yaml", MANIFEST + waiver % f", expires: {soon}")
        self.stage()
        run = self.commit()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("excuses 1 finding that stood open in the base, which is no progress", run.stderr)

    def test_only_what_is_staged_counts(self) -> None:
        self.write("chat/notes.py", "LIMIT = 3\n")
        self.stage()
        self.write("chat/notes.py", HUB)
        self.write("canon.yaml", "audit: {unknown: 1}\n")
        self.passes()
        self.git("checkout", "--quiet", ".")
        self.write("chat/hub.py", HUB)
        self.stage()
        (self.tree / "chat/hub.py").unlink()
        run = self.commit()
        self.assertIn("chat.hub.SocketHub", run.stdout + run.stderr)
        self.assertNotEqual(run.returncode, 0)

    def test_commits_of_the_work_tree_and_of_single_paths(self) -> None:
        # Git gives its hook an index of its own then.
        self.write("chat/hub.py", HUB)
        self.write("chat/notes.py", "LIMIT = 3\n")
        self.stage()
        self.passes("chat/notes.py")
        self.assertNotEqual(self.commit("--all").returncode, 0)

    def test_a_worktree_has_the_same_gate(self) -> None:
        other = self.folder / "other"
        self.git("worktree", "add", "--quiet", other)
        (other / "chat/hub.py").write_text(HUB)
        self.git("add", "--all", cwd=other)
        run = self.run_in_tree("git", "commit", "--message", "change", cwd=other)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("second-implementation", run.stdout + run.stderr)

    def test_documents_pass_unread(self) -> None:
        self.write("docs/page.md", "See `chat.gone.Rooms`.\n")
        self.stage()
        # Nothing is audited: nothing of a cache comes to be.
        self.passes()
        self.assertFalse((self.folder / "cache").exists())

    def test_an_earlier_hook_runs_first_and_comes_back(self) -> None:
        self.assertEqual(self.canon("hooks", "uninstall").returncode, 0)
        log = self.folder / "log"
        earlier = f'#!/bin/sh\necho earlier >> "{log}"\ntest ! -e stop || exit 7\n'
        self.hook.write_text(earlier)
        self.hook.chmod(0o750)
        status = self.canon("hooks", "status")
        self.assertEqual((status.returncode, "another hook" in status.stdout), (1, True))
        self.assertEqual(self.canon("hooks", "install").returncode, 0)
        status = self.canon("hooks", "status")
        self.assertEqual(status.returncode, 0)
        self.assertIn("after the hook that stood there before", status.stdout)
        self.write("chat/notes.py", "LIMIT = 3\n")
        self.stage()
        self.passes()
        self.assertEqual(log.read_text(), "earlier\n")
        self.write("stop", "")
        self.write("chat/notes.py", "LIMIT = 4\n")
        self.git("add", "chat")
        self.assertNotEqual(self.commit().returncode, 0)
        (self.tree / "stop").unlink()
        self.write("chat/hub.py", HUB)
        self.refused("second-implementation")
        self.assertEqual(self.canon("hooks", "uninstall").returncode, 0)
        self.assertEqual((self.hook.read_text(), self.hook.stat().st_mode & 0o777), (earlier, 0o750))

    def test_status_and_paths_of_hooks(self) -> None:
        self.assertEqual(self.canon("hooks", "status", "--quiet").returncode, 0)
        self.hook.chmod(0o644)
        self.assertEqual(self.canon("hooks", "status").returncode, 1)
        self.git("config", "core.hooksPath", "tools/hooks")
        status = self.canon("hooks", "status")
        self.assertEqual(status.returncode, 1)
        self.assertIn("not installed", status.stdout)
        self.assertIn("core.hooksPath is tools/hooks (local)", status.stdout)
        self.assertEqual(self.canon("hooks", "install").returncode, 0)
        self.assertTrue((self.tree / "tools/hooks/pre-commit").exists())
        self.git("config", "--unset", "core.hooksPath")
        everybody = self.folder / "gitconfig"
        everybody.write_text(f"[core]\n\thooksPath = {self.folder}/everywhere\n")
        self.environment["GIT_CONFIG_GLOBAL"] = str(everybody)
        run = self.canon("hooks", "install")
        self.assertEqual(run.returncode, 1)
        self.assertIn("for all repositories", run.stderr)
        self.assertFalse((self.folder / "everywhere").exists())
        self.assertEqual(self.canon("hooks", "status", "/").returncode, 2)


class PullRequestTests(Gate):
    def test_the_summary_and_what_it_compares(self) -> None:
        base = self.first_commit()
        self.git("checkout", "--quiet", "-b", "change")
        self.write("chat/hub.py", HUB)
        self.write("chat/compat.py", "from chat.rooms import Rooms\n")
        self.write("chat/more.py", "from chat.compat import Rooms\n\nmore = Rooms()\n")
        self.stage()
        self.git("commit", "--quiet", "--no-verify", "--message", "change")
        run = self.canon("audit", "--base", "main", "--format", "markdown")
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertTrue(run.stdout.startswith("## Audit: failed\n\n**Score 100.0 → 25.0**"), run.stdout)
        self.assertIn(f"beside main ({base[:12]})", run.stdout)
        self.assertIn(
            "| rooms | 100.0: 1 of 1 consumer bound, 1 implementation | 25.0: 1 of 2 consumers bound, 2 implementations |",
            run.stdout)
        self.assertEqual(self.canon("audit", "--base", "main", "--format", "markdown").stdout, run.stdout)
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        again = self.canon("audit", "--base", "main", "--format", "sarif", "--summary", summary)
        self.assertEqual(json.loads(again.stdout)["version"], "2.1.0")
        self.assertEqual(summary.read_text(), "before\n" + run.stdout)
        back = self.canon("audit", "compare", "HEAD", "main", "--format", "markdown")
        self.assertIn("<summary>Gone (", back.stdout)


class RegistryTests(Gate):
    def test_written_checked_and_stale(self) -> None:
        page = self.tree / "docs/import-registry.md"
        missing = self.canon("audit", "registry", "--check")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("canon audit registry --output ./docs/import-registry.md", missing.stderr)
        page.parent.mkdir()
        self.assertEqual(self.canon("audit", "registry", "--output", page).returncode, 0)
        self.assertIn("from chat.rooms import Rooms", page.read_text())
        self.assertEqual(self.canon("audit", "registry", "--check").returncode, 0)
        # Lines that move change nothing; a path that comes does.
        self.write("chat/main.py", "\n\nfrom chat.rooms import Rooms\n\nrooms = Rooms()\n")
        self.assertEqual(self.canon("audit", "registry", "--check").returncode, 0)
        self.write("chat/compat.py", "from chat.rooms import Rooms\n")
        self.write("chat/more.py", "from chat.compat import Rooms\n\nmore = Rooms()\n")
        before = page.read_bytes()
        stale = self.canon("audit", "registry", "--check")
        self.assertEqual((stale.returncode, page.read_bytes()), (1, before))
        self.assertIn("+- `chat.compat`: 1 module", stale.stderr)
        self.assertIn("canon audit registry --output", stale.stderr)
        self.assertEqual(self.canon("audit", "registry", "--output", page).returncode, 0)
        self.assertEqual(self.canon("audit", "registry", "--check").returncode, 0)


DOUBLES = """\
class FakeRooms:
    def join(self, user, socket):
        return None
    # the rest is never called


class RoomsStub: join = None
"""


class DoubleTests(Gate):
    def setUp(self) -> None:
        super().setUp()
        self.write("chat/rooms.py", ROOMS.replace("    def send(", "    async def send("))
        self.write(
            "chat/main.py", "from chat.rooms import Rooms\n\n\nasync def post(rooms: Rooms):\n    await rooms.send('a', 'b')\n")
        self.write("tests/__init__.py", "")
        self.doubles = self.tree / "tests/doubles.py"
        self.write("tests/doubles.py", DOUBLES)

    def drift(self) -> list:
        report = json.loads(self.canon("audit", "--format", "json").stdout)
        return [finding["symbol"] for finding in report["findings"] if finding["rule"] == "mock-drift"]

    def test_the_table(self) -> None:
        run = self.canon("audit", "doubles")
        self.assertEqual(run.returncode, 1)
        self.assertIn("tests.doubles.FakeRooms  tests/doubles.py:1  stands for chat.rooms.Rooms  chat/rooms.py:1", run.stdout)
        row = next(line for line in run.stdout.splitlines() if line.startswith("send"))
        self.assertRegex(row, r"^send +missing +async def send\(user, text\) +- +chat/main\.py:5$")
        same = self.canon("audit", "--rule", "mock-drift", "--explain")
        self.assertEqual((same.returncode, same.stdout), (run.returncode, run.stdout))
        fixes = [self.canon("audit", *words, "--fix") for words in (("doubles",), ("--rule", "mock-drift"))]
        self.assertIn("NotImplementedError", fixes[0].stdout)
        self.assertEqual(fixes[0].stdout, fixes[1].stdout)
        for words in (("--explain",), ("--rule", "syntax", "--fix"), ("--rule", "mock-drift", "--apply"), ("--rule", "mock-drift", "--fix", "--staged")):
            self.assertEqual(self.canon("audit", *words).returncode, 2, words)
        self.assertEqual(self.canon("audit", "doubles", "--double", "FakeRoms").returncode, 2)

    def test_the_diff_applies_and_the_rule_is_silent_then(self) -> None:
        for newline in ("\n", "\r\n"):
            with self.subTest(newline=newline):
                self.doubles.write_bytes(DOUBLES.replace("\n", newline).encode())
                self.doubles.chmod(0o640)
                before = self.doubles.read_bytes()
                self.assertEqual(self.drift(), ["tests.doubles.FakeRooms"])
                shown = subprocess.run(
                    [BINARY, "audit", "doubles", "--fix"], cwd=self.tree, capture_output=True, env=self.environment)
                self.assertEqual((shown.returncode, self.doubles.read_bytes()), (1, before))
                written = self.canon("audit", "doubles", "--fix", "--apply")
                self.assertEqual(written.returncode, 0, written.stderr)
                after = self.doubles.read_bytes()
                self.assertEqual(self.doubles.stat().st_mode & 0o777, 0o640)
                self.assertEqual(after.count(newline.encode()), after.count(b"\n"))
                self.assertEqual(self.drift(), [])
                self.assertEqual(self.canon("audit", "doubles").returncode, 0)
                self.doubles.write_bytes(before)
                subprocess.run(["git", "apply", "-"], input=shown.stdout, cwd=self.tree, check=True, env=self.environment)
                self.assertEqual(self.doubles.read_bytes(), after)

    def test_what_was_added_fails_and_names_the_contract(self) -> None:
        self.assertEqual(self.canon("audit", "doubles", "--fix", "--apply").returncode, 0)
        self.assertLess(self.doubles.read_text().index("async def send"), self.doubles.read_text().index("# the rest"))
        script = (
            "import asyncio\nfrom tests.doubles import FakeRooms\n"
            "try:\n    asyncio.run(FakeRooms().send('a', 'b'))\nexcept NotImplementedError as error:\n    print(error)\n")
        run = self.run_in_tree("python3", "-c", script)
        self.assertEqual(run.stdout, "Contract: chat.rooms.Rooms.send(self, user, text) is not kept by this double\n", run.stderr)

    def test_what_people_have_to_mend_is_left_to_them(self) -> None:
        self.write("tests/doubles.py", DOUBLES.replace("self, user, socket", "self, user").replace("RoomsStub", "Other"))
        run = self.canon("audit", "doubles", "--fix", "--apply")
        self.assertEqual(run.returncode, 1)
        self.assertIn("left to people: tests.doubles.FakeRooms: join (no argument socket)", run.stderr)
        self.assertIn("async def send", self.doubles.read_text())


class ScheduleTests(Gate):
    def setUp(self) -> None:
        super().setUp()
        self.first_commit()
        self.environment["XDG_STATE_HOME"] = str(self.folder / "state")

    def test_the_second_run_tells_what_changed(self) -> None:
        first = self.canon("audit", "--since-last")
        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertIn("This is the first run", first.stderr)
        kept = list((self.folder / "state/canon/audits").iterdir())
        self.assertEqual(len(kept), 1)
        self.write("chat/hub.py", HUB)
        second = self.canon("audit", "--since-last", "--format", "markdown")
        self.assertEqual(second.returncode, 1)
        self.assertIn("**Score 100.0 → 50.0**", second.stdout)
        self.assertIn("beside the last run (", second.stdout)
        third = self.canon("audit", "--since-last")
        self.assertEqual(third.returncode, 0, "what stood there the last time fails no more")
        (self.tree / "chat/hub.py").unlink()
        fourth = self.canon("audit", "--since-last", "--format", "json")
        self.assertEqual(
            [gone["rule"] for gone in json.loads(fourth.stdout)["comparison"]["gone"]], ["second-implementation"])
        self.assertEqual(len(list((self.folder / "state/canon/audits").iterdir())), 1)

    def test_other_rules_are_told(self) -> None:
        self.canon("audit", "--since-last")
        self.write("canon.yaml", MANIFEST + "  limits: {file_lines: 100}\n")
        run = self.canon("audit", "--since-last")
        self.assertEqual(run.returncode, 1)
        self.assertIn("detector-changed", run.stdout)

    def test_a_named_file_that_is_damaged_is_told_and_replaced(self) -> None:
        file = self.folder / "cache of ci/last.json"
        self.assertEqual(self.canon("audit", "--since-last", "--last", file).returncode, 0)
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], b"", b'{"schema": "canon.audit/9"}', os.urandom(64)):
            file.write_bytes(damaged)
            run = self.canon("audit", "--since-last", "--last", file)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("it was replaced", run.stderr)
            self.assertEqual(json.loads(file.read_bytes())["schema"], "canon.audit/1")
        self.assertNotIn("replaced", self.canon("audit", "--since-last", "--last", file).stderr)
        self.assertEqual(self.canon("audit", "--last", file).returncode, 2)
        self.assertEqual(self.canon("audit", "--since-last", "--base", "HEAD").returncode, 2)


if __name__ == "__main__":
    unittest.main()
