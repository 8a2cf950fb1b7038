"""What is left when a server dies or is told to stop: everything that was acknowledged, and nothing twice."""

import random
import secrets

from websockets.exceptions import ConnectionClosed

from canon_client import LogAssertions, TERMINAL, events, open_socket
from canon_server import LiveTestCase, Server
from random_workspace import RandomWorkspace


class CrashTests(LiveTestCase, LogAssertions):
    def publish(self, server: Server, token: str, user: str, thread: str, run: str, deltas: list[str]) -> None:
        answer = server.http(
            "POST", f"/api/users/{user}/events",
            {
                "thread_id": thread, "run_id": run,
                "events": [{"type": "stream_chunk", "delta": text} for text in deltas],
            }, token=token, headers={"Idempotency-Key": secrets.token_hex(8)},
        )
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([result["status"] for result in answer.json["results"]], ["stored"] * len(deltas), answer)

    def test_a_run_whose_server_was_killed_gets_one_ending_and_the_client_misses_nothing(self) -> None:
        password = self.add_user("user@example.org")
        producer = self.service_token()
        server = self.serve("--agent-kind", "external")
        session = server.log_in("user@example.org", password)
        token, user = session["access_token"], session["user"]["id"]
        socket = open_socket(server, token)
        epoch = socket.frames[0]["data"]["epoch"]
        socket.send({"type": "chat", "message": "work", "thread_id": "long"})
        run = socket.until("agent_started")["run_id"]
        self.publish(server, producer, user, "long", run, ["one ", "two ", "three "])
        while not socket.frames[-1].get("delta") == "two ":
            socket.next()
        seen = [event for event in socket.frames if "seq" in event]
        self.assert_whole(seen)
        server.kill()
        self.assertEqual(socket.closing()[0], 1006)

        server = self.serve("--agent-kind", "external")
        self.assertEqual(server.http("GET", "/health/ready").status, 200)
        with open_socket(server, token) as socket:
            self.assertEqual(socket.frames[0]["data"]["epoch"], epoch)
            answer, missed = socket.replay("long", after=seen[-1]["seq"], epoch=epoch)
            self.assertEqual(answer["type"], "resumed")
            self.assertEqual([event.get("delta") for event in missed[:-1]], ["three "])
            log = seen + missed
            self.assert_whole(log)
            self.assert_runs_ended_once(log)
            self.assertEqual((log[-1]["type"], log[-1]["reason"]), ("agent_error", "orphaned"))
            self.assertGreater(len(log[-1]["message"]), 20)
            answer, again = socket.replay("long", after=log[-1]["seq"], epoch=epoch)
            self.assertEqual((answer["type"], again), ("none", []))
            # What the dead run's producer still says is not taken for a part of it.
            late = server.http(
                "POST", f"/api/users/{user}/events",
                {"thread_id": "long", "run_id": run, "events": [{"type": "agent_completed", "final_response": "late"}]},
                token=producer, headers={"Idempotency-Key": "late"},
            )
            self.assertEqual(late.json["results"][0]["status"], "refused", late)
            self.assertEqual(socket.replay("long")[1], log)

    def test_whatever_the_moment_of_a_kill_each_log_is_whole_and_each_acknowledged_message_is_there(self) -> None:
        seed = random.SystemRandom().randrange(2**32)
        rng = random.Random(seed)
        workspace = RandomWorkspace(self.workspace, seed)
        config = "serve:\n  limits:\n    open_runs_per_user: 100\n    message_burst: 500\n"
        server = self.serve("--demo", config=config, workspace=self.workspace)
        token = server.visitor()["access_token"]
        acknowledged: set[str] = set()
        delivered: dict[str, dict] = {}
        orphaned = 0
        with self.subTest(seed=seed):
            for round in range(5):
                self.load(server, token, rng, round, sorted(workspace.places), acknowledged, delivered)
                server = self.serve("--demo", workspace=self.workspace)
                orphaned += self.check(server, token, acknowledged, delivered)
            self.assertGreater(orphaned, 0, "no kill struck an open run: the test says nothing")

    def load(self, server: Server, token: str, rng, round: int, names, acknowledged: set, delivered: dict) -> None:
        """Sends 20 messages to 5 threads and kills the server after a random number of frames."""
        socket = open_socket(server, token)
        for number in range(20):
            socket.send({
                "type": "user_message", "client_msg_id": f"m-{round}-{number}",
                "data": {"content": f"where is {rng.choice(names)} defined?", "thread_id": f"thread-{number % 5}"},
            })
        last = rng.randrange(1, 120)
        try:
            for _ in range(last):
                socket.next()
            server.kill()
            while True:
                socket.next()
        except ConnectionClosed:
            pass
        self.assertIsNotNone(server.process.poll(), "the server closed the connection before it was killed")
        for frame in socket.frames:
            if frame.get("type") == "ack" and frame.get("client_msg_id"):
                acknowledged.add(frame["client_msg_id"])
        for event in events(socket.frames):
            delivered[event["event_id"]] = event

    def check(self, server: Server, token: str, acknowledged: set, delivered: dict) -> int:
        """Reads every thread from the start; returns how many runs the restart had to end."""
        threads = [thread["id"] for thread in server.http("GET", "/api/threads", token=token).json["threads"]]
        stored: dict[str, dict] = {}
        orphaned = 0
        with open_socket(server, token) as socket:
            for thread in threads:
                _, log = socket.replay(thread)
                self.assert_whole(log)
                self.assert_runs_ended_once(log)
                started = [event["run_id"] for event in log if event["type"] == "user_message"]
                self.assertEqual(len(set(started)), len(started), "two messages share a run")
                orphaned += len([event for event in log if event.get("reason") == "orphaned"])
                stored |= {event["event_id"]: event for event in log}
        messages = {event.get("client_msg_id") for event in stored.values() if event["type"] == "user_message"}
        self.assertLessEqual(acknowledged, messages, "an acknowledged message is lost")
        # What a client has seen is history: the same event, with the same number, after the crash.
        for event_id, event in delivered.items():
            self.assertEqual(stored.get(event_id), event)
        return orphaned


