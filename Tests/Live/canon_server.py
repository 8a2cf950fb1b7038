"""The program under test as its users have it: a process, its two outputs, and what it must never write to them."""

import contextlib
import datetime
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BINARY = os.environ.get("CANON_BINARY", str(Path(__file__).parents[2] / ".build/debug/canon"))
# How long anything may take that is not itself a limit under test, in seconds. Generous, because a test that fails on
# a busy machine teaches to ignore failures.
PATIENCE = 20
SEVERITIES = {"DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"}
LOG_FIELDS = ("timestamp", "severity", "service", "logger", "message", "textPayload")
JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
SECRET_MEMBERS = ("access_token", "refresh_token", "ticket_id", "secret")

# Nothing of the tests' own settings reaches the program.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CANON_")}

# Every credential that the tests made or were given. None of them may stand in what a server writes.
known_secrets: set[str] = set()


def secret(text: str) -> str:
    """Remembers a credential, which from now on may stand in no output."""
    known_secrets.add(text)
    return text


def new_password() -> str:
    return secret("pw-" + secrets.token_urlsafe(18))


def eventually(what: str, condition, seconds: float = PATIENCE):
    """Asks until the condition holds, and returns what it said."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)
    return value


class Answer:
    """What an HTTP request was answered with."""

    def __init__(self, status: int, headers, body: bytes):
        self.status = status
        self.headers = headers
        self.text = body.decode()

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self) -> str:
        return f"{self.status} {self.text[:400]}"


class CommandResult:
    """How a command that is not a server ended."""

    def __init__(self, process: subprocess.CompletedProcess):
        self.status = process.returncode
        self.output = process.stdout.decode()
        self.errors = process.stderr.decode()

    def __repr__(self) -> str:
        return f"exit status {self.status}\n-- standard output\n{self.output}\n-- standard error\n{self.errors}"


def run(*arguments, stdin: str = "", environment: dict | None = None, user: int | None = None) -> CommandResult:
    """Runs the program until it ends."""
    return CommandResult(
        subprocess.run(
            [BINARY, *map(str, arguments)], input=stdin.encode(), capture_output=True, timeout=PATIENCE,
            env={**ENVIRONMENT, **(environment or {})}, user=user,
        )
    )


class Server:
    """A running `canon serve`. Its URL comes from the banner, because the system chose the port."""

    def __init__(self, folder: Path, arguments: list[str], environment: dict[str, str], tls: ssl.SSLContext | None):
        folder.mkdir(parents=True)
        self.arguments = arguments
        self.tls = tls
        self._output_path = folder / "stdout"
        self._errors_path = folder / "stderr"
        with self._output_path.open("wb") as output, self._errors_path.open("wb") as errors:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--port", "0", *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env={**ENVIRONMENT, **environment},
            )
        try:
            self.url = eventually("the banner", self._console)
        except AssertionError:
            self.kill()
            raise
        self.port = int(self.url.rsplit(":", 1)[1])
        self.setup_token = match[1] if (match := re.search(r"/setup#(\S+)", self.output)) else None
        if self.setup_token:
            secret(self.setup_token)

    def _console(self) -> str | None:
        # Whole lines only: the last one may be half written.
        lines = self.output.rpartition("\n")[0]
        # The data folder's line is the banner's last.
        if (match := re.search(r"Console\s+(\S+)", lines)) and re.search(r"^\s*Data\s", lines, re.M):
            return match[1]
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode} before its banner\n{self.errors}")
        return None

    @property
    def output(self) -> str:
        return self._output_path.read_text()

    @property
    def errors(self) -> str:
        return self._errors_path.read_text()

    @property
    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.errors.splitlines()]

    # -- Ending

    def kill(self) -> None:
        """As a crash does: no warning, no good-bye."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def terminate(self) -> int:
        """Asks the server to stop, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE * 2)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE * 2)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not stop when it was told to") from None
        self.check_outputs()

    def check_outputs(self) -> None:
        """Every log line is an object a collector can read, and no credential stands in any output."""
        for number, line in enumerate(self.errors.splitlines(), 1):
            try:
                entry = json.loads(line)
            except ValueError:
                raise AssertionError(f"standard error, line {number} is no JSON: {line}") from None
            for field in LOG_FIELDS:
                assert isinstance(entry.get(field), str) and entry[field], f"{field} is missing in {line}"
            assert entry["severity"] in SEVERITIES, line
            assert entry["timestamp"].endswith("Z"), line
            datetime.datetime.fromisoformat(entry["timestamp"])
            assert entry["service"] == "canon" and entry["textPayload"] == entry["message"], line
        # The set-up link is printed for its one reader; the log has more than one.
        banner = "\n".join(line for line in self.output.splitlines() if "/setup#" not in line)
        for name, text in (("standard output", banner), ("standard error", self.errors)):
            for value in known_secrets:
                assert value not in text, f"{name} holds the credential {value[:6]}…"
            assert not JWT.search(text), f"{name} holds a JWT"

    # -- Talking

    def http(self, method: str, path: str, body=None, token: str | None = None, headers: dict | None = None) -> Answer:
        kind = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        options = {"context": self.tls} if self.tls else {}
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body)
        with contextlib.closing(kind("127.0.0.1", self.port, timeout=PATIENCE, **options)) as connection:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        self._remember(answer)
        return answer

    @staticmethod
    def _remember(answer: Answer) -> None:
        with contextlib.suppress(ValueError):
            if isinstance(answer.json, dict):
                for name in SECRET_MEMBERS:
                    if answer.json.get(name):
                        secret(answer.json[name])

    def log_in(self, email: str, password: str) -> dict:
        """The token pair of an account."""
        answer = self.http("POST", "/auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer
        return answer.json

    def visitor(self) -> dict:
        """The token pair of a new visitor of a demonstration."""
        answer = self.http("POST", "/auth/demo")
        assert answer.status == 200, answer
        return answer.json


class LiveTestCase(unittest.TestCase):
    """Has a folder of its own, stops and checks every server it started, and shows their logs when it fails."""

    maxDiff = None
    class_servers: list[Server] = []

    @classmethod
    def setUpClass(cls) -> None:
        cls.class_folder = Path(tempfile.mkdtemp(prefix="canon-live-"))
        cls.addClassCleanup(shutil.rmtree, cls.class_folder)
        cls.class_servers = []

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="canon-live-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.data = self.folder / "data"
        self.workspace = self.folder / "workspace"
        self.workspace.mkdir()

    def run(self, result=None):
        self.servers: list[Server] = []
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        # The folder with the logs goes with the test's clean-up, so they are read before it.
        self._outputs: list[str] = []
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            shared = [self._describe(server) for server in self.class_servers]
            print("\n".join([f"\n== servers of {self.id()}", *self._outputs, *shared]), file=sys.stderr)
        return result

    def serve(
        self, *arguments, data: Path | None = None, config: str | None = None, workspace: Path | None = None,
        environment: dict[str, str] | None = None, tls: ssl.SSLContext | None = None,
    ) -> Server:
        """Starts a server on the test's data folder.

        :param config: the text of the data folder's `canon.yaml`.
        """
        server = self.start(
            self.folder / f"server-{len(self.servers)}", data or self.data, arguments, config, workspace, environment,
            tls,
        )
        self.servers.append(server)
        self.addCleanup(server.close)
        self.addCleanup(lambda: self._outputs.append(self._describe(server)))
        return server

    @classmethod
    def serve_for_class(cls, *arguments, config: str | None = None, workspace: Path | None = None, **options) -> Server:
        """Starts a server that all tests of the class share."""
        server = cls.start(
            cls.class_folder / "server", cls.class_folder / "data", arguments, config, workspace,
            options.get("environment"), None,
        )
        cls.class_servers.append(server)
        cls.addClassCleanup(server.close)
        return server

    @staticmethod
    def start(folder, data: Path, arguments, config, workspace, environment, tls) -> Server:
        if config is not None:
            data.mkdir(mode=0o700, exist_ok=True)
            (data / "canon.yaml").write_text(config)
        everything = ["--data-dir", str(data), *map(str, arguments)]
        if workspace:
            everything += ["--workspace", str(workspace)]
        return Server(folder, everything, environment or {}, tls)

    @staticmethod
    def _describe(server: Server) -> str:
        state = server.process.poll()
        title = f"-- canon serve {' '.join(server.arguments)} ({'running' if state is None else f'status {state}'})"
        return f"{title}\n{server.output}{server.errors[-8000:]}"

    def add_user(self, email: str, data: Path | None = None) -> str:
        """Makes an account on the command line, and returns its password."""
        password = new_password()
        added = run("users", "add", email, "--password-stdin", "--data-dir", data or self.data, stdin=password + "\n")
        self.assertEqual(added.status, 0, added)
        return password

    def service_token(self, name: str = "producer", role: str = "service", data: Path | None = None) -> str:
        created = run("tokens", "create", name, "--role", role, "--data-dir", data or self.data)
        self.assertEqual(created.status, 0, created)
        return secret(created.output.strip())
