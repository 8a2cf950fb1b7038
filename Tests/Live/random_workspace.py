"""A workspace nobody has seen before, so that no answer about it can be prepared."""

import random
import string
from pathlib import Path


def random_name(rng: random.Random, capital: bool) -> str:
    letters = "".join(rng.choices(string.ascii_lowercase, k=9))
    return (letters.capitalize() + rng.choice("XYZ") + letters[:4]) if capital else f"{letters}_{letters[::-1]}"


class RandomWorkspace:
    """Python and Swift files with definitions at random lines. `places` says where each name is: (path, line)."""

    def __init__(self, folder: Path, seed: int, files: int = 6):
        rng = random.Random(seed)
        self.folder = folder
        self.places: dict[str, tuple[str, int]] = {}
        for number in range(files):
            language = ("py", "swift")[number % 2]
            path = f"{random_name(rng, False)}/{random_name(rng, False)}.{language}"
            lines: list[str] = []
            for kind in ("class", "function"):
                lines += self._filler(rng, language)
                name = random_name(rng, kind == "class")
                self.places[name] = (path, len(lines) + 1)
                lines += self._definition(kind, name, language)
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text("\n".join(lines) + "\n")

    @staticmethod
    def _filler(rng: random.Random, language: str) -> list[str]:
        comment = "#" if language == "py" else "//"
        return [rng.choice(["", f"{comment} line {index}"]) for index in range(rng.randrange(1, 60))]

    @staticmethod
    def _definition(kind: str, name: str, language: str) -> list[str]:
        if language == "py":
            return [f"class {name}:", "    pass"] if kind == "class" else [f"def {name}(value):", "    return value"]
        if kind == "class":
            return [f"final class {name} {{", "    let value = 1", "}"]
        return [f"func {name}(value: Int) -> Int {{", "    value", "}"]

    def named_in(self, answer: str, name: str) -> list[str]:
        """The places `path:line` in an answer that exist and hold the name."""
        found = []
        for path in {path for path, _ in self.places.values()}:
            lines = (self.folder / path).read_text().splitlines()
            for number, line in enumerate(lines, 1):
                # Followed by no further digit: line 1 is no part of line 12.
                place = f"{path}:{number}"
                at = answer.find(place)
                if at >= 0 and not answer[at + len(place):at + len(place) + 1].isdigit() and name in line:
                    found.append(place)
        return found
