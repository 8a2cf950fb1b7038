"""What `canon audit` prints and how it ends: folders, commits, bases, waivers, broken input."""

import datetime
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
import unittest
import unittest.mock
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

MANIFEST = """\
# kept
audit:
  concepts:
    cache:
      canonical: shop.cache.Cache
      owner: platform
"""
CACHE = """\
class Cache:
    def __init__(self):
        self.items = {}

    def get(self, key):
        return self.items.get(key)

    def put(self, key, value):
        self.items[key] = value

    def drop(self, key):
        del self.items[key]
"""
IN_TEN_DAYS = (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=10)).isoformat()


class AuditTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "tree"
        self.write("shop/__init__.py", "")
        self.write("shop/cache.py", CACHE)
        self.write("shop/compat.py", "from shop.cache import Cache\n")
        self.write("shop/orders.py", "from shop.compat import Cache\n\norders = Cache()\n")

    def write(self, name: str, text: str) -> Path:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def canon(self, *arguments: "str | Path", folder: "Path | None" = None) -> subprocess.CompletedProcess:
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache")}
        return subprocess.run(
            [BINARY, "audit", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10,
            env=environment, cwd=folder or self.tree)

    # What other rules find in these small projects is not what these tests are about.
    ONLY = ("--rule", "import-path", "syntax", "stale-entry")

    def report(self, *arguments: "str | Path") -> dict:
        run = self.canon(*arguments, *self.ONLY, "--format", "json")
        self.assertEqual(run.stderr, "")
        return json.loads(run.stdout)

    def git(self, *arguments: str) -> str:
        environment = {
            **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
        }
        run = subprocess.run(
            ["git", "-C", str(self.tree), *arguments], capture_output=True, text=True, env=environment, check=True)
        return run.stdout.strip()

    def commit(self, message: str = "change") -> str:
        if not (self.tree / ".git").exists():
            self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    # The first minutes

    def test_without_a_manifest_one_screen_shows_the_worst_concept_and_what_to_do(self) -> None:
        self.write("shop/fast.py", CACHE.replace("Cache", "FastCache"))
        run = self.canon()
        self.assertIn(run.returncode, (0, 1))
        self.assertEqual(run.stderr, "")
        self.assertIn("shop.fast.FastCache", run.stdout)
        self.assertIn("canon audit --init", run.stdout)
        self.assertLess(len(run.stdout.splitlines()), 40)
        self.assertNotIn("\x1b", run.stdout)

    def test_classes_of_one_word_that_do_the_same_are_one_concept(self) -> None:
        self.write("shop/shelf.py", CACHE.replace("Cache", "Shelf"))
        (self.tree / "shop" / "compat.py").unlink()
        self.write("shop/orders.py", "from shop.cache import Cache\nfrom shop.shelf import Shelf\n\norders = [Cache(), Shelf()]\n")
        run = self.canon()
        self.assertIn("2 implementations, 2 import paths, 1 module uses one", run.stdout)
        self.assertIn("(1 user, 3 methods, keeps a mapping)", run.stdout)
        self.assertNotIn("No concept", run.stdout)
        self.assertIn("not measured: no concept is declared", run.stdout)

    def test_the_next_command_works_as_it_is_printed(self) -> None:
        self.write("shop/fast.py", CACHE.replace("Cache", "FastCache"))
        for arguments, folder in (((), self.tree), (("tree",), self.folder), ((self.tree,), self.folder)):
            run = self.canon(*arguments, folder=folder)
            commands = [line.split("  (")[0].split()[2:] for line in run.stdout.split("Next:\n")[1].splitlines()]
            self.assertEqual([command[0] for command in commands], ["explain", "--init"])
            explained = self.canon(*commands[0], folder=folder)
            self.assertEqual(explained.returncode, 0, explained.stderr)
            self.assertIn("What to do:", explained.stdout)
            written = self.canon(*commands[1], folder=folder)
            self.assertEqual(written.returncode, 0, written.stderr)
            self.assertIn("canon.yaml declares 1 concept. ", written.stdout)
            (self.tree / "canon.yaml").unlink()

    def at_terminal(self, columns: int, *arguments: str, **environment: str) -> str:
        """What somebody sees whose terminal has so many columns; a bar of progress is what it was in the end."""
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        known = {**ENVIRONMENT, "TERM": "xterm", "XDG_CACHE_HOME": str(self.folder / "cache"), **environment}
        process = subprocess.Popen([BINARY, "audit", *arguments], stdout=other, stderr=other, cwd=self.tree, env=known)
        os.close(other)
        seen = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        os.close(main)
        process.wait(PATIENCE)
        return "\n".join(line.split("\r")[-1] for line in seen.decode().replace("\r\n", "\n").split("\n"))

    def test_a_terminal_of_80_columns_is_not_overrun(self) -> None:
        deep = "shop/a_folder_with_a_long_name/and_another_one_of_them/in_which_things_are"
        for name in ("FastCacheWithALongNameOfItsOwn", "SlowCacheWithALongNameOfItsOwn"):
            self.write(f"{deep}/{name.lower()}.py", CACHE.replace("Cache", name))
        finding = self.report()["findings"][0] if self.report()["findings"] else None
        self.assertIsNone(finding, "no rule of these finds something without a manifest")
        colour = re.compile(r"\x1b\[[0-9;]*[mK]")
        for arguments in ((), ("--verbose",), ("explain", "second-implementation"), ("--quiet",)):
            text = self.at_terminal(80, *arguments)
            self.assertIn("\x1b[1m", text)
            plain = colour.sub("", text)
            # A place is not broken: it can be clicked.
            long = [line for line in plain.splitlines() if len(line) > 80 and ".py:" not in line]
            self.assertEqual(long, [], arguments)
            self.assertIn("FastCacheWithALongNameOfItsOwn" if arguments[:1] != ("explain",) else "What to do:", plain)
            quiet = self.at_terminal(80, *arguments, NO_COLOR="1")
            self.assertNotIn("\x1b[1m", quiet)
            self.assertEqual(colour.sub("", quiet), plain)
        self.assertNotIn("Score", self.at_terminal(80, "--quiet"))

    def test_init_writes_a_manifest_that_the_audit_then_measures_by(self) -> None:
        self.write("shop/fast.py", CACHE.replace("Cache", "FastCache"))
        self.assertEqual(self.canon("--init").returncode, 0)
        text = (self.tree / "canon.yaml").read_text()
        self.assertIn("canonical: shop.cache.Cache", text)
        self.assertIn("Instead of it: shop.fast.FastCache", text)
        report = self.report()
        self.assertEqual(report["score"]["concepts"][0]["implementations"], 2)
        self.assertFalse([f for f in report["findings"] if f["rule"] == "stale-entry"])
        again = self.canon("--init")
        self.assertEqual(again.returncode, 2)
        self.assertIn("declares an audit already", again.stderr)

    def test_a_file_of_serve_settings_gets_the_section_and_keeps_its_lines(self) -> None:
        self.write("canon.yaml", "serve:\n  port: 8080  # mine\n")
        self.write("shop/fast.py", CACHE.replace("Cache", "FastCache"))
        self.assertEqual(self.canon("--init").returncode, 0)
        self.assertTrue((self.tree / "canon.yaml").read_text().startswith("serve:\n  port: 8080  # mine\n"))
        self.assertEqual(self.canon("--fail-on", "critical", *self.ONLY).returncode, 0)

    # Status and input

    def test_statuses(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.assertEqual(self.canon(*self.ONLY).returncode, 0, "a medium finding does not fail")
        self.assertEqual(self.canon("--fail-on", "medium", *self.ONLY).returncode, 1)
        self.write("canon.yaml", MANIFEST + "  conceps: {}\n")
        run = self.canon()
        self.assertEqual(run.returncode, 2)
        self.assertIn('canon.yaml:7:3: unknown key "conceps" in audit; did you mean "concepts"?', run.stderr)

    def test_what_serve_says_in_an_audited_folder_is_not_looked_at(self) -> None:
        self.write("canon.yaml", "serve: [nonsense]\n" + MANIFEST)
        self.assertEqual(self.canon(*self.ONLY).returncode, 0)

    def test_a_folder_without_anything_to_read_is_no_clean_one(self) -> None:
        (self.folder / "empty").mkdir()
        run = self.canon(self.folder / "empty")
        self.assertEqual(run.returncode, 3)
        self.assertIn("no file that can be audited", run.stderr)

    def test_swift_cannot_be_read_here(self) -> None:
        swift = self.folder / "swift"
        swift.mkdir()
        (swift / "main.swift").write_text("print(1)\n")
        with unittest.mock.patch.dict(ENVIRONMENT, {"CANON_SWIFT": ""}):
            run = self.canon(swift)
        self.assertEqual(run.returncode, 3)
        self.assertIn("canon-swift", run.stderr)

    def test_what_is_not_there_or_is_a_file_is_an_error_of_usage(self) -> None:
        self.assertEqual(self.canon("nowhere").returncode, 2)
        self.assertEqual(self.canon("shop/cache.py").returncode, 2)
        self.assertEqual(self.canon("--rule", "syntaks").returncode, 2)
        self.assertIn("did you mean syntax?", self.canon("--rule", "syntaks").stderr)

    def test_a_broken_file_is_a_finding_and_the_rest_is_reported(self) -> None:
        self.write("shop/broken.py", "def (:\n")
        self.write("canon.yaml", MANIFEST)
        run = self.canon(*self.ONLY, "--format", "json")
        self.assertEqual(run.returncode, 1)
        rules = {finding["rule"] for finding in json.loads(run.stdout)["findings"]}
        self.assertEqual(rules, {"syntax", "import-path"})

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_a_file_that_cannot_be_read_makes_the_answer_incomplete(self) -> None:
        self.write("shop/secret.py", "x = 1\n").chmod(0)
        self.assertEqual(self.canon().returncode, 3)

    def test_a_subcommand_wins_over_a_folder_of_its_name(self) -> None:
        (self.tree / "rules").mkdir()
        self.assertIn("import-path", self.canon("rules").stdout)
        self.assertEqual(self.canon("./rules").returncode, 3)

    def test_the_report_can_be_written_to_a_file(self) -> None:
        run = self.canon("--format", "sarif", "--output", self.folder / "a.sarif")
        self.assertEqual((run.returncode, run.stdout), (0, ""))
        self.assertEqual(json.loads((self.folder / "a.sarif").read_text())["version"], "2.1.0")
        self.assertEqual(self.canon("--output", self.folder / "no" / "a").returncode, 3)

    def test_the_result_does_not_depend_on_threads_or_the_cache(self) -> None:
        self.write("canon.yaml", MANIFEST)
        first = self.canon("--format", "json", "--no-cache", "--jobs", "1").stdout
        self.assertEqual(self.canon("--format", "json", "--jobs", "4").stdout, first)
        self.assertEqual(self.canon("--format", "json", "--jobs", "2").stdout, first)

    # Commits and bases

    def test_a_commit_is_read_from_its_objects_and_the_work_tree_is_not_touched(self) -> None:
        self.write("canon.yaml", MANIFEST)
        first = self.commit()
        (self.tree / "shop" / "orders.py").unlink()
        self.write("canon.yaml", "audit: {}\n")
        before = sorted((path, path.stat().st_mtime_ns) for path in self.tree.rglob("*"))
        report = self.report("--commit", "HEAD")
        self.assertEqual([f["rule"] for f in report["findings"]], ["import-path"])
        self.assertEqual((report["commit"], report["dirty"]), (first, False))
        self.assertEqual(sorted((path, path.stat().st_mtime_ns) for path in self.tree.rglob("*")), before)
        now = self.report()
        self.assertEqual((now["commit"], now["dirty"], now["findings"]), (first, True, []))

    def test_a_commit_gives_what_the_files_give(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.write("shop/name with \u00e4 space.py", "def (:\n")
        self.commit()
        self.assertEqual(self.report("--commit", "HEAD"), self.report())

    def test_only_what_is_new_since_the_base_fails(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.commit()
        self.git("switch", "--quiet", "--create", "topic")
        self.write("shop/more.py", "VALUE = 1\n")
        self.commit()
        self.assertEqual(self.canon("--base", "main", "--fail-on", "medium", *self.ONLY).returncode, 0)
        self.write("shop/bills.py", "from shop.api import Cache\n\nbills = Cache()\n")
        self.write("shop/api.py", "from shop.cache import Cache\n")
        run = self.canon("--base", "main", "--fail-on", "medium", *self.ONLY, "--format", "json")
        self.assertEqual(run.returncode, 1)
        comparison = json.loads(run.stdout)["comparison"]
        fingerprints = {f["fingerprint"]: f["status"] for f in json.loads(run.stdout)["findings"]}
        self.assertEqual(sorted(fingerprints.values()), ["known", "open"])
        self.assertLessEqual({f for f, status in fingerprints.items() if status == "open"}, set(comparison["new"]))

    def test_the_base_is_where_the_branches_parted(self) -> None:
        self.write("canon.yaml", MANIFEST)
        start = self.commit()
        self.git("switch", "--quiet", "--create", "topic")
        self.write("shop/more.py", "VALUE = 1\n")
        self.commit()
        self.git("switch", "--quiet", "main")
        self.write("shop/orders.py", "VALUE = 2\n")
        self.commit()
        self.git("switch", "--quiet", "topic")
        report = self.report("--base", "main")
        self.assertIn(start[:12], report["comparison"]["base"])
        self.assertEqual([f["status"] for f in report["findings"]], ["known"])

    def test_code_that_was_moved_out_of_the_measurement_is_told(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.commit()
        (self.tree / "backups").mkdir()
        (self.tree / "shop" / "cache.py").rename(self.tree / "backups" / "cache.py")
        self.write("shop/cache.py", "class Cache:\n    pass\n")
        (self.tree / "backups" / "old.py").write_text((self.tree / "backups" / "cache.py").read_text())
        (self.tree / "shop" / "cache.py").unlink()
        run = self.canon("--base", "HEAD", "--format", "json")
        self.assertEqual(run.returncode, 1)
        self.assertIn("scope-shrank", [f["rule"] for f in json.loads(run.stdout)["findings"]])

    def test_a_folder_of_a_repository_is_audited_by_itself(self) -> None:
        self.write("part/canon.yaml", MANIFEST)
        for name in ("shop/__init__.py", "shop/cache.py", "shop/compat.py", "shop/orders.py"):
            self.write("part/" + name, (self.tree / name).read_text())
        self.commit()
        report = self.report("part", "--base", "HEAD")
        self.assertEqual([f["path"] for f in report["findings"]], ["shop/orders.py"])
        self.assertEqual([f["status"] for f in report["findings"]], ["known"])

    def test_of_what_is_staged_only_new_findings_fail(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.commit()
        strict = ("--staged", "--fail-on", "medium", *self.ONLY)
        self.assertEqual(self.canon(*strict).returncode, 0, "what HEAD has is known")
        stray = "from shop.api import Cache\n\nbills = Cache()\n"
        self.write("shop/api.py", "from shop.cache import Cache\n")
        self.write("shop/bills.py", stray)
        self.assertEqual(self.canon(*strict).returncode, 0, "nothing of it is staged")
        self.git("add", "--all")
        run = self.canon(*strict, "--quiet")
        self.assertEqual(run.returncode, 1)
        self.assertIn("shop/bills.py:1", run.stdout)
        self.write("shop/bills.py", "VALUE = 1\n")
        self.assertEqual(self.canon(*strict).returncode, 1, "the index counts, not the file on disk")
        self.git("add", "--all")
        self.assertEqual((self.canon(*strict).returncode, self.canon(*strict, "--quiet").stdout), (0, ""))

    def test_the_first_commit_has_nothing_to_be_compared_with(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.assertEqual(self.canon("--staged", "--fail-on", "medium").returncode, 1)

    def test_revisions_that_are_not_there_are_errors_of_usage(self) -> None:
        self.assertIn("in no git repository", self.canon("--base", "main").stderr)
        self.commit()
        for arguments in (("--base", "nowhere"), ("--commit", "nowhere"), ("--commit=--all",), ("compare", "nowhere", "HEAD")):
            run = self.canon(*arguments)
            self.assertEqual(run.returncode, 2, arguments)
            self.assertIn("revision" if "--all" in arguments[0] else "no commit", run.stderr)

    def test_compare_takes_reports_and_revisions(self) -> None:
        self.write("canon.yaml", MANIFEST)
        first = self.commit()
        a = self.folder / "a.json"
        self.canon("--format", "json", "--output", a)
        self.write("shop/orders.py", "from shop.cache import Cache\n\norders = Cache()\n")
        self.commit()
        b = self.folder / "b.json"
        self.canon("--format", "json", "--output", b)
        for pair in ((a, b), (first, "HEAD"), (a, "HEAD"), (first, b)):
            run = self.canon("compare", *pair)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertRegex(run.stdout, r"0 new, \d known, 1 resolved")
        self.assertEqual(self.canon("compare", b, a, "--fail-on", "medium").returncode, 1)
        (self.folder / "c.json").write_text("{}")
        self.assertEqual(self.canon("compare", self.folder / "c.json", b).returncode, 2)

    def test_a_layer_that_gets_new_users_since_the_base_fails(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.commit()
        self.git("switch", "--quiet", "--create", "topic")
        self.assertEqual(self.canon("--base", "main").returncode, 0)
        self.write("shop/bills.py", "from shop.compat import Cache\n\nbills = Cache()\n")
        run = self.canon("--base", "main", "--rule", "compatibility-layer")
        self.assertEqual(run.returncode, 1)
        self.assertIn("1 worse", run.stdout)
        self.assertIn("2 live modules use it; 1 did before", run.stdout)
        self.git("add", "--all")
        staged = self.canon("--staged", "--rule", "compatibility-layer", "--quiet")
        self.assertEqual(staged.returncode, 1)
        self.assertIn("1 did before", staged.stdout)

    # Age

    def commit_of(self, days: int) -> str:
        """Commits as if it were so many days ago."""
        moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        with unittest.mock.patch.dict(
            os.environ, GIT_AUTHOR_DATE=moment.isoformat(), GIT_COMMITTER_DATE=moment.isoformat()):
            return self.commit(f"{days} days ago")

    ESCALATING = MANIFEST + "      escalate_to: [architecture, cto]\n      escalate_after: 30\n"

    def findings(self) -> dict:
        run = self.canon(*self.ONLY, "--format", "json")
        self.assertEqual(run.stderr, "")
        return {f["related"][0]: f for f in json.loads(run.stdout)["findings"] if f["rule"] == "import-path"}

    def test_only_a_finding_that_outlives_the_deadline_goes_to_the_next_in_line(self) -> None:
        self.write("canon.yaml", self.ESCALATING)
        self.commit_of(50)
        old = self.commit_of_change("shop/notes.py", 40)
        self.write("shop/second.py", "from shop.cache import Cache\n")
        self.write("shop/bills.py", "from shop.second import Cache\n\nbills = Cache()\n")
        self.commit_of(20)
        found = self.findings()
        self.assertEqual(found["shop.compat"]["escalateTo"], ["architecture", "cto"])
        self.assertEqual(found["shop.compat"]["escalation"], {"cause": "finding", "days": 30, "commit": old})
        self.assertEqual(found["shop.second"]["escalateTo"], [])
        self.assertNotIn("escalation", found["shop.second"])
        text = self.canon("explain", found["shop.compat"]["fingerprint"]).stdout
        self.assertIn(f"older than 30 days: it stood in {old[:12]}, so tell architecture, cto", text)
        self.assertIn("[tell architecture, cto]", self.canon(*self.ONLY).stdout)
        # Without a deadline they are named at once, and without history nothing is old.
        self.write("canon.yaml", self.ESCALATING.replace("      escalate_after: 30\n", ""))
        self.assertEqual(self.findings()["shop.second"]["escalateTo"], ["architecture", "cto"])

    def test_a_waiver_that_outlives_the_deadline_does_so_for_what_it_covers(self) -> None:
        waiver = (
            "  waivers:\n    - {rule: import-path, symbol: shop.cache.*, reason: later, owner: me, issue: '1', "
            f"expires: {IN_TEN_DAYS}}}\n")
        (self.tree / "shop" / "orders.py").unlink()
        self.write("canon.yaml", self.ESCALATING + waiver)
        old = self.commit_of(40)
        self.write("shop/orders.py", "from shop.compat import Cache\n\norders = Cache()\n")
        # A later date makes no new waiver.
        self.write("canon.yaml", self.ESCALATING + waiver.replace("later", "much later"))
        self.commit_of(10)
        found = self.findings()["shop.compat"]
        self.assertEqual(found["status"], "waived")
        self.assertEqual(found["escalation"], {"cause": "waiver", "days": 30, "commit": old})

    def test_a_shallow_clone_says_that_it_cannot_tell_ages(self) -> None:
        self.write("canon.yaml", self.ESCALATING)
        self.commit_of(50)
        self.commit_of_change("shop/notes.py", 1)
        clone = self.folder / "clone"
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", self.tree.as_uri(), str(clone)], check=True, capture_output=True)
        run = self.canon(clone, *self.ONLY, "--format", "json")
        self.assertIn("shallow", run.stderr)
        self.assertEqual([f["escalateTo"] for f in json.loads(run.stdout)["findings"]], [[]])

    def commit_of_change(self, path: str, days: int) -> str:
        self.write(path, f"# {days}\n")
        return self.commit_of(days)

    # Waivers

    def test_a_finding_is_explained_accepted_and_pruned(self) -> None:
        self.write("canon.yaml", MANIFEST)
        fingerprint = self.report()["findings"][0]["fingerprint"]
        explained = self.canon("explain", fingerprint[:6])
        self.assertEqual(explained.returncode, 0)
        self.assertIn("shop/orders.py:1", explained.stdout)
        self.assertIn("What to do:", explained.stdout)
        accepted = self.canon(
            "accept", fingerprint[:6], "--reason", "goes with the next release", "--issue", "12", "--expires", IN_TEN_DAYS)
        self.assertEqual((accepted.returncode, accepted.stderr), (0, ""))
        text = (self.tree / "canon.yaml").read_text()
        self.assertTrue(text.startswith(MANIFEST))
        self.assertIn('owner: "platform"', text)
        self.assertEqual([f["status"] for f in self.report()["findings"]], ["waived"])
        self.assertEqual(self.canon("--fail-on", "low", *self.ONLY).returncode, 0)
        self.assertIn("needed", self.canon("prune").stdout)
        self.write("shop/orders.py", "from shop.cache import Cache\n\norders = Cache()\n")
        self.assertEqual(self.canon(*self.ONLY).returncode, 1, "a waiver that covers nothing fails")
        self.assertIn("would delete", self.canon("prune", "--dry-run").stdout)
        self.assertEqual(self.canon("prune").returncode, 0)
        self.assertEqual((self.tree / "canon.yaml").read_text(), MANIFEST)
        self.assertEqual(self.canon(*self.ONLY).returncode, 0)

    def test_what_cannot_be_accepted_is_refused(self) -> None:
        self.write("canon.yaml", MANIFEST + "  entries: [shop.gone]\n")
        findings = {f["rule"]: f["fingerprint"] for f in self.report()["findings"]}
        more = ("--reason", "r", "--issue", "1", "--expires")
        self.assertEqual(self.canon("accept", findings["stale-entry"], *more, IN_TEN_DAYS).returncode, 1)
        self.assertEqual(self.canon("accept", "0000000000000000", *more, IN_TEN_DAYS).returncode, 2)
        self.assertEqual(self.canon("accept", findings["import-path"], *more, "2099-01-01").returncode, 2)

    def test_a_rule_is_explained_by_its_examples(self) -> None:
        run = self.canon("explain", "import-path")
        self.assertEqual(run.returncode, 0)
        self.assertIn("Wrong:", run.stdout)
        self.assertIn("↓", run.stdout)
        self.assertIn("did you mean import-path?", self.canon("explain", "import-pat").stderr)

    # Pages

    def test_the_registry_is_written_and_checked(self) -> None:
        self.write("canon.yaml", MANIFEST)
        page = self.tree / "docs" / "import-registry.md"
        self.assertEqual(self.canon("registry", "--check").returncode, 1)
        page.parent.mkdir()
        self.assertEqual(self.canon("registry", "--output", page).returncode, 0)
        self.assertIn("from shop.cache import Cache", page.read_text())
        self.assertEqual(self.canon("registry", "--check").returncode, 0)
        self.write("shop/bills.py", "from shop.compat import Cache\n")
        self.assertEqual(self.canon("registry", "--check").returncode, 1)

    def test_the_map_of_a_concept(self) -> None:
        self.write("canon.yaml", MANIFEST)
        self.write("shop/fast.py", CACHE.replace("Cache", "FastCache"))
        run = self.canon("map", "cache")
        self.assertEqual(run.returncode, 0)
        self.assertIn("[2] shop.fast.FastCache", run.stdout)
        self.assertIn("class CacheProtocol(Protocol):", self.canon("map", "cache", "--emit-protocol").stdout)
        self.assertIn("did you mean cache?", self.canon("map", "cach").stderr)


if __name__ == "__main__":
    unittest.main()
