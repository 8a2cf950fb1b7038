"""Front ends that speak AG-UI, over both transports. Every event is read with the protocol's own models."""

import json
import secrets
import unittest

from ag_ui.core import EventType, RunAgentInput, UserMessage
from ag_ui.core.events import Event
from pydantic import TypeAdapter

from canon_client import Socket, events, open_socket
from canon_server import LiveTestCase, Server
from event_stream import EventStream
from random_workspace import RandomWorkspace

EVENT = TypeAdapter(Event)


def run_input(thread: str, run: str, text: str, **more) -> dict:
    """What a front end sends, made and written by the protocol's own package."""
    message = UserMessage(id=secrets.token_hex(4), content=text)
    request = RunAgentInput(
        thread_id=thread, run_id=run, messages=[message], tools=[], context=[], state={}, forwarded_props={}, **more)
    return json.loads(request.model_dump_json(by_alias=True))


class Order:
    """Reads events, and holds them to the order that the protocol asks for."""

    def __init__(self, test: unittest.TestCase):
        self.test = test
        self.run = None
        self.open: set[tuple[str, str]] = set()
        self.seen: list = []

    def take(self, frame: dict):
        event = EVENT.validate_python(frame)
        # What the models do not know they keep, so that a misspelt member would be found here.
        self.test.assertFalse(event.model_extra, frame)
        self.seen.append(event)
        kind = event.type
        if kind == EventType.CUSTOM:
            return event
        if kind == EventType.RUN_STARTED:
            self.test.assertIsNone(self.run, "a run began inside another")
            self.test.assertEqual(event.protocol_version, "1.0")
            self.run = event.run_id
            return event
        self.test.assertIsNotNone(self.run, f"{kind} outside a run")
        name = kind.value
        for what, member in (("TEXT_MESSAGE", "message_id"), ("TOOL_CALL", "tool_call_id"),
                             ("REASONING_MESSAGE", "message_id")):
            if not name.startswith(what + "_") or name == "TOOL_CALL_RESULT":
                continue
            place = (what, getattr(event, member))
            if name.endswith("_START"):
                self.test.assertNotIn(place, self.open)
                self.open.add(place)
            elif name.endswith("_END"):
                self.test.assertIn(place, self.open)
                self.open.remove(place)
            else:
                self.test.assertIn(place, self.open)
        if kind in (EventType.RUN_FINISHED, EventType.RUN_ERROR):
            self.test.assertEqual(self.open, set(), "something is left open")
            self.run = None
        return event

    @property
    def text(self) -> str:
        return "".join(e.delta for e in self.seen if e.type == EventType.TEXT_MESSAGE_CONTENT)

    @property
    def kinds(self) -> list[str]:
        return [e.type.value for e in self.seen]

    @property
    def log(self) -> list[dict]:
        """The log events in it, which are told whole."""
        return [e.value for e in self.seen if e.type == EventType.CUSTOM and e.name == "canon.event"]


