"""What `canon logs cluster` prints of text logs, and how it ends."""

import csv
import gzip
import io
import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

LINES = [f"2025-03-04 10:11:{second:02} INFO app.jobs: job {second} took {second} ms" for second in range(30)] + [
    f"2025-03-04 10:12:{second:02} ERROR app.jobs: job {second} failed: disk full" for second in range(10)]


class LogsClusterTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name: str, text: "str | bytes") -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def canon(self, *arguments: str, given: bytes = b"") -> tuple[int, str, str]:
        done = subprocess.run(
            [BINARY, "logs", "cluster", *arguments], input=given, capture_output=True, timeout=PATIENCE * 10,
            env=ENVIRONMENT, cwd=self.folder)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def rows(self, *arguments: str, given: bytes = b"") -> list[dict]:
        status, output, errors = self.canon("--format", "csv", *arguments, given=given)
        self.assertEqual((status, errors), (0, ""))
        return list(csv.DictReader(io.StringIO(output)))

    def test_csv_has_a_row_for_each_physical_line(self) -> None:
        log = self.write("app.log", "\n".join(LINES) + "\n\n\0\xff\n  indented\n")
        rows = self.rows(log)
        self.assertEqual([int(row["line"]) for row in rows], list(range(1, 44)))
        self.assertEqual(list(rows[0]), ["line", "template_id", "template"])
        self.assertEqual({row["template"] for row in rows[:30]}, {"job <*> took <*>"})
        self.assertEqual({row["template"] for row in rows[30:40]}, {"job <*> failed: disk full"})
        self.assertEqual(rows[40]["template"], "")

    def test_the_order_of_lines_changes_nothing(self) -> None:
        shuffled = LINES.copy()
        random.Random(7).shuffle(shuffled)
        straight = {line: row["template_id"] for line, row in zip(LINES, self.rows(self.write("a", "\n".join(LINES))))}
        other = {line: row["template_id"] for line, row in zip(shuffled, self.rows(self.write("b", "\n".join(shuffled))))}
        self.assertEqual(straight, other)

    def test_gzip_and_standard_input_are_read(self) -> None:
        plain = self.rows(self.write("a.log", "\n".join(LINES)))
        packed = gzip.compress("\n".join(LINES).encode())
        self.assertEqual(self.rows(self.write("a.log.gz", packed)), plain)
        self.assertEqual(self.rows("-", given=packed), plain)

    def test_several_files_have_their_names_in_front(self) -> None:
        rows = self.rows(self.write("a", "x 1\n"), self.write("b", "x 2\nx 3\n"))
        self.assertEqual([(Path(row["file"]).name, row["line"]) for row in rows], [("a", "1"), ("b", "1"), ("b", "2")])
        self.assertEqual(len({row["template_id"] for row in rows}), 1)

    def test_json_counts_templates(self) -> None:
        status, output, _ = self.canon("--format", "json", self.write("app.log", "\n".join(LINES)))
        report = json.loads(output)
        self.assertEqual((status, report["schema"], report["lines"]), (0, "canon.log-templates/1", 40))
        first = report["templates"][0]
        self.assertEqual((first["template"], first["lines"]), ("job <*> took <*>", 30))
        self.assertEqual((first["first_seen"], first["last_seen"]), ("2025-03-04T10:11:00.000Z", "2025-03-04T10:11:29.000Z"))

    def test_a_cap_is_said(self) -> None:
        log = self.write("words", "\n".join(f"{a} {b}" for a in ("red", "blue", "green") for b in ("sky", "sea", "tree")))
        status, output, errors = self.canon("--format", "json", "--max-shapes", "4", log)
        report = json.loads(output)
        self.assertEqual((status, report["lines_over_cap"], sum(t["lines"] for t in report["templates"])), (0, 5, 9))
        self.assertIn("5 of 9 lines", errors)

    def test_what_cannot_be_read_is_said_and_the_rest_is_read(self) -> None:
        broken = gzip.compress(b"y 1\n" * 5000)[:-40]
        status, output, errors = self.canon("--format", "csv", "missing.log", self.write("cut.gz", broken), self.write("a", "x 1\n"))
        self.assertEqual(status, 3)
        self.assertIn("missing.log", errors)
        self.assertIn("cut.gz", errors)
        self.assertIn(",x <*>", output.replace('"', ""))
        self.assertEqual(self.canon("--max-shapes", "0", "a")[0], 2)


if __name__ == "__main__":
    unittest.main()
