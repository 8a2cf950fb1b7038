"""Compares `canon python` with every installed CPython: verdicts, declarations and imports, and the tree.

The corpus is each interpreter's own standard library with its tests (some of which must not parse) and its site-packages,
or the folders that are given; then sources at the limits of the grammar, and mutants of the corpus. The verdict of
`ast.parse` on the bytes of a file is right. Every number that is compared is printed; a disagreement, or a comparison
that was smaller than it has to be, ends with status 1.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import edges
import mutants
from interpreters import VERSIONS, Failure, Interpreter, Oracle, find
from subject import Canon

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".build/python-differential"
SHOWN = 15
# Fewer, and something is wrong with the corpus rather than right with the parser.
FEWEST_FILES = {"sample": 100, "full": 1500}
FEWEST_BROKEN = {"sample": 1, "full": 3}
FEWEST_VERSIONS_IN_CI = 3


@dataclass
class Comparison:
    """What was compared for one version, and what disagreed."""

    version: str
    counts: Counter = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def disagree(self, kind: str, path: Path, what: str) -> None:
        self.counts["disagreements"] += 1
        self.disagreements.append(f"{self.version} {kind} {path}: {what}")


def compare_verdicts(comparison: Comparison, kind: str, files: list[Path], said: list[dict], canon: dict[Path, dict],
                     keep: "Path | None" = None) -> None:
    for path, expected in zip(files, said):
        actual = canon.get(path)
        if "died" in expected:
            comparison.counts["no verdict"] += 1
            continue
        comparison.counts[kind] += 1
        if actual is None:
            comparison.disagree(kind, path, "canon did not read it")
            continue
        comparison.counts["broken " + kind] += not expected["ok"]
        if actual["ok"] != expected["ok"]:
            says = "accepts it" if expected["ok"] else f"{expected['type']} {expected['line']}:{expected['column']} {expected['message']}"
            error = actual.get("error") or {}
            answer = "accepts it" if actual["ok"] else f"{error.get('line')}:{error.get('column')} {error.get('message')}"
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                path = Path(shutil.copy(path, keep / f"{path.parent.name}-{path.name}"))
            comparison.disagree(kind, path, f"CPython: {says}; canon: {answer}")
        elif not expected["ok"]:
            comparison.counts["places"] += 1
            comparison.counts["same line"] += actual["error"]["line"] == expected["line"]
            comparison.counts["same column"] += (actual["error"]["line"], actual["error"]["column"]) == (
                expected["line"], expected["column"])
            comparison.counts["same message"] += actual["error"]["message"] == expected["message"]


def compare_outlines(comparison: Comparison, oracle: Oracle, canon: Canon, folder: Path, files: list[Path]) -> None:
    """Names, kinds, nesting and lines of classes, functions and imports."""
    facts = canon.facts(comparison.version, folder)
    for path, expected in zip(files, oracle.ask("outline", files)):
        if not expected.get("ok"):
            continue
        comparison.counts["outlines"] += 1
        actual = facts.get(path)
        if actual is None or not actual["ok"]:
            comparison.disagree("outline", path, "canon has no facts of it")
            continue
        declarations = [
            [item["kind"], item["qualified_name"], item["line"], item["end_line"]] for item in actual["declarations"]
        ]
        imports = [
            [item["within"], item["line"], item["module"], item["level"],
             [[name["name"], name["alias"]] for name in item["names"]]] for item in actual["imports"]
        ]
        for what, ours, theirs in (
            ("declarations", declarations, expected["declarations"]), ("imports", imports, expected["imports"]),
        ):
            comparison.counts[what] += len(theirs)
            if ours != theirs:
                at = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
                comparison.disagree("outline", path, f"{what}[{at}]: CPython {theirs[at:at + 1]}, canon {ours[at:at + 1]}")


def compare_trees(comparison: Comparison, oracle: Oracle, canon: Canon, files: list[Path]) -> None:
    for path, expected in zip(files, oracle.ask("dump", files)):
        if not expected.get("ok"):
            continue
        comparison.counts["trees"] += 1
        actual = canon.dump(comparison.version, path)
        if actual != expected["dump"]:
            comparison.disagree("tree", path, first_difference(expected["dump"], actual or ""))


def has_trees(version: str) -> bool:
    """The tree has the shape of 3.9 and later; that of 3.8 has `Index` and `ExtSlice` and prints every `kind=None`."""
    return version != "3.8"


def first_difference(expected: str, actual: str) -> str:
    at = next((i for i, pair in enumerate(zip(expected, actual)) if pair[0] != pair[1]), min(len(expected), len(actual)))
    begin = max(0, at - 60)
    return f"at character {at}: CPython ...{expected[begin:at + 80]!r}, canon ...{actual[begin:at + 80]!r}"


def compare(interpreter: Interpreter, options: argparse.Namespace, canon: Canon, pool: "dict[str, tuple[Path, list[Path]]]") -> Comparison:
    comparison = Comparison(interpreter.version)
    oracle = Oracle(interpreter, WORK)
    for folder in options.folders or [interpreter.library]:
        folder = folder.resolve()
        files = corpus.files_beneath(folder)
        if options.sample:
            files, folder = corpus_copy(folder, corpus.sample(folder, files, options.one_in), interpreter.version)
        answers = canon.verdicts(interpreter.version, folder)
        for extra in sorted(set(answers) - set(files)):
            comparison.disagree("files", extra, "canon read it, but it is not part of the corpus")
        compare_verdicts(comparison, "files", files, oracle.verdicts(files), answers)
        if not options.no_facts:
            compare_outlines(comparison, oracle, canon, folder, files)
        if options.trees and has_trees(interpreter.version):
            said = oracle.verdicts(files)
            small = [path for path, verdict in zip(files, said) if verdict.get("ok") and path.stat().st_size < 60_000]
            chosen = random.Random(options.seed).sample(small, min(options.trees, len(small)))
            compare_trees(comparison, oracle, canon, chosen)
    for kind, (folder, files) in pool.items():
        keep = WORK / "disagreements" / interpreter.version
        compare_verdicts(
            comparison, kind, files, oracle.verdicts(files), canon.verdicts(interpreter.version, folder), keep)
    return comparison


def corpus_copy(folder: Path, files: list[Path], version: str) -> "tuple[list[Path], Path]":
    """A folder with a part of the corpus only, because `canon` reads whole folders."""
    copy = WORK / "sample" / version
    shutil.rmtree(copy, ignore_errors=True)
    copies = []
    for path in files:
        target = copy / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        copies.append(Path(shutil.copy(path, target)))
    return copies, copy


def shortfalls(comparison: Comparison, options: argparse.Namespace, pool: "dict[str, tuple[Path, list[Path]]]") -> list[str]:
    """What was not compared although it should have been: an empty comparison agrees about everything."""
    counts, found = comparison.counts, []

    def at_least(what: str, least: int) -> None:
        if counts[what] < least:
            found.append(f"{comparison.version}: compared {counts[what]} {what}, fewer than {least}")

    if not options.folders:
        size = "sample" if options.sample else "full"
        at_least("files", FEWEST_FILES[size])
        at_least("broken files", FEWEST_BROKEN[size])
        if not options.no_facts:
            at_least("outlines", FEWEST_FILES[size] - 50)
            at_least("declarations", FEWEST_FILES[size])
            at_least("imports", FEWEST_FILES[size])
        if has_trees(comparison.version):
            at_least("trees", options.trees * 9 // 10)
    for kind, (_, files) in pool.items():
        at_least(kind, len(files) - len(files) // 1000)
    if counts["no verdict"] * 1000 > counts["files"] + counts["mutants"] + 1000:
        found.append(f"{comparison.version}: CPython had no verdict of {counts['no verdict']} files")
    return found


def report(comparison: Comparison, seconds: float) -> None:
    counts = comparison.counts
    parts = [f"{counts[what]} {what}" for what in ("files", "edges", "mutants") if counts[what]]
    broken = counts["broken files"] + counts["broken edges"] + counts["broken mutants"]
    print(f"{comparison.version}: {', '.join(parts)} ({broken} do not parse, {counts['no verdict']} without a verdict); "
          f"{counts['declarations']} declarations and {counts['imports']} imports in {counts['outlines']} files; "
          f"{counts['trees']} trees; {counts['disagreements']} disagreements; {seconds:.0f} s")
    if counts["places"]:
        percent = {what: 100 * counts[what] / counts["places"] for what in ("same line", "same column", "same message")}
        print("      errors: " + ", ".join(f"{what} {value:.1f} %" for what, value in percent.items()))
    for line in comparison.disagreements[:SHOWN]:
        print("      " + line)
    if len(comparison.disagreements) > SHOWN:
        print(f"      ... and {len(comparison.disagreements) - SHOWN} more")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="folders to compare instead of each interpreter's library")
    parser.add_argument("--canon", type=Path, default=Path(os.environ.get("CANON_BINARY", ROOT / ".build/debug/canon")))
    parser.add_argument("--versions", default=",".join(VERSIONS), help="3.8,3.11")
    parser.add_argument("--mutants", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trees", type=int, default=20, metavar="N", help="files whose whole trees are compared")
    parser.add_argument("--sample", action="store_true", help="a part of the corpus, the same on every run")
    parser.add_argument("--one-in", type=int, default=12, metavar="N", help="how large a part (12)")
    parser.add_argument("--no-facts", action="store_true", help="verdicts only")
    parser.add_argument("--no-corpus", action="store_true", help="edges and mutants only")
    options = parser.parse_args()
    if not options.canon.exists():
        raise Failure(f"{options.canon} is not built; run: swift build --product canon")
    options.canon = options.canon.resolve()
    unknown = [version for version in options.versions.split(",") if version not in VERSIONS]
    if unknown:
        raise Failure(f"unknown versions {unknown}; known are {', '.join(VERSIONS)}")
    return options


def main() -> int:
    options = arguments()
    canon = Canon(options.canon)
    print(f"seed {options.seed}, {options.mutants} mutants, {options.canon}", flush=True)
    interpreters, failures = [], []
    for version in options.versions.split(","):
        if interpreter := find(version):
            interpreters.append(interpreter)
        else:
            print(f"{version}: SKIPPED, no python{version} on the PATH nor in pyenv's folder")
    needed = FEWEST_VERSIONS_IN_CI if os.environ.get("CI") == "true" else 1
    if len(interpreters) < needed:
        print(f"python differential: SKIPPED, {len(interpreters)} interpreters found and {needed} needed")
        return 1 if needed > 1 else 0

    shutil.rmtree(WORK / "disagreements", ignore_errors=True)
    total: Counter = Counter()
    with tempfile.TemporaryDirectory(prefix="canon-differential-") as temporary:
        pool = {"edges": (Path(temporary, "edges"), edges.write(Path(temporary, "edges")))}
        if options.mutants:
            folders = options.folders or [item.library for item in interpreters]
            sources = [path for folder in folders for path in corpus.files_beneath(folder)]
            folder = Path(temporary, "mutants")
            pool["mutants"] = (folder, mutants.write(folder, options.seed, sources, options.mutants))
        if options.no_corpus:
            options.folders, options.no_facts, options.trees = [Path(temporary, "edges/layout")], True, 0
        for interpreter in interpreters:
            began = time.monotonic()
            comparison = compare(interpreter, options, canon, pool)
            report(comparison, time.monotonic() - began)
            failures += shortfalls(comparison, options, pool)
            total += comparison.counts
            sys.stdout.flush()
    for line in failures:
        print(line)
    print(f"python differential: {len(interpreters)} versions, {total['files']} files, {total['edges']} edges, "
          f"{total['mutants']} mutants, {total['outlines']} outlines, {total['trees']} trees, "
          f"{total['disagreements']} disagreements")
    return 1 if failures or total["disagreements"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"python differential: {failure}", file=sys.stderr)
        sys.exit(2)
