"""What those who run the server use: health, metrics, limits, doctor, backup, help and the log."""

import json
import subprocess

from prometheus_client.parser import text_string_to_metric_families

from canon_client import LogAssertions, Socket, open_socket
from canon_server import BINARY, ENVIRONMENT, LiveTestCase, PATIENCE, run
from random_workspace import RandomWorkspace

LIMITS = {
    "ping_seconds": 21, "heartbeat_seconds": 3, "handshake_seconds": 7, "early_frames": 33, "early_bytes": 70_000,
    "connection_budget_bytes": 500_000, "slow_consumer_seconds": 31, "connections_per_user": 2, "connections": 77, "messages_per_second": 11,
    "message_burst": 13, "maximum_message_bytes": 5000, "maximum_text_bytes": 600, "maximum_depth": 9,
    "open_runs_per_user": 3, "silent_run_seconds": 19, "drain_seconds": 2, "maximum_request_body_bytes": 4000,
}


class LimitTests(LiveTestCase):
    def test_the_limits_served_are_those_set_and_those_enforced(self) -> None:
        config = "serve:\n  limits:\n" + "".join(f"    {name}: {value}\n" for name, value in LIMITS.items())
        server = self.serve("--demo", "--agent-kind", "external", config=config)
        served = server.http("GET", "/ws/config").json
        self.assertEqual(served["limits"], LIMITS)
        self.assertEqual(served["websocket_config"]["max_message_size"], LIMITS["maximum_message_bytes"])
        self.assertEqual(served["websocket_config"]["heartbeat_interval"], LIMITS["heartbeat_seconds"])

        token = server.visitor()["access_token"]
        with open_socket(server, token) as socket, open_socket(server, token) as other:
            with Socket(server, token) as third:
                self.assertEqual(third.closing(), (1008, "too_many_connections"))
            for text, code in (
                ("x" * 601, "TOO_LONG"), ("ok", None), ("ok", None), ("ok", None), ("ok", "RATE_LIMITED"),
            ):
                socket.send({"type": "user_message", "data": {"content": text}})
                answer = socket.until("error_message", "ack")
                self.assertEqual(answer.get("error_code"), code, answer)
            socket.send("[" * 10 + "]" * 10)
            self.assertEqual(socket.until("error_message")["error_code"], "JSON_PARSE_ERROR")
            heartbeat = socket.until("heartbeat", seconds=LIMITS["heartbeat_seconds"] + 2)
            self.assertIn("heads", heartbeat)
            other.send(json.dumps({"type": "ping", "payload": {"fill": "x" * 5000}}))
            self.assertEqual(other.closing()[0], 1009)
            large = server.http("POST", "/api/threads", {"title": "x" * 4100}, token=token)
            self.assertEqual(large.status, 413, large)


