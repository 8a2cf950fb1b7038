"""The Golden Path, as a user has it: ask, watch the agent work, get the answer."""

import random
import re
import ssl
import subprocess
import time

from canon_client import GOLDEN_PATH, LogAssertions, Socket, open_socket
from canon_server import LiveTestCase
from random_workspace import RandomWorkspace

# What existing clients read of each event, at the top level and under payload and data.
REQUIRED = {
    "agent_started": {"agent_name": str, "status": str, "message": str, "task_description": str},
    "agent_thinking": {"agent_name": str, "reasoning": str, "thought": str, "message": str, "step_number": int},
    "tool_executing": {
        "agent_name": str, "tool_name": str, "tool_args": dict, "parameters": dict, "execution_id": str, "status": str,
    },
    "tool_completed": {
        "agent_name": str, "tool_name": str, "results": object, "result": object, "success": bool,
        "execution_id": str, "duration_ms": int, "execution_time_ms": int, "status": str,
    },
    "agent_completed": {
        "agent_name": str, "status": str, "final_response": str, "result": dict, "message": str, "duration_ms": int,
        "success": bool,
    },
}
ENVELOPE = {
    "type": str, "event_id": str, "seq": int, "epoch": str, "timestamp": float, "user_id": str, "thread_id": str,
    "run_id": str, "critical": bool, "payload": dict, "data": dict,
}


class GoldenPathTests(LiveTestCase, LogAssertions):
    def assert_golden_path(self, log: list[dict], user: str) -> None:
        self.assert_whole(log)
        self.assertEqual(log[0]["type"], "user_message")
        order = [event["type"] for event in log if event["type"] in GOLDEN_PATH]
        firsts = list(dict.fromkeys(order))
        self.assertEqual(firsts, GOLDEN_PATH)
        self.assertEqual(log[1]["type"], "agent_started")
        self.assertEqual(log[-1]["type"], "agent_completed")
        self.assert_runs_ended_once(log)
        self.assertEqual({event["user_id"] for event in log}, {user})
        for event in log:
            if event["type"] not in GOLDEN_PATH:
                continue
            for name, kind in ENVELOPE.items():
                self.assertIsInstance(event.get(name), kind, f"{name} of {event}")
            for place in (event, event["payload"], event["data"]):
                self.assertEqual(place["run_id"], log[1]["run_id"])
                for name, kind in REQUIRED[event["type"]].items():
                    self.assertIsInstance(place.get(name), kind, f"{name} of {event}")
                    self.assertEqual(place[name], event[name])
        executing = [event["execution_id"] for event in log if event["type"] == "tool_executing"]
        completed = [event["execution_id"] for event in log if event["type"] == "tool_completed"]
        self.assertEqual(executing, completed)
        streamed = "".join(event["delta"] for event in log if event["type"] == "stream_chunk")
        self.assertEqual(streamed, log[-1]["final_response"])
        self.assertEqual(log[-1]["result"]["final_response"], log[-1]["final_response"])

    def test_a_visitor_is_told_where_each_random_name_stands(self) -> None:
        seed = random.SystemRandom().randrange(2**32)
        with self.subTest(seed=seed):
            workspace = RandomWorkspace(self.workspace, seed)
            server = self.serve("--demo", workspace=self.workspace)
            with Socket(server) as socket:
                welcome = socket.next()
                self.assertEqual(welcome["type"], "connection_established")
                for name in ("connection_id", "user_id", "message"):
                    self.assertTrue(welcome["data"][name], name)
                names = random.Random(seed).sample(sorted(workspace.places), 4)
                for index, name in enumerate(names):
                    log = socket.ask(f"where is {name} defined?", thread=f"thread-{index}")
                    self.assert_golden_path(log, welcome["data"]["user_id"])
                    path, line = workspace.places[name]
                    answer = log[-1]["final_response"]
                    self.assertIn(f"{path}:{line}", workspace.named_in(answer, name), answer)
                unknown = socket.ask("where is NoSuchThingAtAll defined?", thread="unknown")
                answer = unknown[-1]["final_response"]
                self.assertFalse(re.search(r"\w+\.(py|swift):\d+", answer), f"a place of what is nowhere: {answer}")

    def test_two_visitors_are_two_users_and_see_nothing_of_each_other(self) -> None:
        workspace = RandomWorkspace(self.workspace, 1)
        server = self.serve("--demo", workspace=self.workspace)
        with Socket(server) as first, Socket(server) as second:
            users = [socket.next()["data"]["user_id"] for socket in (first, second)]
            self.assertNotEqual(users[0], users[1])
            log = first.ask(f"where is {next(iter(workspace.places))} defined?", thread="mine")
            second.send({"type": "resume", "threads": {"mine": 0}})
            self.assertEqual(second.until("not_found", "resumed", "snapshot")["type"], "not_found")
            second.send({"type": "ping", "payload": {"n": 1}})
            second.until("pong")
            self.assertFalse([frame for frame in second.frames if "seq" in frame])
            self.assertEqual({event["user_id"] for event in log}, {users[0]})

    def test_a_second_device_gets_the_same_events_and_a_retry_starts_no_second_run(self) -> None:
        workspace = RandomWorkspace(self.workspace, 2)
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        question = {
            "type": "chat", "message": f"where is {next(iter(workspace.places))} defined?", "thread_id": "shared",
            "client_msg_id": "once",
        }
        with open_socket(server, token) as laptop, open_socket(server, token) as phone:
            laptop.send({"type": "create_thread", "payload": {"thread_id": "shared", "title": "Shared"}})
            laptop.until("thread_updated")
            phone.replay("shared")
            laptop.send(question)
            laptop.until("agent_completed")
            phone.until("agent_completed")
            phone.send(question)
            retry = phone.until("ack")
            self.assertTrue(retry["duplicate"])
            phone.send({"type": "ping"})
            phone.until("pong")
            logs = [[frame for frame in socket.frames if "seq" in frame] for socket in (laptop, phone)]
            self.assertEqual(logs[0], logs[1])
            self.assertEqual(len([event for event in logs[0] if event["type"] == "agent_started"]), 1)

    def test_the_whole_path_over_tls(self) -> None:
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, capture_output=True,
        )
        workspace = RandomWorkspace(self.workspace, 3)
        password = self.add_user("tls@example.org")
        trust = ssl.create_default_context(cafile=str(certificate))
        server = self.serve("--tls-cert", certificate, "--tls-key", key, workspace=self.workspace, tls=trust)
        self.assertTrue(server.url.startswith("https://"))
        session = server.log_in("tls@example.org", password)
        name, (path, line) = next(iter(workspace.places.items()))
        with open_socket(server, session["access_token"]) as socket:
            log = socket.ask(f"where is {name} defined?")
            self.assert_golden_path(log, session["user"]["id"])
            self.assertIn(f"{path}:{line}", log[-1]["final_response"])

    def test_the_first_event_comes_at_once(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        with open_socket(server, server.visitor()["access_token"]) as socket:
            began = time.monotonic()
            socket.send({"type": "user_message", "data": {"content": "hello"}})
            socket.until("agent_started")
            self.assertLess(time.monotonic() - began, 2)
            socket.until("agent_completed")
