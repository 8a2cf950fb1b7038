"""Which files are compared."""

import hashlib
import os
import re
from pathlib import Path

# Files that are there to be refused: a sample has all of them.
MEANT_TO_BE_BAD = re.compile(r"bad_?(syntax|coding|key)?|lib2to3/tests/data|bogus|encoded_modules|test_(grammar|fstring|syntax)")


def files_beneath(folder: Path) -> list[Path]:
    """Every `*.py`, hidden ones too; links are not followed. What `canon python check FOLDER` reads."""
    found = []
    for directory, _, names in os.walk(folder):
        for name in names:
            path = Path(directory, name)
            if name.endswith(".py") and not path.is_symlink() and path.is_file():
                found.append(path)
    return sorted(found)


def sample(folder: Path, files: list[Path], one_in: int) -> list[Path]:
    """The same part of the files on every run: those whose name says that they are broken, and one in so many."""

    def chosen(path: Path) -> bool:
        name = path.relative_to(folder).as_posix()
        return bool(MEANT_TO_BE_BAD.search(name)) or hashlib.sha256(name.encode()).digest()[0] % one_in == 0

    return [path for path in files if chosen(path)]
