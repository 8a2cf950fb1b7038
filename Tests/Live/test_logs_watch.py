"""`canon logs --watch`: the command beside a service that writes, rotates and empties its log, up to the end by a signal."""

import json
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from queue import Empty, Queue

from canon_server import BINARY, ENVIRONMENT, PATIENCE


class Watch:
    """The running command, and the lines that it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [BINARY, "logs", "--watch", "--memory", str(folder / "memory.db"), *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=folder, text=True)
        self.lines: Queue[str] = Queue()
        self.seen: list[str] = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, words: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                line = self.lines.get(timeout=0.1)
            except Empty:
                if self.process.poll() is not None and self.lines.empty():
                    break
                continue
            self.seen.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was not printed: {self.seen}, {self.process.poll()}")

    def until_signals_are_caught(self) -> None:
        """The command prints nothing that could be waited for while nothing happens, so its signal masks are looked at."""
        deadline = time.monotonic() + PATIENCE
        bit = 1 << (signal.SIGINT - 1)
        while time.monotonic() < deadline:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            masks = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigCgt", "SigIgn", "SigBlk"))]
            if any(mask & bit for mask in masks):
                return
            time.sleep(0.02)
        raise AssertionError("the command does not catch SIGINT")

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Its status, what it printed after what was waited for, and its errors."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # Again and again, as a person would: what arrives while the command is about to catch signals may be lost.
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                continue
        status = self.process.wait(timeout=0)
        self.reader.join(timeout=PATIENCE)
        rest = []
        while not self.lines.empty():
            rest.append(self.lines.get())
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, "\n".join(rest), errors


class LogsWatchTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.log = self.folder / "app.log"
        self.at = 0

    def write(self, *messages: str, end: str = "\n") -> None:
        with self.log.open("a", encoding="utf-8") as file:
            for message in messages:
                self.at += 1
                file.write(f"2025-09-16T00:{self.at // 60:02}:{self.at % 60:02} ERROR {message}{end}")

    def watch(self, *arguments: str) -> Watch:
        watch = Watch(self.folder, *arguments)
        self.addCleanup(lambda: watch.process.poll() is None and watch.process.kill())
        return watch

    def counts(self) -> dict[str, int]:
        done = subprocess.run(
            [BINARY, "logs", "list", "--memory", str(self.folder / "memory.db"), "--format", "json"],
            capture_output=True, check=True, timeout=PATIENCE, env=ENVIRONMENT)
        return {one["title"]: one["count"] for one in json.loads(done.stdout)}

    def test_a_log_is_followed_while_it_grows_is_rotated_and_emptied_and_a_signal_ends_with_the_report(self) -> None:
        self.write(*[f"disk {number} is full" for number in range(20)])
        watch = self.watch(str(self.log))
        watch.until("disk <*> is full")
        watch.until("20 entries of 1 service")
        # Grown, by a line that is written in two parts.
        self.write("queue 1 does not ans", end="")
        with self.log.open("a", encoding="utf-8") as file:
            file.write("wer\n")
        self.assertIn("new", watch.until("queue <*> does not answer"))
        # Renamed with a line that nobody has read, and begun anew.
        self.write("disk 21 is full")
        self.log.rename(self.folder / "app.log.1")
        self.write("cart 1 cannot be priced")
        watch.until("cart <*> cannot be priced")
        # Emptied in place, and shorter than before.
        self.write(*[f"disk {number} is full" for number in range(30, 40)])
        self.write("letter 1 was refused")
        watch.until("letter <*> was refused")
        with self.log.open("r+", encoding="utf-8") as file:
            file.truncate(0)
        self.write("tea 1 is cold")
        watch.until("tea <*> is cold")
        # What is written just before the end is seen as well.
        self.write("disk 50 is full")
        status, report, errors = watch.end()
        self.assertEqual((status, errors), (1, ""))
        self.assertIn("5 new or returned problems at P2 or above.", report)
        self.assertIn("36 entries of 1 service", report)
        self.assertRegex(report, r"disk <\*> is full  32×")
        self.assertEqual(self.counts(), {
            "disk <*> is full": 32, "queue <*> does not answer": 1, "cart <*> cannot be priced": 1, "letter <*> was refused": 1,
            "tea <*> is cold": 1})

    def test_the_next_watch_counts_nothing_twice_and_its_status_says_that_nothing_is_new(self) -> None:
        self.write("disk 1 is full", "disk 2 is full")
        first = self.watch(str(self.log), "--format", "json")
        first.until("disk <*> is full")
        status, report, errors = first.end(signal.SIGTERM)
        self.assertEqual((status, errors), (1, ""))
        whole = json.loads(report.splitlines()[-1])
        self.assertEqual((whole["schema"], whole["entries"], whole["problems"][0]["state"]), ("canon.logs/1", 2, "new"))
        self.write("disk 3 is full")
        second = self.watch(str(self.log))
        second.until("disk <*> is full")
        second.until("3 entries")
        status, report, errors = second.end()
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(self.counts(), {"disk <*> is full": 3})

    def test_a_file_that_nobody_wrote_to_gives_no_verdict(self) -> None:
        watch = self.watch(str(self.log))
        watch.until_signals_are_caught()
        status, report, errors = watch.end()
        self.assertEqual((status, report, errors), (3, "", "Nothing was written to the files meanwhile.\n"))


if __name__ == "__main__":
    unittest.main()
