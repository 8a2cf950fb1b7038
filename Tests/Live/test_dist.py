"""The archive for machines without Swift: what is in it, and which programs it refuses."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from canon_server import BINARY

ROOT = Path(__file__).resolve().parent.parent.parent
# Stands for a release build, which this test does not wait for: it needs the C library alone.
PROGRAM = '#include <stdio.h>\nint main(void) { puts("canon 9.8.7 (0123456789ab)"); return 0; }\n'


class DistTests(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def pack(self, binary: Path) -> subprocess.CompletedProcess:
        environment = dict(os.environ, SOURCE_DATE_EPOCH="1700000000")
        return subprocess.run(
            [ROOT / "Scripts/dist", "--binary", binary], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_a_program_that_needs_swift_is_refused(self) -> None:
        result = self.pack(Path(BINARY))
        self.assertEqual(result.returncode, 1, result.stdout)
        for library in ("libswiftCore.so", "libsqlite3.so.0", "libz.so.1"):
            self.assertIn(library, result.stdout)
        self.assertNotIn("libc.so.6", result.stdout)

    def test_the_archive_holds_what_its_users_need_and_is_the_same_twice(self) -> None:
        source = self.folder / "canon.c"
        source.write_text(PROGRAM)
        binary = self.folder / "canon"
        subprocess.run([shutil.which("cc") or "clang", "-o", binary, source], check=True)
        shutil.copy(binary, self.folder / "canon-swift")
        result = self.pack(binary)
        self.assertEqual(result.returncode, 0, result.stdout)
        [archive] = (ROOT / ".build/dist").glob("canon-9.8.7-*.tar.gz")
        self.addCleanup(archive.unlink)
        checksum = archive.with_name(archive.name + ".sha256")
        self.addCleanup(checksum.unlink)
        first = archive.read_bytes()
        subprocess.run(["sha256sum", "--check", "--quiet", checksum.name], check=True, cwd=archive.parent)
        with tarfile.open(archive) as packed:
            top = archive.name.removesuffix(".tar.gz")
            names = {member.name.removeprefix(top + "/") for member in packed if member.isfile()}
            self.assertTrue(all(member.name.split("/")[0] == top and member.uid == 0 and member.mtime == 1700000000 for member in packed))
            packed.extractall(self.folder / "out", filter="data")
        self.assertLessEqual(
            {"bin/canon", "bin/canon-swift", "LICENSE", "THIRD-PARTY.txt", "README.md", "deploy/canon.service", "clients/canon.js", "clients/canon.py",
             "share/bash-completion/completions/canon", "share/zsh/site-functions/_canon", "share/fish/vendor_completions.d/canon.fish"},
            names)
        program = self.folder / "out" / top / "bin/canon"
        self.assertEqual(subprocess.run([program], capture_output=True, text=True).stdout, "canon 9.8.7 (0123456789ab)\n")
        licences = (self.folder / "out" / top / "THIRD-PARTY.txt").read_text()
        for work in ("GRDB.swift", "swift-nio", "swift-crypto", "hummingbird", "Yams"):
            self.assertIn(f"==== {work}: ", licences)
        self.assertEqual(self.pack(binary).returncode, 0)
        self.assertEqual(archive.read_bytes(), first)


if __name__ == "__main__":
    unittest.main()
