"""Runs that others answer: over the OpenAI interface and over AG-UI, well and badly."""

from canon_client import LogAssertions, TERMINAL, events, open_socket
from canon_server import LiveTestCase, secret
from random_workspace import RandomWorkspace
from remote_agents import AGUIAgent, ModelServer

# A key as a real one looks; it must reach the agent, and no output.
KEY = "sk-live-0123456789abcdefghij"
LIMITS = "  limits:\n    silent_run_seconds: 2\n"


class RemoteAgentTestCase(LiveTestCase, LogAssertions):
    def assert_answered(self, log: list[dict]) -> None:
        self.assert_whole(log)
        self.assert_runs_ended_once(log)
        self.assertEqual(log[-1]["type"], "agent_completed", log[-1])
        streamed = "".join(event["delta"] for event in log if event["type"] == "stream_chunk")
        self.assertEqual(streamed, log[-1]["final_response"])

    def assert_failed(self, socket, log: list[dict], reason: str, words: str) -> None:
        """One terminal error, in words; and the connection serves on."""
        self.assert_whole(log)
        self.assert_runs_ended_once(log)
        self.assertEqual((log[-1]["type"], log[-1]["reason"]), ("agent_error", reason), log[-1])
        self.assertIn(words, log[-1]["message"])
        # A sentence, and not the text of an exception.
        self.assertRegex(log[-1]["message"], r"(?s)^[A-Z].{15,}[.!?]$")
        self.assertNotIn(KEY, str(log))
        socket.send({"type": "ping"})
        socket.until("pong")
        self.assertFalse([event for event in events(socket.frames) if event["seq"] > log[-1]["seq"]
                          and event["thread_id"] == log[-1]["thread_id"]])