class StatusTests(LiveTestCase):
    def test_the_metrics_are_read_by_prometheus_and_count_what_happened(self) -> None:
        workspace = RandomWorkspace(self.workspace, 8)
        server = self.serve("--demo", workspace=self.workspace)

        def samples() -> dict[str, float]:
            answer = server.http("GET", "/metrics")
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            families = list(text_string_to_metric_families(answer.text))
            self.assertEqual(len({family.name for family in families}), len(families), "a family stands twice")
            for family in families:
                self.assertTrue(family.name.startswith("canon_"), family.name)
                self.assertIn(family.type, ("counter", "gauge"))
                self.assertTrue(family.documentation)
            return {sample.name: sample.value for family in families for sample in family.samples}

        before = samples()
        self.assertEqual((before["canon_ready"], before["canon_connections"], before["canon_users"]), (1, 0, 0))
        with open_socket(server) as socket:
            log = socket.ask(f"where is {next(iter(workspace.places))} defined?")
            socket.send("no JSON")
            socket.until("error_message")
            after = samples()
            self.assertEqual((after["canon_connections"], after["canon_users"]), (1, 1))
        for name, grown in (
            ("canon_connections_opened_total", 1), ("canon_runs_started_total", 1), ("canon_runs_completed_total", 1),
            ("canon_runs_failed_total", 0), ("canon_events_dropped_total", 0), ("canon_events_stored_total", len(log)),
            ("canon_events_delivered_total", len(log)), ("canon_messages_received_total", 2),
            ("canon_messages_refused_total", 1),
        ):
            self.assertEqual(after[name] - before[name], grown, name)

    def test_health_says_that_it_serves(self) -> None:
        server = self.serve("--demo")
        ready = server.http("GET", "/health/ready")
        self.assertEqual((ready.status, ready.json["status"], ready.json["reasons"]), (200, "ready", []))
        for path in ("/health", "/health/live", "/ws/health"):
            answer = server.http("GET", path)
            self.assertEqual((answer.status, answer.json["status"]), (200, "healthy"), path)
        page = server.http("GET", "/")
        self.assertEqual(page.status, 200)
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("default-src", policy)
        self.assertNotIn("unsafe", policy)
        missing = server.http("GET", "/no/such/page")
        self.assertEqual(missing.status, 404)
        self.assertEqual(set(missing.json) >= {"error", "message"}, True, missing)

    def test_the_log_tells_a_life_in_order_and_repeats_no_message(self) -> None:
        server = self.serve("--demo", "--log-level", "debug")
        with open_socket(server, server.visitor()["access_token"]) as socket:
            socket.ask("where is MyPrivateQuestionWord defined?")
        self.assertEqual(server.terminate(), 0)
        messages = [entry["message"] for entry in server.log]
        order = [messages.index(text) for text in (
            "serving", "connection established", "connection closed", "stopping", "stopped")]
        self.assertEqual(order, sorted(order), messages)
        self.assertNotIn("MyPrivateQuestionWord", server.errors)

    def test_quiet_says_nothing_but_what_is_needed_to_log_in(self) -> None:
        process = subprocess.Popen(
            [BINARY, "serve", "--quiet", "--port", "0", "--data-dir", str(self.data)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )
        try:
            link = process.stdout.readline()
            process.terminate()
            output, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        self.assertRegex(link, r"^  Set up   http://127\.0\.0\.1:\d+/setup#\S{40,}\n$")
        self.assertEqual((process.returncode, output, errors), (0, "", ""))


class BackupTests(LiveTestCase, LogAssertions):
    def test_a_restored_store_has_the_same_conversations_under_a_new_epoch(self) -> None:
        workspace = RandomWorkspace(self.workspace, 9)
        names = list(workspace.places)
        password = self.add_user("user@example.org")
        server = self.serve(workspace=self.workspace)
        token = server.log_in("user@example.org", password)["access_token"]
        with open_socket(server, token) as socket:
            epoch = socket.frames[0]["data"]["epoch"]
            for name in names[:2]:
                socket.ask(f"where is {name} defined?", thread="kept")
            before = server.http("GET", "/api/threads/kept/messages", token=token).json
            log = socket.replay("kept")[1]
            copy = self.folder / "copy.canon"
            made = run("backup", copy, "--data-dir", self.data)
            self.assertEqual(made.status, 0, made)
            self.assertEqual(copy.stat().st_mode & 0o077, 0, "others may read the backup")
            socket.ask("where is AfterTheBackup defined?", thread="late")
        again = run("backup", copy, "--data-dir", self.data)
        self.assertEqual(again.status, 1, again)
        self.assertIn(str(copy), again.errors)
        running = run("restore", copy, "--data-dir", self.data, "--force")
        self.assertEqual(running.status, 1, running)
        self.assertIn(str(server.process.pid), running.errors)
        self.assertEqual(server.terminate(), 0)

        kept = run("restore", copy, "--data-dir", self.data)
        self.assertEqual(kept.status, 1, kept)
        self.assertIn("--force", kept.errors)
        restored = run("restore", copy, "--data-dir", self.data, "--force")
        self.assertEqual(restored.status, 0, restored)

        server = self.serve(workspace=self.workspace)
        token = server.log_in("user@example.org", password)["access_token"]
        after = server.http("GET", "/api/threads/kept/messages", token=token).json
        self.assertEqual([message["role"] for message in after["messages"]], ["user", "assistant"] * 2)
        self.assertEqual(after["messages"], before["messages"])
        self.assertEqual((after["head"], before["epoch"]), (before["head"], epoch))
        self.assertNotEqual(after["epoch"], epoch)
        self.assertEqual(server.http("GET", "/api/threads/late", token=token).status, 404)
        with open_socket(server, token) as socket:
            self.assertEqual(socket.frames[0]["data"]["epoch"], after["epoch"])
            # A cursor of the old epoch counts for nothing: the client gets the conversation anew.
            answer, replayed = socket.replay("kept", after=log[-1]["seq"], epoch=epoch)
            self.assertEqual(answer["epoch"], after["epoch"])
            if answer["type"] == "snapshot":
                self.assertEqual([message["content"] for message in answer["messages"]],
                                 [message["content"] for message in before["messages"]])
            else:
                self.assertEqual((answer["type"], answer["from"]), ("resumed", 1))
                self.assertEqual([event["event_id"] for event in replayed], [event["event_id"] for event in log])
            self.assert_whole(socket.ask("hello", thread="kept"), start=after["head"] + 1)

    def test_what_is_no_backup_is_refused_and_changes_nothing(self) -> None:
        bad = self.folder / "bad.canon"
        bad.write_text("no database" * 500)
        for file, words in ((bad, str(bad)), (self.folder / "none", "no such file")):
            result = run("restore", file, "--data-dir", self.data)
            self.assertEqual(result.status, 1, result)
            self.assertIn(words, result.errors)
        self.assertFalse((self.data / "canon.sqlite").exists())


class CommandTests(LiveTestCase):
    def test_doctor_finds_a_healthy_folder_well_and_a_sick_one_sick(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        beside = run("doctor", "--json", "--data-dir", self.data)
        self.assertEqual(json.loads(beside.output)["schema"], "canon.doctor/1")
        self.assertEqual(server.http("GET", "/health/ready").status, 200)
        self.assertEqual(server.terminate(), 0)
        healthy = run("doctor", "--data-dir", self.data, environment={"CANON_PORT": "0"})
        self.assertEqual(healthy.status, 0, healthy)
        self.assertIn("database", healthy.output)

        (self.data / "canon.yaml").write_text("serve:\n  prot: 80\n")
        sick = run("doctor", "--data-dir", self.data)
        self.assertEqual(sick.status, 1, sick)
        self.assertIn("canon.yaml:2:3", sick.output)
        (self.data / "canon.yaml").unlink()
        (self.data / "canon.sqlite").write_bytes(b"garbage" * 1000)
        broken = run("doctor", "--data-dir", self.data)
        self.assertEqual(broken.status, 1, broken)
        self.assertIn("canon restore", broken.output)

    def test_help_and_version(self) -> None:
        version = run("--version")
        self.assertEqual(version.status, 0)
        self.assertRegex(version.output, r"^canon \d+\.\d+\.\d+ \(.+\)\n$")
        overview = run("--help")
        self.assertEqual(overview.status, 0)
        for name in ("serve", "config", "doctor", "users", "tokens", "backup", "restore"):
            self.assertRegex(overview.output, rf"(?m)^  {name}\s")
            page = run(name, "--help")
            self.assertEqual((page.status, page.errors), (0, ""))
            self.assertIn("USAGE: canon", page.output)
        serve = run("serve", "--help").output
        for heading in ("EXAMPLES", "EXIT STATUS"):
            self.assertIn(heading, serve)

    def test_config_shows_where_each_setting_came_from_and_no_secret(self) -> None:
        self.data.mkdir(mode=0o700)
        secret = "a-secret-that-is-long-enough-for-a-key"
        (self.data / "canon.yaml").write_text(
            f"serve:\n  port: 8123\n  authentication:\n    secret: {secret}\n")
        shown = run("config", "--data-dir", self.data, environment={"CANON_LIMITS_PING_SECONDS": "33"})
        self.assertEqual(shown.status, 0, shown)
        for words in ("8123", "canon.yaml:2", "33", "CANON_LIMITS_PING_SECONDS"):
            self.assertIn(words, shown.output)
        self.assertNotIn(secret, shown.output + shown.errors)
