"""`canon migrate --apply`: a whole program is migrated, or not a byte of it."""

import ast
import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, PATIENCE, eventually
from migration_project import CANONICAL, WAYS, Project
from migration_repository import STORE, TARGET, Repository, quiet_git, snapshot

SEED = int(os.environ.get("SEED", "1"))
# Where the ways were defined: their definitions go, and their names in __all__.
HOMES = {way.module.replace(".", "/") + end for way in WAYS for end in (".py", "/__init__.py")}


class ThousandFilesTests(unittest.TestCase):
    """The program of migration_project, which reaches its class in every style."""

    @classmethod
    def setUpClass(cls) -> None:
        print(f"seed {SEED}", file=sys.stderr)
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.project = Project(SEED)
        cls.repository = Repository(cls.folder)
        cls.project.write(cls.repository.tree)
        cls.repository.commit()
        cls.before = snapshot(cls.repository.tree)
        cls.tests_before = cls.own_tests()
        command = f"{sys.executable} -B -m unittest discover -s tests -t ."
        cls.run_of_migration = cls.repository.apply("--verify", command, to=CANONICAL)
        cls.after = snapshot(cls.repository.tree)

    @classmethod
    def own_tests(cls) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."], cwd=cls.repository.tree,
            capture_output=True, text=True, env=cls.repository.environment)

    def setUp(self) -> None:
        run = type(self).run_of_migration
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def report(self) -> dict:
        return json.loads(self.repository.canon("audit", "--format", "json").stdout)

    def test_it_tells_what_it_did(self) -> None:
        self.assertRegex(self.run_of_migration.stdout, r"\d+ files rewritten, \d+ deleted\.")
        self.assertRegex(self.run_of_migration.stdout, r"implementations 3 → 1, modules on another path \d+ → 0")
        self.assertIn("git diff", self.run_of_migration.stdout)

    def test_nothing_is_left_over(self) -> None:
        report = self.report()
        concept = report["score"]["concepts"][0]
        self.assertEqual(concept["implementationSymbols"], [CANONICAL])
        self.assertEqual(concept["unbound"], [])
        self.assertEqual([finding for finding in report["findings"] if finding["rule"] == "import-path"], [])
        again = self.repository.canon("migrate", "--to", CANONICAL)
        self.assertEqual((again.returncode, again.stdout), (0, ""), again.stderr)

    def test_every_file_parses(self) -> None:
        broken: "list[str]" = []
        sources = [(path, content) for path, (_, content) in self.after.items() if path.endswith(".py")]
        for path, content in sources:
            try:
                ast.parse(content, path)
            except SyntaxError as error:
                broken.append(f"{path}:{error.lineno}: {error.msg}")
        self.assertEqual(broken, [])
        self.assertGreater(len(sources), 990)

    def test_the_programs_own_tests_pass_before_and_after(self) -> None:
        after = self.own_tests()
        for run in (self.tests_before, after):
            self.assertEqual(run.returncode, 0, run.stderr[-2000:])
        ran = [re.search(r"Ran (\d+) tests", run.stderr)[1] for run in (self.tests_before, after)]
        self.assertEqual(ran[0], ran[1])

    def test_each_changed_line_has_to_change(self) -> None:
        """A line that is gone names what gave way, and a line that came names what took its place."""
        gone = re.compile(
            r"SessionStore|SessionRegistry|shop\.legacy|shop\.users|shop\.compat|session_store|user_sessions|names|"
            r"shop\.core|sessions\b|import core|core\.")
        unexplained: "dict[str, list[str]]" = {}
        path, deleted = "", False
        for line in self.repository.git("diff", "--no-color", "--unified=0").split("\n"):
            if line.startswith("diff --git"):
                path, deleted = line.split(" b/")[1], False
            elif line.startswith("deleted file"):
                deleted = True
            elif line.startswith(("+++", "---")) or deleted or not line.startswith(("+", "-")):
                continue
            elif path in HOMES and (line.startswith("-") or line.startswith("+__all__")):
                continue
            elif not gone.search(line) and line.strip("+-\r\n ") not in ("", "(", ")", ")\\"):
                unexplained.setdefault(self.project.styles.get(path, path), []).append(line)
        self.assertEqual(unexplained, {})
        self.assertEqual(self.repository.git("diff", "--ignore-all-space", "--stat"), self.repository.git("diff", "--stat"))

    def test_files_that_name_no_way_are_untouched(self) -> None:
        for path, content in self.before.items():
            if path.startswith("shop/other/") or path == "canon.yaml":
                if b"from shop.legacy.session_store import LIMIT" in content[1] and not content[1].startswith(b"#"):
                    continue
                self.assertEqual(self.after.get(path), content, path)

    def test_line_ends_and_signatures_stay(self) -> None:
        for path, style in self.project.styles.items():
            content = self.after[path][1]
            self.assertEqual(content.startswith(b"\xef\xbb\xbf"), style == "byte-order-mark", path)
            self.assertEqual(content.count(b"\n"), content.count(b"\r\n") if style == "crlf" else content.count(b"\n"))

    def test_only_the_summary_of_it_is_left(self) -> None:
        self.assertFalse(self.repository.journal.exists())
        self.assertEqual(list(self.repository.temporary.iterdir()), [])


