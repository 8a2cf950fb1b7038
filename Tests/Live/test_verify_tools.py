"""The agent's tools `verify` and `probe` over HTTP: what they answer, and what they must not reach."""

import json
import os
import random
import shutil

from canon_client import open_socket
from canon_server import LiveTestCase, run
from room_history import SECOND, History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))


class VerifyToolTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        print(f"CANON_SEED={SEED}")
        shutil.rmtree(self.workspace)
        self.history = History(self.workspace, SEED)
        self.fix = self.history.remove()
        self.history.others()
        self.culprit = self.history.restore()

    def ask(self, server, token: str, expect: int = 200, **arguments) -> dict:
        answer = server.http("POST", "/api/tools/verify", arguments, token=token)
        self.assertEqual(answer.status, expect, answer)
        return answer.json

    def test_the_claims_of_the_workspace_are_judged(self) -> None:
        claims = {"claims": [{"issue": 7, "concept": "rooms", "fix": self.fix}], "deployments": [{"revision": "shop-1", "commit": "HEAD"}]}
        (self.workspace / "canon-claims.yaml").write_text(json.dumps(claims))
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        found = self.ask(server, token)
        [claim] = found["value"]["claims"]
        self.assertEqual((claim["verdict"], claim["returns"]), ("regression", [{"commit": self.culprit, "symbol": SECOND}]))
        self.assertIn("regression", found["text"])
        found = self.ask(server, token, deployed=f"{self.fix}^")
        self.assertEqual(found["value"]["claims"][0]["verdict"], "not-deployed")

    def test_one_issue_is_judged_and_an_unknown_one_is_told(self) -> None:
        claims = [{"issue": 7, "concept": "rooms", "fix": self.fix}, {"issue": "CHAT-8", "concept": "rooms", "fix": f"{self.fix}^"}]
        deployments = [{"revision": "shop-1", "commit": "HEAD"}]
        (self.workspace / "canon-claims.yaml").write_text(json.dumps({"claims": claims, "deployments": deployments}))
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        self.assertEqual(len(self.ask(server, token)["value"]["claims"]), 2)
        [claim] = self.ask(server, token, issue="chat-8")["value"]["claims"]
        self.assertEqual(claim["id"], "CHAT-8")
        message = self.ask(server, token, expect=422, issue="9")["message"]
        self.assertIn("7, CHAT-8", message)

    def test_the_built_in_analyst_asks_the_tools(self) -> None:
        claims = {"claims": [{"issue": 7, "concept": "rooms", "fix": self.fix}], "deployments": [{"revision": "shop-1", "commit": "HEAD"}]}
        (self.workspace / "canon-claims.yaml").write_text(json.dumps(claims))
        target = self.serve("--demo", workspace=self.workspace, data=self.folder / "target")
        server = self.serve(
            "--demo", workspace=self.workspace, config=f"serve:\n  agent:\n    probe_servers: ['{target.url}']\n")
        for question, tool, words in (
            ("Was issue #7 really fixed?", "verify", "regression"),
            ("How do things stand?", "status", "rooms"),
            ("Does the server work?", "probe", "0 failed"),
        ):
            with open_socket(server) as socket:
                log = socket.ask(question)
            called = [event["tool_name"] for event in log if event["type"] == "tool_executing"]
            self.assertEqual(called, [tool], question)
            self.assertIn(words, log[-1]["final_response"], question)

    def test_nothing_outside_of_the_workspace_is_read(self) -> None:
        outside = self.folder / "outside.yaml"
        outside.write_text("secret-word: 1\n")
        (self.workspace / "link.yaml").symlink_to(outside)
        (self.workspace / ".hidden.yaml").write_text("secret-word: 1\n")
        (self.workspace / "own.yaml").write_text("claims:\n  - {issue: 7, consept: rooms}\n")
        server = self.serve("--demo", workspace=self.workspace)
        token = server.visitor()["access_token"]
        for path in ("link.yaml", ".hidden.yaml", "../outside.yaml", str(outside), "gone.yaml"):
            message = self.ask(server, token, expect=422, claims=path)["message"]
            self.assertNotIn("secret-word", message)
        self.assertIn('did you mean "concept"?', self.ask(server, token, expect=422, claims="own.yaml")["message"])
        (self.workspace / "many.yaml").write_text(json.dumps({"claims": [{"issue": n, "concept": "rooms"} for n in range(101)]}))
        self.assertIn("at most", self.ask(server, token, expect=422, claims="many.yaml")["message"])

    def test_without_a_workspace_or_a_repository_the_remedy_is_told(self) -> None:
        server = self.serve("--demo")
        self.assertIn("--workspace", self.ask(server, server.visitor()["access_token"], expect=422)["message"])
        bare = self.folder / "bare"
        bare.mkdir()
        (bare / "canon-claims.yaml").write_text(json.dumps({"claims": [{"issue": 7, "concept": "rooms"}]}))
        other = self.serve("--demo", workspace=bare, data=self.folder / "other-data")
        self.assertIn("git repository", self.ask(other, other.visitor()["access_token"], expect=422)["message"])


class ProbeToolTests(LiveTestCase):
    def test_only_servers_that_the_operator_named_are_spoken_to(self) -> None:
        (self.workspace / "app.py").write_text("def main():\n    return 1\n")
        target = self.serve("--demo", workspace=self.workspace)
        closed = self.serve("--demo", workspace=self.workspace, data=self.folder / "closed")
        names = [tool["name"] for tool in closed.http("GET", "/api/tools", token=closed.visitor()["access_token"]).json["tools"]]
        self.assertNotIn("probe", names, "without the setting nobody is offered it")
        answer = closed.http("POST", "/api/tools/probe", {"url": target.url}, token=closed.visitor()["access_token"])
        self.assertEqual(answer.status, 404, answer)

        server = self.serve(
            "--demo", workspace=self.workspace, data=self.folder / "asking", config=f"serve:\n  agent:\n    probe_servers: ['{target.url}']\n")
        token = server.visitor()["access_token"]
        done = server.http("POST", "/api/tools/probe", {}, token=token)
        self.assertEqual(done.status, 200, done)
        self.assertEqual((done.json["value"]["schema"], done.json["value"]["url"]), ("canon.probe/1", target.url))
        self.assertEqual(done.json["value"]["counts"]["failed"], 0, done)
        self.assertEqual(server.http("POST", "/api/tools/probe", {"url": target.url + "/ws"}, token=token).status, 200)
        for url in (
            closed.url, "http://169.254.169.254", target.url.replace("127.0.0.1", "localhost"), target.url.replace("http", "https"),
            target.url + "/prefix", target.url.replace("//", "//user@"), "file:///etc/passwd", target.url + "@evil.example", "x",
        ):
            refused = server.http("POST", "/api/tools/probe", {"url": url}, token=token)
            self.assertEqual(refused.status, 422, url)
            self.assertIn("no server that may be probed", refused.json["message"])

    def test_a_setting_that_names_no_server_is_refused_at_the_start(self) -> None:
        self.data.mkdir(mode=0o700)
        (self.data / "canon.yaml").write_text("serve:\n  agent:\n    probe_servers: [internal]\n")
        result = run("config", "--data-dir", self.data)
        self.assertEqual(result.status, 2, result)
        self.assertIn("http://127.0.0.1:8080", result.errors)
