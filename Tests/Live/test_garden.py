"""`canon garden`: from the worst concept to proof that it is gone, with real runs of pytest in between."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.sax.saxutils import quoteattr

import garden_tree as tree
import jsonschema
from canon_server import BINARY, ENVIRONMENT, PATIENCE

DUPLICATE = "docs/ssot/SSOT-incomplete-migration-rooms.md"
PROOF = "tests/test_ssot_rooms.py"
WARNING = "SSOT WARNING"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/garden.schema.json").read_text())


def at(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class GardenTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.base = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.base / "program"
        self.folder.mkdir()

    def canon(self, *arguments: "str | Path", expect: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10, cwd=self.folder,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.base / "cache"), "XDG_STATE_HOME": str(self.base / "state")})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def garden(self, *arguments: "str | Path", expect: int = 0) -> dict:
        answer = json.loads(self.canon("garden", *arguments, "--format", "json", expect=expect).stdout)
        jsonschema.validate(answer, SCHEMA)
        return answer

    def git(self, *arguments: str) -> str:
        environment = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
                       "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": "/dev/null"}
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments], check=True, capture_output=True, text=True, env=environment
        ).stdout.strip()

    def commit(self, files: "dict[str, str]", message: str) -> str:
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet", "--initial-branch", "main")
        tree.write(self.folder, files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def pytest(self, *arguments: str, report: "Path | None" = None) -> subprocess.CompletedProcess:
        more = [f"--junitxml={report}"] if report else []
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more, *arguments], capture_output=True, text=True,
            cwd=self.folder, timeout=PATIENCE * 5, env={**ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"})

    def read(self, name: str = DUPLICATE) -> str:
        return (self.folder / name).read_text()

    def section(self, title: str, name: str = DUPLICATE) -> str:
        (found,) = re.findall(rf"^#+ {re.escape(title)}[^\n]*\n(.*?)(?=^#|\Z)", self.read(name), re.M | re.S)
        return found


class NextTests(GardenTestCase):
    def test_every_place_in_the_file_shows_what_it_says(self) -> None:
        start = self.commit(tree.BROKEN, "Start <with> | odd *marks*")
        answer = self.garden("next")
        self.assertEqual(answer["file"], DUPLICATE)
        self.assertEqual(answer["kind"], "incomplete-migration")
        harm = answer["harm"]
        # Two modules are not bound (chat, hall), and one object too many.
        self.assertEqual((harm["wrong_paths"], harm["implementations"], harm["total"]), (2, 2, 12))
        self.assertEqual(answer["tests"], {"protects": 1, "will_break": 1, "gap": 1})
        for path, line, text in re.findall(r"^- `([\w/.]+):(\d+)` (?:\d+ tests?: )?`?((?:from|import) [^`\n]+)`?", self.read(), re.M):
            self.assertEqual((self.folder / path).read_text().splitlines()[int(line) - 1], text)
        self.assertIn("chat is down when it breaks", self.section("Impact"))
        for name, place in (("LegacyRoomManager", "shop/legacy.py:1"), ("shop.compat", "shop/compat.py:1")):
            (row,) = [row for row in self.section("Root causes").splitlines() if name in row]
            self.assertIn(place, row)
            self.assertIn(start[:12], row)
            self.assertIn(r"Start \<with\> \| odd \*marks\*", row)
        self.assertIn("tests/test_gone.py", self.section("Gap"))
        self.assertIn("tests/test_legacy.py:1", self.section("Will break"))
        self.assertIn("tests/test_rooms.py:1", self.section("Protects"))
        self.assertIn("`members`", self.section("Gap"), "nobody tests what consumers call")
        # `return manager.members(room)` of the old class gives a list, and of the canonical one a coroutine.
        self.assertIn("1 call site does not fit", self.section("Plan"))
        self.assertIn("`shop/chat.py:7` manager.members(room)", self.section("Does not fit"))

    def test_a_tracked_concept_is_not_written_again(self) -> None:
        self.commit(tree.BROKEN, "Start")
        self.garden("next")
        before = self.read()
        done = self.canon("garden", "next", expect=1)
        self.assertIn(f"canon garden update {DUPLICATE}", done.stderr)
        self.assertEqual(self.read(), before)

    def test_nothing_is_written_when_nothing_does_harm(self) -> None:
        self.commit(tree.WHOLE, "Start")
        self.assertIsNone(self.garden("next")["file"])
        self.assertFalse((self.folder / "docs").exists())

    def test_what_nobody_knows_is_left_blank(self) -> None:
        files = tree.BROKEN | {"canon.yaml": tree.MANIFEST[: tree.MANIFEST.index("      owner")]}
        del files["shop/compat.py"], files["shop/hall.py"]
        tree.write(self.folder, files)
        self.assertEqual(self.garden("next")["kind"], "duplicate")
        name = "docs/ssot/SSOT-duplicate-rooms.md"
        self.assertIn("Not stated", self.section("Impact", name))
        self.assertNotIn("**Owner:**", self.read(name))
        (row,) = [row for row in self.section("Root causes", name).splitlines() if "LegacyRoomManager" in row]
        self.assertTrue(row.endswith("| 1 |  |"), row)

    def test_what_was_done_before_is_a_regression(self) -> None:
        self.commit(tree.WHOLE, "One room manager")
        self.commit(tree.BROKEN, "Bring back what clients of old use")
        self.assertEqual(self.garden("next", "--samples", "0")["kind"], "incomplete-migration")
        answer = self.garden("next", "--output", self.base / "history")
        self.assertEqual(answer["kind"], "regression")
        self.assertIn("One room manager", Path(answer["file"]).read_text())
        (self.folder / "canon-claims.yaml").write_text(json.dumps(
            {"claims": [{"issue": 235, "title": "One manager", "concept": "rooms"},
                        {"issue": 9, "concept": "rooms", "closed": False}]}))
        answer = self.garden("next", "--samples", "0", "--output", self.base / "claims")
        self.assertEqual(answer["kind"], "regression")
        text = Path(answer["file"]).read_text()
        self.assertIn("issue 235 is closed: One manager", text)
        self.assertNotIn("issue 9", text)

    def test_a_commit_is_read_without_its_files(self) -> None:
        broken = self.commit(tree.BROKEN, "Start")
        self.commit(tree.WHOLE, "One")
        answer = self.garden("next", "--commit", broken, "--output", self.base / "ssot")
        self.assertEqual(answer["harm"]["total"], 12)
        self.assertIn(broken[:12], Path(answer["file"]).read_text())

    def test_what_cannot_be_used_is_said(self) -> None:
        for arguments, word in (
                (["next", "--concept", "room"], "did you mean rooms?"), (["tests", "doors"], "there are: rooms"),
                (["next", "nowhere"], "nowhere"), (["next", "--samples", "1"], "--samples"),
                (["update", "canon.yaml"], "is missing"), (["update", "missing.md"], "missing.md"), (["update"], "canon garden next")):
            tree.write(self.folder, tree.BROKEN)
            self.assertIn(word, self.canon("garden", *arguments, expect=2).stderr, arguments)
        (self.folder / "canon.yaml").unlink()
        self.assertIn("canon audit --init", self.canon("garden", "next", expect=2).stderr)
        (self.folder / "canon.yaml").write_text(tree.MANIFEST.replace("RoomManager", "Nobody"))
        self.assertIn("is not there", self.canon("garden", "tests", "rooms", expect=2).stderr)


class ProofTests(GardenTestCase):
    def test_it_fails_on_the_broken_tree_and_passes_on_the_whole_one(self) -> None:
        tree.write(self.folder, tree.BROKEN)
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        done = self.pytest(PROOF)
        self.assertEqual(done.returncode, 1, done.stdout)
        failed = set(re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.M))
        self.assertEqual(
            failed, {"test_every_path_leads_to_the_one_object", "test_consumers_take_it_by_a_registered_path",
                     "test_one_class_owns_the_state", "test_what_stands_in_keeps_the_contract"})
        tree.write(self.folder, tree.WHOLE)
        done = self.pytest()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("skipped", done.stdout)

    def test_each_half_measure_fails(self) -> None:
        tree.write(self.folder, tree.BROKEN)
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        subclass = "from shop.rooms import RoomManager\n\n\nclass LegacyRoomManager(RoomManager):\n    pass\n"
        for files, word in (
                ({"shop/legacy.py": tree.LEGACY}, "shop.legacy.LegacyRoomManager is another object"),
                ({"shop/legacy.py": subclass}, "shop.legacy.LegacyRoomManager is another object"),
                ({"shop/hall.py": tree.BROKEN["shop/hall.py"], "shop/compat.py": tree.BROKEN["shop/compat.py"]},
                 "shop.hall takes RoomManager from shop.compat"),
                ({"shop/hall.py": "from .compat import RoomManager\n", "shop/compat.py": tree.BROKEN["shop/compat.py"]},
                 "shop.hall takes RoomManager from shop.compat"),
                ({"shop/hall.py": "from shop import compat\n\nRooms = compat.RoomManager\n",
                  "shop/compat.py": tree.BROKEN["shop/compat.py"]}, "shop.hall takes RoomManager from shop.compat"),
                ({"tests/doubles.py": tree.BROKEN["tests/doubles.py"]}, "join takes"),
                ({"tests/doubles.py": tree.WHOLE["tests/doubles.py"].replace("async ", "")}, "members takes"),
                ({"tests/doubles.py": tree.WHOLE["tests/doubles.py"].replace("members", "people")}, "members is missing"),
                ({"shop/compat.py": "import shop.nothing\n"}, "shop.nothing"),
                ({"shop/rooms.py": "raise ImportError('half done')\n"}, "half done"),
                ({"shop/rooms.py": "\n"}, "the canonical object must be importable")):
            tree.write(self.folder, tree.WHOLE | files)
            done = self.pytest(PROOF)
            self.assertEqual(done.returncode, 1, f"{files}\n{done.stdout}")
            self.assertIn(word, done.stdout, files)
        # An alias of the one object is no second one.
        tree.write(self.folder, tree.WHOLE | {"shop/legacy.py": "from shop.rooms import RoomManager as LegacyRoomManager\n"})
        self.assertEqual(self.pytest(PROOF).returncode, 0)

    def test_it_is_no_finding_and_stands_in_nobodys_way(self) -> None:
        tree.write(self.folder, tree.BROKEN)
        self.canon("garden", "next", "--quiet")
        before = json.loads(self.canon("audit", "--format", "json", expect=1).stdout)["findings"]
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        after = json.loads(self.canon("audit", "--format", "json", expect=1).stdout)["findings"]
        self.assertEqual(after, before)
        self.assertNotIn("stale-doc", {one["rule"] for one in after})
        text = self.read(PROOF)
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        self.assertEqual(self.read(PROOF), text)
        done = self.canon("garden", "tests", "rooms", "--output", "tests/test_rooms.py", expect=1)
        self.assertIn("left alone", done.stderr)
        self.assertEqual(self.read("tests/test_rooms.py"), tree.BROKEN["tests/test_rooms.py"])


class UpdateTests(GardenTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.commit(tree.BROKEN, "Start")
        self.garden("next")
        self.report = self.base / "junit.xml"

    def update(self, *arguments: "str | Path", expect: int = 0) -> dict:
        (answer,) = self.garden("update", DUPLICATE, *arguments, expect=expect)["files"]
        return answer

    def test_boxes_follow_what_is_so(self) -> None:
        self.assertEqual(self.update()["changed"], False)
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        self.assertEqual(self.pytest(PROOF, report=self.report).returncode, 1)
        answer = self.update("--tests", self.report)
        self.assertEqual(answer["ticked"], ["proof-written", "proof-failed"])
        self.assertEqual(answer["missing_from_run"], ["tests/test_rooms.py"])
        self.commit(tree.WHOLE, "One room manager")
        self.assertEqual(self.pytest(report=self.report).returncode, 0)
        answer = self.update("--tests", self.report)
        self.assertEqual(
            set(answer["ticked"]),
            {"tests-collected", "planned", "one-implementation", "one-path", "no-layer", "tests-pass", "proof-passes"})
        self.assertEqual(answer["not_measured"][-2:], ["probed", "stable"])
        self.assertIn("canon garden close", answer["next_action"])
        # Back again.
        self.commit(tree.BROKEN, "Oh")
        answer = self.update()
        self.assertEqual(set(answer["unticked"]), {"tests-collected", "planned", "one-implementation", "one-path", "no-layer"})
        self.assertIn("tests-pass", answer["not_measured"])
        rows = re.findall(r"^\| \d{4}-.*$", self.section("Figures"), re.M)
        self.assertEqual(len(rows), 4)
        self.assertIn(f"| {self.git('rev-parse', 'HEAD')[:12]} ", rows[-1])

    def test_every_other_byte_stays(self) -> None:
        path = self.folder / DUPLICATE
        lines = path.read_bytes().split(b"\n")
        odd = [b"", b"- [ ] a box of our own", b"\xff\xfe no UTF-8 \t ", b"```", b"- [ ] x <!-- canon: box stable -->", b"```"]
        path.write_bytes(b"\r\n".join(lines[:20] + odd + lines[20:]) + b"no end of line")
        self.update()
        once = path.read_bytes()
        self.commit(tree.WHOLE, "One")
        answer = self.update()
        self.assertEqual(len(answer["ticked"]), 5)
        before, after = once.split(b"\r\n"), path.read_bytes().split(b"\r\n")
        # Five boxes, the next action, and one row more.
        rows = [line for line in after if line not in before]
        self.assertEqual(len(rows), 7, rows)
        self.assertEqual(len(after), len(before) + 1)
        again = path.read_bytes()
        self.assertEqual(self.update()["changed"], False)
        self.assertEqual(path.read_bytes(), again)

    def test_a_run_that_shows_nothing_is_no_pass(self) -> None:
        self.commit(tree.WHOLE, "One")
        self.canon("garden", "tests", "rooms", "--output", PROOF)
        now = at(time.time())

        # What a test of each module that matters came to.
        def write(outcomes: "dict[str, str]", moment: str = now, count: "int | None" = None) -> None:
            cases = "".join(
                f"<testcase classname={quoteattr(name)} name='test_x'>" + (f"<{outcome} message='>'/>" if outcome else "") + "</testcase>"
                for name, outcome in outcomes.items())
            self.report.write_text(
                f"<testsuites><testsuite name='pytest' tests='{len(outcomes) if count is None else count}' timestamp='{moment}'>"
                f"{cases}</testsuite></testsuites>")

        good = {"tests.test_rooms": "", "tests.test_ssot_rooms": ""}
        for outcomes in ({}, dict.fromkeys(good, "skipped"), good | {"tests.test_rooms": "error"}, good | {"tests.test_other": "failure"},
                         {"tests.test_other": ""}, {"tests.test_ssot_rooms": ""}, {"tests.test_roomsy": "", "tests.test_ssot_rooms": ""}):
            write(outcomes)
            self.update("--tests", self.report)
            self.assertIn("- [ ] A run of the tests passes", self.read(), outcomes)
        write(good)
        answer = self.update("--tests", self.report)
        self.assertIn("tests-pass", answer["ticked"])
        self.assertIn("canon garden close", answer["next_action"], "what is gone cannot be shown to fail")
        self.assertRegex(self.read(), r"- \[x\] The module of `canon garden tests` passes")
        write(good | {"tests.test_ssot_rooms": "skipped"})
        self.assertEqual(self.update("--tests", self.report)["unticked"], ["proof-passes"])
        write({})
        self.assertEqual(self.update("--tests", self.report)["unticked"], ["tests-pass"])
        # Before the commit, whatever it says.
        write(good, at(time.time() - 86_400))
        before = self.read()
        done = self.canon("garden", "update", DUPLICATE, "--tests", self.report, expect=1)
        self.assertIn("older than the commit", done.stderr)
        self.assertIn("- [ ] A run of the tests passes", self.read())
        self.assertEqual(before.count("- [x]"), self.read().count("- [x]"))
        # Nobody knows when.
        write(good)
        self.report.write_text(re.sub(r" timestamp='[^']*'", "", self.report.read_text()))
        done = self.canon("garden", "update", DUPLICATE, "--tests", self.report, expect=1)
        self.assertIn("nothing in it says when the tests ran", done.stderr)
        self.assertIn("- [ ] A run of the tests passes", self.read())
        # Cut off, or no report at all.
        write(good, count=3)
        self.assertIn("counts 3 tests and holds 2", self.canon("garden", "update", "--tests", self.report, expect=2).stderr)
        for text in ("", "<testsuites>", "<html></html>", "{}", "<!DOCTYPE x [<!ENTITY a 'b'>]><testsuites/>", "<testsuites><a b></testsuites>"):
            self.report.write_text(text)
            self.assertIn("junit.xml:1", self.canon("garden", "update", "--tests", self.report, expect=2).stderr, text)

    def test_a_damaged_file_is_named_with_its_place_and_left_alone(self) -> None:
        whole = self.read()
        path = self.folder / DUPLICATE
        box = next(line for line in whole.splitlines() if "box one-path" in line)
        for text, word in (
                (whole.replace("<!-- canon garden/1", "<!-- canon"), "the marker <!-- canon garden/"),
                (whole.replace("garden/1", "garden/9"), ":3: the form 9"),
                (whole.replace("kind=incomplete-migration", "kind=odd"), ":3: the marker needs kind="),
                (whole.replace(box + "\n", ""), "the box 'one-path' is missing; put this line back: - [ ] Every consumer"),
                (whole.replace(box, box + "\n" + box), "stands here twice"),
                (whole.replace(box, box.replace("- [ ]", "* ")), "stands `- [ ] `"),
                (whole.replace("box one-path", "box two-paths"), "there is no box 'two-paths'"),
                (whole.replace("**State:** open", "**State:** done"), ":5: the state is open or closed"),
                (whole.replace("**Next action:**", "Next:"), ":6: before the marker '**Next action:** ' is missing"),
                (whole.replace("<!-- canon: figures -->\n", ""), "canon: figures --> is missing"),
                ("", "is missing"), (whole[: len(whole) // 2], "is missing")):
            self.assertNotEqual(text, whole)
            path.write_text(text)
            for command in (["update", DUPLICATE], ["update"], ["close", DUPLICATE], ["list"]):
                self.assertIn(word, self.canon("garden", *command, expect=2).stderr, command)
            self.assertIn("problem", self.garden("list", expect=2)["files"][0])
            self.assertEqual(path.read_text(), text)

    def test_the_list_shows_state_and_next_action(self) -> None:
        (one,) = self.garden("list")["files"]
        self.assertEqual((one["file"], one["concept"], one["state"], one["boxes"]), (DUPLICATE, "rooms", "open", 13))
        self.assertIn("tests/test_gone.py", one["next_action"])
        text = self.canon("garden", "list").stdout
        self.assertIn("2/13", text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(self.garden("list", "--folder", self.base / "nowhere")["files"], [])


class CloseTests(GardenTestCase):
    REVISION = "shop-00044"

    def setUp(self) -> None:
        super().setUp()
        self.commit(tree.BROKEN, "Start")
        self.garden("next")
        # The evidence speaks of a commit that is an hour and more old.
        self.now = time.time()
        self.head = self.consolidate(tree.WHOLE)
        self.report = self.probe()
        self.record = self.watch()

    def consolidate(self, files: "dict[str, str]") -> str:
        os.environ["GIT_COMMITTER_DATE"] = f"{int(self.now) - 9000} +0000"
        self.addCleanup(os.environ.pop, "GIT_COMMITTER_DATE", None)
        return self.commit(files, "One")

    def probe(self, **changes: object) -> dict:
        return {"schema": "canon.probe/1", "url": "https://host", "profile": "platform", "verdict": "held",
                "started_at": at(self.now - 60), "duration_ms": 900, "server_version": None,
                "counts": {"held": 2, "failed": 0, "unknown": 0, "not_run": 0, "skipped": 0},
                "steps": [{"id": name, "title": name, "asserts": name, "section": name, "status": "held", "duration_ms": 1}
                          for name in ("health", "login")]} | changes

    def watch(self, **changes: object) -> dict:
        return {"schema": "canon.probe-watch/1", "verdict": "stable", "from": at(self.now - 4000),
                # The last of sixty rounds begins after 59 minutes.
                "to": at(self.now - 4000 + 3540.4),
                "rounds": {"planned": 60, "held": 60, "failed": 0, "unknown": 0, "missed": 0},
                "first_failure": None, "last_failure": None, "logs": self.logs()} | changes

    def logs(self, **changes: object) -> dict:
        return {"warning": WARNING, "verdict": "absent", "reason": None, "revision": self.REVISION, "entries": 90, "found": 0,
                "first": None, "last": None, "sample": None} | changes

    def close(self, *more: "str | Path", expect: int = 1, revision: "str | None" = REVISION) -> dict:
        (self.base / "probe.json").write_text(json.dumps(self.report))
        (self.base / "watch.json").write_text(json.dumps(self.record))
        arguments = ["--revision", revision] if revision else []
        answer = self.garden("close", DUPLICATE, "--probe", self.base / "probe.json", "--stability", self.base / "watch.json",
                             *arguments, *more, expect=expect)
        self.assertEqual(answer["closed"], expect == 0)
        self.assertEqual("**State:** closed" in self.read(), expect == 0)
        return {one["name"]: one["found"] for one in answer["conditions"] if not one["holds"]}

    def missing(self, name: str, word: str, *more: "str | Path", revision: "str | None" = REVISION) -> None:
        before = self.read()
        found = self.close(*more, revision=revision)
        self.assertEqual(list(found), [name])
        self.assertIn(word, found[name])
        self.assertEqual(self.read(), before)

    def test_it_closes_when_nothing_is_missing(self) -> None:
        self.assertEqual(self.close(expect=0), {})
        text = self.read()
        self.assertIn(f"**State:** closed {at(time.time())[:10]} at {self.head[:12]}", text)
        rows = [row for row in text.splitlines() if self.head[:12] in row and "| `" in row]
        self.assertEqual(len(rows), 8, "each condition with its commit")
        self.assertTrue(all(re.search(r"\| \d{4}-\d\d-\d\dT[\d:]+Z \|$", row) for row in rows), rows)
        self.assertIn("60 of 60 rounds held", text)
        self.assertIn("- [x] It stayed stable", text)
        self.assertIn("closed", self.canon("garden", "list").stdout)
        # Closed is closed, and what comes back is a regression.
        self.assertIn("is closed", self.canon("garden", "close", DUPLICATE, expect=2).stderr)
        self.assertIn("canon garden next", self.canon("garden", "update", DUPLICATE, expect=2).stderr)
        self.commit(tree.BROKEN, "Again")
        answer = self.garden("next", "--samples", "0")
        self.assertEqual(answer["file"], "docs/ssot/SSOT-regression-rooms.md")
        self.assertIn("SSOT-incomplete-migration-rooms.md was closed", self.read(answer["file"]))

    def test_without_evidence_it_says_what_would_be_evidence(self) -> None:
        before = self.read()
        done = self.canon("garden", "close", DUPLICATE, expect=1)
        for word in ("canon probe URL --format json", "--every 60s --for 1h", "--warning", "3 conditions missing"):
            self.assertIn(word, done.stdout)
        self.assertEqual(self.read(), before)

    def test_each_condition_of_the_code_is_needed(self) -> None:
        (self.folder / "shop/lobby.py").write_text("# changed\n" + tree.WHOLE["shop/lobby.py"])
        self.missing("committed", "differ from the commit")
        self.git("checkout", "--quiet", "shop/lobby.py")
        (self.folder / "shop/new.py").write_text("x = 1\n")
        self.missing("committed", "differ from the commit")
        (self.folder / "shop/new.py").unlink()
        # What is no part of the program is no change of it.
        (self.folder / "notes.txt").write_text("x")
        for files, name, word in (
                ({"tests/test_gone.py": tree.BROKEN["tests/test_gone.py"]}, "tests-collected", "1 test file cannot be parsed or collected"),
                ({"tests/test_gone.py": "def test_(:\n"}, "tests-collected", "tests/test_gone.py:1"),
                ({"tests/helper.py": "def broken(:\n"}, "tests-collected", "tests/helper.py:1"),
                ({"shop/legacy.py": tree.LEGACY}, "one-implementation", "2 objects"),
                ({"shop/compat.py": tree.BROKEN["shop/compat.py"], "shop/hall.py": tree.BROKEN["shop/hall.py"]}, "one-path", "1 consumer"),
                ({"shop/compat.py": tree.BROKEN["shop/compat.py"],
                  "tests/test_more.py": tree.TEST.format(module="shop.compat", name="RoomManager", word="more")},
                 "one-path", "1 statement of tests")):
            self.consolidate(tree.WHOLE | files)
            self.missing(name, word)

    def test_the_probe_must_have_held_and_be_of_this_revision(self) -> None:
        for changes, word in (
                ({"started_at": at(self.now - 9100)}, "older than the commit"), ({"started_at": at(self.now + 9000)}, "in the future"),
                ({"steps": []}, "no step"), ({"verdict": "failed"}, "the verdict is failed"),
                ({"steps": self.report["steps"] + [self.report["steps"][0] | {"id": "resume", "status": "skipped"}]}, "resume, skipped"),
                ({"steps": [self.report["steps"][0] | {"status": "failed"}]}, "health, failed"),
                ({"server_version": "0.1.0 (1a2b3c4d5e6f)"}, "of another revision"),
                ({"server_version": f"0.1.0 ({self.head[:12]}-dirty)"}, "of another revision")):
            self.report = self.probe(**changes)
            self.missing("probe", word)
        self.report = self.probe(server_version=f"0.1.0 ({self.head[:12]})")
        self.close(expect=0)

    def test_the_watch_must_have_held_for_an_hour(self) -> None:
        rounds = self.record["rounds"]
        for changes, word in (
                ({"from": at(self.now - 9100), "to": at(self.now - 100)}, "older than the commit"),
                ({"from": at(self.now - 100), "to": at(self.now + 3600)}, "in the future"),
                ({"to": at(self.now - 4000 + 3530)}, "about 59 minutes"), ({"to": self.record["from"]}, "about 0 minutes"),
                ({"from": self.record["to"], "to": self.record["from"]}, "about 0 minutes"),
                ({"rounds": rounds | {"planned": 1, "held": 1}}, "about 0 minutes"),
                ({"rounds": rounds | {"planned": 30, "held": 30}}, "30 rounds"), ({"rounds": rounds | {"held": 59}}, "59 of 60"),
                ({"rounds": rounds | {"missed": 1}}, "60 of 60"), ({"verdict": "unstable"}, "the verdict is unstable")):
            self.record = self.watch(**changes)
            self.missing("stability", word)

    def test_the_warning_must_be_absent_from_the_logs_of_the_revision(self) -> None:
        for logs, word in (
                (None, "nobody looked"), (self.logs(revision=None), "do not name one revision"),
                (self.logs(revision="shop-00043"), "of another revision: shop-00043"), (self.logs(entries=0), "no entry"),
                (self.logs(verdict="present", found=2), "is present"), (self.logs(verdict="unknown", reason="cut off"), "cut off")):
            self.record = self.watch(logs=logs, verdict="stable")
            self.missing("warning-absent", word)
        self.record = self.watch()
        self.missing("warning-absent", f"--revision {self.REVISION}", revision=None)
        claims = self.folder / "canon-claims.yaml"
        claims.write_text(json.dumps({"claims": [], "deployments": [{"revision": "shop-00043", "commit": "HEAD"}]}))
        self.missing("warning-absent", "the commit is shop-00043 by canon-claims.yaml", revision=None)
        claims.write_text(json.dumps({"claims": [], "deployments": [{"revision": self.REVISION, "commit": "HEAD^"}]}))
        self.missing("warning-absent", "is not known", revision=None)
        claims.write_text(json.dumps({"claims": [], "deployments": [{"revision": self.REVISION, "commit": self.head}]}))
        self.close(expect=0, revision=None)

    def test_logs_can_be_read_while_closing(self) -> None:
        self.record = self.watch(logs=None)
        log = self.base / "shop.jsonl"

        def write(message: str, revision: str = self.REVISION, moment: float = self.now - 3000) -> None:
            log.write_text("".join(json.dumps(
                {"timestamp": at(moment + number), "severity": "WARNING", "jsonPayload": {"message": message},
                 "resource": {"labels": {"service_name": "shop", "revision_name": revision}}}) + "\n" for number in range(3)))

        more = ("--logs", log, "--warning", WARNING)
        write(f"{WARNING}: others")
        self.missing("warning-absent", "is present", *more)
        write("all is well", revision="shop-00043")
        self.missing("warning-absent", "shop-00043", *more)
        write("all is well", moment=self.now - 90_000)
        self.missing("warning-absent", "no entry", *more)
        write("all is well")
        self.close(*more, expect=0)

    def test_rounds_and_files_that_are_no_evidence_are_refused(self) -> None:
        watch = self.base / "rounds.json"
        rounds = [json.dumps(self.probe()) for _ in range(60)]
        watch.write_text("\n".join([*rounds[:58], json.dumps(self.record)]))
        done = self.canon("garden", "close", DUPLICATE, "--stability", watch, expect=2)
        self.assertIn("58 rounds stand in it", done.stderr)
        watch.write_text("\n".join([*rounds, json.dumps(self.record)]) + "\n")
        self.canon("garden", "close", DUPLICATE, "--stability", watch, expect=1)
        for option, text, word in (
                ("--probe", "{}", "no report of a probe"), ("--probe", json.dumps(self.record), "no report of a probe"),
                ("--probe", "{", ":1: is no JSON"), ("--stability", json.dumps(self.report), "no record of a watch"),
                ("--probe", json.dumps(self.probe(started_at="yesterday")), "started_at"),
                ("--stability", json.dumps(self.watch(rounds={})), "rounds.")):
            watch.write_text(text)
            self.assertIn(word, self.canon("garden", "close", DUPLICATE, option, watch, expect=2).stderr)
        self.assertIn("belong together", self.canon("garden", "close", DUPLICATE, "--warning", "x", expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
