"""A git repository to migrate in, and what `canon migrate` makes of it."""

import os
import subprocess
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE

TARGET = "shop.store.Store"
MANIFEST = """\
audit:
  python: "3.11"
  concepts:
    store:
      canonical: shop.store.Store
"""
STORE = """\
class Store:
    def __init__(self):
        self.items = {}

    def put(self, key, value):
        self.items[key] = value

    def get(self, key):
        return self.items.get(key)

    def drop(self, key):
        del self.items[key]
"""

Snapshot = "dict[str, tuple[int, bytes]]"


def quiet_git() -> "dict[str, str]":
    return {
        **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
    }


def snapshot(tree: Path) -> Snapshot:
    """Every file of a tree that is not git's own, with its mode and bytes; folders count as well."""
    files = {}
    for folder, names, files_here in os.walk(tree):
        if ".git" in names:
            names.remove(".git")
        for name in files_here:
            path = Path(folder, name)
            if name == ".git":
                continue
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            files[str(path.relative_to(tree))] = (path.lstat().st_mode, content)
        for name in names:
            files[str(Path(folder, name).relative_to(tree)) + "/"] = (0, b"")
    return files


class Repository:
    """A work tree below a folder, which is for the cache and for temporary files as well."""

    def __init__(self, folder: Path, name: str = "tree"):
        self.folder = folder
        self.tree = folder / name
        self.temporary = folder / "tmp"
        for path in (self.tree, self.temporary):
            path.mkdir(parents=True, exist_ok=True)

    @classmethod
    def small(cls, folder: Path, consumers: int = 3) -> "Repository":
        """A class, a module that passes it on, and consumers that take it from there."""
        repository = cls(folder)
        repository.write("canon.yaml", MANIFEST)
        repository.write("shop/__init__.py", "")
        repository.write("shop/store.py", STORE)
        repository.write("shop/compat.py", "from shop.store import Store\n\nLIMIT = 1\n")
        repository.write("shop/limits.py", "from shop.compat import LIMIT\n\nTWICE = 2 * LIMIT\n")
        for number in range(consumers):
            text = f"from shop.compat import Store\n\nvalue_{number} = Store()\n"
            repository.write(f"shop/use_{number:03}.py", text)
        (repository.tree / "shop/use_000.py").chmod(0o755)
        repository.commit()
        return repository

    def write(self, name: str, text: "str | bytes") -> Path:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(self.tree), *arguments], capture_output=True, text=True, env=quiet_git(),
            check=True).stdout

    def commit(self) -> None:
        if not (self.tree / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "state")

    @property
    def environment(self) -> "dict[str, str]":
        return {
            **ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache"), "TMPDIR": str(self.temporary),
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, *arguments: str, folder: "Path | None" = None, **options) -> subprocess.Popen:
        environment = {**self.environment, **options.pop("env", {})}
        return subprocess.Popen(
            [BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
            cwd=folder or self.tree, **options)

    def canon(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **options)
        try:
            output, errors = process.communicate(timeout=PATIENCE * 30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def apply(self, *arguments: str, to: str = TARGET, **options) -> subprocess.CompletedProcess:
        return self.canon("migrate", "--to", to, "--apply", *arguments, **options)

    @property
    def journal(self) -> Path:
        return Path(self.git("rev-parse", "--path-format=absolute", "--git-path", "canon-migrate").strip())
