"""What `canon python` says of the same files."""

import json
import os
import subprocess
from pathlib import Path

from interpreters import Failure

# Nobody waits for longer: the slowest is a debug build over a whole standard library.
SECONDS = 1800


class Canon:
    def __init__(self, program: Path):
        self.program = program
        # The settings of whoever runs this must not reach the program; neither may facts from an earlier build of it.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CANON_")}
        self.environment["SWIFT_BACKTRACE"] = "enable=no"

    def verdicts(self, version: str, folder: Path) -> dict[Path, dict]:
        """By path, of every `*.py` beneath the folder."""
        output = self.run(["python", "check", "--no-cache", "--format", "json", "--python", version, str(folder)], (0, 1))
        report = json.loads(output)
        if report["python"] != version:
            raise Failure(f"canon answered for Python {report['python']}, not {version}")
        return {folder / file["path"]: file for file in report["files"]}

    def facts(self, version: str, folder: Path) -> dict[Path, dict]:
        """Declarations and imports by path. The report has a file a line, so that a large one is never held whole."""
        command = ["python", "facts", "--no-cache", "--format", "json", "--only", "declarations,imports"]
        output = self.run([*command, "--python", version, str(folder)], (0, 1))
        files = {}
        for line in output.splitlines():
            line = line.strip().rstrip(b",")
            if line.startswith(b'{"path"'):
                file = json.loads(line)
                files[folder / file["path"]] = file
        return files

    def dump(self, version: str, path: Path) -> "str | None":
        """The tree in the words of `ast.dump(tree, include_attributes=True)`."""
        command = ["python", "ast", "--format", "dump", "--attributes", "--python", version, str(path)]
        output = self.run(command, (0, 1))
        return output.decode().rstrip("\n") or None

    def run(self, arguments: list[str], statuses: tuple[int, ...]) -> bytes:
        run = subprocess.run(
            [self.program, *arguments], capture_output=True, timeout=SECONDS, env=self.environment, check=False
        )
        if run.returncode not in statuses:
            words = run.stderr.decode(errors="replace").strip()[-2000:]
            raise Failure(f"canon {' '.join(arguments)} ended with status {run.returncode}: {words}")
        return run.stdout