class ApplyTests(unittest.TestCase):
    """A small program: what is refused, what is kept, and how it ends."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.repository = Repository.small(self.folder)
        self.tree = self.repository.tree
        self.before = snapshot(self.tree)

    def assert_refused(self, run: subprocess.CompletedProcess, *words: str, status: int = 1) -> None:
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        for word in (*words, "Nothing was changed."):
            self.assertIn(word, run.stderr)
        self.assert_untouched()

    def assert_untouched(self) -> None:
        self.assertEqual(snapshot(self.tree), self.before)
        self.assert_clean()

    def assert_clean(self) -> None:
        self.assertFalse(self.repository.journal.exists())
        self.assertEqual(list(self.repository.temporary.iterdir()), [])

    def test_it_moves_the_plan_in_and_nothing_else(self) -> None:
        index = (self.tree / ".git/index").read_bytes()
        other = (self.tree / "shop/store.py").stat()
        run = self.repository.apply()
        self.assertEqual((run.returncode, run.stderr.count("error")), (0, 0), run.stderr)
        self.assertEqual(
            (self.tree / "shop/use_001.py").read_text(), "from shop.store import Store\n\nvalue_1 = Store()\n")
        self.assertEqual((self.tree / "shop/use_000.py").stat().st_mode & 0o777, 0o755, "the executable bit stays")
        self.assertEqual((self.tree / ".git/index").read_bytes(), index)
        self.assertEqual((self.tree / "shop/store.py").stat().st_ino, other.st_ino)
        self.assertEqual((self.tree / "shop/store.py").stat().st_mtime_ns, other.st_mtime_ns)
        changed = {line[3:] for line in self.repository.git("status", "--porcelain").split("\n") if line}
        self.assertLessEqual({f"shop/use_00{number}.py" for number in range(3)}, changed)
        self.assertTrue(all(re.fullmatch(r"shop/(use_\d+|compat)\.py", path) for path in changed), changed)
        self.assertIn("implementations 1 → 1, modules on another path 3 → 0", run.stdout)
        self.assert_clean()
        again = self.repository.apply()
        self.assertEqual(again.returncode, 0, again.stderr)

    def test_what_git_could_not_give_back_is_refused(self) -> None:
        with self.subTest("changed"):
            file = self.tree / "shop/use_001.py"
            file.write_text(file.read_text() + "# mine\n")
            self.before = snapshot(self.tree)
            self.assert_refused(self.repository.apply(), "shop/use_001.py: has changes that are not committed")
        with self.subTest("staged"):
            self.repository.git("add", "--all")
            self.assert_refused(self.repository.apply(), "shop/use_001.py: has changes that are not committed")
        self.repository.commit()
        with self.subTest("untracked"):
            self.repository.write("shop/use_new.py", "from shop.compat import Store\n\nnew = Store()\n")
            self.before = snapshot(self.tree)
            self.assert_refused(self.repository.apply(), "shop/use_new.py: git does not track it")
        with self.subTest("assumed unchanged"):
            self.repository.commit()
            self.repository.git("update-index", "--assume-unchanged", "shop/use_002.py")
            self.assert_refused(self.repository.apply(), "shop/use_002.py: git was told not to look at it")

    def test_other_files_may_have_changes(self) -> None:
        self.repository.write("notes.txt", "mine\n")
        (self.tree / "shop/limits.py").write_text("TWICE = 2\n")
        run = self.repository.apply()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual((self.tree / "shop/limits.py").read_text(), "TWICE = 2\n")

    def test_outside_of_a_repository(self) -> None:
        plain = self.folder / "plain"
        subprocess.run(["cp", "-r", str(self.tree), str(plain)], check=True)
        subprocess.run(["rm", "-rf", str(plain / ".git")], check=True)
        before = snapshot(plain)
        run = self.repository.apply(folder=plain)
        self.assertEqual(run.returncode, 1)
        self.assertIn("is in no git work tree", run.stderr)
        self.assertIn("git init", run.stderr)
        self.assertEqual(snapshot(plain), before)

    def test_a_repository_that_the_environment_names_is_not_taken_for_the_trees(self) -> None:
        other = Repository(self.folder, "other")
        other.write("README", "other\n")
        other.commit()
        self.assert_refused(self.repository.apply(env={"GIT_DIR": str(other.tree / ".git")}), "unset GIT_DIR")

    def test_a_link_is_not_rewritten(self) -> None:
        (self.tree / "shop/use_001.py").rename(self.folder / "real.py")
        (self.tree / "shop/use_001.py").symlink_to(self.folder / "real.py")
        self.repository.commit()
        self.before = snapshot(self.tree)
        real = (self.folder / "real.py").read_bytes()
        run = self.repository.apply()
        # A link is no file of the program: the audit does not read it, so the plan leaves it out.
        self.assertEqual((self.folder / "real.py").read_bytes(), real)
        self.assertTrue((self.tree / "shop/use_001.py").is_symlink(), run.stderr)

    def test_verify_runs_in_a_copy(self) -> None:
        (self.tree / "absolute").symlink_to(self.tree / "shop/store.py")
        self.repository.write(".gitignore", "secret\n")
        self.repository.commit()
        self.repository.write("secret", "not copied")
        self.repository.write("untracked.txt", "copied")
        command = (
            "set -e; test ! -e secret; test -e untracked.txt; grep -q 'from shop.store import Store' shop/use_000.py; "
            "test -x shop/use_000.py; for f in $(find . -name '*.py'); do echo '# spoilt' >> $f; done; "
            "echo spoilt >> absolute; rm -rf shop canon.yaml; mkdir -m 0 locked; pwd")
        original = (self.tree / "shop/store.py").read_bytes()
        run = self.repository.apply("--verify", command)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("Verified in a copy", run.stdout)
        self.assertEqual((self.tree / "shop/store.py").read_bytes(), original)
        self.assertNotIn(b"spoilt", b"".join(content for _, content in snapshot(self.tree).values()))
        self.assert_clean()

    def test_verify_that_fails_changes_nothing(self) -> None:
        run = self.repository.apply("--verify", "echo to-output; echo to-errors >&2; exit 7")
        self.assert_refused(run, "--verify failed", "ended with status 7", "to-output", "to-errors")
        run = self.repository.apply("--verify", "kill -9 $$")
        self.assert_refused(run, "was ended by signal 9")

    def test_verify_that_prints_much_is_cut(self) -> None:
        run = self.repository.apply("--verify", "seq 1 100000; exit 1")
        self.assert_refused(run, "the last lines", "\n100000\n")
        self.assertLess(len(run.stderr), 5000)

    def test_verify_that_does_not_end_is_ended_with_all_that_it_started(self) -> None:
        pid = self.folder / "pid"
        run = self.repository.apply("--verify", f"sleep 600 & echo $! > {pid}; wait", "--verify-timeout", "1s")
        self.assert_refused(run, "was not done after 1 s (--verify-timeout)")
        self.assert_gone(int(pid.read_text()))

    def assert_gone(self, pid: int) -> None:
        def is_gone() -> bool:
            try:
                return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except FileNotFoundError:
                return True

        eventually(f"the end of process {pid}", is_gone)

    def test_ctrl_c_changes_nothing(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                pid = self.folder / f"pid-{number}"
                process = self.repository.start(
                    "migrate", "--to", "shop.store.Store", "--apply", "--verify", f"echo $$ > {pid}; exec sleep 600")
                eventually("the start of the verification", lambda: pid.exists() and pid.read_text())
                process.send_signal(number)
                output, errors = process.communicate(timeout=PATIENCE)
                self.assert_refused(
                    subprocess.CompletedProcess([], process.returncode, output, errors), "ended from outside")
                self.assert_gone(int(pid.read_text()))

    def test_one_migration_at_a_time(self) -> None:
        gate = self.folder / "gate"
        os.mkfifo(gate)
        started = self.folder / "started"
        process = self.repository.start(
            "migrate", "--to", "shop.store.Store", "--apply", "--verify", f"touch {started}; cat {gate}")
        eventually("the start of the verification", started.exists)
        run = self.repository.apply()
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"another canon migrate (process {process.pid}) is at work on this tree", run.stderr)
        self.assertEqual(snapshot(self.tree), self.before)
        # Whoever only reads need not wait for it.
        self.assertEqual(self.repository.canon("audit", "rules").stderr, "")
        gate.write_text("go")
        output, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, errors)
        self.assert_clean()

    def test_a_file_that_changes_while_it_is_tried_stops_it(self) -> None:
        file = self.tree / "shop/use_001.py"
        run = self.repository.apply("--verify", f"echo '# mine' >> {file}")
        self.before["shop/use_001.py"] = (self.before["shop/use_001.py"][0], file.read_bytes())
        self.assertTrue(file.read_text().endswith("# mine\n"))
        self.assert_refused(run, "shop/use_001.py: changed since the plan was made")
        self.repository.git("checkout", "--", "shop/use_001.py")
        file.chmod(0o600)
        file.chmod(0o644)
        run = self.repository.apply("--verify", f"chmod 755 {self.tree}/shop/use_002.py")
        self.before = snapshot(self.tree)
        self.assert_refused(run, "shop/use_002.py: changed since the plan was made")

    def test_a_folder_below_the_root_of_its_repository(self) -> None:
        outer = Repository(self.folder, "outer")
        outer.write("README", "outer\n")
        subprocess.run(["cp", "-r", str(self.tree), str(outer.tree / "services")], check=True)
        subprocess.run(["rm", "-rf", str(outer.tree / "services/.git")], check=True)
        outer.commit()
        run = outer.apply("services", "--verify", "test -e ../README && test -e shop/use_000.py")
        self.assertEqual(run.returncode, 0, run.stderr)
        changed = outer.git("status", "--porcelain").split("\n")
        self.assertIn(" M services/shop/use_001.py", changed)
        self.assertFalse(outer.journal.exists())

    def test_a_linked_work_tree(self) -> None:
        linked = Repository(self.folder, "linked")
        linked.tree.rmdir()
        self.repository.git("worktree", "add", "--quiet", str(linked.tree))
        self.assertEqual(linked.journal, (self.tree / ".git/worktrees/linked/canon-migrate").resolve())
        run = linked.apply()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(" M shop/use_001.py", linked.git("status", "--porcelain"))
        self.assertEqual(self.repository.git("status", "--porcelain"), "")
        self.assert_untouched()

    def test_submodules_are_part_of_the_copy(self) -> None:
        inner = Repository(self.folder, "inner")
        inner.write("data.txt", "inner\n")
        inner.commit()
        subprocess.run(
            ["git", "-C", str(self.tree), "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
             str(inner.tree), "vendor/inner"], check=True, env=quiet_git(), capture_output=True)
        self.repository.commit()
        run = self.repository.apply("--verify", "grep -q inner vendor/inner/data.txt")
        self.assertEqual(run.returncode, 0, run.stderr)

    @unittest.skipUnless(sys.platform == "linux", "other file systems know no such names")
    def test_names_that_are_not_utf8_are_part_of_the_copy(self) -> None:
        root = os.fsencode(self.tree)
        os.mkdir(root + b"/caf\xe9")
        for name, content in ((b"caf\xe9/data.txt", b"latin\n"), (b"m\xfcnchen.txt", b"city\n")):
            with open(root + b"/" + name, "wb") as file:
                file.write(content)
        os.symlink(b"caf\xe9/data.txt", root + b"/link")
        self.repository.commit()
        command = "grep -q latin caf*/data.txt && grep -q city m*nchen.txt && grep -q latin link && test -h link"
        run = self.repository.apply("--verify", command)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assert_clean()

    @unittest.skipUnless(sys.platform == "linux", "other file systems know no such names")
    def test_a_repository_whose_name_is_not_utf8_is_named(self) -> None:
        inner = os.fsencode(self.tree) + b"/caf\xe9"
        subprocess.run(["git", "init", "--quiet", inner], check=True, env=quiet_git())
        self.before = snapshot(self.tree)
        self.assert_refused(self.repository.apply(), r"caf\xE9: a repository whose path is not UTF-8 cannot be copied")

    def test_the_copy_of_a_killed_migration_is_removed_by_the_next_one(self) -> None:
        pid = self.folder / "pid"
        process = self.repository.start(
            "migrate", "--to", TARGET, "--apply", "--verify", f"echo $$ > {pid}; exec sleep 600")
        eventually("the start of the verification", lambda: pid.exists() and pid.read_text().strip())
        other = self.repository.temporary / "canon-migrate-1-abcdef"
        other.mkdir()
        copy, = (path for path in self.repository.temporary.iterdir() if path != other)
        self.assertTrue(copy.name.startswith(f"canon-migrate-{process.pid}-"), copy)
        # While it lives, nobody takes its copy.
        self.assertNotIn("note:", self.repository.canon("migrate", "--to", TARGET).stderr)
        self.assertTrue(copy.exists())
        process.kill()
        process.communicate()
        os.kill(int(pid.read_text()), signal.SIGKILL)
        self.assertEqual(snapshot(self.tree), self.before)
        run = self.repository.apply()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(f"note: removed {copy.resolve()}, the copy of a migration that was killed\n", run.stderr)
        # Process 1 is always there, whoever it is.
        self.assertEqual(list(self.repository.temporary.iterdir()), [other])

    def test_a_second_implementation_that_stays_is_no_success(self) -> None:
        # Consumers move, but a module that is loaded by its name keeps the other class alive.
        self.repository.write("shop/other.py", STORE.replace("class Store", "class OtherStore"))
        self.repository.write("shop/plugins.py", "import importlib\n\nplugin = importlib.import_module('shop.other')\n")
        self.repository.write("shop/use_other.py", "from shop.other import OtherStore\n\nother = OtherStore()\n")
        self.repository.commit()
        self.before = snapshot(self.tree)
        run = self.repository.apply()
        self.assert_refused(run, "auditing the copy failed", "implementations 2 → 2")

    def test_what_somebody_names_may_give_way_though_the_audit_never_counted_it(self) -> None:
        # Two methods alone make no implementation.
        self.repository.write("shop/old.py", "class Shelf:\n    def put(self, key, value):\n        return key, value\n")
        self.repository.write("shop/use_old.py", "import shop.old as old\n\nshelf = old.Shelf()\n")
        for number in range(3):
            self.repository.write(f"shop/use_{number:03}.py", f"from shop.store import Store\n\nvalue_{number} = Store()\n")
        self.repository.commit()
        run = self.repository.canon("migrate", "--to", TARGET, "--from", "shop.old.Shelf", "--apply")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertFalse((self.tree / "shop/old.py").exists())
        self.assertEqual((self.tree / "shop/use_old.py").read_text(), "import shop.store as old\n\nshelf = old.Store()\n")

    def test_a_part_of_the_program(self) -> None:
        run = self.repository.apply("--only", "shop/use_001.py")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("modules on another path 3 → 2", run.stdout)
        self.assertEqual(self.repository.git("status", "--porcelain"), " M shop/use_001.py\n")

    def test_a_temporary_folder_in_the_tree(self) -> None:
        inside = self.tree / "tmp"
        inside.mkdir()
        self.before = snapshot(self.tree)
        self.assert_refused(self.repository.apply(env={"TMPDIR": str(inside)}), "set TMPDIR to one outside of it")

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_folder_that_cannot_be_written_in(self) -> None:
        folder = self.tree / "shop"
        folder.chmod(0o555)
        self.addCleanup(folder.chmod, 0o755)
        self.before = snapshot(self.tree)
        self.assert_refused(self.repository.apply(), "moving the files in failed", "Permission denied")

    def test_steps_are_shown_on_a_terminal_alone(self) -> None:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [BINARY, "migrate", "--to", "shop.store.Store", "--apply", "--verify", "true"], stdout=subprocess.PIPE,
            stderr=theirs, env=self.repository.environment, cwd=self.tree)
        os.close(theirs)
        shown = b""
        # Reading from a terminal that nobody has open any more is an error on Linux.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
        process.communicate(timeout=PATIENCE)
        os.close(ours)
        for step in (b"copying the tree", b"auditing the copy", b"--verify", b"moving the files in"):
            self.assertIn(b"migrate: " + step, shown)
        self.repository.git("checkout", "--", ".")
        self.assertNotIn("migrate: ", self.repository.apply().stderr)

    def test_arguments_that_do_not_go_together(self) -> None:
        for arguments in (
            ["--to", "a.B", "--apply", "--verify", "true", "--verify-timeout", "soon"],
            ["--to", "a.B", "--verify", "true"], ["--recover", "--apply"], ["--apply"],
            ["--to", "a.B", "--apply", "--commit", "HEAD"],
        ):
            with self.subTest(arguments):
                self.assertEqual(self.repository.canon("migrate", *arguments).returncode, 2)
        self.assert_untouched()


if __name__ == "__main__":
    unittest.main()
