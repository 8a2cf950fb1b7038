"""The comparison itself, with a `canon` that answers wrongly on purpose."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from unittest import mock

import corpus
import mutants
import run
from interpreters import FLAGS, Oracle, find

VERSION = f"3.{sys.version_info.minor}"
DOUBLE = """\
    #!{python}
    import ast, json, os, sys
    arguments = sys.argv[1:]
    folder = arguments[-1]
    files = []
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            try:
                ast.parse(open(path, "rb").read())
                error = None
            except Exception as problem:
                error = {{"line": getattr(problem, "lineno", 1), "column": 1, "message": "wrong"}}
            {fault}
            files.append({{"path": os.path.relpath(path, folder), "ok": error is None, "error": error}})
    print(json.dumps({{"python": arguments[arguments.index("--python") + 1], "files": files}}))
    """


class HarnessTests(unittest.TestCase):
    def setUp(self):
        if find(VERSION) is None:
            self.skipTest(f"no python{VERSION}")
        # There one version is enough, which continuous integration would not take for an answer.
        self.enterContext(mock.patch.dict(os.environ, {"CI": ""}))
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.object(run, "WORK", self.folder / "work"))
        self.enterContext(mock.patch.object(run.edges, "write", self.write_one_edge))

    def write_one_edge(self, folder: Path) -> "list[Path]":
        folder.mkdir()
        (folder / "edge.py").write_text("x\n")
        return [folder / "edge.py"]

    def compare(self, fault: str, *more: str) -> "tuple[int, str]":
        """Runs the comparison over two files and some mutants against a double with a fault."""
        sources = self.folder / "sources"
        sources.mkdir(exist_ok=True)
        (sources / "good.py").write_text("x = 1\n")
        (sources / "bad.py").write_text("x = = 1\n")
        double = self.folder / "canon"
        double.write_text(textwrap.dedent(DOUBLE.format(python=sys.executable, fault=fault)))
        double.chmod(0o755)
        command = ["run.py", "--canon", str(double), "--versions", VERSION, "--mutants", "50", "--no-facts",
                   "--trees", "0", *more, str(sources)]
        output = io.StringIO()
        with mock.patch.object(sys, "argv", command), contextlib.redirect_stdout(output):
            return run.main(), output.getvalue()

    def test_agreement_ends_with_0_and_says_how_much_was_compared(self):
        status, output = self.compare("")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"2 files, \d+ edges, 50 mutants, 0 outlines, 0 trees, 0 disagreements")

    def test_an_accepted_broken_file_is_a_disagreement(self):
        status, output = self.compare('error = None if name == "bad.py" else error')
        self.assertEqual(status, 1)
        self.assertIn("bad.py: CPython: SyntaxError 1:5 invalid syntax; canon: accepts it", output)

    def test_a_refused_good_file_is_a_disagreement(self):
        status, output = self.compare('error = {"line": 1, "column": 1, "message": "no"} if name == "good.py" else error')
        self.assertEqual(status, 1)
        self.assertIn("good.py: CPython: accepts it; canon: 1:1 no", output)

    def test_a_file_that_was_not_read_is_a_disagreement(self):
        status, output = self.compare('if name == "good.py": continue')
        self.assertEqual(status, 1)
        self.assertIn("canon did not read it", output)

    def test_a_mutant_that_disagrees_is_kept(self):
        status, output = self.compare('error = {"line": 1, "column": 1, "message": "no"} if name == "000007.py" else None')
        self.assertEqual(status, 1)
        kept = list((run.WORK / "disagreements" / VERSION).iterdir())
        self.assertTrue(kept, output)

    def test_a_missing_interpreter_is_skipped_and_in_ci_a_failure(self):
        with mock.patch.object(run, "find", return_value=None):
            with mock.patch.dict(os.environ, {"CI": ""}):
                status, output = self.compare("")
                self.assertEqual(status, 0)
                self.assertIn("SKIPPED", output)
            with mock.patch.dict(os.environ, {"CI": "true"}):
                status, output = self.compare("")
                self.assertEqual(status, 1)
                self.assertIn("0 interpreters found and 3 needed", output)

    def test_an_empty_comparison_is_not_a_pass(self):
        comparison = run.Comparison(VERSION)
        options = mock.Mock(folders=[], sample=True, no_facts=False, trees=3)
        self.assertEqual(len(run.shortfalls(comparison, options, {"mutants": (Path(), [Path()] * 5)})), 7)

    def test_a_file_that_ends_the_interpreter_has_no_verdict_and_the_next_one_has(self):
        double = self.folder / "python"
        double.write_text(textwrap.dedent(f"""\
            #!{sys.executable}
            import os, sys, json
            for line in sys.stdin:
                if "deadly" in line: os.abort()
                print(json.dumps({{"ok": True}}), flush=True)
            """))
        double.chmod(0o755)
        interpreter = find(VERSION)
        oracle = Oracle(type(interpreter)(VERSION, str(double), "0", self.folder), self.folder)
        answers = oracle.ask("verdict", [Path("a"), Path("deadly"), Path("b")])
        self.assertEqual([set(answer) for answer in answers], [{"ok"}, {"died"}, {"ok"}])

    def test_verdicts_are_remembered_by_content(self):
        path = self.folder / "x.py"
        path.write_text("x = 1\n")
        interpreter = find(VERSION)
        self.assertTrue(Oracle(interpreter, self.folder).verdicts([path])[0]["ok"])
        again = Oracle(interpreter, self.folder)
        with mock.patch.object(again, "ask", side_effect=AssertionError("asked twice")):
            self.assertTrue(again.verdicts([path])[0]["ok"])
        path.write_text("x = = 1\n")
        self.assertFalse(again.verdicts([path])[0]["ok"])

    def test_a_seed_gives_the_same_mutants_and_another_seed_others(self):
        path = self.folder / "x.py"
        path.write_text("def f(a, *b):\n    return f'{a!r}' + [x for x in b]\n\n\nclass A:\n    x: int = 1\n")
        first, second = (list(mutants.mutants(1, [path], 200)) for _ in range(2))
        self.assertEqual(first, second)
        self.assertNotEqual(first, list(mutants.mutants(2, [path], 200)))
        self.assertGreater(len(set(first)), 100)

    def test_the_corpus_has_hidden_files_and_follows_no_links(self):
        for name in ("a.py", ".hidden.py", ".folder/b.py", "c.txt"):
            path = self.folder / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        (self.folder / "tree/link.py").symlink_to("a.py")
        (self.folder / "tree/loop").symlink_to(".")
        found = corpus.files_beneath(self.folder / "tree")
        self.assertEqual([path.name for path in found], ["b.py", ".hidden.py", "a.py"])

    def test_the_outline_nests_names_and_keeps_the_order_of_the_source(self):
        source = "class A:\n    try:\n        import b.c as d\n    except E:\n        async def f(): ...\nfrom . import x\n"
        path = self.folder / "x.py"
        path.write_text(source)
        worker = Path(run.__file__).with_name("worker.py")
        answer = subprocess.run([sys.executable, *FLAGS, worker, "outline"], input=f"{path}\n".encode(), capture_output=True)
        outline = json.loads(answer.stdout)
        self.assertEqual(outline["declarations"], [["class", "A", 1, 5], ["async_function", "A.f", 5, 5]])
        self.assertEqual(outline["imports"], [["A", 3, None, 0, [["b.c", "d"]]], ["", 6, "", 1, [["x", None]]]])


if __name__ == "__main__":
    unittest.main()
