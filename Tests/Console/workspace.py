"""Makes a small project with names that no program can know beforehand, so that only reading it can answer.

    python Tests/Console/workspace.py FOLDER

Prints the variables that support.py reads: CANON_SYMBOL, and CANON_SYMBOL_PLACE as path:line.
"""

import random
import string
import sys
from pathlib import Path

HEADS = ["Amber", "Birch", "Cobalt", "Drift", "Ember", "Fern", "Garnet", "Harbor", "Indigo", "Juniper"]
TAILS = ["Index", "Ledger", "Planner", "Catalog", "Scheduler", "Registry", "Resolver", "Archive"]


def name() -> str:
    return random.choice(HEADS) + "".join(random.choices(string.ascii_lowercase, k=5)) + random.choice(TAILS)


def main(folder: Path) -> None:
    symbol, other = name(), name()
    package = "".join(random.choices(string.ascii_lowercase, k=7))
    lead = [f"# Entry {number} of the notes on {package}." for number in range(random.randint(2, 30))]
    python = [
        f'"""The {package} package\'s store."""',
        "",
        *lead,
        "",
        f"class {symbol}:",
        '    """Keeps entries by their key, in the order of their arrival."""',
        "",
        "    def __init__(self) -> None:",
        "        self.entries: dict[str, str] = {}",
        "",
        "    def add(self, key: str, text: str) -> None:",
        "        # TODO: refuse an empty key",
        "        self.entries[key] = text",
        "",
        "    def find(self, key: str) -> str | None:",
        "        return self.entries.get(key)",
    ]
    swift = [f"struct {other} {{", "    let name: String", "    func describe() -> String { name }", "}"]
    usage = [f"from {package}.store import {symbol}", "", f"store = {symbol}()", 'store.add("first", "text")']
    readme = [f"# {package}", "", f"`{symbol}` keeps the entries.", "", "## Use", "", "Run `python main.py`."]
    files = {
        f"{package}/store.py": python,
        f"{package}/__init__.py": [],
        f"Sources/{other}.swift": swift,
        "main.py": usage,
        "README.md": readme,
    }
    for path, lines in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    line = python.index(f"class {symbol}:") + 1
    print(f"CANON_SYMBOL={symbol}")
    print(f"CANON_SYMBOL_PLACE={package}/store.py:{line}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