class StopTests(LiveTestCase, LogAssertions):
    def test_a_server_told_to_stop_says_so_and_closes_with_1001(self) -> None:
        server = self.serve("--demo")
        socket = open_socket(server)
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(socket.closing()[0], 1001)
        farewell = next(frame for frame in socket.frames if frame["type"] == "going_away")
        self.assertGreaterEqual(farewell["resume_after_ms"], 0)
        self.assertIn("stopped", [entry["message"] for entry in server.log])

    def test_a_run_that_does_not_finish_in_time_is_ended_once_before_the_good_bye(self) -> None:
        config = "serve:\n  limits:\n    drain_seconds: 1\n"
        server = self.serve("--demo", "--agent-kind", "external", config=config)
        token = server.visitor()["access_token"]
        socket = open_socket(server, token)
        socket.send({"type": "chat", "message": "work", "thread_id": "t"})
        socket.until("agent_started")
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(socket.closing()[0], 1001)
        log = events(socket.frames)
        self.assert_whole(log)
        self.assert_runs_ended_once(log)
        self.assertEqual((log[-1]["type"], log[-1]["reason"]), ("agent_error", "shutdown"))
        server = self.serve("--demo", "--agent-kind", "external")
        with open_socket(server, token) as socket:
            self.assertEqual(socket.replay("t")[1], log)

    def test_an_open_run_may_finish_while_the_server_stops(self) -> None:
        server = self.serve("--demo", "--agent-kind", "external")
        producer = self.service_token()
        session = server.visitor()
        socket = open_socket(server, session["access_token"])
        socket.send({"type": "chat", "message": "work", "thread_id": "t"})
        run = socket.until("agent_started")["run_id"]
        server.process.terminate()
        socket.until("going_away")
        ending = {"type": "agent_completed", "final_response": "in time", "message": "in time"}
        answer = server.http(
            "POST", f"/api/users/{session['user']['id']}/events",
            {"thread_id": "t", "run_id": run, "events": [ending]}, token=producer,
            headers={"Idempotency-Key": "end"},
        )
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(socket.closing()[0], 1001)
        log = events(socket.frames)
        self.assertEqual([event["type"] for event in log if event["type"] in TERMINAL], ["agent_completed"])
        self.assertEqual(server.process.wait(30), 0)
