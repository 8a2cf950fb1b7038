"""`canon logs` that is killed at any moment has counted a line once or not yet, and the next run goes on from there."""

import json
import random
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

KILLS = 24
STATEMENTS = ["disk {} is full", "queue of tenant {} does not answer", "cart {} cannot be priced"]


class LogsKillTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.memory = self.folder / "memory.db"
        self.files = [self.folder / "app.log", self.folder / "export.jsonl"]
        self.written = dict.fromkeys(STATEMENTS, 0)
        self.entries = 0

    def grow(self, rng: random.Random, lines: int) -> None:
        """Text, which is counted by its place, and entries, which are counted by their ids; some are exported twice."""
        text, export = [], []
        for _ in range(lines):
            self.entries += 1
            at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_757_980_800 + self.entries))
            statement = rng.choice(STATEMENTS)
            self.written[statement] += 1
            message = statement.format(self.entries)
            if rng.random() < 0.5:
                text.append(f"{at} ERROR {message}\n")
            else:
                entry = json.dumps({"timestamp": at + "Z", "severity": "ERROR", "insertId": f"e{self.entries}", "message": message})
                export += [entry + "\n"] * rng.choice([1, 1, 2])
        for path, more in zip(self.files, (text, export)):
            with path.open("a", encoding="utf-8") as file:
                file.writelines(more)

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [BINARY, "logs", "--memory", str(self.memory), "--fail-on", "none", "--quiet", *map(str, self.files)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=self.folder)

    def finish(self) -> float:
        """One whole run; how long it took, in seconds."""
        started = time.monotonic()
        run = self.start()
        errors = run.communicate(timeout=PATIENCE * 10)[1].decode()
        self.assertEqual((run.returncode, errors), (0, ""))
        return time.monotonic() - started

    def counted(self) -> dict[str, int]:
        """What the memory holds, asked through the program."""
        if not self.memory.exists():
            return dict.fromkeys(STATEMENTS, 0)
        done = subprocess.run(
            [BINARY, "logs", "list", "--memory", str(self.memory), "--format", "json"], capture_output=True,
            timeout=PATIENCE, env=ENVIRONMENT)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        # The text and the entries of a statement have services of their own.
        problems = json.loads(done.stdout)
        return {
            statement: sum(one["count"] for one in problems if statement.split(" ")[0] in one["title"])
            for statement in STATEMENTS
        }

    def kill(self, rng: random.Random, length: float) -> bool:
        """Starts a run and kills it. False when it ended before."""
        log = self.memory.with_name(self.memory.name + "-wal")
        before = log.stat().st_size if log.exists() else 0
        run = self.start()
        deadline = time.monotonic() + rng.uniform(0, length)
        if rng.random() < 0.5:
            # While it writes: that is where a half of something could be left.
            while run.poll() is None and not (log.exists() and log.stat().st_size > before):
                time.sleep(0.0005)
            deadline = time.monotonic() + rng.uniform(0, 0.03)
        while run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.0005)
        run.kill()
        run.communicate()
        return run.returncode == -9

    def test_whatever_the_moment_of_a_kill_each_line_is_counted_once(self) -> None:
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}")
        rng = random.Random(seed)
        kills = completed = undone = 0
        self.grow(rng, 3_000)
        spare = self.memory
        # How long a run takes, from a memory that is not the one under test.
        self.memory = self.folder / "other.db"
        length = self.finish()
        self.memory = spare
        before = self.counted()
        with self.subTest(seed=seed):
            for _ in range(8 * KILLS):
                was_killed = self.kill(rng, length)
                counted = self.counted()
                # All of it or nothing, and of a run that ended all.
                self.assertIn(counted, [self.written] + ([before] if was_killed else []), f"killed: {was_killed}")
                kills += was_killed
                completed += counted == self.written
                undone += was_killed and counted != self.written
                before = counted
                if counted == self.written:
                    self.grow(rng, rng.randrange(1, 1_000))
                if kills >= KILLS:
                    break
            self.assertGreaterEqual(kills, KILLS, f"{completed} runs ended before they were killed")
            self.assertGreater(completed, 0)
            self.assertGreater(undone, 0)
            self.finish()
            self.assertEqual(self.counted(), self.written)
            self.finish()
            self.assertEqual(self.counted(), self.written)
            with sqlite3.connect(self.memory) as memory:
                self.assertEqual(memory.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        print(f"{kills} kills, {undone} of which before anything was stored; {completed} runs that had stored everything, {self.entries} lines")


if __name__ == "__main__":
    unittest.main()
