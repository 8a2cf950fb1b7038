"""Compression, spoken to a client that nobody here wrote."""

import json
import unittest

from websockets.sync.client import connect

from canon_client import events
from canon_server import PATIENCE, LiveTestCase, Server


def open_raw(server: Server, token: str, compression: str | None):
    return connect(
        server.url.replace("http", "ws", 1) + "/ws", additional_headers={"Authorization": f"Bearer {token}"},
        compression=compression, open_timeout=PATIENCE, close_timeout=5, proxy=None)


def run(socket, text: str) -> list[dict]:
    socket.send(json.dumps({"type": "user_message", "data": {"content": text, "thread_id": "t"}}))
    frames = []
    while not frames or frames[-1].get("type") != "agent_completed":
        frames.append(json.loads(socket.recv(timeout=PATIENCE)))
    return events(frames)


class CompressionTests(LiveTestCase):
    def extensions(self, socket) -> list[str]:
        return [extension.name for extension in socket.protocol.extensions]

    def test_a_client_that_offers_it_gets_it_and_every_event_arrives(self) -> None:
        server = self.serve("--demo", environment={"CANON_COMPRESSION": "true"})
        token = server.visitor()["access_token"]
        with open_raw(server, token, "deflate") as compressed, open_raw(server, token, None) as plain:
            self.assertEqual(self.extensions(compressed), ["permessage-deflate"])
            self.assertEqual(self.extensions(plain), [])
            asked = run(compressed, "a question " * 100)
            plain.send(json.dumps({"type": "resume", "threads": {"t": 0}}))
            told = []
            while not told or told[-1].get("type") != "agent_completed":
                told += events([json.loads(plain.recv(timeout=PATIENCE))])
            self.assertEqual(asked, told)

    def test_nobody_gets_it_unless_it_was_configured(self) -> None:
        server = self.serve("--demo")
        with open_raw(server, server.visitor()["access_token"], "deflate") as socket:
            self.assertEqual(self.extensions(socket), [])
            run(socket, "hello")


if __name__ == "__main__":
    unittest.main()
