"""Tokens of another issuer: public keys that somebody else's library made, in a file that changes under the server."""

import base64
import hmac
import json
import os
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from canon_client import Socket, open_socket
from canon_server import LiveTestCase, eventually, run, secret

ISSUER = "https://issuer.example/realm"
AUDIENCE = "canon-live"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class KeyPair:
    """A key of the issuer."""

    def __init__(self, algorithm: str, kid: str):
        self.algorithm = algorithm
        self.kid = kid
        self.private = {
            "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
        }[algorithm]()

    @property
    def jwk(self) -> dict:
        kind = {
            "RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm,
            "EdDSA": jwt.algorithms.OKPAlgorithm,
        }[self.algorithm]
        return {**json.loads(kind.to_jwk(self.private.public_key())), "kid": self.kid, "alg": self.algorithm}

    def token(self, subject: str = "anna", **claims) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600, **claims}
        return secret(jwt.encode(claims, self.private, self.algorithm, headers={"kid": self.kid}))


class KeyTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keys = self.folder / "jwks.json"
        self.pairs = [KeyPair(algorithm, f"{algorithm}-1") for algorithm in ("RS256", "ES256", "EdDSA")]

    def publish(self, *pairs: KeyPair) -> None:
        finished = self.keys.with_suffix(".new")
        finished.write_text(json.dumps({"keys": [pair.jwk for pair in pairs]}))
        os.replace(finished, self.keys)

    def configuration(self, jwks: str | Path = "../jwks.json") -> str:
        return (
            f"serve:\n  authentication:\n    jwks: {jwks}\n    external_issuer: {ISSUER}\n"
            f"    external_audiences: [{AUDIENCE}]\n"
        )

    def test_each_algorithm_opens_a_socket_that_works(self) -> None:
        self.publish(*self.pairs)
        server = self.serve("--demo", config=self.configuration(), workspace=self.workspace)
        for pair in self.pairs:
            with self.subTest(pair.algorithm):
                token = pair.token(pair.kid)
                me = server.http("GET", "/auth/me", token=token)
                self.assertEqual((me.status, me.json["id"], me.json["role"]), (200, f"ext_{pair.kid}", "user"), me)
                with open_socket(server, token) as socket:
                    self.assertEqual(socket.ask("hello")[-1]["type"], "agent_completed")
                subprotocols = ["jwt-auth", f"jwt.{base64url(token.encode())}"]
                with Socket(server, subprotocols=subprotocols) as socket:
                    self.assertEqual(socket.next()["type"], "connection_established")
        # Its own sessions go on beside them.
        self.assertEqual(server.http("GET", "/auth/me", token=server.visitor()["access_token"]).status, 200)

    def test_an_intruder_is_refused_before_the_first_frame(self) -> None:
        self.publish(*self.pairs)
        server = self.serve(config=self.configuration())
        real = self.pairs[1]
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": now, "exp": now + 600}
        tokens = {
            "another key of the same name": KeyPair("ES256", real.kid).token(),
            "an unknown key": KeyPair("EdDSA", "made-up").token(),
            "no signature": jwt.encode(claims, None, "none", headers={"kid": real.kid}),
            "the public key as a secret": self.confused(claims, real),
            "this server's issuer": real.token(iss="netra-auth-service", aud="netra-platform"),
            "another audience": real.token(aud="somebody-else"),
            "expired": real.token(exp=now - 1),
        }
        for name, token in tokens.items():
            with self.subTest(name):
                secret(token)
                self.assertEqual(server.http("GET", "/auth/me", token=token).status, 401)
                with Socket(server, token) as socket:
                    self.assertEqual(socket.closing()[0], 1008)
                    self.assertEqual(socket.frames, [])

    @staticmethod
    def confused(claims: dict, pair: KeyPair) -> str:
        """By hand: the library would not take a public key as a shared secret."""
        parts = [{"alg": "HS256", "typ": "JWT", "kid": pair.kid}, claims]
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return signed + "." + base64url(hmac.digest(json.dumps(pair.jwk).encode(), signed.encode(), "sha256"))

    def test_keys_rotate_under_a_running_server(self) -> None:
        old, new, _ = self.pairs
        self.publish(old)
        server = self.serve(config=self.configuration())
        with open_socket(server, old.token()) as socket:
            self.assertEqual(server.http("GET", "/auth/me", token=new.token()).status, 401)
            self.publish(old, new)
            began = time.monotonic()
            eventually("the new key", lambda: server.http("GET", "/auth/me", token=new.token()).status == 200)
            self.assertLess(time.monotonic() - began, 2)

            # What cannot be read takes no key away, and is told once.
            self.keys.write_text("{")
            eventually("the warning", lambda: self.warnings(server))
            self.assertEqual(server.http("GET", "/auth/me", token=old.token()).status, 200)

            with open_socket(server, new.token()) as other:
                self.publish(new)
                began = time.monotonic()
                self.assertEqual(socket.closing(), (1008, "token_revoked"))
                self.assertLess(time.monotonic() - began, 2)
                self.assertEqual(server.http("GET", "/auth/me", token=old.token()).json["error"], "unknown_key")
                self.assertEqual(other.ask("still here")[-1]["type"], "agent_completed")
        self.assertEqual(len(self.warnings(server)), 1)

    @staticmethod
    def warnings(server) -> list[dict]:
        return [entry for entry in server.log if entry["severity"] == "WARNING" and "keys" in entry["message"]]

    def test_the_start_and_the_doctor_name_what_is_wrong_with_the_keys(self) -> None:
        self.data.mkdir(mode=0o700)
        file = self.data / "canon.yaml"
        cases = (
            ("../jwks.json", None, f"{self.keys}: cannot be read: No such file"),
            ("../jwks.json", "{", f"{self.keys}: it is no JSON"),
            ("../jwks.json", '{"keys":[{"kty":"oct","k":"AAAA"}]}', "shared secret"),
            ("http://127.0.0.1:1/jwks", None, "http://127.0.0.1:1/jwks: cannot be fetched: Connection refused"),
        )
        for jwks, text, words in cases:
            with self.subTest(words):
                file.write_text(self.configuration(jwks))
                self.keys.unlink(missing_ok=True)
                if text:
                    self.keys.write_text(text)
                refused = run("serve", "--port", "0", "--data-dir", self.data)
                self.assertEqual(refused.status, 2, refused)
                said = [line for line in refused.errors.splitlines() if not line.startswith("{")]
                self.assertEqual(len(said), 1, refused)
                self.assertTrue(said[0].startswith(f"error: {file}:3:11: serve.authentication.jwks: "), refused)
                self.assertIn(words, said[0])
                doctor = run("doctor", "--json", "--data-dir", self.data)
                check = next(c for c in json.loads(doctor.output)["checks"] if c["name"] == "issuer's keys")
                self.assertEqual((doctor.status, check["status"]), (1, "failed"), doctor)
                self.assertIn(words, check["detail"])
        self.publish(*self.pairs)
        file.write_text(self.configuration())
        doctor = run("doctor", "--json", "--data-dir", self.data)
        check = next(c for c in json.loads(doctor.output)["checks"] if c["name"] == "issuer's keys")
        self.assertEqual((check["status"], check["detail"]), ("ok", f"{self.keys}: 3 keys"))
