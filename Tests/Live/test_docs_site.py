"""The site of the documentation: made by DocC of what stands in the repository, without one link that leads nowhere."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def make(root: Path, output: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [root / "Scripts/docs-site", "--output", output, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)


class DocsSiteTests(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def copy(self) -> Path:
        root = self.folder / "copy"
        for name in ("docs", "clients", "deploy", "examples"):
            shutil.copytree(ROOT / name, root / name)
        for name in ("Scripts", "Benchmarks"):
            (root / name).mkdir()
        for name in ("README.md", "Benchmarks/README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Scripts/docs-site"):
            shutil.copy(ROOT / name, root / name)
        return root

    def test_articles_and_symbols_become_one_site(self) -> None:
        site = self.folder / "site"
        result = make(ROOT, site)
        self.assertEqual(result.returncode, 0, result.stdout)
        for page in ("canon", "canon/guides-deploying", "canon/rules-import-path", "canonwire/eventdraft", "canonaudit/audit"):
            self.assertTrue((site / "documentation" / page / "index.html").is_file(), page)
        front = json.loads((site / "data/documentation/canon.json").read_text())
        self.assertEqual(front["metadata"]["title"], "Canon")
        linked = {reference.rsplit("/", 1)[-1] for group in front["topicSections"] for reference in group["identifiers"]}
        written = {path.stem for path in (site / "data/documentation/canon").glob("*.json")}
        self.assertEqual(linked, written, "the front page lists every article")

    def test_a_link_that_leads_nowhere_is_an_error(self) -> None:
        root = self.copy()
        whole = make(root, self.folder / "whole", "--articles-only")
        self.assertEqual(whole.returncode, 0, whole.stdout)
        for text, told in (("See [that](gone.md).", "docs/guides/logs.md: gone.md is not there"), ("See <doc:gone>.", "gone")):
            page = root / "docs/guides/logs.md"
            page.write_text((ROOT / "docs/guides/logs.md").read_text() + f"\n{text}\n")
            result = make(root, self.folder / "broken", "--articles-only")
            self.assertNotEqual(result.returncode, 0, text)
            self.assertIn(told, result.stdout)
            self.assertFalse((self.folder / "broken").exists(), "nothing is written")


if __name__ == "__main__":
    unittest.main()
