"""The CPythons of this machine, and what each says of files."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

# What the parser knows; 3.14 rests on its PEPs and is compared when an interpreter is there.
VERSIONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
WORKER = Path(__file__).with_name("worker.py")
# Isolated, without site (which imports packages), without warnings, without .pyc files.
FLAGS = ["-I", "-S", "-B", "-W", "ignore"]


class Failure(Exception):
    """The comparison itself could not be made."""


@dataclass(frozen=True)
class Interpreter:
    version: str
    """What `canon python --python` takes: "3.11"."""
    program: str
    patch: str
    """"3.11.7": verdicts differ between patch levels."""
    library: Path
    """The standard library, with `test` and `site-packages` in it."""


def find(version: str) -> "Interpreter | None":
    """`pythonX.Y` on the PATH, else in pyenv's folder (of which PATH may have shims that answer for no version)."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = sorted(root.glob(f"{version}.*"), key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])
    candidates = [str(path / "bin/python") for path in reversed(installed)]
    if on_path := shutil.which(f"python{version}"):
        candidates.insert(0, on_path)
    question = (
        "import json, sys, sysconfig; print(json.dumps([sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], "
        "sysconfig.get_path('stdlib')]))"
    )
    for program in candidates:
        run = subprocess.run([program, *FLAGS, "-c", question], capture_output=True, text=True)
        if run.returncode != 0:
            continue
        name, patch, library = json.loads(run.stdout)
        if name == "cpython" and patch.startswith(version + "."):
            return Interpreter(version, program, patch, Path(library))
    return None


def content_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Oracle:
    """Asks one interpreter, and remembers its verdicts by patch level and content in a file under `.build`."""

    def __init__(self, interpreter: Interpreter, cache: Path):
        self.interpreter = interpreter
        self.cache = cache / f"verdicts-{interpreter.patch}-{content_hash(WORKER)[:12]}.json"
        self.known: dict[str, dict] = {}
        with contextlib.suppress(OSError, ValueError):
            self.known = json.loads(self.cache.read_text())

    def verdicts(self, files: list[Path]) -> list[dict]:
        hashes = [content_hash(path) for path in files]
        missing = {digest: path for digest, path in zip(hashes, files) if digest not in self.known}
        if missing:
            answers = self.ask("verdict", list(missing.values()))
            self.known.update(zip(missing.keys(), answers))
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.cache.parent, delete=False) as file:
                json.dump(self.known, file)
            os.replace(file.name, self.cache)
        return [self.known[digest] for digest in hashes]

    def ask(self, task: str, files: list[Path]) -> list[dict]:
        """One answer for each file. A file that ends the interpreter gets `{"died": signal}`: no verdict at all."""
        answers: list[dict] = []
        while len(answers) < len(files):
            rest = files[len(answers):]
            command = [self.interpreter.program, *FLAGS, str(WORKER), task]
            with tempfile.TemporaryFile() as complaints, subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints
            ) as process:
                feeder = threading.Thread(target=feed, args=(process.stdin, rest), daemon=True)
                feeder.start()
                answers += [json.loads(line) for line in process.stdout if line.endswith(b"\n")]
                status = process.wait()
                feeder.join()
                if status > 0:
                    complaints.seek(0)
                    raise Failure(f"{self.interpreter.program}: {complaints.read().decode(errors='replace')}")
            if len(answers) < len(files):
                answers.append({"died": -status})
        return answers


def feed(pipe, files: list[Path]) -> None:
    # The reader may die of one of the files.
    with contextlib.suppress(BrokenPipeError), pipe:
        for path in files:
            pipe.write(os.fsencode(path) + b"\n")
