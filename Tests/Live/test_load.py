"""`canon load` against the program it belongs to: a bounded run, in which nothing may go wrong."""

import json
import signal
import subprocess

from canon_server import BINARY, ENVIRONMENT, PATIENCE, LiveTestCase, eventually, run

FAULTS = ("lost", "duplicated", "foreign", "disordered")


class LoadTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.workspace / "app.py").write_text("def main():\n    return 1\n")

    def assert_faultless(self, report: dict) -> None:
        self.assertEqual({name: report["faults"][name] for name in FAULTS}, dict.fromkeys(FAULTS, 0), report["faults"])
        self.assertEqual(report["verdict"], "held")

    def test_storms_and_slow_readers_lose_nothing(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        page = self.folder / "load.html"
        result = run(
            "load", server.url, "--demo", "--users", "8", "--devices", "2", "--rate", "8", "--for", "5s", "--storm", "1s",
            "--slow-readers", "2", "--size", "100-1500", "--format", "json", "--html", page)
        self.assertEqual(result.status, 0, result)
        self.assertEqual(result.errors, "")
        report = json.loads(result.output)
        self.assert_faultless(report)
        self.assertGreater(report["counts"]["cuts"], 0)
        self.assertGreater(report["latencies_us"]["resumed"]["count"], 0)
        self.assertEqual(report["counts"]["answered"], report["counts"]["sent"])
        self.assertEqual(report["load"]["connections"], 18)
        text = page.read_text()
        self.assertIn("<polyline", text)
        for forbidden in ("<script", "refresh", "src=", "@import"):
            self.assertNotIn(forbidden, text)

    def test_accounts_by_a_file_of_tokens(self) -> None:
        passwords = {name: self.add_user(f"{name}@example.org") for name in ("ada", "bob")}
        server = self.serve(workspace=self.workspace)
        tokens = [server.log_in(f"{name}@example.org", word)["access_token"] for name, word in passwords.items()]
        file = self.folder / "tokens"
        file.write_text("\n".join(tokens) + "\n\n")
        result = run("load", server.url, "--tokens", file, "--messages", "6", "--rate", "10")
        self.assertEqual(result.status, 0, result)
        self.assertIn("0 lost, 0 duplicated, 0 foreign, 0 disordered", result.output)
        for token in tokens:
            self.assertNotIn(token, result.output)
        self.assertNotIn("thread_load", json.dumps(server.http("GET", "/api/threads", token=tokens[0]).json))
        visitors = run("load", server.url, "--demo")
        self.assertEqual(visitors.status, 1, visitors)
        self.assertIn("--tokens", visitors.errors)

    def test_an_interrupted_load_is_checked_all_the_same(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        process = subprocess.Popen(
            [BINARY, "load", server.url, "--demo", "--users", "2", "--for", "10m", "--format", "json"],
            stdout=subprocess.PIPE, env=ENVIRONMENT)
        self.addCleanup(process.kill)
        self.wait_for_messages(server, 3)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE * 2)
        self.assertEqual(process.returncode, 0, output)
        report = json.loads(output)
        self.assert_faultless(report)
        self.assertLess(report["seconds"], 60)

    def wait_for_messages(self, server, number: int) -> None:
        def delivered() -> bool:
            return server.http("GET", "/ws/stats").json["delivery"]["delivered"] >= number * 6

        eventually(f"{number} messages", delivered)

    def test_a_command_line_that_cannot_be_used(self) -> None:
        for arguments, hint in [
            (["https://host.example", "--demo"], "--i-may-load host.example"),
            (["https://host.example", "--demo", "--i-may-load", "other.example"], "--i-may-load host.example"),
            (["http://127.0.0.1:1"], "--tokens"), (["http://127.0.0.1:1", "--tokens", "x", "--users", "3"], "--users"),
            (["http://127.0.0.1:1", "--tokens", self.folder / "none"], "cannot be read"),
            (["http://127.0.0.1:1", "--demo", "--rate", "0"], "rate"),
            (["http://127.0.0.1:1", "--demo", "--size", "5"], "bytes"),
            (["http://127.0.0.1:1", "--demo", "--size", "9-5"], "size"),
            (["127.0.0.1", "--demo"], "http://"),
        ]:
            with self.subTest(arguments=arguments):
                result = run("load", *arguments)
                self.assertEqual(result.status, 2, result)
                self.assertIn(hint, result.errors)

    def test_a_server_that_is_not_there(self) -> None:
        result = run("load", "http://127.0.0.1:1", "--demo")
        self.assertEqual(result.status, 1, result)
        self.assertIn("nothing listens at 127.0.0.1:1", result.errors)
