"""The agents of others: an OpenAI-compatible server and an AG-UI agent, which end when the test does."""

import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path

from canon_server import eventually

FIXTURES = Path(__file__).parents[1] / "CanonAgentsTests/Fixtures"


class RemoteAgent:
    """A program of the test environment. It ends when its standard input closes, also when the test dies."""

    def __init__(self, arguments: list[str], port: int | None, ready: str):
        self._process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self.port = port or int(self._process.stdout.readline())
        eventually(f"{arguments[0]} to answer", lambda: self._answers(ready), seconds=60)

    def _answers(self, path: str) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"{self._process.args} ended with {self._process.returncode}")
        try:
            return self.request("GET", path)[0] == 200
        except OSError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(self, method: str, path: str, body=None) -> tuple[int, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text) if text else None

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)


class ModelServer(RemoteAgent):
    """llmock. It repeats the question unless a behaviour says otherwise; each behaviour counts once."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        super().__init__(
            [str(FIXTURES / "tethered.py"), "llmock.cli:app", "serve", "-h", "127.0.0.1", "-p", str(port),
             "--log-level", "critical", "--response-style", "echo", "--tool-mode", "off"], port, "/health",
        )

    def behave(self, *behaviors: dict) -> None:
        """What it does with its next requests."""
        status, answer = self.request("POST", "/_llmock/scenario", {"behaviors": list(behaviors)})
        assert status < 300, answer

    def requests(self) -> list[dict]:
        return [entry["body"] for entry in self.request("GET", "/_llmock/requests")[1]["requests"]
                if "messages" in (entry.get("body") or {})]


class AGUIAgent(RemoteAgent):
    """A pydantic-ai agent behind AG-UI, with faults to order by path."""

    def __init__(self):
        super().__init__([str(FIXTURES / "agui_agent.py")], None, "/left")
