"""`canon verify` asking what runs: logs by revision, and a gateway for its manager."""

import http.server
import json
import os
import random
import subprocess
import threading
import unittest
from pathlib import Path

from canon_server import BINARY, ENVIRONMENT, PATIENCE, LiveTestCase, new_password, secret
from room_history import CANONICAL, SECOND, History

SEED = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))


class RunningTestCase(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        print(f"CANON_SEED={SEED}")
        self.history = History(self.folder / "repository", SEED)
        self.fix = self.history.remove()
        self.history.others()
        self.claims = self.folder / "claims.yaml"
        self.claim(deployments=[{"revision": "shop-00044", "commit": self.history.git("rev-parse", "HEAD")}])

    def claim(self, **more) -> None:
        self.claims.write_text(json.dumps({"claims": [{"issue": 7, "concept": "rooms", "fix": self.fix}], **more}))

    def verify(self, *arguments: "str | Path", expect: int, stdin: str = "", **environment: str) -> tuple[dict, str]:
        """The one claim of the report, and what was written to standard error."""
        done = subprocess.run(
            [BINARY, "verify", self.claims, "--format", "json", *map(str, arguments)], capture_output=True, text=True,
            timeout=PATIENCE * 10, input=stdin, cwd=self.history.folder,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(self.folder / "cache"), **environment})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return (json.loads(done.stdout)["claims"][0] if done.stdout else {}), done.stderr


class LogTests(RunningTestCase):
    """The lists that revisions logged about themselves."""

    def log(self, *entries: tuple[str | None, str, list[str]]) -> Path:
        """An export: revision, time, and the names of one warning each."""
        path = self.folder / "export.json"
        path.write_text(json.dumps([
            {
                "insertId": f"e{number}", "timestamp": time, "severity": "WARNING",
                "resource": {"labels": {"service_name": "shop", **({"revision_name": revision} if revision else {})}},
                "textPayload": f"SSOT WARNING: Found other Rooms manager classes: {names}",
            }
            for number, (revision, time, names) in enumerate(entries)
        ]))
        return path

    def test_the_newest_list_of_the_deployed_revision_counts(self) -> None:
        early, late = "2025-09-15T20:00:00Z", "2025-09-15T21:00:00Z"
        export = self.log(("shop-00043", late, [SECOND]), ("shop-00044", early, [SECOND]), ("shop-00044", late, [CANONICAL]))
        found, _ = self.verify("--logs", export, expect=0)
        self.assertEqual(found["verdict"], "consistent")
        export = self.log(("shop-00043", late, [CANONICAL]), ("shop-00044", late, [SECOND]))
        found, _ = self.verify("--logs", export, expect=1)
        self.assertEqual((found["verdict"], [gap["symbol"] for gap in found["gaps"]]), ("drift", [SECOND]))
        self.assertIn("log of revision shop-00044", " ".join(found["evidence"]))

    def test_what_names_no_revision_or_another_one_decides_nothing(self) -> None:
        export = self.log((None, "2025-09-15T20:00:00Z", [SECOND]))
        found, errors = self.verify("--logs", export, expect=3)
        self.assertEqual(found["verdict"], "unknown")
        self.assertIn("without a revision", errors)
        export = self.log(("shop-00050", "2025-09-15T20:00:00Z", [SECOND]))
        found, errors = self.verify("--logs", export, expect=3)
        self.assertEqual(found["verdict"], "unknown")
        self.assertIn("the logs speak of shop-00050, and what was deployed is called shop-00044", errors)
        (self.folder / "app.log").write_text("INFO nothing of it\n")
        _, errors = self.verify("--logs", self.folder / "app.log", expect=3)
        self.assertIn("no line of the logs lists classes", errors)

    def test_a_list_about_another_concept_is_not_held_against_this_one(self) -> None:
        self.history.write("canon.yaml", "audit:\n  concepts:\n    rooms: {canonical: shop.rooms.RoomManager}\n    notes: {canonical: shop.notes.Notes}\n")
        export = self.log(("shop-00044", "2025-09-15T20:00:00Z", [CANONICAL]))
        other = json.loads(export.read_text())
        other += [{**other[0], "insertId": "n", "timestamp": "2025-09-15T22:00:00Z", "textPayload": f"Found other Notes classes: {[SECOND]}"}]
        export.write_text(json.dumps(other))
        self.assertEqual(self.verify("--logs", export, expect=0)[0]["verdict"], "consistent")

    def test_a_log_that_cannot_be_read_whole_leaves_the_answer_unknown(self) -> None:
        export = self.log(("shop-00044", "2025-09-15T20:00:00Z", [CANONICAL]))
        found, errors = self.verify("--logs", export, "--logs", self.folder / "gone.log", expect=3)
        self.assertEqual(found["verdict"], "consistent")
        self.assertIn("not read:", errors)
        self.assertIn("gone.log", errors)


