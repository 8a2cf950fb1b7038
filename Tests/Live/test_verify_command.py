"""`canon verify`: a repository for each row of its decision table, with random numbers of commits between."""

import datetime
import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE
from room_history import CANONICAL, LEGACY, MANIFEST, SECOND, History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))


class VerifyTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        print(f"CANON_SEED={SEED}")
        self.history = History(self.folder / "repository", SEED)

    def canon(self, *arguments: "str | Path", text: str | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10, input=text,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")}, cwd=self.history.folder)

    def verify(
        self, fix: str | None, deployed: str | None, runs: "list[str] | None" = None, expect: int = 1,
        closed: bool = True, format: str = "json"
    ) -> "dict | str":
        claims = [{"issue": 7, "title": "One room manager", "concept": "rooms", "closed": closed}]
        if fix:
            claims[0]["fix"] = fix
        # JSON is YAML.
        file = self.folder / "claims.yaml"
        file.write_text(json.dumps({"claims": claims}))
        more = ["--deployed", deployed, "--revision", "shop-00044"] if deployed else []
        if runs is not None:
            inventory = {"source": "log of shop-00044", "revision": "shop-00044", "at": None, "names": runs}
            path = self.folder / "inventory.json"
            path.write_text(json.dumps({"schema": "canon.inventory/1", "inventories": [inventory]}))
            more += ["--runtime", path]
        status = self.history.git("status", "--porcelain")
        done = self.canon("verify", file, "--format", format, *more)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        self.assertEqual(self.history.git("status", "--porcelain"), status, "the work tree was touched")
        return json.loads(done.stdout)["claims"][0] if format == "json" else done.stdout

    def test_the_manifest_may_stand_outside_of_the_repository(self) -> None:
        outside = self.folder / "outside.yaml"
        outside.write_text((self.history.folder / "canon.yaml").read_text())
        self.history.git("rm", "--quiet", "canon.yaml")
        self.history.commit("Have no manifest")
        fix = self.history.remove()
        culprit = self.history.restore()
        file = self.folder / "claims.yaml"
        file.write_text(json.dumps({"claims": [{"issue": 7, "concept": "rooms", "closed": True, "fix": fix}]}))
        command = ["verify", file, "--format", "json", "--deployed", "HEAD"]
        self.assertIn("declares no concept", self.canon(*command).stderr)
        found = json.loads(self.canon(*command, "--config", outside).stdout)["claims"][0]
        self.assertEqual((found["verdict"], found["returns"][0]["commit"]), ("regression", culprit))

    def test_not_deployed(self) -> None:
        deployed = self.history.git("rev-parse", "HEAD")
        self.history.others()
        fix = self.history.remove()
        found = self.verify(fix, deployed, [CANONICAL, SECOND])
        self.assertEqual(found["verdict"], "not-deployed")
        self.assertEqual([gap["kind"] for gap in found["gaps"]], ["undeployed"])

    def test_incomplete_fix(self) -> None:
        self.history.write("shop/legacy.py", '"""Kept for compatibility."""\n' + LEGACY)
        fix = self.history.commit("Consolidate the room managers")
        self.history.others()
        found = self.verify(fix, "HEAD")
        self.assertEqual(found["verdict"], "incomplete-fix")
        self.assertEqual(found["gaps"][0]["remedy"], f"canon migrate --to {CANONICAL} --from {SECOND}")

    def test_regression_names_the_commit(self) -> None:
        fix = self.history.remove()
        self.history.others()
        culprit = self.history.restore()
        self.history.others()
        found = self.verify(fix, "HEAD", [CANONICAL, SECOND])
        self.assertEqual(found["verdict"], "regression")
        self.assertEqual(found["returns"], [{"commit": culprit, "symbol": SECOND}])
        text = self.verify(fix, "HEAD", format="markdown")
        self.assertIn(f"back since {culprit[:12]}", text)

    def test_regression_on_a_branch_names_its_commit(self) -> None:
        fix = self.history.remove()
        self.history.others()
        self.history.git("switch", "--quiet", "--create", "old-clients")
        self.history.others()
        culprit = self.history.restore()
        self.history.git("switch", "--quiet", "main")
        self.history.write("README", "rooms\n")
        self.history.commit("Say what it is")
        self.history.git("merge", "--quiet", "--no-edit", "--no-ff", "old-clients")
        self.history.others()
        self.assertEqual(self.verify(fix, "HEAD")["returns"], [{"commit": culprit, "symbol": SECOND}])

    def test_drift(self) -> None:
        fix = self.history.remove()
        self.history.others()
        found = self.verify(fix, "HEAD", [CANONICAL, SECOND])
        self.assertEqual(found["verdict"], "drift")
        self.assertEqual([gap["symbol"] for gap in found["gaps"]], [SECOND])

    def test_consistent(self) -> None:
        fix = self.history.remove()
        self.history.others()
        self.assertEqual(self.verify(fix, "HEAD", [CANONICAL], expect=0)["verdict"], "consistent")

    def test_detector_changed(self) -> None:
        self.history.write("canon.yaml", MANIFEST + "  scopes:\n    fixture: [shop/legacy.py]\n")
        fix = self.history.commit("Have one room manager")
        self.history.others()
        found = self.verify(fix, "HEAD")
        self.assertEqual(found["verdict"], "detector-changed")
        self.assertIn("2 became 1", " ".join(found["evidence"]))

    def test_an_audit_with_a_base_tells_a_change_of_the_detector_from_progress(self) -> None:
        self.history.write("README", "rooms\n")
        base = self.history.commit("Say what it is")

        def findings(manifest: str, expect: int) -> list[dict]:
            self.history.write("canon.yaml", manifest)
            done = self.canon("audit", "--base", base, "--format", "json", "--no-cache")
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
            return [finding for finding in json.loads(done.stdout)["findings"] if finding["rule"] == "detector-changed"]

        self.assertEqual(findings(MANIFEST, expect=0), [])
        [scope] = findings(MANIFEST + "  scopes:\n    test: [shop/legacy.py]\n", expect=1)
        self.assertIn(SECOND, scope["message"])
        waiver = (
            f"  waivers:\n    - {{rule: second-implementation, symbol: {SECOND}, reason: later, owner: me, issue: '1', "
            f"expires: {datetime.date.today() + datetime.timedelta(days=30)}}}\n")
        [excused] = findings(MANIFEST + waiver, expect=0)
        self.assertIn("no progress", excused["message"])
        self.assertEqual((excused["severity"], excused["status"]), ("high", "known"))

    def test_false_completion(self) -> None:
        self.history.write("shop/older.py", LEGACY.replace("Legacy", "Older"))
        self.history.commit("Add a third one")
        self.history.others()
        fix = self.history.remove()
        self.history.others()
        self.assertEqual(self.verify(fix, "HEAD")["verdict"], "false-completion")
        self.assertEqual(self.verify(fix, "HEAD", closed=False, expect=0)["verdict"], "open")

    def test_nothing_is_guessed(self) -> None:
        fix = self.history.remove()
        self.assertEqual(self.verify(None, "HEAD", [CANONICAL], expect=3)["verdict"], "unknown")
        self.assertEqual(self.verify("0" * 40, "HEAD", [CANONICAL], expect=3)["verdict"], "unknown")
        self.assertEqual(self.verify(fix, None, expect=3)["verdict"], "unknown")
        self.assertEqual(self.verify(fix, "no-such-commit", expect=3)["verdict"], "unknown")
        self.assertEqual(self.verify(fix, "HEAD", expect=3)["evidence"][-1], "the code is as claimed, and nothing says what runs")

    def test_what_cannot_be_used_is_told(self) -> None:
        claims = self.folder / "claims.yaml"
        claims.write_text("claims:\n  - {issue: 7, consept: rooms}\n")
        done = self.canon("verify", claims)
        self.assertEqual(done.returncode, 2)
        self.assertIn('did you mean "concept"?', done.stderr)
        claims.write_text("claims:\n  - {issue: 7, concept: rooms}\n")
        done = self.canon("verify", claims, "--runtime", "-", text='{"schema": "canon.inventory/9", "inventories": []}')
        self.assertEqual(done.returncode, 2)
        self.assertIn("canon.inventory/9", done.stderr)
        shallow = self.folder / "shallow"
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", self.history.folder.as_uri(), shallow], check=True,
            capture_output=True)
        done = self.canon("verify", claims, "--repository", shallow)
        self.assertEqual((done.returncode, "unshallow" in done.stderr), (3, True))


if __name__ == "__main__":
    unittest.main()