class AGUITests(LiveTestCase):
    def watch(self, server: Server, token: str, body: dict, until=None) -> Order:
        """Sends a request and reads its stream to the end."""
        order = Order(self)
        with EventStream(server, "/api/ag-ui", token, method="POST", body=body) as stream:
            self.assertEqual(stream.status, 200, stream.status)
            self.assertTrue(stream.headers["Content-Type"].startswith("text/event-stream"))
            while (frame := stream.next()) is not None:
                event = order.take(frame)
                if until:
                    until(event)
        return order

    def external(self) -> tuple[Server, str, str, str]:
        password = self.add_user("user@example.org")
        producer = self.service_token()
        server = self.serve("--agent-kind", "external")
        session = server.log_in("user@example.org", password)
        return server, session["access_token"], session["user"]["id"], producer

    def produce(self, server: Server, producer: str, user: str, thread: str, run: str, *made: dict) -> None:
        answer = server.http(
            "POST", f"/api/users/{user}/events", {"thread_id": thread, "run_id": run, "events": list(made)},
            token=producer)
        self.assertEqual({result["status"] for result in answer.json["results"]}, {"stored"}, answer)

    def test_a_run_of_the_analyst_is_told_whole_and_the_same_request_tells_it_again(self) -> None:
        workspace = RandomWorkspace(self.workspace, secrets.randbelow(2**32))
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        body = run_input("t", "my-run", f"where is {sorted(workspace.places)[0]} defined?")
        order = self.watch(server, token, body)
        started, finished = order.seen[0], order.seen[-1]
        self.assertEqual((started.thread_id, started.run_id), ("t", "my-run"))
        self.assertEqual((finished.run_id, finished.outcome.type), ("my-run", "success"))
        self.assertIn("TOOL_CALL_RESULT", order.kinds)
        self.assertIn("REASONING_MESSAGE_CONTENT", order.kinds)
        with open_socket(server, token) as socket:
            told = socket.replay("t")[1]
        self.assertEqual(order.log, told)
        self.assertEqual(order.text, told[-1]["final_response"])

        again = self.watch(server, token, body)
        self.assertEqual([e.model_dump() for e in again.seen], [e.model_dump() for e in order.seen])
        messages = server.http("GET", "/api/threads/t/messages", token=token).json["messages"]
        self.assertEqual([message["role"] for message in messages], ["user", "assistant"])
        # Another run goes on in the same conversation.
        more = self.watch(server, token, run_input("t", "other-run", "how many files are there?"))
        self.assertEqual(more.seen[-1].type, EventType.RUN_FINISHED)

    def test_runs_that_fail_and_runs_that_are_stopped(self) -> None:
        server, token, user, producer = self.external()

        def fail(event) -> None:
            if event.type == EventType.CUSTOM and event.value["type"] == "agent_started":
                self.produce(
                    server, producer, user, "t", event.value["run_id"],
                    {"type": "stream_chunk", "message_id": "m", "delta": "so far"},
                    {"type": "agent_error", "reason": "backend_refused", "message": "It would not."})

        order = self.watch(server, token, run_input("t", "r1", "fail"), fail)
        self.assertEqual(order.kinds[-2:], ["CUSTOM", "RUN_ERROR"] if order.kinds[-2] == "CUSTOM" else
                         ["TEXT_MESSAGE_END", "RUN_ERROR"])
        self.assertEqual((order.seen[-1].message, order.seen[-1].code), ("It would not.", "backend_refused"))

        def stop(event) -> None:
            if event.type == EventType.CUSTOM and event.value["type"] == "agent_started":
                with open_socket(server, token) as socket:
                    socket.send({"type": "stop_agent", "run_id": event.value["run_id"]})
                    socket.until("ack")

        order = self.watch(server, token, run_input("t", "r2", "stop"), stop)
        self.assertEqual(order.seen[-1].outcome.type, "cancelled")

    def test_a_client_that_goes_away_does_not_stop_its_run(self) -> None:
        server, token, user, producer = self.external()
        body = run_input("t", "r1", "long")
        with EventStream(server, "/api/ag-ui", token, method="POST", body=body) as stream:
            while (frame := stream.next())["type"] != "CUSTOM" or frame["value"]["type"] != "agent_started":
                pass
            run = frame["value"]["run_id"]
        self.produce(
            server, producer, user, "t", run, {"type": "agent_completed", "final_response": "done", "message_id": "m"})
        order = self.watch(server, token, body)
        self.assertEqual(order.text, "done")
        self.assertEqual(order.seen[-1].outcome.type, "success")

    def test_what_cannot_be_done_is_answered(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        body = run_input("t", "r", "hello")
        tools = body | {"tools": [{"name": "x", "description": "y", "parameters": {}}]}
        order = self.watch(server, token, tools)
        self.assertEqual(order.kinds, ["RUN_STARTED", "RUN_ERROR"])
        self.assertEqual(order.seen[-1].code, "NOT_SUPPORTED")
        for changes, field in (
            ({"threadId": None}, "threadId"), ({"runId": "a b"}, "runId"), ({"messages": []}, "messages"),
            ({"tools": "x"}, "tools"),
        ):
            answer = server.http("POST", "/api/ag-ui", body | changes, token=token)
            self.assertEqual((answer.status, answer.json["field"]), (422, field), answer)
        self.assertEqual(server.http("POST", "/api/ag-ui", body).status, 401)
        self.watch(server, token, body)
        used = server.http("POST", "/api/ag-ui", run_input("elsewhere", "r", "hello"), token=token)
        self.assertEqual(used.status, 409)

    def test_nobody_reaches_another_users_conversation(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        first, second = (server.visitor()["access_token"] for _ in range(2))
        mine = self.watch(server, first, run_input("t", "r", "how many files are there?"))
        theirs = self.watch(server, second, run_input("t", "r", "how many files are there?"))
        self.assertEqual(theirs.log[0]["seq"], 1)
        self.assertFalse({e["event_id"] for e in mine.log} & {e["event_id"] for e in theirs.log})

    def test_a_socket_that_speaks_ag_ui_tells_every_conversation_whole_also_when_it_comes_back(self) -> None:
        workspace = RandomWorkspace(self.workspace, secrets.randbelow(2**32))
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        body = run_input("t", "my-run", f"where is {sorted(workspace.places)[0]} defined?")

        def read(socket: Socket, order: Order, last: str) -> None:
            while True:
                event = order.take(socket.next())
                if event.type.value == last:
                    return

        def replay(socket: Socket, order: Order, after: int) -> None:
            socket.send({"type": "resume", "threads": {"t": after}})
            while order.take(socket.next()).name != "canon.resumed":
                pass
            read(socket, order, "RUN_FINISHED")

        def offer() -> Socket:
            return Socket(server, subprotocols=["ag-ui.v1", f"jwt.{token}"])

        live = Order(self)
        with offer() as socket:
            self.assertEqual(socket.subprotocol, "ag-ui.v1")
            welcome = live.take(socket.next())
            self.assertEqual(welcome.name, "canon.connection_established")
            socket.send(body)
            read(socket, live, "RUN_FINISHED")
            ack = next(e.value for e in live.seen if e.type == EventType.CUSTOM and e.name == "canon.ack")
            self.assertEqual(live.seen[-1].run_id, ack["run_id"])
            self.assertEqual(live.seen[-1].outcome.type, "success")

            # The same request again is the same run.
            socket.send(body)
            while (again := live.take(socket.next())).name != "canon.ack":
                pass
            self.assertEqual((again.value["run_id"], again.value["duplicate"]), (ack["run_id"], True))

            tools = body | {"runId": "r2", "tools": [{"name": "x", "description": "y", "parameters": {}}]}
            socket.send(tools)
            refused = Order(self)
            read(socket, refused, "RUN_ERROR")
            self.assertEqual(refused.kinds, ["RUN_STARTED", "RUN_ERROR"])
            socket.send(body | {"messages": []})
            error = live.take(socket.next())
            self.assertEqual((error.name, error.value["field"]), ("canon.error_message", "messages"))

            # Read again from its middle on the same socket, it begins and ends as a run does.
            middle = Order(self)
            replay(socket, middle, live.log[3]["seq"])
            self.assertEqual(middle.log, live.log[4:])

        with open_socket(server, token) as platform:
            self.assertEqual(live.log, platform.replay("t")[1])
        with offer() as socket:
            order = Order(self)
            order.take(socket.next())
            replay(socket, order, 0)
            self.assertEqual(order.log, live.log)
            self.assertEqual(order.text, live.text)


if __name__ == "__main__":
    unittest.main()