class OpenAITests(RemoteAgentTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        secret(KEY)
        cls.model = ModelServer()
        cls.addClassCleanup(cls.model.close)
        folder = cls.class_folder / "workspace"
        folder.mkdir()
        cls.places = RandomWorkspace(folder, 5).places
        cls.server = cls.serve_for_class(
            "--demo", "--agent-kind", "openai", "--agent-url", f"{cls.model.url}/v1", "--agent-model", "m",
            config="serve:\n  agent:\n    send_files: true\n" + LIMITS, workspace=folder,
            environment={"CANON_AGENT_KEY": KEY},
        )

    def setUp(self) -> None:
        super().setUp()
        self.socket = self.enterContext(open_socket(self.server, self.server.visitor()["access_token"]))

    def test_the_answer_is_streamed(self) -> None:
        question = " ".join(f"word{number}" for number in range(12))
        log = self.socket.ask(question)
        self.assert_answered(log)
        self.assertIn("word11", log[-1]["final_response"])
        self.assertGreater(len([event for event in log if event["type"] == "stream_chunk"]), 1)

    def test_a_tool_that_the_model_calls_runs_here(self) -> None:
        name, (path, line) = next(iter(self.places.items()))
        self.model.behave(
            {"type": "reply", "tool_calls": [{"name": "find_definition", "arguments": {"name": name}}]},
            {"type": "reply", "text": "I have looked it up for you."},
        )
        log = self.socket.ask("Where is it?")
        self.assert_answered(log)
        self.assertEqual(log[-1]["final_response"], "I have looked it up for you.")
        executing = next(event for event in log if event["type"] == "tool_executing")
        completed = next(event for event in log if event["type"] == "tool_completed")
        self.assertEqual((executing["tool_name"], executing["tool_args"]), ("find_definition", {"name": name}))
        self.assertEqual(completed["execution_id"], executing["execution_id"])
        self.assertTrue(completed["success"])
        self.assertIn(path, str(completed["results"]))
        # The model saw where the name is.
        told = [message for message in self.model.requests()[-1]["messages"] if message["role"] == "tool"]
        self.assertIn(f"{path}:{line}", str(told))

    def test_the_conversation_goes_on_in_its_thread(self) -> None:
        for text in ("first question", "second question"):
            self.assertEqual(self.socket.ask(text, thread="talk")[-1]["type"], "agent_completed")
        roles = [(message["role"], message["content"]) for message in self.model.requests()[-1]["messages"]]
        self.assertEqual([role for role, _ in roles], ["user", "assistant", "user"])
        self.assertEqual((roles[0][1], roles[2][1]), ("first question", "second question"))

    def test_each_fault_of_the_stream_ends_the_run_once_in_words(self) -> None:
        for kind, reason, words in (
            ("disconnect", "stream_cut", "broke"), ("truncate", "stream_cut", "broke off"),
            ("malformed", "backend_protocol", "chat completion"), ("stall", "timeout", "2 s"),
        ):
            with self.subTest(kind=kind):
                self.model.behave({"type": "stream_fault", "kind": kind, "after_chunks": 3, "stall_seconds": 30})
                log = self.socket.ask(" ".join(["word"] * 20), thread=f"fault-{kind}")
                self.assert_failed(self.socket, log, reason, words)

    def test_a_refusal_is_told_with_its_reason_and_the_next_question_is_answered(self) -> None:
        for status, reason, words in (
            (429, "backend_rate_limited", "429"), (500, "backend_unavailable", "500"), (401, "backend_refused", "key"),
        ):
            with self.subTest(status=status):
                self.model.behave({"type": "fail", "status": status, "times": 1})
                log = self.socket.ask("hello", thread=f"status-{status}")
                self.assert_failed(self.socket, log, reason, words)
                self.assertEqual(self.socket.ask("hello", thread=f"status-{status}")[-1]["type"], "agent_completed")

    def test_a_run_is_stopped_from_another_device(self) -> None:
        self.model.behave({"type": "stream_fault", "kind": "stall", "after_chunks": 2, "stall_seconds": 30})
        token = self.server.visitor()["access_token"]
        with open_socket(self.server, token) as laptop, open_socket(self.server, token) as phone:
            laptop.send({"type": "chat", "message": " ".join(["word"] * 20), "thread_id": "stopped"})
            run = laptop.until("stream_chunk")["run_id"]
            phone.send({"type": "stop_agent", "payload": {"run_id": run}})
            ending = laptop.until(*TERMINAL)
            self.assertEqual((ending["type"], ending["run_id"]), ("agent_cancelled", run))
            log = events(laptop.frames)
            self.assert_whole(log)
            self.assert_runs_ended_once(log)


class AGUITests(RemoteAgentTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        secret(KEY)
        cls.agent = AGUIAgent()
        cls.addClassCleanup(cls.agent.close)

    def connect(self, path: str):
        server = self.serve(
            "--demo", "--agent-kind", "ag-ui", "--agent-url", self.agent.url + path, config="serve:\n" + LIMITS,
            environment={"CANON_AGENT_KEY": KEY}, data=self.folder / path.replace("/", "-"),
        )
        return self.enterContext(open_socket(server, server.visitor()["access_token"]))

    def test_an_agent_framework_answers_with_its_own_tool(self) -> None:
        log = self.connect("/agent").ask("How many letters?")
        self.assert_answered(log)
        self.assertEqual(log[-1]["final_response"], "The word has 9 letters.")
        executing = next(event for event in log if event["type"] == "tool_executing")
        completed = next(event for event in log if event["type"] == "tool_completed")
        self.assertEqual((executing["tool_name"], executing["tool_args"]), ("count_letters", {"word": "workspace"}))
        self.assertIn("9", str(completed["results"]))

    def test_each_fault_of_the_agent_ends_the_run_once_in_words(self) -> None:
        for path, reason, words in (
            ("/fault/cut", "stream_cut", "before its run did"), ("/fault/stall", "timeout", "2 s"),
            ("/fault/malformed", "backend_protocol", "AG-UI event"),
            ("/fault/error", "backend_unavailable", "The database is on fire."),
            ("/status/429", "backend_rate_limited", "17 s"), ("/page", "backend_protocol", "text/html"),
        ):
            with self.subTest(path=path):
                socket = self.connect(path)
                self.assert_failed(socket, socket.ask("hello"), reason, words)


class AbsentAgentTests(RemoteAgentTestCase):
    def test_an_agent_that_is_not_there_is_said_to_be_not_there(self) -> None:
        agent = AGUIAgent()
        agent.close()
        for kind, more in (("openai", ("--agent-model", "m")), ("ag-ui", ())):
            with self.subTest(kind=kind):
                server = self.serve("--demo", "--agent-kind", kind, "--agent-url", agent.url, *more,
                                    data=self.folder / kind)
                with open_socket(server) as socket:
                    log = socket.ask("hello")
                    self.assert_failed(socket, log, "backend_unavailable", f"127.0.0.1:{agent.port}")
