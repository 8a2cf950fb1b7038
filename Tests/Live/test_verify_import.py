"""`canon verify import-claims`: a dump of issues and a real history become claims that `canon verify` judges."""

import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE
from room_history import History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))


class ImportTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        print(f"CANON_SEED={SEED}")
        self.history = History(self.folder / "repository", SEED)
        self.dump = self.folder / "issues.json"
        self.claims = self.folder / "claims.yaml"

    def canon(self, *arguments: "str | Path", expect: int, text: str | None = None) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [BINARY, "verify", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10, input=text,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")}, cwd=self.history.folder)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def issue(self, number: int, title: str, state: str = "CLOSED", **more) -> dict:
        return {"number": number, "title": title, "state": state, "body": "", "labels": [], "comments": [], **more}

    def test_a_drafted_file_is_judged_and_what_is_not_known_stays_unknown(self) -> None:
        self.history.git("rm", "--quiet", "shop/legacy.py")
        self.history.write("shop/chat.py", "from shop.rooms import RoomManager\n\ndef chat(room):\n    return RoomManager().members(room)\n")
        fix = self.history.commit("Have one room manager\n\nFixes #7")
        self.history.others()
        self.history.git("switch", "--quiet", "--create", "aside")
        self.history.write("README", "rooms\n")
        aside = self.history.commit("Say what it is")
        self.history.git("switch", "--quiet", "main")
        self.history.restore()
        self.dump.write_text(json.dumps([
            self.issue(7, "One room manager"),
            self.issue(8, "Rooms: \"say\" what it is", comments=[{"body": f"Done in {aside[:9]}."}]),
            self.issue(9, "Rooms once more", body="Done in 0123abcdef"),
            self.issue(10, "Something else"),
            self.issue(11, "Rooms still", state="OPEN"),
            self.issue(12, "Rooms never", stateReason="NOT_PLANNED"),
        ]))
        done = self.canon("import-claims", self.dump, "--output", self.claims, expect=0)
        self.assertIn("4 claims of closed issues: 2 with a commit, 3 with a concept; 1 open and 1 dropped issues left out", done.stderr)
        self.assertIn("concept: unknown  # the issue names none of the manifest's: rooms", self.claims.read_text())
        report = json.loads(self.canon("run", self.claims, "--deployed", "HEAD", "--format", "json", expect=1).stdout)
        verdicts = {claim["id"]: claim["verdict"] for claim in report["claims"]}
        self.assertEqual(verdicts, {"7": "regression", "8": "not-deployed", "9": "unknown", "10": "unknown"})
        fixes = {claim["id"]: claim.get("fix") for claim in report["claims"]}
        self.assertEqual((fixes["7"], fixes["8"], fixes["9"]), (fix, aside, None))
        # What somebody corrected is not written over.
        again = self.canon("import-claims", self.dump, "--output", self.claims, expect=2)
        self.assertIn("is there already", again.stderr)
        printed = self.canon("import-claims", "-", "--repository", self.history.folder / "shop", expect=0, text=self.dump.read_text())
        self.assertIn(f'fix: "{fix}"', printed.stdout)

    def test_what_cannot_be_used_is_told(self) -> None:
        self.dump.write_text('[{"number": 1}')
        self.assertIn("is no JSON", self.canon("import-claims", self.dump, expect=2).stderr)
        self.assertIn("gone.json", self.canon("import-claims", self.folder / "gone.json", expect=2).stderr)
        self.dump.write_text(json.dumps([self.issue(1, "Rooms")]))
        self.assertIn("is in no git repository", self.canon("import-claims", self.dump, "--repository", self.folder, expect=2).stderr)
        shallow = self.folder / "shallow"
        self.history.others()
        self.history.write("README", "x")
        self.history.commit("More")
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", self.history.folder.as_uri(), shallow], check=True, capture_output=True)
        self.assertIn("unshallow", self.canon("import-claims", self.dump, "--repository", shallow, expect=3).stderr)


if __name__ == "__main__":
    unittest.main()