class ManagerTests(RunningTestCase):
    """A gateway, asked for its manager."""

    def test_the_real_gateway_says_what_it_was_built_from(self) -> None:
        self.claim()
        password = self.add_user("ada@example.org")
        server = self.serve(workspace=self.workspace)
        token = self.service_token()
        found, _ = self.verify("--manager", server.url, expect=3, CANON_TOKEN=token)
        # This repository is not the one that the gateway was built from.
        self.assertEqual(found["verdict"], "unknown")
        self.assertIn(f"{server.url} was built", found["evidence"][-1])
        self.assertIn("CanonGateway.WebSocketManager", " ".join(found["evidence"]))
        for arguments, stdin, message in (
            (("--token-stdin",), "nonsense\n", "HTTP 401"),
            (("--email", "ada@example.org", "--password-stdin"), new_password(), "401"),
            (("--email", "ada@example.org", "--password-stdin"), password, "HTTP 403: the inventory is for the roles service and admin"),
            (("--ticket", secret("some-ticket")), "", "a ticket opens a socket only"),
            (("--demo",), "", "--demo is for a server that was started with --demo"),
        ):
            found, errors = self.verify("--manager", server.url, *arguments, expect=3, stdin=stdin)
            self.assertEqual(found, {})
            self.assertIn(message, errors)
            self.assertFalse(stdin.strip() and stdin.strip() in errors)

    def test_what_is_no_gateway_is_told(self) -> None:
        self.assertIn("connection was refused", self.verify("--manager", "http://127.0.0.1:1", "--token", "cst_mine", expect=3)[1])
        self.assertIn("is no scheme", self.verify("--manager", "ftp://host", "--token", "cst_mine", expect=2)[1])
        self.assertIn("there is no credential", self.verify("--manager", "http://127.0.0.1:1", expect=2)[1])
        self.assertIn(
            "standard input can be read once only",
            self.verify("--manager", "http://127.0.0.1:1", "--token-stdin", "--runtime", "-", expect=2)[1])
        self.assertIn("is not of the schema canon.manager/1", self.answered({"status": "ok"}, expect=3)[1])
        self.assertIn("lacks its type", self.answered({"schema": "canon.manager/1", "managers": [{"type": "A"}]}, expect=3)[1])

    def answered(self, answer: dict, *arguments: str, expect: int) -> tuple[dict, str]:
        """Verifies against a server that answers this to whoever brings the token."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                allowed = self.path == "/api/manager" and self.headers["Authorization"] == "Bearer cst_mine"
                body = json.dumps(answer).encode()
                self.send_response(200 if allowed else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                url = f"http://127.0.0.1:{server.server_port}"
                return self.verify("--manager", url, *arguments, expect=expect, CANON_TOKEN="cst_mine")
            finally:
                server.shutdown()

    def manager(self, *types: str, commit: str, instances: int = 1) -> dict:
        managers = [{"module": name.rpartition(".")[0], "type": name.rpartition(".")[2], "instances": instances} for name in types]
        return {"schema": "canon.manager/1", "managers": managers, "commit": commit, "version": "1"}

    def test_what_it_says_is_the_deployment_and_what_runs(self) -> None:
        self.claim()
        head = self.history.git("rev-parse", "HEAD")
        found, _ = self.answered(self.manager(CANONICAL, commit=head), expect=0)
        self.assertEqual(found["verdict"], "consistent")
        found, _ = self.answered(self.manager(CANONICAL, SECOND, commit=head, instances=2), expect=1)
        self.assertEqual(found["verdict"], "drift")
        self.assertIn(f"2 instances of {SECOND}", " ".join(found["evidence"]))
        before = self.history.git("rev-parse", f"{self.fix}^")
        self.assertEqual(self.answered(self.manager(CANONICAL, SECOND, commit=before), expect=1)[0]["verdict"], "not-deployed")

    def test_a_commit_that_nobody_knows_is_not_guessed(self) -> None:
        self.claim()
        head = self.history.git("rev-parse", "HEAD")
        found, errors = self.answered(self.manager(CANONICAL, commit=head + "-dirty"), expect=3)
        self.assertEqual(found["verdict"], "unknown")
        self.assertIn("from a tree with changes", errors)
        self.assertEqual(self.answered(self.manager(CANONICAL, commit=""), expect=3)[0]["verdict"], "unknown")
        self.assertEqual(self.answered(self.manager(CANONICAL, commit=""), "--deployed", head, expect=0)[0]["verdict"], "consistent")
        _, errors = self.answered(self.manager(CANONICAL, commit=self.fix), "--deployed", f"{self.fix}^", expect=2)
        self.assertIn("says that it was built from", errors)


if __name__ == "__main__":
    unittest.main()
