"""The configurations in deploy/, in the proxies and tools they are for: what docs/guides/deploying.md says was tried here."""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import unittest
from pathlib import Path

import websockets

from canon_server import ENVIRONMENT, LiveTestCase, eventually, run

DEPLOY = Path(__file__).parents[2] / "deploy"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def needed(name: str) -> str:
    """A program; where nobody promised to have it, the test is skipped and says so."""
    # Debian keeps servers where only root looks.
    program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not program:
        if os.environ.get("CI") == "true":
            raise AssertionError(f"{name} is missing; Scripts/setup test installs it")
        raise unittest.SkipTest(f"{name} is missing; Scripts/setup test installs it")
    return program


class ProxyTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.workspace / "app.py").write_text("def main():\n    return 1\n")

    def configuration(self, name: str, replacements: dict[str, str]) -> Path:
        """A file of deploy/ with this test's ports and folders; everything else as it stands there."""
        text = (DEPLOY / name).read_text()
        for old, new in replacements.items():
            self.assertEqual(text.count(old), 1, f"{old} in {name}")
            text = text.replace(old, new)
        file = self.folder / name
        file.write_text(text)
        return file

    def start_proxy(self, port: int, command: list[str]) -> None:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def is_there() -> bool:
            if process.poll() is not None:
                raise AssertionError(process.stderr.read().decode())
            return answers(port)

        eventually(f"{command[0]} on port {port}", is_there)

    def nginx(self, server, **replacements) -> int:
        port = free_port()
        file = self.configuration("nginx.conf", {
            "listen 80;": f"listen 127.0.0.1:{port};", "server 127.0.0.1:8080;": f"server 127.0.0.1:{server.port};",
            "/var/log/nginx/canon.log": str(self.folder / "access.log"), **replacements,
        })
        self.start_proxy(port, [
            needed("nginx"), "-p", str(self.folder), "-c", str(file), "-g",
            f"daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;",
        ])
        return port

    def haproxy(self, server) -> int:
        port = free_port()
        file = self.configuration("haproxy.cfg", {
            "bind :80": f"bind 127.0.0.1:{port}", "server one 127.0.0.1:8080": f"server one 127.0.0.1:{server.port}",
            # As many descriptors as the test's own limit allows.
            "maxconn 50000": "maxconn 500",
        })
        self.start_proxy(port, [needed("haproxy"), "-db", "-f", str(file)])
        return port

    def probe(self, port: int, *arguments) -> dict[str, str]:
        result = run("probe", f"http://127.0.0.1:{port}", "--demo", "--format", "json", *arguments)
        self.assertIn(result.status, (0, 1), result)
        return {step["id"]: step["status"] for step in json.loads(result.output)["steps"]}

    @staticmethod
    def status(port: int) -> int:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status

    def assert_golden(self, port: int) -> None:
        steps = self.probe(port)
        self.assertGreater(len(steps), 25)
        self.assertEqual({step: status for step, status in steps.items() if status != "held"}, {})

    def upgrade(self, port: int, origin: str) -> int:
        """The close code, or 0 when the socket was let in, of a page of that origin."""
        async def connect() -> int:
            address = f"ws://127.0.0.1:{port}/ws"
            async with websockets.connect(address, origin=origin) as client:
                try:
                    await client.recv()
                    return 0
                except websockets.ConnectionClosed as closed:
                    return closed.rcvd.code

        return asyncio.run(connect())

    def assert_origins(self, port: int) -> None:
        # The server's own origin is what the proxy says it is.
        self.assertEqual(self.upgrade(port, f"http://127.0.0.1:{port}"), 0)
        self.assertNotEqual(self.upgrade(port, "http://elsewhere.example"), 0)

    def test_nginx(self) -> None:
        server = self.serve("--demo", "--trusted-proxy", "127.0.0.1", workspace=self.workspace)
        port = self.nginx(server)
        self.assert_golden(port)
        self.assert_origins(port)
        access = (self.folder / "access.log").read_text()
        self.assertIn("GET /ws", access)
        self.assertNotIn("?", access)

    def test_haproxy(self) -> None:
        server = self.serve("--demo", "--trusted-proxy", "127.0.0.1", workspace=self.workspace)
        port = self.haproxy(server)
        # Its health check has to find the server first.
        eventually("a server behind it", lambda: self.status(port) == 200)
        self.assert_golden(port)
        self.assert_origins(port)

    def test_a_proxy_that_strips_the_header_is_named_by_the_probe_and_the_other_ways_still_work(self) -> None:
        server = self.serve("--demo", "--trusted-proxy", "127.0.0.1", workspace=self.workspace)
        port = self.nginx(server, **{
            "        location / {\n": "        location = /ws {\n            proxy_pass http://canon;\n"
            "            proxy_http_version 1.1;\n            proxy_set_header Upgrade $http_upgrade;\n"
            "            proxy_set_header Connection $connection_upgrade;\n            proxy_set_header Authorization \"\";\n"
            "        }\n\n        location / {\n"})
        steps = self.probe(port, "--skip", "heartbeat")
        failed = {step for step, status in steps.items() if status == "failed"}
        # Without the header whoever comes is a new visitor of the demonstration, one with a forged token too.
        self.assertEqual(failed, {"upgrade-authorization", "bad-token"})
        for step in ("upgrade-canon", "upgrade-ticket", "events", "answer", "resume"):
            self.assertEqual(steps[step], "held", step)


class FileTests(unittest.TestCase):
    def check(self, *command) -> None:
        result = subprocess.run(command, capture_output=True, env=ENVIRONMENT)
        self.assertEqual(result.returncode, 0, result.stdout.decode() + result.stderr.decode())

    def test_the_unit_is_one_that_systemd_takes_and_shuts_in(self) -> None:
        analyze = needed("systemd-analyze")
        unit = DEPLOY / "canon.service"
        result = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, env=ENVIRONMENT)
        # The program need not be installed here.
        faults = [line for line in result.stderr.splitlines() if "is not executable" not in line]
        self.assertEqual(faults, [])
        # From 0, shut in, to 100.
        self.check(analyze, "security", "--offline=true", "--threshold=20", str(unit))

    def test_the_dockerfile_passes_its_linter(self) -> None:
        self.check(needed("hadolint"), str(DEPLOY / "Dockerfile"))


if __name__ == "__main__":
    unittest.main()
