"""The servers under load: each one process on one core, with a folder of its own for what it writes."""

import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent
SERVER_CORE, CLIENT_CORE = "0", "1"
PATIENCE = 60  # seconds that a server may take to start or to stop

# Nothing of the caller's own settings reaches the gateway.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CANON_")}

# The limits that a load test is meant to exceed. Everything else is as it is delivered.
CONFIGURATION = """\
serve:
  demo: true
  agent:
    kind: external
  limits:
    connections_per_user: 10000
    messages_per_second: 1000000
    message_burst: 1000000
    slow_consumer_seconds: 600
"""


class Failure(Exception):
    """Something that a person has to mend; the text says how."""


def allow_open_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        raise Failure(f"{count} open files are needed and {hard} allowed: raise the limit (`ulimit -Hn`) or use --quick")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server. Use with `with`."""

    name = ""
    #: The paths at which it echoes and fans out.
    echo_path = "/"
    fan_path = "/"

    def __init__(self, command: list, folder: Path | None = None, port: int | None = None):
        self.folder = folder or Path(tempfile.mkdtemp(prefix="bench-", dir=BENCHMARKS / ".build"))
        self.port = port or free_port()
        self._output = self.folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *map(str, command)], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=ENVIRONMENT, cwd=self.folder,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise

    @property
    def pid(self) -> int:
        return self.process.pid  # taskset becomes the server

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def _is_ready(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"{self.name} did not start:\n{self.output[-2000:]}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Echo(Server):
    """The codec of the gateway with nothing behind it."""

    name = "echo"

    def __init__(self, fans_out: bool = False):
        port = free_port()
        program = BENCHMARKS / ".build/release/echo"
        super().__init__([program, "--port", port, "--fan", int(fans_out)], port=port)


class Uvicorn(Server):
    """uvicorn with websockets and uvloop, the way most Python services serve sockets. Compression is off, as it is in
    the others."""

    name = "uvicorn"
    fan_path = "/fan"
    python = BENCHMARKS / ".build/peers/bin/python"

    def __init__(self, fans_out: bool = False):
        port = free_port()
        super().__init__(
            [
                self.python, "-m", "uvicorn", "uvicorn_echo:app", "--app-dir", BENCHMARKS / "peers", "--host",
                "127.0.0.1", "--port", port, "--ws", "websockets", "--loop", "uvloop", "--ws-per-message-deflate",
                "false", "--log-level", "warning", "--backlog", "4096",
            ],
            port=port,
        )


class Canon(Server):
    """The gateway with its database, on the disk this repository is on."""

    name = "canon"
    echo_path = "/ws"
    program = ROOT / ".build/release/canon"

    def __init__(self, users: int):
        allow_open_files(20_000 if users > 5000 else 8192)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=BENCHMARKS / ".build"))
        data = folder / "data"
        data.mkdir(mode=0o700)
        (data / "canon.yaml").write_text(CONFIGURATION)
        super().__init__([self.program, "serve", "--port", 0, "--data-dir", data], folder=folder, port=1)
        created = subprocess.run(
            [self.program, "tokens", "create", "bench", "--role", "service", "--data-dir", data],
            env=ENVIRONMENT, capture_output=True, text=True,
        )
        if created.returncode != 0:
            self.__exit__()
            raise Failure(f"canon tokens create: {created.stderr}")
        self.service_token = folder / "service-token"
        self.service_token.write_text(created.stdout)
        self.users = folder / "users"
        self._make_users(users)

    def _is_ready(self) -> bool:
        lines = self.output.rpartition("\n")[0]
        match = re.search(r"Console\s+http://127\.0\.0\.1:(\d+)", lines)
        if not match:
            return False
        self.port = int(match[1])
        return True

    def _make_users(self, count: int) -> None:
        """Visitors with real tokens. One address may make 100 of them in a quarter of an hour, so each hundred comes
        from an address of its own: all of 127.0.0.0/8 is this machine."""
        with self.users.open("w") as file:
            for start in range(0, count, 100):
                block = start // 100
                client = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=PATIENCE, source_address=(f"127.1.{block // 250}.{block % 250 + 1}", 0)
                )
                for _ in range(min(100, count - start)):
                    client.request("POST", "/auth/demo")
                    response = client.getresponse()
                    body = response.read()
                    if response.status != 200:
                        raise Failure(f"POST /auth/demo: {response.status} {body[:300]!r}")
                    session = json.loads(body)
                    file.write(f"{session['user']['id']} {session['access_token']}\n")
                client.close()
