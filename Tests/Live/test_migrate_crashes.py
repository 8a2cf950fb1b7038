"""Migrations that are killed, or whose disk fails, at any call: what is left is the old or the new tree, never a part of both."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from migration_repository import Repository, snapshot

SEED = int(os.environ.get("SEED", "1"))
KILLS = int(os.environ.get("KILLS", "20"))
CONSUMERS = 40


def built_library(folder: Path) -> Path:
    library = folder / "faulty_calls.so"
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        raise unittest.SkipTest("there is no C compiler")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(Path(__file__).with_name("faulty_calls.c")),
         "-ldl"], check=True)
    return library


@unittest.skipUnless(sys.platform == "linux", "LD_PRELOAD is of Linux")
class CrashTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        print(f"seed {SEED}", file=sys.stderr)
        cls.random = random.Random(SEED)
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.library = built_library(cls.folder)
        cls.template = Repository.small(cls.folder / "template", CONSUMERS)
        # A module of its own folder that only passes the class on: it is deleted, and its folder with it.
        cls.template.write("shop/old/__init__.py", "")
        cls.template.write("shop/old/names.py", "from shop.store import Store\n")
        cls.template.write("shop/use_old.py", "from shop.old.names import Store\n\nold = Store()\n")
        cls.template.commit()
        cls.old = snapshot(cls.template.tree)
        whole = cls.copy_of_template("whole")
        count = cls.folder / "count"
        run = cls.migrate(whole, FAULT_AT="0", FAULT_COUNT=str(count))
        assert run.returncode == 0, run.stderr
        cls.new = snapshot(whole.tree)
        assert cls.new != cls.old
        cls.calls = int(count.read_text())

    @classmethod
    def copy_of_template(cls, name: str) -> Repository:
        shutil.copytree(cls.template.folder, cls.folder / name, symlinks=True)
        return Repository(cls.folder / name)

    @classmethod
    def migrate(cls, repository: Repository, **fault: str) -> subprocess.CompletedProcess:
        return repository.apply(env={"LD_PRELOAD": str(cls.library), **fault})

    def disposable(self, name: str) -> Repository:
        repository = self.copy_of_template(name)
        self.addCleanup(shutil.rmtree, repository.folder)
        return repository

    def side(self, repository: Repository) -> str:
        tree = snapshot(repository.tree)
        return "old" if tree == self.old else "new" if tree == self.new else "mixed"

    def killed(self, call: int) -> Repository:
        repository = self.disposable(f"killed-{call}")
        run = self.migrate(repository, FAULT_AT=str(call))
        self.assertEqual(run.returncode, -signal.SIGKILL, f"call {call} of {self.calls}: {run.stderr}")
        return repository

    def test_a_kill_at_any_call(self) -> None:
        self.assertGreater(self.calls, 3 * CONSUMERS)
        chosen = self.random.sample(range(1, self.calls + 1), KILLS)
        recovering = [["migrate", "--recover"], ["audit", "rules"], ["--version"]]
        seen: "set[str]" = set()
        for number, call in enumerate(sorted(chosen)):
            with self.subTest(call=call, of=self.calls, seed=SEED):
                repository = self.killed(call)
                index = (repository.tree / ".git/index").read_bytes()
                run = repository.canon(*recovering[number % len(recovering)])
                self.assertEqual(run.returncode, 0, run.stderr)
                side = self.side(repository)
                self.assertNotEqual(side, "mixed")
                if "was undone" in run.stderr:
                    self.assertEqual(side, "old")
                elif "was completed" in run.stderr:
                    self.assertEqual(side, "new")
                # A killed migration leaves its copy, too.
                self.assertTrue(all(line.startswith("note: ") for line in run.stderr.splitlines()), run.stderr)
                self.assertLessEqual(run.stderr.count("that was interrupted"), 1)
                self.assertEqual((repository.tree / ".git/index").read_bytes(), index)
                self.assertFalse(repository.journal.exists())
                self.assertEqual(repository.canon("migrate", "--recover").stdout, "There is no interrupted migration.\n")
                self.assertEqual(list(repository.temporary.iterdir()), [])
                seen.add(side)
        self.assertEqual(seen, {"old", "new"}, f"seed {SEED}: {KILLS} kills showed one side only")

    def test_what_was_killed_can_be_migrated_again(self) -> None:
        for part in (0.2, 0.9):
            repository = self.killed(int(self.calls * part))
            run = repository.apply()
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("a migration that was interrupted was", run.stderr)
            self.assertEqual(self.side(repository), "new")

    def test_a_recovery_that_is_killed_as_well(self) -> None:
        for part in (0.3, 0.8):
            repository = self.killed(int(self.calls * part))
            ended = []
            for call in range(1, 90, 11):
                fault = {"LD_PRELOAD": str(self.library), "FAULT_ARMED": "1", "FAULT_AT": str(call)}
                ended.append(repository.canon("migrate", "--recover", env=fault).returncode)
            self.assertIn(-signal.SIGKILL, ended)
            self.assertEqual(repository.canon("migrate", "--recover").returncode, 0)
            self.assertEqual(self.side(repository), "old" if part < 0.5 else "new")
            self.assertFalse(repository.journal.exists())

    def test_a_disk_that_is_full_or_fails_at_any_call(self) -> None:
        for code in (errno.ENOSPC, errno.EROFS, errno.EIO):
            for call in sorted(self.random.sample(range(1, self.calls - 2), 4)):
                with self.subTest(call=call, of=self.calls, error=errno.errorcode[code], seed=SEED):
                    repository = self.disposable(f"full-{code}-{call}")
                    run = self.migrate(repository, FAULT_AT=str(call), FAULT_ERROR=str(code))
                    if run.returncode == 0:
                        # The call was one of the last, when all was moved.
                        repository.canon("migrate", "--recover")
                        self.assertEqual(self.side(repository), "new")
                        continue
                    self.assertIn("moving the files in failed: ", run.stderr)
                    self.assertIn(os.strerror(code), run.stderr)
                    self.assertIn("Nothing was changed.", run.stderr)
                    self.assertEqual(self.side(repository), "old")
                    self.assertFalse(repository.journal.exists())

    def test_a_disk_that_breaks_for_good_leaves_a_way_on(self) -> None:
        for part in (0.3, 0.7, 0.9):
            repository = self.disposable(f"broken-{part}")
            run = self.migrate(
                repository, FAULT_AT=str(int(self.calls * part)), FAULT_ERROR=str(errno.EIO), FAULT_FROM="1")
            self.assertEqual(run.returncode, 1)
            self.assertIn("canon migrate --recover goes on", run.stderr)
            self.assertNotIn("Nothing was changed.", run.stderr)
            self.assertEqual(repository.canon("migrate", "--recover").returncode, 0)
            self.assertIn(self.side(repository), ("old", "new"))

    def test_what_was_written_after_the_interruption_is_kept(self) -> None:
        repository = self.killed(int(self.calls * 0.8))
        file = repository.tree / "shop/use_003.py"
        file.write_text("mine = 1\n")
        before = snapshot(repository.tree)
        run = repository.canon("migrate", "--recover")
        self.assertEqual(run.returncode, 1)
        for word in ("shop/use_003.py", "Nothing was touched", "git checkout -- FILE"):
            self.assertIn(word, run.stderr)
        self.assertEqual(snapshot(repository.tree), before)
        # Every other command tells of it and does its own work.
        other = repository.canon("audit", "rules")
        self.assertEqual(other.returncode, 0)
        self.assertIn("warning: ", other.stderr)
        self.assertIn("shop/use_003.py", other.stderr)
        repository.git("checkout", "--", "shop/use_003.py")
        self.assertEqual(repository.canon("migrate", "--recover").returncode, 0)
        self.assertEqual(self.side(repository), "new")

    def test_a_damaged_journal_is_told_and_nothing_is_touched(self) -> None:
        repository = self.killed(int(self.calls * 0.8))
        [state] = [path for path in repository.journal.iterdir() if path.name != "lock"]
        whole = state.read_bytes()
        for content in (whole[:-1], whole[:100], b"", whole.replace(b"shop/use_005.py", b"shop/use_006.py", 1)):
            state.write_bytes(content)
            before = snapshot(repository.tree)
            run = repository.canon("migrate", "--recover")
            self.assertEqual(run.returncode, 1)
            for word in ("damaged", "Nothing was touched", "delete that folder"):
                self.assertIn(word, run.stderr)
            self.assertEqual(snapshot(repository.tree), before)
            refused = repository.apply()
            self.assertEqual(refused.returncode, 1)
            self.assertEqual(snapshot(repository.tree), before)
        state.write_bytes(whole)
        self.assertEqual(repository.canon("migrate", "--recover").returncode, 0)
        self.assertEqual(self.side(repository), "new")

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_a_journal_of_somebody_else_is_not_believed(self) -> None:
        repository = self.killed(int(self.calls * 0.8))
        before = snapshot(repository.tree)
        for path in (repository.journal, *repository.journal.iterdir()):
            os.chown(path, 12345, 12345)
        run = repository.canon("migrate", "--recover")
        self.assertEqual(run.returncode, 1)
        self.assertIn("does not belong to this user alone", run.stderr)
        self.assertEqual(snapshot(repository.tree), before)

    def test_a_linked_work_tree_recovers_its_own(self) -> None:
        repository = self.disposable("linking")
        linked = Repository(repository.folder, "linked")
        linked.tree.rmdir()
        repository.git("worktree", "add", "--quiet", str(linked.tree))
        run = self.migrate(linked, FAULT_AT=str(int(self.calls * 0.8)))
        self.assertEqual(run.returncode, -signal.SIGKILL)
        self.assertEqual(repository.canon("audit", "rules").stderr, "", "the main work tree has nothing to recover")
        self.assertIn("was completed", linked.canon("audit", "rules", folder=linked.tree / "shop").stderr)
        self.assertEqual(snapshot(linked.tree), self.new)


if __name__ == "__main__":
    unittest.main()
