"""`canon probe` against the program it belongs to, and against what is no server at all."""

import datetime
import json
import os
import ssl
import subprocess

from canon_server import LiveTestCase, new_password, run


class ProbeTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.workspace / "app.py").write_text("def main():\n    return 1\n")

    def probe(self, *arguments, **options):
        result = run("probe", *arguments, "--format", "json", "--skip", "heartbeat", **options)
        return result, json.loads(result.output)

    def assert_held(self, result, report, but=()) -> None:
        others = {step["id"]: step for step in report["steps"] if step["status"] not in ("held", "skipped")}
        self.assertEqual(set(others), set(but), others)
        self.assertEqual(result.status, 3 if but else 0, result)

    def test_every_step_holds_for_a_visitor(self) -> None:
        password = self.add_user("ada@example.org")
        server = self.serve("--demo", workspace=self.workspace)
        # The heartbeat comes every 8 s, so it is waited for once.
        whole = run("probe", server.url, "--demo", "--timeout", "15s")
        self.assertEqual(whole.status, 0, whole)
        self.assertIn("held", whole.output)
        self.assertNotIn("\x1b", whole.output)
        self.assertEqual(whole.errors, "")

        self.assert_held(
            *self.probe(server.url, "--email", "ada@example.org", "--password-stdin", stdin=password),
            but=["foreign-thread"])

    def test_with_accounts_alone(self) -> None:
        passwords = {name: self.add_user(f"{name}@example.org") for name in ("ada", "bob")}
        server = self.serve(workspace=self.workspace)
        self.assert_held(
            *self.probe(server.url, "--email", "ada@example.org", "--password-stdin", stdin=passwords["ada"]),
            but=["foreign-thread"])
        tokens = [server.log_in(f"{name}@example.org", word)["access_token"] for name, word in passwords.items()]
        both = self.probe(server.url + "/", "--token-stdin", stdin="\n".join(tokens) + "\n")
        self.assert_held(*both)
        alone = self.probe(server.url.replace("http", "ws") + "/ws", environment={"CANON_TOKEN": tokens[0]})
        self.assert_held(*alone, but=["foreign-thread"])
        for result, _ in (both, alone):
            for token in tokens:
                self.assertNotIn(token, result.output + result.errors)
        wrong, report = self.probe(
            server.url, "--email", "ada@example.org", environment={"CANON_PASSWORD": new_password()})
        self.assertEqual(wrong.status, 1)
        login = next(step for step in report["steps"] if step["id"] == "login")
        self.assertEqual(login["status"], "failed")
        self.assertIn("401", login["came"])
        # What the probe made is gone.
        threads = server.http("GET", "/api/threads", token=tokens[0]).json
        self.assertNotIn("thread_probe", json.dumps(threads))

    def test_over_tls_by_name_and_by_address(self) -> None:
        key, certificate = self.folder / "key.pem", self.folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
             "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True)
        trust = ssl.create_default_context(cafile=certificate)
        server = self.serve("--demo", "--tls-cert", certificate, "--tls-key", key, workspace=self.workspace, tls=trust)
        for host in ("127.0.0.1", "localhost"):
            self.assert_held(*self.probe(f"https://{host}:{server.port}", "--demo", "--ca-file", certificate))
        untrusted, report = self.probe(f"https://127.0.0.1:{server.port}", "--demo")
        self.assertEqual(untrusted.status, 1)
        self.assertIn("certificate is not trusted", report["steps"][0]["came"])
        self.assertIn("--ca-file", report["steps"][0]["remedy"])

    def test_a_watch_says_a_line_a_round_and_one_verdict(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        options = ["--demo", "--every", "1s", "--for", "2s", "--skip", "heartbeat"]
        watch = run("probe", server.url, *options, "--format", "json")
        lines = [json.loads(line) for line in watch.output.splitlines()]
        self.assertEqual([line["schema"] for line in lines[-1:]], ["canon.probe-watch/1"])
        self.assertEqual({line["schema"] for line in lines[:-1]}, {"canon.probe/1"})
        rounds = lines[-1]["rounds"]
        self.assertEqual((rounds["planned"], rounds["failed"]), (2, 0))
        self.assertEqual(rounds["held"], len(lines) - 1)
        self.assertEqual(watch.status, 0 if lines[-1]["verdict"] == "stable" else 3, watch)
        server.kill()
        broken = run("probe", server.url, *options)
        self.assertEqual(broken.status, 1, broken)
        self.assertIn("unstable from", broken.output)

    def test_the_logs_of_the_window_are_half_of_the_verdict(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        own = self.folder / "server-0" / "stderr"

        def watch(*arguments) -> tuple[int, dict]:
            result = run(
                "probe", server.url, "--demo", "--every", "20s", "--for", "1s", "--skip", "heartbeat", "--format", "json", *arguments)
            return result.status, json.loads(result.output.splitlines()[-1])

        # What the server logs of the probe's own doings is in the window.
        status, report = watch("--logs", own, "--warning", "SSOT WARNING")
        self.assertGreater(report["logs"]["entries"], 0, report)
        self.assertEqual((status, report["verdict"], report["logs"]["verdict"]), (0, "stable", "absent"), report)
        log = self.folder / "app.log"
        moment = datetime.datetime.now(datetime.timezone.utc)
        times = [(moment + datetime.timedelta(seconds=0.1 * step)).isoformat().replace("+00:00", "Z") for step in range(300)]
        log.write_text("".join(json.dumps({"timestamp": time, "severity": "WARNING", "message": "ssot warning: two"}) + "\n" for time in times))
        status, report = watch("--logs", log, "--warning", "SSOT WARNING")
        self.assertEqual((status, report["verdict"], report["logs"]["verdict"]), (1, "unstable", "present"), report)
        log.write_text(json.dumps({"timestamp": "2020-01-01T00:00:00Z", "severity": "INFO", "message": "fine"}) + "\n")
        status, report = watch("--logs", log, "--warning", "problem")
        self.assertEqual((status, report["verdict"], report["logs"]["verdict"]), (3, "unknown", "unknown"), report)
        self.assertIn("no entry of the window", report["logs"]["reason"])

    def test_a_command_line_that_cannot_be_used(self) -> None:
        for arguments, hint in [
            (["127.0.0.1:8080", "--demo"], "http://127.0.0.1:8080"), (["http://u:p@host", "--demo"], "options"),
            (["http://host"], "CANON_TOKEN"), (["http://host", "--demo", "--ticket", "t"], "exclude each other"),
            (["http://host", "--demo", "--every", "5s"], "--for"), (["http://host", "--demo", "--skip", "nothing"], "health"),
            (["http://host", "--demo", "--timeout", "5"], "timeout"),
            (["http://host", "--demo", "--logs", "app.log"], "--warning"),
            (["http://host", "--demo", "--logs", "app.log", "--warning", "x"], "--every"),
            (["https://host", "--demo", "--ca-file", os.fspath(self.folder / "none")], "--ca-file"),
        ]:
            with self.subTest(arguments=arguments):
                result = run("probe", *arguments)
                self.assertEqual(result.status, 2, result)
                self.assertIn(hint, result.errors)
                self.assertEqual(result.output, "")

    def test_help_says_what_the_exit_status_means(self) -> None:
        text = run("probe", "--help").output
        for word in ("EXIT STATUS", "0 every step held", "EXAMPLES", "--password-stdin"):
            self.assertIn(word, text)
