"""`canon audit history`: repositories whose state at each commit is known, with random numbers of commits between."""

import csv
import io
import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE
from room_history import CHAT, LEGACY, MANIFEST, History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))
STRAY = "from shop.legacy import LegacyRoomManager\n\nhub = LegacyRoomManager()\n"


class Recorded(History):
    """Notes after each commit how many implementations there are, who is bound, and who uses any."""

    def __init__(self, folder: Path, seed: int):
        self.states: dict[str, tuple[int, int, int]] = {}
        super().__init__(folder, seed)

    def commit(self, message: str) -> str:
        commit = super().commit(message)
        has_legacy = (self.folder / "shop/legacy.py").exists()
        strays = len(list(self.folder.glob("shop/stray*.py"))) if has_legacy else 0
        chat = (self.folder / "shop/chat.py").read_text()
        is_bound = "legacy" not in chat
        self.states[commit] = (2 if has_legacy else 1, int(is_bound), 1 + strays)
        return commit

    def live_a_while(self, steps: int) -> None:
        for _ in range(steps):
            self.others()
            match self.random.randrange(4):
                case 0:
                    self.write("shop/legacy.py", LEGACY)
                    self.write("shop/chat.py", CHAT.format(more="from shop.legacy import LegacyRoomManager"))
                case 1:
                    for path in [self.folder / "shop/legacy.py", *self.folder.glob("shop/stray*.py")]:
                        path.unlink(missing_ok=True)
                    self.write("shop/chat.py", CHAT.format(more=""))
                case 2:
                    self.write("shop/legacy.py", LEGACY)
                    self.write(f"shop/stray{self.random.randrange(9)}.py", STRAY)
                case 3:
                    self.write("shop/broken.py", "def (\n")
            if self.git("status", "--porcelain"):
                self.commit("Go on")


class HistoryTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        print(f"CANON_SEED={SEED}")
        self.history = Recorded(self.folder / "repository", SEED)

    def canon(self, *arguments: "str | Path", expect: int = 0) -> subprocess.CompletedProcess:
        (self.history.folder / "shop/uncommitted.py").write_text(STRAY)
        status = self.history.git("status", "--porcelain")
        done = subprocess.run(
            [BINARY, "audit", "history", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")}, cwd=self.history.folder)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        self.assertEqual(self.history.git("status", "--porcelain"), status, "the work tree was touched")
        self.assertEqual(self.history.git("stash", "list"), "")
        (self.history.folder / "shop/uncommitted.py").unlink()
        return done

    def report(self, *arguments: "str | Path", expect: int = 0) -> dict:
        return json.loads(self.canon(*arguments, "--format", "json", expect=expect).stdout)

    def test_each_sample_has_the_figures_of_its_commit(self) -> None:
        self.history.live_a_while(6)
        line = self.history.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
        report = self.report("--samples", "500")
        self.assertEqual([one["commit"]["id"] for one in report["samples"]], line)
        self.assertEqual(report["window"]["commits"], len(line))
        for sample in report["samples"]:
            (rooms,) = sample["concepts"]
            implementations, bound, consumers = self.history.states[sample["commit"]["id"]]
            self.assertEqual(
                (rooms["implementations"], rooms["bound"], rooms["consumers"]), (implementations, bound, consumers))
            self.assertAlmostEqual(rooms["score"], 100 / implementations * bound / consumers)
            self.assertEqual(rooms["lines"], 12 * implementations)
            self.assertEqual(rooms["methods"], 4 * implementations)
        # Unchanged files were not parsed again: each content of the history at most once, but for what came back.
        self.assertLess(report["work"]["parsed"], len(line) * 2 + 10)
        fewer = self.report("--samples", "4")
        places = [one["position"] for one in fewer["samples"]]
        self.assertEqual((places[0], places[-1], len(places)), (0, len(line) - 1, min(4, len(line))))
        self.assertEqual([one["commit"]["id"] for one in fewer["samples"]], [line[place] for place in places])

    def test_unchanged_files_are_parsed_once(self) -> None:
        for number in range(20):
            self.history.write(f"shop/part{number}.py", f"PART = {number}\n")
        first = self.history.commit("Add parts")
        for _ in range(5):
            self.history.write("shop/notes.py", f"NOTE = {self.history.random.random()}\n")
            self.history.commit("Take a note")
        report = self.report("--since", first)
        self.assertEqual(len(report["samples"]), 6)
        files = self.history.git("ls-tree", "-r", "--name-only", first).count(".py")
        self.assertLessEqual(report["work"]["parsed"], files + 5)
        self.assertGreaterEqual(report["work"]["reused"], 5 * 24)

    def test_windows_by_revision_day_and_span(self) -> None:
        start = self.history.git("rev-parse", "HEAD")
        # Two days and two hours later.
        self.history.clock += 50 * 3600
        self.history.others()
        self.history.write("shop/notes.py", "NOTE = 0\n")
        self.history.commit("Late")
        day = self.history.git("show", "-s", "--format=%cs", "--date=format:%Y-%m-%d", start)
        for since in (start[:12], day, "2d"):
            samples = self.report("--since", since)["samples"]
            self.assertEqual(samples[0]["commit"]["id"], start, since)
            self.assertEqual(samples[-1]["commit"]["id"], self.history.git("rev-parse", "HEAD"))
        samples = self.report("--since", "2001-01-01", "--until", start)["samples"]
        self.assertEqual(samples[0]["position"], 0)
        self.assertEqual(samples[-1]["commit"]["id"], start)
        self.assertEqual(samples[0]["commit"]["id"], self.history.git("rev-list", "--max-parents=0", "HEAD"))

    def test_a_change_of_the_manifest_is_named_and_does_not_count_as_progress(self) -> None:
        self.history.write("canon.yaml", "# a comment changes nothing\n" + MANIFEST)
        self.history.commit("Comment")
        self.history.others()
        self.history.write("canon.yaml", MANIFEST + "  scopes:\n    fixture: [shop/legacy.py]\n")
        narrowed = self.history.commit("Look away")
        self.history.others()
        self.history.write("canon.yaml", MANIFEST)
        widened = self.history.commit("Look again")
        report = self.report("--samples", "500")
        self.assertEqual([one["commit"]["id"] for one in report["detectorChanges"]], [narrowed, widened])
        self.assertIn("what is looked at", report["detectorChanges"][0]["changes"][0])
        self.assertEqual({one["concepts"][0]["implementations"] for one in report["samples"]}, {2})
        text = self.canon().stdout
        self.assertIn(f"The detector changed in {narrowed[:12]}", " ".join(text.split()))
        self.assertIn("still 0.0 % (1/2 x 0/1), as measured at", text)
        self.assertEqual([one["leftOut"] for one in report["detectorChanges"]], [[], []])

    def test_a_manifest_that_looks_away_makes_the_past_no_cleaner_unsaid(self) -> None:
        self.history.others()
        self.history.write("canon.yaml", MANIFEST + "  scopes:\n    fixture: [shop/legacy.py]\n")
        narrowed = self.history.commit("Look away")
        self.history.others()
        (change,) = self.report()["detectorChanges"]
        self.assertEqual((change["commit"]["id"], change["leftOut"]), (narrowed, ["shop/legacy.py"]))
        self.assertIn("leave out 1 file that was live until then, such as shop/legacy.py", " ".join(self.canon().stdout.split()))
        before = self.folder / "before.yaml"
        before.write_text(self.history.git("show", f"{narrowed[:12]}^:canon.yaml"))
        samples = self.report("--config", before)["samples"]
        self.assertEqual({one["concepts"][0]["implementations"] for one in samples}, {2})

    def test_before_the_canonical_object_nothing_was_measured(self) -> None:
        first = self.history.git("rev-parse", "HEAD")
        self.history.write("shop/hall.py", (self.history.folder / "shop/rooms.py").read_text().replace("RoomManager", "Hall"))
        self.history.write("shop/user.py", "from shop.hall import Hall\n\nhall = Hall()\n")
        self.history.write("canon.yaml", MANIFEST.replace("shop.rooms.RoomManager", "shop.hall.Hall"))
        self.history.commit("Another one is canonical")
        report = self.report("--since", first)
        self.assertEqual(report["samples"][0]["concepts"][0]["standing"], "no canonical object")
        self.assertNotIn("score", report["samples"][0]["concepts"][0])
        self.assertNotIn("0.0 %", self.canon("--since", first, "--format", "markdown").stdout.split("\n")[2])

    def test_a_commit_that_cannot_be_read_does_not_stop_the_rest(self) -> None:
        self.history.live_a_while(2)
        self.history.write("shop/notes.py", "NOTE = 'lost'\n")
        lost = self.history.commit("Will be lost")
        self.history.write("shop/notes.py", "NOTE = 'kept'\n")
        self.history.commit("After it")
        before = self.report("--samples", "500")
        blob = self.history.git("rev-parse", f"{lost}:shop/notes.py")
        (self.history.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
        report = self.report("--samples", "500", expect=3)
        unread = {one["commit"]["id"]: one["unread"] for one in report["samples"] if one["unread"]}
        self.assertEqual(list(unread), [lost])
        self.assertEqual(unread[lost][0]["path"], "shop/notes.py")
        tree = self.history.git("rev-parse", f"{lost}:shop")
        (self.history.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
        report = self.report("--samples", "500", expect=3)
        self.assertEqual([one["commit"]["id"] for one in report["samples"] if "problem" in one], [lost])
        self.assertEqual(len(report["samples"]), len(before["samples"]))
        self.assertIn(f"{lost[:12]} could not be read", " ".join(self.canon("--samples", "500", expect=3).stdout.split()))

    def test_every_format_says_the_same(self) -> None:
        self.history.live_a_while(3)
        report = self.report()
        scores = [one["concepts"][0].get("score") for one in report["samples"]]
        rows = list(csv.DictReader(io.StringIO(self.canon("--format", "csv").stdout)))
        self.assertEqual([row["commit"] for row in rows], [one["commit"]["id"] for one in report["samples"]])
        self.assertEqual([float(row["score"]) for row in rows], [int(score * 10) / 10 for score in scores])
        page = self.folder / "history.html"
        self.assertEqual(self.canon("--format", "html", "--output", page).stdout, "")
        for text in (page.read_text(), self.canon("--format", "markdown").stdout, self.canon().stdout):
            for sample in report["samples"]:
                self.assertIn(sample["commit"]["id"][:12], text)

    def test_what_cannot_be_used_is_told(self) -> None:
        for arguments, words in (
            (["--since", "no-such"], "expected a revision, a day such as 2025-09-15, or a span"),
            (["--until", "no-such"], "there is no commit 'no-such'"),
            (["--since", "--all"], "Missing value"),
            (["--concept", "roms"], "did you mean rooms?"),
            (["--samples", "1"], "--samples is 2 to 500"),
        ):
            done = self.canon(*arguments, expect=2)
            self.assertIn(words, done.stderr)
        self.history.git("switch", "--quiet", "--create", "aside")
        self.history.write("aside.txt", "x")
        aside = self.history.commit("Aside")
        self.history.git("switch", "--quiet", "main")
        self.assertIn("is no ancestor of HEAD", self.canon("--since", aside, expect=2).stderr)
        shallow = self.folder / "shallow"
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", self.history.folder.as_uri(), shallow], check=True,
            capture_output=True)
        self.assertIn("unshallow", self.canon(shallow, expect=3).stderr)
        (self.history.folder / "canon.yaml").write_text("audit: {}\n")
        self.assertIn("canon audit --init", self.canon(expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
