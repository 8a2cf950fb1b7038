"""`canon status`: one screen about a repository whose history, claims and logs are known."""

import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE
from room_history import LEGACY, MANIFEST, History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))


class StatusTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        print(f"CANON_SEED={SEED}")
        self.history = History(self.folder / "repository", SEED)

    def canon(self, *arguments: "str | Path", expect: "int | None" = None) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_STATE_HOME": str(self.folder / "state")},
            cwd=self.history.folder)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def status(self, *arguments: "str | Path", expect: int = 0) -> dict:
        before = self.history.git("status", "--porcelain")
        report = json.loads(self.canon("status", *arguments, "--format", "json", expect=expect).stdout)
        self.assertEqual(self.history.git("status", "--porcelain"), before, "the work tree was touched")
        return report

    def claim(self, *claims: dict, deployed: str = "HEAD") -> None:
        document = {"claims": list(claims), "deployments": [{"revision": "shop-00044", "commit": deployed}],
                    "runtime": [{"revision": "shop-00044", "names": ["shop.rooms.RoomManager"]}]}
        # JSON is YAML.
        (self.history.folder / "canon-claims.yaml").write_text(json.dumps(document))

    def test_everything_that_is_known_stands_on_one_screen(self) -> None:
        fix = self.history.remove()
        self.history.others()
        culprit = self.history.restore()
        self.history.others()
        log = self.folder / "shop.jsonl"
        log.write_text("".join(
            json.dumps({"timestamp": f"2025-09-15T10:{minute:02}:00Z", "severity": "CRITICAL", "message": "room hub is down",
                        "service": "shop"}) + "\n" for minute in range(30)))
        self.canon("logs", log)
        self.claim(
            {"issue": 7, "title": "One room manager", "concept": "rooms", "fix": fix},
            {"issue": 8, "title": "Not yet", "concept": "rooms", "closed": False})
        report = self.status(expect=1)
        (rooms,) = report["concepts"]
        self.assertEqual((rooms["now"]["implementations"], rooms["before"]["implementations"]), (2, 2))
        self.assertEqual(report["absent"], [])
        self.assertEqual([(one["id"], one["verdict"]) for one in report["claims"]["verdicts"]], [("7", "regression")])
        self.assertEqual(report["claims"]["openIssues"], 1)
        self.assertIn(culprit[:12], report["claims"]["verdicts"][0]["nextAction"])
        self.assertEqual(sum(report["problems"]["open"].values()), 1)
        self.assertEqual({one["kind"] for one in report["actions"]}, {"problem", "claim"})
        text = self.canon("status", expect=1).stdout
        self.assertLess(len(text.splitlines()), 30)
        for word in ("rooms", "regression", "room hub is down", "Next:", "One room manager"):
            self.assertIn(word, text)
        # What it says to do next can be done as it is printed.
        for action in report["actions"]:
            done = self.canon(*action["command"].split()[1:])
            self.assertIn(done.returncode, (0, 1), action["command"] + done.stderr)
            self.assertNotEqual(done.stdout, "")

    def test_the_trend_is_measured_and_ends_with_the_files_on_disk(self) -> None:
        self.history.write("shop/legacy.py", LEGACY)
        self.history.others()
        self.history.git("rm", "--quiet", "--force", "shop/legacy.py")
        self.history.write("shop/chat.py", "from shop.rooms import RoomManager\n\nrooms = RoomManager()\n")
        report = self.status("--since", self.history.git("rev-list", "--max-parents=0", "HEAD"))
        (rooms,) = report["concepts"]
        self.assertTrue(report["dirty"])
        self.assertEqual((rooms["before"]["score"], rooms["now"]["score"], rooms["direction"]), (0, 100, "better"))
        self.assertIn("better: was 0.0 % (1/2 x 0/1)", self.canon("status").stdout)

    def test_what_is_not_there_is_said_with_what_would_make_it(self) -> None:
        self.history.remove()
        report = self.status()
        self.assertEqual([one["part"] for one in report["absent"]], ["claims", "problems"])
        (self.history.folder / "canon.yaml").unlink()
        report = self.status()
        self.assertEqual([one["part"] for one in report["absent"]], ["concepts", "claims", "problems"])
        self.assertNotIn("score", report)
        text = self.canon("status").stdout
        for word in ("canon audit --init", "canon-claims.yaml", "canon logs FILE", "not measured"):
            self.assertIn(word, text)
        bare = self.folder / "bare"
        bare.mkdir()
        (bare / "app.py").write_text("x = 1\n")
        (bare / "canon.yaml").write_text(MANIFEST.replace("shop.rooms.RoomManager", "app.Rooms"))
        done = json.loads(self.canon("status", bare, "--format", "json").stdout)
        self.assertEqual([one["part"] for one in done["absent"]], ["history", "claims", "problems"])

    def test_what_is_unknown_is_no_success(self) -> None:
        fix = self.history.remove()
        self.claim({"issue": 7, "concept": "rooms", "fix": fix})
        self.assertEqual(self.status()["claims"]["verdicts"][0]["outcome"], "holds")
        self.claim({"issue": 7, "concept": "rooms"})
        self.assertEqual(self.status(expect=3)["claims"]["verdicts"][0]["outcome"], "unknown")
        (self.history.folder / "canon.yaml").write_text("audit: {}\n")
        (failure,) = [one for one in self.status(expect=3)["absent"] if one["isFailure"]]
        self.assertEqual(failure["part"], "claims")

    def test_every_form_names_what_matters(self) -> None:
        self.history.write("shop/note.py", "x = 1\n")
        self.history.commit("Note")
        page = self.folder / "status.html"
        self.canon("status", "--format", "html", "--output", page)
        for text in (page.read_text(), self.canon("status", "--format", "markdown").stdout):
            self.assertIn("rooms", text)
            self.assertIn("1/2 x 0/1", text)
        self.assertIn("<svg", page.read_text())

    def test_what_cannot_be_used_is_told(self) -> None:
        for arguments, words in (
            (["--claims", "none.yaml"], "none.yaml"),
            (["--problems", "none.db"], "there is no memory yet"),
            (["--since", "no-such"], "expected a revision, a day"),
            (["--samples", "0"], "--samples is 2 to 500"),
            (["no-folder"], "no-folder"),
        ):
            done = self.canon("status", *arguments, expect=2)
            self.assertIn(words, done.stderr)
        claims = self.folder / "wrong.yaml"
        claims.write_text("claims:\n  - {issue: 7, consept: rooms}\n")
        self.assertIn('did you mean "concept"?', self.canon("status", "--claims", claims, expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
