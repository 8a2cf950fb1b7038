"""What the benchmarks of command-line programs share: environments for peers, the size of a tree, and one timed run."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def peers(name: str, *packages: str) -> Path:
    """The `bin` of a Python environment with these packages from PyPI, made when it is not there."""
    folder = ROOT / ".build" / name
    stamp = folder / "packages.txt"
    if not (stamp.exists() and stamp.read_text().split() == list(packages)):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
        stamp.write_text("\n".join(packages))
    return folder / "bin"


def canon() -> str:
    """The program under test: $CANON_BINARY, or the release build."""
    program = os.environ.get("CANON_BINARY", str(ROOT / ".build/release/canon"))
    if not Path(program).exists():
        sys.exit(f"{program} is not built; run: swift build -c release --product canon")
    return program


def sources(folders: list[Path]) -> tuple[int, int]:
    """Files and bytes of Python source, all of them read, so that the page cache is warm."""
    count = size = 0
    for folder in folders:
        for directory, _, names in os.walk(folder):
            for name in names:
                path = Path(directory, name)
                if name.endswith(".py") and not path.is_symlink() and path.is_file():
                    count += 1
                    size += len(path.read_bytes())
    return count, size


def measure(command: list[str], *, allowed: tuple[int, ...] = (0, 1), **options) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds (user and system, children included), peak memory in megabytes.

    `allowed` are the statuses that are no failure: programs that check end with 1 when they find something.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) not in allowed:
        sys.exit(f"{' '.join(map(str, command))}: {error.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
