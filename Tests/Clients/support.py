"""What the tests of the clients share: where the clients are, and the live tests' own helpers."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
for folder in ("clients", "Tests/Live"):
    sys.path.insert(0, str(ROOT / folder))
