"""A WebSocket client that nobody here wrote, spoken to in the gateway's messages."""

import json
import time
import unittest

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from canon_server import PATIENCE, Server

TERMINAL = {"agent_completed", "agent_error", "agent_cancelled"}
GOLDEN_PATH = ["agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"]


class Socket:
    """A connection that has been welcomed. `frames` holds all that came, in order."""

    def __init__(self, server: Server, token: str | None = None, path: str = "/ws", subprotocols=None):
        headers = {"Authorization": f"Bearer {token}"} if token and not subprotocols else {}
        options = {"ssl": server.tls} if server.tls else {}
        self._socket = connect(
            server.url.replace("http", "ws", 1) + path, additional_headers=headers, subprotocols=subprotocols,
            open_timeout=PATIENCE, close_timeout=5, max_size=None, max_queue=None, proxy=None, **options,
        )
        self.frames: list[dict] = []
        self.subprotocol = self._socket.subprotocol

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def send(self, frame: dict | str) -> None:
        self._socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    def next(self, seconds: float = PATIENCE) -> dict:
        """The next frame. Raises `TimeoutError`, or `ConnectionClosed` when the server has said good-bye."""
        frame = json.loads(self._socket.recv(timeout=seconds))
        self.frames.append(frame)
        return frame

    def until(self, *types: str, seconds: float = PATIENCE) -> dict:
        """Reads up to the first frame of one of the types."""
        end = time.monotonic() + seconds
        while True:
            try:
                frame = self.next(max(0.001, end - time.monotonic()))
            except TimeoutError:
                seen = [frame.get("type") for frame in self.frames]
                raise AssertionError(f"no {' or '.join(types)} within {seconds} s after {seen}") from None
            if frame.get("type") in types:
                return frame

    def closing(self, seconds: float = PATIENCE) -> tuple[int, str]:
        """Reads to the end, and returns the server's close code and reason."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.next(max(0.001, end - time.monotonic()))
            except TimeoutError:
                raise AssertionError(f"the connection is still open after {seconds} s") from None
            except ConnectionClosed as closed:
                return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")

    def ask(self, text: str, thread: str | None = None, seconds: float = PATIENCE) -> list[dict]:
        """Sends a message and returns the events of its run, the user's own message first."""
        start = len(self.frames)
        self.send({"type": "user_message", "data": {"content": text} | ({"thread_id": thread} if thread else {})})
        self.until(*TERMINAL, "error_message", seconds=seconds)
        return events(self.frames[start:])

    def replay(self, thread: str, after: int = 0, epoch: str | None = None) -> tuple[dict, list[dict]]:
        """Resumes a thread; returns the answer and the events that were missed."""
        start = len(self.frames)
        self.send({"type": "resume", "threads": {thread: after}} | ({"epoch": epoch} if epoch else {}))
        answer = self.until("resumed", "none", "not_found", "snapshot", "error_message")
        if answer["type"] == "resumed":
            while not any(event["seq"] >= answer["to"] for event in events(self.frames[start:])):
                self.next()
        return answer, events(self.frames[start:])


def events(frames: list[dict]) -> list[dict]:
    return [frame for frame in frames if "seq" in frame]


def open_socket(server: Server, token: str | None = None, path: str = "/ws") -> Socket:
    """Connects and takes the welcome."""
    socket = Socket(server, token, path)
    socket.until("connection_established")
    return socket


class LogAssertions(unittest.TestCase):
    """What must hold of every thread's log, whatever happened to the server."""

    def assert_whole(self, log: list[dict], start: int = 1) -> None:
        """Numbered without holes, no event twice."""
        self.assertEqual([event["seq"] for event in log], list(range(start, start + len(log))))
        self.assertEqual(len({event["event_id"] for event in log}), len(log), "an event stands in the log twice")

    def assert_runs_ended_once(self, log: list[dict]) -> None:
        """Each run has exactly one terminal event, and nothing of the run comes after it."""
        runs: dict[str, list[str]] = {}
        for event in log:
            if "run_id" in event:
                runs.setdefault(event["run_id"], []).append(event["type"])
        for run, types in runs.items():
            self.assertEqual(len([type for type in types if type in TERMINAL]), 1, f"{run}: {types}")
            self.assertIn(types[-1], TERMINAL, f"{run}: {types}")
