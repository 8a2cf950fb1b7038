"""The agent reads the workspace and nothing else, whatever lies in it."""

import os
import secrets
import time

from canon_client import open_socket
from canon_server import LiveTestCase, secret


class WorkspaceTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        # On each line beside the name that is asked for stands a word that only who read the line can say.
        self.canary = secret("canary" + secrets.token_hex(8))
        outside = self.folder / "outside"
        outside.mkdir()

        def plant(path, name: str) -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"class {name}:\n    token = '{self.canary}'\n\ndef {name}_{self.canary}(): pass\n")

        plant(outside / "secret.py", "OutsideThing")
        (self.workspace / "link.py").symlink_to(outside / "secret.py")
        (self.workspace / "folder").symlink_to(outside)
        (self.workspace / "absolute").symlink_to("/etc")
        plant(self.workspace / ".git/hidden.py", "GitThing")
        plant(self.workspace / ".env", "HiddenThing")
        plant(self.workspace / "id_rsa", "KeyThing")
        plant(self.workspace / "server.pem", "PemThing")
        os.mkfifo(self.workspace / "pipe.py")
        (self.workspace / "loop").symlink_to(self.workspace)
        (self.workspace / "a.py").symlink_to("b.py")
        (self.workspace / "b.py").symlink_to("a.py")
        deep = self.workspace
        for _ in range(60):
            deep = deep / "d"
        deep.mkdir(parents=True)
        (deep / "deep.py").write_text("class DeepThing: pass\n")
        (self.workspace / "binary.py").write_bytes(b"\x00\xff" * 50_000)
        (self.workspace / "long.py").write_text("x = '" + "y" * 3_000_000 + "'\n")
        (self.workspace / "plain.py").write_text("\n\nclass PlainThing:\n    pass\n")

    def test_no_question_hangs_the_agent_or_leads_it_out(self) -> None:
        server = self.serve("--demo", workspace=self.workspace)
        questions = [
            "where is OutsideThing defined?", "where is HiddenThing defined?", "where is GitThing defined?",
            "where is KeyThing defined?", "who uses OutsideThing?", 'search for "token ="', "overview",
            *(f"show {path}" for path in (
                "link.py", "folder/secret.py", "absolute/passwd", "../outside/secret.py",
                str(self.folder / "outside/secret.py"), ".git/hidden.py", ".env", "id_rsa", "server.pem", "pipe.py",
                "a.py", "loop/plain.py", "loop/loop/link.py", "binary.py", "long.py", "/etc/passwd", "no/such/file.py",
                "folder", "%2e%2e/outside/secret.py", "plain.py/../../outside/secret.py",
            )),
        ]
        with open_socket(server) as socket:
            for index, question in enumerate(questions):
                with self.subTest(question=question):
                    began = time.monotonic()
                    log = socket.ask(question, thread=f"t{index}")
                    self.assertLess(time.monotonic() - began, 10)
                    self.assertEqual(log[-1]["type"], "agent_completed", log[-1])
                    self.assertTrue(log[-1]["final_response"].strip())
                    self.assertNotIn(self.canary, str(log), "what must not be read was read")
                    self.assertNotIn("root:x:", str(log))
            self.assertIn("plain.py:3", socket.ask("where is PlainThing defined?")[-1]["final_response"])
            self.assertIn("class PlainThing", socket.ask("show plain.py")[-1]["final_response"])
            self.assertIn("deep.py:1", socket.ask("where is DeepThing defined?")[-1]["final_response"])

    def test_without_a_workspace_the_agent_says_so(self) -> None:
        server = self.serve("--demo")
        with open_socket(server) as socket:
            answer = socket.ask("where is PlainThing defined?")[-1]
            self.assertEqual(answer["type"], "agent_completed")
            self.assertIn("--workspace", answer["final_response"])
