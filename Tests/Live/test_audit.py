"""The audit as the agent's tools: asked in a conversation, and over HTTP for the console's page."""

import json
import subprocess

from canon_client import open_socket
from canon_server import BINARY, ENVIRONMENT, LiveTestCase

SOURCES = {
    "chat/__init__.py": "",
    "chat/rooms.py": '''
class RoomManager:
    """Who is in which room."""

    def __init__(self):
        self.members = {}

    def join(self, user, socket):
        self.members[user] = socket

    def leave(self, user):
        self.members.pop(user, None)

    def send(self, user, text):
        self.members[user].send(text)
''',
    "chat/legacy.py": '''
from enum import Enum

from chat.rooms import RoomManager as Halls


class RoomManagerMode(Enum):
    OPEN = 1


class SocketHub:
    """The same once more, under another name."""

    def __init__(self):
        self.sockets = {}

    def join(self, user, socket):
        self.sockets[user] = socket

    def leave(self, user):
        self.sockets.pop(user, None)

    def send(self, user, text):
        self.sockets[user].send(text)
''',
    "chat/main.py": "from chat.legacy import Halls, SocketHub\n\nhalls = Halls()\nhub = SocketHub()\n",
    "chat/broken.py": "def open(:\n",
}


class AuditToolTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        for path, text in {**SOURCES, ".hidden/rooms.py": "class SecretRoomManager: pass\n"}.items():
            file = self.workspace / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def test_how_many_there_are_is_answered_by_a_run_with_evidence(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        with open_socket(server) as socket:
            log = socket.ask("how many room managers are there?")
        executing = next(event for event in log if event["type"] == "tool_executing")
        self.assertEqual(executing["tool_name"], "audit")
        answer = log[-1]["final_response"]
        self.assertIn("**2 implementations** go by “room manager”", answer)
        self.assertIn("`chat.rooms.RoomManager` at `chat/rooms.py:2`", answer)
        self.assertIn("also known as `chat.legacy.Halls`", answer)
        self.assertIn("`chat.legacy.SocketHub`", answer)
        self.assertIn("does what RoomManager does", answer)
        self.assertNotIn("SecretRoomManager", str(log), "hidden files are not for the agent")
        self.assertIn("An enum:\n- `chat.legacy.RoomManagerMode`", answer)

    def test_the_tools_answer_over_http_what_the_command_prints(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        names = [tool["name"] for tool in server.http("GET", "/api/tools", token=token).json["tools"]]
        self.assertEqual(names[-5:], ["audit", "explain", "replay", "log_problems", "verify"])

        answer = server.http("POST", "/api/tools/audit", {}, token=token)
        self.assertEqual(answer.status, 200, answer)
        report = answer.json["value"]
        printed = subprocess.run(
            [BINARY, "audit", str(self.workspace), "--format", "json", "--no-cache"], capture_output=True, env=ENVIRONMENT)
        self.assertEqual(printed.returncode, 1, printed.stderr)
        expected = json.loads(printed.stdout)
        self.assertEqual(report["findings"], expected["findings"])
        self.assertEqual(report["scopes"]["live"]["files"], len(SOURCES))
        syntax = [finding for finding in report["findings"] if finding["rule"] == "syntax"]
        self.assertEqual([(finding["path"], finding["line"]) for finding in syntax], [("chat/broken.py", 1)])
        self.assertIn("chat/broken.py:1", answer.json["text"])

        for subject in ("syntax", syntax[0]["fingerprint"]):
            explained = server.http("POST", "/api/tools/explain", {"subject": subject}, token=token)
            self.assertEqual(explained.status, 200, explained)
            self.assertIn("**syntax**", explained.json["text"])
        replay = server.http(
            "POST", "/api/tools/replay", {"entry": "chat.main", "match": "*manager*"}, token=token).json
        self.assertEqual(
            [(name["name"], name["object"]) for name in replay["value"]["names"]],
            [("chat.rooms.RoomManager", "chat.rooms.RoomManager"), ("chat.legacy.RoomManagerMode", "chat.legacy.RoomManagerMode")])

    def test_without_a_workspace_the_remedy_is_told(self) -> None:
        server = self.serve("--demo")
        token = server.visitor()["access_token"]
        answer = server.http("POST", "/api/tools/audit", {}, token=token)
        self.assertEqual((answer.status, answer.json["error"]), (422, "tool_failed"))
        self.assertIn("--workspace", answer.json["message"])

    def test_a_wrong_argument_is_told_with_the_remedy(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        for tool, arguments, words in (
            ("explain", {"subject": "sintax"}, "Did you mean syntax?"), ("explain", {}, "needs the argument 'subject'"),
            ("audit", {"abuot": "x"}, "has no argument 'abuot'"), ("audit", {"about": "?!"}, "needs a word"),
            ("replay", {"entry": "chat.nothing"}, "chat.nothing"), ("replay", {"entry": "chat.main", "at": ":"}, "MODULE"),
        ):
            answer = server.http("POST", f"/api/tools/{tool}", arguments, token=token)
            self.assertEqual(answer.status, 422, answer)
            self.assertIn(words, answer.json["message"])
