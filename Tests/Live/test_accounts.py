"""Accounts, sessions and tokens, also changed beside a running server."""

import time

from canon_client import Socket, open_socket
from canon_server import LiveTestCase, new_password, run, secret


class AccountTests(LiveTestCase):
    def test_the_set_up_link_makes_the_first_account_once(self) -> None:
        server = self.serve()
        self.assertIsNotNone(server.setup_token, server.output)
        self.assertTrue(server.http("GET", "/auth/config").json["setup_required"])
        password = new_password()
        form = {"token": server.setup_token, "email": "first@example.org", "password": password}
        wrong = server.http("POST", "/auth/setup", {**form, "token": secret("A" * len(server.setup_token))})
        self.assertEqual(wrong.status, 403, wrong)
        weak = server.http("POST", "/auth/setup", {**form, "password": "short"})
        self.assertEqual((weak.status, weak.json["field"]), (422, "password"), weak)
        made = server.http("POST", "/auth/setup", form)
        self.assertEqual(made.status, 200, made)
        self.assertEqual(made.json["user"]["role"], "admin")
        again = server.http("POST", "/auth/setup", {**form, "email": "second@example.org"})
        self.assertEqual(again.status, 410, again)
        self.assertFalse(server.http("GET", "/auth/config").json["setup_required"])
        self.assertEqual(server.http("GET", "/auth/me", token=made.json["access_token"]).json["role"], "admin")
        server.close()
        self.assertIsNone(self.serve().setup_token, "a server with an account prints a set-up link")

    def test_a_session_from_login_to_logout(self) -> None:
        password = self.add_user("someone@example.org")
        server = self.serve()
        wrong = server.http("POST", "/auth/login", {"email": "someone@example.org", "password": new_password()})
        self.assertEqual(wrong.status, 401, wrong)
        unknown = server.http("POST", "/auth/login", {"email": "nobody@example.org", "password": new_password()})
        self.assertEqual((unknown.status, unknown.text), (401, wrong.text))

        session = server.log_in("someone@example.org", password)
        self.assertEqual((session["token_type"], session["expires_in"]), ("Bearer", 900))
        me = server.http("GET", "/auth/me", token=session["access_token"])
        self.assertEqual((me.status, me.json["email"]), (200, "someone@example.org"))
        self.assertEqual(server.http("GET", "/auth/me").status, 401)

        out = server.http("POST", "/auth/logout", token=session["access_token"])
        self.assertEqual((out.status, out.json["status"]), (200, "success"))
        self.assertEqual(server.http("GET", "/auth/me", token=session["access_token"]).status, 401)
        gone = server.http("POST", "/auth/refresh", {"refresh_token": session["refresh_token"]})
        self.assertEqual(gone.status, 401, gone)

    def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(self) -> None:
        server = self.serve("--demo")
        first = server.visitor()
        with open_socket(server, first["access_token"]) as socket:
            second = server.http("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]})
            self.assertEqual(second.status, 200, second)
            self.assertNotEqual(second.json["refresh_token"], first["refresh_token"])
            self.assertEqual(server.http("GET", "/auth/me", token=second.json["access_token"]).status, 200)
            reused = server.http("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]})
            self.assertEqual(reused.status, 401, reused)
            # Whoever has the newer one may be the thief: it ends too, and so does what was opened with it.
            newer = server.http("POST", "/auth/refresh", {"refresh_token": second.json["refresh_token"]})
            self.assertEqual(newer.status, 401, newer)
            self.assertEqual(socket.closing(seconds=3)[0], 1008)

    def test_accounts_are_managed_beside_a_running_server(self) -> None:
        server = self.serve()
        password = self.add_user("late@example.org")
        session = server.log_in("late@example.org", password)
        with open_socket(server, session["access_token"]) as socket:
            disabled = run("users", "disable", "late@example.org", "--data-dir", self.data)
            self.assertEqual(disabled.status, 0, disabled)
            began = time.monotonic()
            code, reason = socket.closing(seconds=3)
            self.assertEqual((code, reason), (1008, "token_revoked"))
            self.assertLess(time.monotonic() - began, 2)
        refused = server.http("POST", "/auth/login", {"email": "late@example.org", "password": password})
        self.assertEqual(refused.status, 403, refused)
        self.assertEqual(server.http("GET", "/auth/me", token=session["access_token"]).status, 401)
        enabled = run("users", "enable", "late@example.org", "--data-dir", self.data)
        self.assertEqual(enabled.status, 0, enabled)
        server.log_in("late@example.org", password)
        listed = run("users", "list", "--data-dir", self.data)
        self.assertIn("late@example.org", listed.output)

    def test_mistakes_on_the_command_line_are_told_in_a_line(self) -> None:
        self.add_user("twice@example.org")
        for arguments, stdin, words in (
            (("add", "twice@example.org", "--password-stdin"), new_password(), "twice@example.org"),
            (("add", "weak@example.org", "--password-stdin"), "short", "12 characters"),
            (("add", "weak@example.org", "--password-stdin"), "", "password"),
            (("disable", "nobody@example.org"), "", "nobody@example.org"),
        ):
            with self.subTest(arguments=arguments):
                result = run("users", *arguments, "--data-dir", self.data, stdin=stdin)
                self.assertEqual(result.status, 1, result)
                self.assertIn(words, result.errors)
                self.assertEqual(len(result.errors.splitlines()), 1, result)
        mistyped = run("users", "list", "--data-dir", self.folder / "nowhere")
        self.assertEqual(mistyped.status, 1, mistyped)
        self.assertIn("--data-dir", mistyped.errors)
        self.assertFalse((self.folder / "nowhere").exists())

    def test_a_service_token_opens_the_inventory_until_it_is_revoked(self) -> None:
        password = self.add_user("user@example.org")
        server = self.serve()
        token = self.service_token("ci")
        listed = run("tokens", "list", "--data-dir", self.data)
        self.assertIn("ci", listed.output)
        self.assertNotIn(token, listed.output)

        self.assertEqual(server.http("GET", "/api/manager").status, 401)
        user = server.log_in("user@example.org", password)["access_token"]
        self.assertEqual(server.http("GET", "/api/manager", token=user).status, 403)
        with open_socket(server, user) as socket:
            inventory = server.http("GET", "/api/manager", token=token)
            self.assertEqual(inventory.status, 200, inventory)
            said = inventory.json
            self.assertEqual(said["schema"], "canon.manager/1")
            self.assertEqual(
                said["managers"], [{"type": "WebSocketManager", "module": "CanonGateway", "instances": 1}])
            self.assertEqual((said["connections"], said["users"]), (1, 1))
            self.assertEqual(said["epoch"], socket.frames[0]["data"]["epoch"])
            for name in ("version", "commit", "vocabulary", "node"):
                self.assertIsInstance(said[name], str)
            self.assertIn(said["version"], run("--version").output)
            serving = next(entry for entry in server.log if entry["message"] == "serving")
            for name in ("version", "commit", "vocabulary", "node", "epoch"):
                self.assertEqual(serving[name], said[name], name)

        revoked = run("tokens", "revoke", "ci", "--data-dir", self.data)
        self.assertEqual(revoked.status, 0, revoked)
        end = time.monotonic() + 1
        while (answer := server.http("GET", "/api/manager", token=token)).status != 401:
            self.assertLess(time.monotonic(), end, f"a revoked token still opens after 1 s: {answer}")

    def test_each_form_of_a_login_opens_a_socket_and_a_bad_one_gets_no_frame(self) -> None:
        password = self.add_user("user@example.org")
        server = self.serve()
        token = server.log_in("user@example.org", password)["access_token"]
        ticket = server.http("POST", "/api/websocket/ticket", {}, token=token).json["ticket_id"]
        for socket in (
            Socket(server, token), Socket(server, path=f"/ws?ticket={ticket}"),
            Socket(server, token, subprotocols=["jwt-auth", f"jwt.{token}"]),
        ):
            with socket:
                welcome = socket.next()
                self.assertEqual(welcome["type"], "connection_established")
                self.assertNotIn(token, socket.subprotocol or "")
        for socket in (
            Socket(server), Socket(server, secret(token[:-6] + "AAAAAA")), Socket(server, path=f"/ws?ticket={ticket}"),
        ):
            with socket:
                code, _ = socket.closing()
                self.assertEqual((code, socket.frames), (1008, []))


class ThrottleTests(LiveTestCase):
    """Behind a proxy each client is counted; without a trusted one, its claims count for nothing."""

    def attempt(self, server, address: str, number: int) -> int:
        body = {"email": f"user{number}@example.org", "password": new_password()}
        return server.http("POST", "/auth/login", body, headers={"X-Forwarded-For": address}).status

    def test_logins_are_counted_for_each_address_a_trusted_proxy_names(self) -> None:
        config = "serve:\n  trusted_proxies: [127.0.0.1/32]\n  authentication:\n    login_attempts: 1\n"
        server = self.serve(config=config)
        self.assertEqual([self.attempt(server, "203.0.113.1", n) for n in range(2)], [401, 429])
        self.assertEqual(self.attempt(server, "203.0.113.2", 9), 401)
        # What a client claims stands to the left of what the proxy saw.
        self.assertEqual(self.attempt(server, "203.0.113.77, 203.0.113.1", 10), 429)

    def test_an_address_in_a_header_of_a_stranger_counts_for_nothing(self) -> None:
        server = self.serve(config="serve:\n  authentication:\n    login_attempts: 1\n")
        self.assertEqual([self.attempt(server, f"203.0.113.{n}", n) for n in range(2)], [401, 429])
