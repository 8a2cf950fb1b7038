"""What `canon python` prints, how it ends, and what its cache does to other runs."""

import contextlib
import json
import os
import resource
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

GOOD = "import os\n\n\nclass Manager:\n    def __init__(self):\n        self.items = {}\n"
BAD = "x = (1,\n"


class PythonCommandTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "tree"
        self.write("good.py", GOOD)
        self.cache = self.folder / "cache"

    def write(self, name: str, text: "str | bytes") -> Path:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def canon(self, *arguments: "str | Path", prepare=None) -> subprocess.CompletedProcess:
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(self.cache)}
        return subprocess.run(
            [BINARY, "python", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE * 10,
            env=environment, cwd=self.folder, preexec_fn=prepare)

    def report(self, *arguments: "str | Path") -> dict:
        return json.loads(self.canon("check", "--format", "json", *arguments).stdout)

    def entries(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file()]

    # What is read

    def test_a_folder_is_read_whole_hidden_files_too_and_no_links(self) -> None:
        for name in (".hidden.py", ".git/hook.py", "a/b/c.py", "not_python.txt", "x.py/inside.py"):
            self.write(name, "x = 1\n")
        (self.tree / "link.py").symlink_to("good.py")
        (self.tree / "loop").symlink_to(".")
        report = self.report("tree")
        names = [file["path"] for file in report["files"]]
        self.assertEqual(names, [".git/hook.py", ".hidden.py", "a/b/c.py", "good.py", "x.py/inside.py"])
        self.assertTrue(all(file["ok"] for file in report["files"]))

    def test_a_file_is_named_as_in_the_argument_and_a_folder_s_files_relative_to_it(self) -> None:
        report = self.report("tree/good.py", self.tree)
        self.assertEqual([file["path"] for file in report["files"]], ["tree/good.py", "good.py"])

    def test_what_is_not_there_is_an_error_of_usage(self) -> None:
        run = self.canon("check", "nowhere")
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("nowhere: No such file or directory", run.stderr)

    def test_an_unknown_version_is_an_error_of_usage_that_names_those_known(self) -> None:
        run = self.canon("check", "--python", "2.7", "tree")
        self.assertEqual(run.returncode, 2)
        self.assertIn("3.8, 3.9", run.stderr)

    def test_names_and_sources_that_are_not_utf_8_are_read(self) -> None:
        name = os.fsencode(self.tree) + b"/l\xe4tin.py"
        with open(name, "wb") as file:
            file.write(b"# coding: latin-1\nx = '\xe9'\n")
        report = self.report("tree")
        self.assertEqual([file["ok"] for file in report["files"]], [True, True])

    # How it ends

    def test_a_broken_file_ends_with_1_and_says_where_and_what(self) -> None:
        self.write("bad.py", BAD)
        run = self.canon("check", "--python", "3.11", "tree")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(
            run.stdout,
            "bad.py:1:5: error: '(' was never closed\n    x = (1,\n        ^\n2 files, 1 does not parse (Python 3.11)\n")
        report = self.report("--python", "3.11", "tree")
        self.assertEqual(report["python"], "3.11")
        self.assertEqual(
            report["files"],
            [{"path": "bad.py", "ok": False, "error": {"line": 1, "column": 5, "message": "'(' was never closed"}},
             {"path": "good.py", "ok": True}])

    def test_quiet_prints_no_summary_and_a_good_tree_ends_with_0(self) -> None:
        run = self.canon("check", "--quiet", "tree")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_help_names_the_default_version_and_the_statuses(self) -> None:
        help_text = self.canon("check", "--help").stdout
        self.assertIn("default: 3.13", help_text)
        self.assertIn("status 0", help_text)

    def test_the_version_decides(self) -> None:
        self.write("new.py", "match x:\n    case 1: pass\n")
        self.assertEqual(self.canon("check", "--python", "3.9", "tree").returncode, 1)
        self.assertEqual(self.canon("check", "--python", "3.10", "tree").returncode, 0)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_a_file_that_cannot_be_read_ends_with_3(self) -> None:
        self.write("secret.py", GOOD).chmod(0)
        run = self.canon("check", "tree")
        self.assertEqual(run.returncode, 3)
        self.assertIn("secret.py: cannot be read: Permission denied", run.stdout)

    def test_a_device_is_no_source(self) -> None:
        run = self.canon("check", "/dev/null")
        self.assertEqual(run.returncode, 3)
        self.assertIn("/dev/null: cannot be read: not a regular file", run.stdout)

    def test_the_report_is_the_same_for_any_number_of_threads(self) -> None:
        for number in range(200):
            self.write(f"d{number % 7}/f{number}.py", BAD if number % 9 == 0 else GOOD)
        one = self.canon("check", "--no-cache", "--jobs", "1", "--format", "json", "tree").stdout
        for jobs in ("2", "5"):
            self.assertEqual(self.canon("check", "--no-cache", "--jobs", jobs, "--format", "json", "tree").stdout, one)
        facts = self.canon("facts", "--no-cache", "--jobs", "1", "--format", "json", "tree").stdout
        self.assertEqual(self.canon("facts", "--no-cache", "--jobs", "3", "--format", "json", "tree").stdout, facts)

    # Trees and facts

    def test_facts_have_a_file_a_line_and_only_the_parts_asked_for(self) -> None:
        self.write("bad.py", BAD)
        run = self.canon("facts", "--format", "json", "--only", "declarations,state", "tree")
        self.assertEqual(run.returncode, 1)
        bad, good = json.loads(run.stdout)["files"]
        self.assertEqual((bad["ok"], bad["error"]["line"]), (False, 1))
        self.assertEqual([item["qualified_name"] for item in good["declarations"]], ["Manager", "Manager.__init__"])
        self.assertEqual(
            good["state"],
            [{"owner": "instance", "name": "items", "line": 6, "class": "Manager", "container": "dict",
              "value_kind": "container"}])
        self.assertNotIn("events", good)
        self.assertEqual(len(run.stdout.splitlines()), 4)

    def test_facts_for_people_are_an_outline(self) -> None:
        run = self.canon("facts", "tree")
        self.assertEqual(run.returncode, 0)
        self.assertIn("  class Manager  4-6\n    instance state items: dict  6\n    def __init__(self)  5-6\n", run.stdout)

    def test_the_tree_is_printed_as_ast_dump_does(self) -> None:
        path = self.write("one.py", "x = 1\n")
        run = self.canon("ast", "--python", "3.12", path)
        self.assertEqual(
            run.stdout.strip(),
            "Module(body=[Assign(targets=[Name(id='x', ctx=Store())], value=Constant(value=1))], type_ignores=[])")
        tree = json.loads(self.canon("ast", "--format", "json", path).stdout)
        self.assertTrue(tree)
        self.assertEqual(self.canon("ast", self.write("bad.py", BAD)).returncode, 1)

    # The cache

    def test_a_second_run_answers_the_same_from_the_cache(self) -> None:
        self.write("bad.py", BAD)
        first = self.canon("facts", "--format", "json", "tree").stdout
        entries = {path: path.stat().st_mtime_ns for path in self.entries()}
        self.assertEqual(len(entries), 2)
        self.assertTrue(all(path.stat().st_mode & 0o077 == 0 for path in entries))
        self.assertEqual(self.canon("facts", "--format", "json", "tree").stdout, first)
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.entries()}, entries)

    def test_no_cache_neither_reads_nor_writes(self) -> None:
        self.canon("check", "--no-cache", "tree")
        self.assertFalse(self.cache.exists())

    def test_damaged_entries_are_read_anew(self) -> None:
        first = self.canon("facts", "--format", "json", "tree").stdout
        for damage in (b"", b"x" * 1000, None):
            for path in self.entries():
                path.write_bytes(path.read_bytes()[:-7] if damage is None else damage)
            self.assertEqual(self.canon("facts", "--format", "json", "tree").stdout, first)

    def test_a_full_disk_is_no_failure(self) -> None:
        for number in range(40):
            self.write(f"f{number}.py", f"x = {number}\n" + GOOD * 40)

        def no_large_files() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

        run = self.canon("check", "tree", prepare=no_large_files)
        self.assertEqual((run.returncode, run.stdout), (0, "41 files, all parse (Python 3.13)\n"), run.stderr)
        self.assertFalse([path for path in self.entries() if path.suffix == ".tmp"])

    def test_a_cache_that_cannot_be_written_is_no_failure(self) -> None:
        self.cache.write_text("a file where a folder should be")
        self.assertEqual(self.canon("check", "tree").returncode, 0)

    def test_runs_at_the_same_time_share_a_cache(self) -> None:
        for number in range(150):
            self.write(f"f{number}.py", f"x = {number}\n" + GOOD)
        alone = self.canon("facts", "--no-cache", "--format", "json", "tree").stdout
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(self.cache)}
        with contextlib.ExitStack() as stack:
            runs = [
                stack.enter_context(subprocess.Popen(
                    [BINARY, "python", "facts", "--format", "json", "tree"], stdout=subprocess.PIPE, text=True,
                    env=environment, cwd=self.folder))
                for _ in range(4)
            ]
            outputs = [process.communicate(timeout=PATIENCE * 10)[0] for process in runs]
        self.assertEqual(outputs, [alone] * 4)
        self.assertTrue(self.entries())
        # Whoever wrote last, what is there is whole.
        self.assertEqual(self.canon("facts", "--format", "json", "tree").stdout, alone)


if __name__ == "__main__":
    unittest.main()
