"""How `canon audit` reads Swift through canon-swift, and that the audit of this repository would see what it is there for."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

REPOSITORY = Path(__file__).parents[2]
READER = Path(os.environ.get("CANON_SWIFT") or Path(BINARY).resolve().parent / "canon-swift")
FIXTURES = REPOSITORY / "Tests/Fixtures/Swift"


class SwiftAuditTests(unittest.TestCase):
    def setUp(self) -> None:
        self.assertTrue(READER.exists(), "build it: swift build --product canon-swift")
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "tree"

    def audit(self, *arguments: str, reader: str = str(READER)) -> subprocess.CompletedProcess:
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache"), "CANON_SWIFT": reader}
        return subprocess.run(
            [BINARY, "audit", *arguments], capture_output=True, text=True, timeout=PATIENCE * 30, env=environment,
            cwd=self.tree)

    def test_a_package_from_disk_and_from_a_commit(self) -> None:
        shutil.copytree(FIXTURES / "planted", self.tree)
        first = self.audit("--format", "csv")
        self.assertEqual(first.returncode, 1, first.stderr)
        rules = {line.split(",")[0] for line in first.stdout.splitlines()[1:]} | set(
            re.findall(r"[a-z]+(?:-[a-z]+)+", first.stdout))
        for rule in ("direct-construction", "divergent-name", "forbidden-import", "second-implementation",
                     "second-state-owner"):
            self.assertIn(rule, rules)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(self.tree)]
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
            subprocess.run([*git, *command], check=True)
        self.assertEqual(self.audit("--format", "csv", "--commit", "HEAD").stdout, first.stdout)
        self.assertEqual(self.audit("--format", "csv", "--no-cache").stdout, first.stdout)

    def test_what_changed_is_read_again_and_nothing_else(self) -> None:
        shutil.copytree(FIXTURES / "clean", self.tree)
        self.assertEqual(self.audit().returncode, 0)
        # A reader that cannot work shows what is asked of it: with everything in the cache, nothing.
        deaf = self.folder / "canon-swift"
        deaf.write_text("#!/bin/sh\nexit 1\n")
        deaf.chmod(0o755)
        self.assertEqual(self.audit(reader=str(deaf)).returncode, 3, "another program's facts are not believed")
        source = self.tree / "Sources/Journal/Journal.swift"
        source.write_text("import Hub\n" + source.read_text())
        run = self.audit()
        self.assertEqual(run.returncode, 1)
        self.assertIn("forbidden-import", run.stdout)

    def test_without_the_reader_the_answer_is_incomplete_and_says_what_to_do(self) -> None:
        shutil.copytree(FIXTURES / "clean", self.tree)
        run = self.audit(reader="")
        self.assertEqual(run.returncode, 3)
        self.assertIn("canon-swift is not beside canon", run.stderr)
        self.assertIn("languages: [python]", run.stderr)
        # Of a tree with both languages the rest is said.
        (self.tree / "canon.yaml").unlink()
        (self.tree / "shop.py").write_text("import json\n")
        run = self.audit("--quiet", reader="")
        self.assertEqual(run.returncode, 3)
        self.assertIn("Swift cannot be read here", run.stdout)
        (self.tree / "canon.yaml").write_text("audit:\n  languages: [python]\n")
        self.assertEqual(self.audit(reader="").returncode, 0)
        self.assertEqual(self.audit(reader="/nowhere").returncode, 0, "nobody asks for it")
        (self.tree / "canon.yaml").write_text("audit:\n  languages: [swift]\n")
        run = self.audit(reader="/nowhere")
        self.assertEqual(run.returncode, 2)
        self.assertIn("CANON_SWIFT names /nowhere", run.stderr)

    def test_a_reader_of_another_version_is_refused(self) -> None:
        shutil.copytree(FIXTURES / "clean", self.tree)
        old = self.folder / "canon-swift"
        # It does not end by itself, either.
        old.write_text("#!/bin/sh\necho canon-swift 0 0 1\nexec sleep 600\n")
        old.chmod(0o755)
        run = self.audit(reader=str(old))
        self.assertEqual(run.returncode, 3)
        self.assertIn("build it anew", run.stderr)

    def test_both_languages_are_reported(self) -> None:
        shutil.copytree(FIXTURES / "planted", self.tree)
        manifest = self.tree / "canon.yaml"
        manifest.write_text(manifest.read_text().replace("languages: [swift]", "languages: [python, swift]"))
        (self.tree / "broken.py").write_text("def (:\n")
        (self.tree / "Sources/Hub/Broken.swift").write_text("struct {\n")
        run = self.audit("--rule", "syntax", "--rule", "forbidden-import", "--format", "csv")
        self.assertIn("broken.py", run.stdout)
        self.assertIn("Sources/Hub/Broken.swift", run.stdout)
        self.assertIn("forbidden-import", run.stdout)

    def test_paths_in_facts_out(self) -> None:
        self.assertIn("--sources", subprocess.run([READER, "--help"], capture_output=True, text=True).stdout)
        self.assertEqual(subprocess.run([READER, "--nonsense"], capture_output=True).returncode, 2)
        path = FIXTURES / "clean/Sources/Hub/Server.swift"
        run = subprocess.run([READER], input=f"{path}\n/nowhere.swift\n".encode(), capture_output=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"/nowhere.swift: No such file", run.stderr)
        greeting, _, rest = run.stdout.partition(b"\n")
        self.assertRegex(greeting.decode(), r"^canon-swift \d+ \d+ [\d.]+$")
        header, _, rest = rest.partition(b"\n")
        name, facts = map(int, header.split())
        self.assertEqual(rest[:name].decode(), str(path))
        self.assertGreater(facts, 100)
        self.assertEqual(rest[name + facts:], b"14 0\n/nowhere.swift", "no facts of what cannot be read")

    def test_this_repository_would_fail(self) -> None:
        """A second manager in a module that nobody suspects, and an import that the contract forbids."""
        self.tree.mkdir()
        shutil.copytree(REPOSITORY / "Sources", self.tree / "Sources", ignore=shutil.ignore_patterns("assets"))
        manifest = (REPOSITORY / "canon.yaml").read_text()
        # What is not copied is not to be missed.
        for whole, copied in (("[clients, Sources]", "[Sources]"), ("[python, swift]", "[swift]"),
                              ("    fixture: [Tests/Fixtures]\n", "    fixture: []\n")):
            self.assertIn(whole, manifest)
            manifest = manifest.replace(whole, copied)
        (self.tree / "canon.yaml").write_text(manifest)
        run = self.audit("--fail-on", "low")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        (self.tree / "Sources/CanonLogs/Hub.swift").write_text(
            """\
            import CanonAgents
            import CanonGateway
            import CanonWire

            final class LogHub {
                private var byPerson: [UserID: [Connection]] = [:]
                private let own = WebSocketManager()

                func add(_ connection: Connection) { byPerson[connection.user, default: []].append(connection) }

                func remove(_ connection: Connection) { byPerson[connection.user] = nil }
            }
            """)
        run = self.audit("--fail-on", "low")
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        for expected in (
                "CanonLogs imports CanonGateway", "CanonLogs imports CanonAgents",
                "CanonLogs.LogHub constructs CanonGateway.WebSocketManager", "second-state-owner"):
            self.assertIn(expected, run.stdout)
        (self.tree / "Sources/CanonLogs/Hub.swift").write_text(
            """\
            final class WebSocketManager {}
            """)
        run = self.audit("--fail-on", "low")
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("WebSocketManager stands for", run.stdout)


if __name__ == "__main__":
    unittest.main()
