"""The log over server-sent events: for curl, for a browser with a ticket, for services; across crashes."""

import http.client
import secrets
import subprocess
import threading
import unittest

from canon_client import LogAssertions, TERMINAL, open_socket
from canon_server import LiveTestCase, eventually
from event_stream import EventStream


class StreamTests(LiveTestCase, LogAssertions):
    def test_curl_reads_a_conversation_and_goes_on_with_last_event_id(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        with open_socket(server, token) as socket:
            told = socket.ask("how many files are there?", "t")

        def curl(*arguments: str) -> str:
            # Reads what there is, and stops because nothing more comes.
            process = subprocess.run(
                ["curl", "--silent", "--no-buffer", "--max-time", "2", "--config", "-", *arguments,
                 f"{server.url}/api/threads/t/events"],
                input=f'header = "Authorization: Bearer {token}"\n'.encode(), capture_output=True,
            )
            self.assertEqual(process.returncode, 28, process.stderr)
            return process.stdout.decode()

        text = curl()
        self.assertTrue(text.startswith("retry: "), text[:80])
        ids = [line[4:] for line in text.splitlines() if line.startswith("id: ")]
        self.assertEqual(len(ids), len(told))
        self.assertEqual([int(name.rpartition(":")[2]) for name in ids], list(range(1, len(told) + 1)))
        rest = curl("--header", f"Last-Event-ID: {ids[1]}")
        self.assertEqual([line[4:] for line in rest.splitlines() if line.startswith("id: ")], ids[2:])

    def test_a_ticket_opens_one_stream_and_stands_in_no_log(self) -> None:
        server = self.serve("--demo", "--log-level", "debug", workspace=self.workspace)
        token = server.visitor()["access_token"]
        with open_socket(server, token) as socket:
            socket.ask("how many files are there?", "t")
        ticket = server.http("POST", "/api/websocket/ticket", {}, token=token).json["ticket_id"]
        with EventStream(server, f"/api/threads/t/events?ticket={ticket}&after=1") as stream:
            self.assertEqual(stream.status, 200)
            self.assertEqual(stream.next()["seq"], 2)
        with EventStream(server, f"/api/threads/t/events?ticket={ticket}") as stream:
            self.assertEqual(stream.status, 401)
        # `close` looks for the ticket in every line that the server wrote.

    def test_a_reader_that_comes_back_to_killed_servers_has_every_event_once(self) -> None:
        password = self.add_user("user@example.org")
        producer = self.service_token()
        arguments = ("--agent-kind", "external")
        server = self.serve(*arguments)
        session = server.log_in("user@example.org", password)
        token, user = session["access_token"], session["user"]["id"]
        seen: list[dict] = []
        cursor = None
        for round in range(4):
            with open_socket(server, token) as socket:
                socket.send({"type": "chat", "message": f"round {round}", "thread_id": "t"})
                run = socket.until("agent_started")["run_id"]
            stop = threading.Event()

            def write(server=server, run=run) -> None:
                number = 0
                while not stop.is_set():
                    number += 1
                    try:
                        server.http(
                            "POST", f"/api/users/{user}/events",
                            {"thread_id": "t", "run_id": run,
                             "events": [{"type": "stream_chunk", "message_id": run, "delta": f"{number} "}]},
                            token=producer, headers={"Idempotency-Key": secrets.token_hex(8)},
                        )
                    except (OSError, http.client.HTTPException):
                        return

            writer = threading.Thread(target=write)
            writer.start()
            with EventStream(server, "/api/threads/t/events", token, cursor) as stream:
                for _ in range(40 + 7 * round):
                    stream.next()
                server.kill()
                # What was on its way still counts.
                try:
                    while stream.next() is not None:
                        pass
                except (OSError, http.client.HTTPException):
                    pass
            stop.set()
            writer.join()
            seen += stream.frames
            cursor = stream.events[-1][0]
            server = self.serve(*arguments)
        with EventStream(server, "/api/threads/t/events", token, cursor) as stream:
            while stream.until(*TERMINAL)["reason"] and len(
                [frame for frame in seen + stream.frames if frame["type"] in TERMINAL]) < 4:
                pass
            seen += stream.frames
        self.assert_whole(seen)
        self.assert_runs_ended_once(seen)
        with EventStream(server, "/api/threads/t/events", token) as stream:
            whole = [stream.next() for _ in seen]
        self.assertEqual(whole, seen)

    def test_a_logged_out_session_loses_its_stream(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        with open_socket(server, token) as socket:
            socket.ask("how many files are there?", "t")
        with EventStream(server, "/api/threads/t/events", token) as stream:
            stream.until(*TERMINAL)
            self.assertEqual(server.http("POST", "/auth/logout", {}, token=token).status, 200)
            self.assertIsNone(stream.next())
            self.assertEqual(stream.comments[-1], "token_revoked")

    def test_a_service_answers_every_user_with_the_feed_and_the_producer_interface(self) -> None:
        passwords = {name: self.add_user(name) for name in ("ada@example.org", "bob@example.org")}
        producer = self.service_token()
        server = self.serve("--agent-kind", "external")
        with EventStream(server, "/api/runs/feed", producer) as feed:
            self.assertEqual(feed.status, 200)
            for name, password in passwords.items():
                session = server.log_in(name, password)
                with open_socket(server, session["access_token"]) as socket:
                    socket.send({"type": "chat", "message": f"I am {name}", "thread_id": "t"})
                    opened = feed.until("run_opened")
                    self.assertEqual(opened["user_id"], session["user"]["id"])
                    body = {
                        "thread_id": opened["thread_id"], "run_id": opened["run_id"],
                        "events": [
                            {"type": "agent_completed", "final_response": opened["text"].upper(), "message_id": "m"}
                        ],
                    }
                    path = f"/api/users/{opened['user_id']}/events"
                    headers = {"Idempotency-Key": opened["run_id"]}
                    first = server.http("POST", path, body, token=producer, headers=headers)
                    again = server.http("POST", path, body, token=producer, headers=headers)
                    self.assertEqual(first.json["results"][0]["status"], "stored")
                    self.assertEqual(again.json["results"][0]["status"], "duplicate")
                    self.assertEqual(again.json["results"][0]["seq"], first.json["results"][0]["seq"])
                    self.assertEqual(socket.until(*TERMINAL)["final_response"], f"I AM {name.upper()}")
            cursor = feed.events[-1][0]
        # Whoever comes back hears of what began meanwhile, across a crash too, and of nothing twice.
        server.kill()
        server = self.serve("--agent-kind", "external")
        with EventStream(server, "/api/runs/feed", producer, cursor) as feed:
            session = server.log_in("ada@example.org", passwords["ada@example.org"])
            with open_socket(server, session["access_token"]) as socket:
                socket.send({"type": "chat", "message": "again", "thread_id": "t"})
                self.assertEqual(feed.until("run_opened")["text"], "again")
        self.assertEqual(len(feed.frames), 1)

    def test_a_broadcast_reaches_everybody_and_is_on_record(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        admin = self.service_token("admin", role="admin")
        with open_socket(server, server.visitor()["access_token"]) as first:
            with open_socket(server, server.visitor()["access_token"]) as second:
                answer = server.http(
                    "POST", "/api/broadcast", {"event": {"type": "notice", "text": "soon"}, "reason": "ticket 7"},
                    token=admin,
                )
                self.assertEqual((answer.status, answer.json), (200, {"delivered": 2, "users": 2}))
                for socket in (first, second):
                    self.assertEqual(socket.until("broadcast")["event"], {"type": "notice", "text": "soon"})
        self.assertTrue(
            eventually("the log line", lambda: [e for e in server.log if e["message"] == "broadcast"])[0]["reason"]
            == "ticket 7")


if __name__ == "__main__":
    unittest.main()
