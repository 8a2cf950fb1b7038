"""What an operator is told when something cannot work: the place, the remedy, and an exit status for scripts."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

from canon_server import LiveTestCase, run

# The traces of a program that failed instead of refusing.
TRACES = re.compile(r"Fatal error|Backtrace|Stack dump|\.swift:\d+|NIO|errno|Optional\(|0x[0-9a-f]{6,}|Error\(")


class OperatorErrorTests(LiveTestCase):
    def refused(self, *arguments, status: int, words: tuple[str, ...], lines: int = 1, **options) -> None:
        """The server does not start, and says why."""
        began = time.monotonic()
        result = run("serve", "--port", "0", *arguments, **options)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.output, "")
        said = [line for line in result.errors.splitlines() if not line.startswith("{")]
        self.assertEqual(len(said), lines, result)
        for line in said:
            self.assertTrue(line.startswith("error: "), line)
            self.assertFalse(TRACES.search(line), line)
        for word in words:
            self.assertIn(str(word), "\n".join(said))

    def configured(self, text: str) -> Path:
        self.data.mkdir(mode=0o700, exist_ok=True)
        file = self.data / "canon.yaml"
        file.write_text(text)
        return file

    def test_a_port_in_use(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.refused(
                "--port", port, "--data-dir", self.data, status=1, words=(f"127.0.0.1:{port}", "in use", "--port"))

    def test_a_host_that_is_not_this_machine(self) -> None:
        self.refused(
            "--host", "203.0.113.9", "--environment", "development", "--data-dir", self.data, status=1,
            words=("203.0.113.9", "--host"))

    def test_a_data_folder_that_cannot_be_written(self) -> None:
        self.folder.chmod(0o755)
        locked = self.folder / "locked"
        locked.mkdir()
        if os.geteuid() == 0:
            # Root may write anywhere: somebody else is refused.
            self.refused("--data-dir", locked / "data", status=1, words=(locked, "Permission denied"), user=65534)
        else:
            locked.chmod(0o500)
            self.refused("--data-dir", locked / "data", status=1, words=(locked, "Permission denied"))

    def test_a_data_folder_below_a_file(self) -> None:
        (self.folder / "file").touch()
        self.refused("--data-dir", self.folder / "file/data", status=1, words=(self.folder / "file/data",))

    def test_a_data_folder_and_a_workspace_inside_each_other(self) -> None:
        inside = self.workspace / "data"
        self.refused(
            "--data-dir", inside, "--workspace", self.workspace, status=2, words=(inside, "--data-dir", "move"))
        self.assertFalse(inside.exists())
        self.data.mkdir()
        workspace = self.data / "workspace"
        workspace.mkdir()
        self.refused("--data-dir", self.data, "--workspace", workspace, status=2, words=(workspace, "inside", "move"))
        # Not by another name either.
        link = self.folder / "link"
        link.symlink_to(self.workspace)
        self.refused("--data-dir", link / "data", "--workspace", self.workspace, status=2, words=("inside", "move"))

    def test_a_workspace_that_is_not_there_or_is_a_file(self) -> None:
        missing = self.folder / "missing"
        self.refused("--data-dir", self.data, "--workspace", missing, status=2, words=(missing, "does not exist"))
        missing.touch()
        self.refused("--data-dir", self.data, "--workspace", missing, status=2, words=(missing,))

    def test_a_demonstration_for_everybody(self) -> None:
        public = ("--demo", "--host", "0.0.0.0", "--data-dir", self.data)
        self.refused(*public, "--environment", "development", status=2, words=("0.0.0.0", "demo_public"))
        self.refused(*public, status=2, words=("demo_public", "environment"), lines=2)
        self.refused("--demo", "--environment", "production", "--data-dir", self.data, status=2, words=("production",))
        self.assertFalse(self.data.exists())

    def test_an_unknown_key_is_told_with_its_place_and_the_nearest_name(self) -> None:
        file = self.configured("serve:\n  limits:\n    ping_secnds: 3\n")
        self.refused("--data-dir", self.data, status=2, words=(f"{file}:3:5", "ping_secnds", "ping_seconds"))

    def test_each_wrong_value_is_told_with_its_place_and_what_is_expected(self) -> None:
        file = self.configured('serve:\n  port: "80"\n  demo: yes please\n  limits:\n    ping_seconds: 0\n')
        self.refused(
            "--data-dir", self.data, status=2, lines=3,
            words=(f"{file}:2:", f"{file}:3:", f"{file}:5:", "1 to 3600", "true"))

    def test_a_file_that_is_no_yaml_or_not_there(self) -> None:
        file = self.configured("serve:\n  host: [127.0.0.1\n")
        self.refused("--data-dir", self.data, status=2, words=(f"{file}:",))
        missing = self.folder / "missing.yaml"
        self.refused("--data-dir", self.data, "--config", missing, status=2, words=(missing,))

    def test_a_secret_that_is_too_short_is_not_repeated(self) -> None:
        file = self.configured("serve:\n  authentication:\n    secret: hunter2hunter2\n")
        self.refused("--data-dir", self.data, status=2, words=(f"{file}:3:", "32 bytes"))
        result = run("serve", "--data-dir", self.data)
        self.assertNotIn("hunter2", result.errors)
        file.unlink()
        self.refused(
            "--data-dir", self.data, status=2, words=("JWT_SECRET_KEY", "32 bytes"),
            environment={"JWT_SECRET_KEY": "hunter2hunter2"})

    def test_a_second_server_on_the_same_data_folder(self) -> None:
        first = self.serve()
        self.refused("--data-dir", self.data, status=1, words=(self.data, first.process.pid, "Stop"))
        self.assertEqual(first.http("GET", "/health/ready").status, 200)

    def test_a_database_that_is_none(self) -> None:
        self.data.mkdir(mode=0o700)
        (self.data / "canon.sqlite").write_text("this is not a database, however long it is\n" * 100)
        self.refused("--data-dir", self.data, status=1, words=(self.data / "canon.sqlite", "canon restore"))

    def test_tls_files_that_do_not_fit(self) -> None:
        paths = []
        for name in ("a", "b"):
            certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            paths.append((certificate, key))
        (certificate, key), (_, other) = paths
        tls = ("--data-dir", self.data, "--tls-cert")
        self.refused(*tls, certificate, "--tls-key", other, status=2, words=(other, certificate, "belong"))
        self.refused(*tls, self.folder / "none.pem", "--tls-key", key, status=2, words=("none.pem",))
        self.refused(*tls, certificate, status=2, words=("--tls-cert", "key"))
        self.refused(*tls, key, "--tls-key", key, status=2, words=(key, "certificate"))

    def test_an_agent_without_what_it_needs(self) -> None:
        agent = ("--data-dir", self.data, "--agent-kind", "openai")
        self.refused(*agent, "--agent-model", "m", status=2, words=("url",))
        self.refused(*agent, "--agent-url", "nonsense", "--agent-model", "m", status=2, words=("agent", "url"))
        self.refused(*agent, "--agent-url", "http://127.0.0.1:9/v1", status=2, words=("model",))

    def test_a_mistyped_option(self) -> None:
        for arguments, word in (
            (("serve", "--prot", "80"), "--port"), (("serv",), "serv"), (("serve", "--port", "99999"), "65535"),
            (("serve", "--agent-kind", "oracle"), "analyst"), (("users", "add", "nobody"), "nobody"),
        ):
            with self.subTest(arguments=arguments):
                result = run(*arguments, environment={"XDG_DATA_HOME": str(self.folder)})
                self.assertEqual(result.status, 2, result)
                self.assertIn(word, result.errors)
                self.assertFalse(TRACES.search(result.errors), result)


class NoiseTests(LiveTestCase):
    def test_noise_on_the_port_harms_nobody(self) -> None:
        server = self.serve("--demo")
        noises = (b"\x16\x03\x01\x02\x00\x01\x00" * 40, b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 4096,
                  b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                  b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                  b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n{}")
        for noise in noises:
            with self.subTest(noise=noise[:40]), socket.create_connection(("127.0.0.1", server.port), 10) as raw:
                raw.settimeout(10)
                try:
                    raw.sendall(noise)
                    raw.shutdown(socket.SHUT_WR)
                    while data := raw.recv(4096):
                        self.assertFalse(data.startswith(b"HTTP/1.1 2") or data.startswith(b"HTTP/1.1 101"), data)
                except ConnectionError:
                    pass
        self.assertEqual(server.http("GET", "/health/ready").status, 200)
        self.assertIsNone(server.process.poll())
