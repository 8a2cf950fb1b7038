"""A reader of server-sent events, as plain as a client can be: one request, then lines."""

import http.client
import json
import time

from canon_server import PATIENCE, Server


class EventStream:
    """An open stream. `events` holds every `(id, frame)` that came, in order, and `comments` the comments."""

    def __init__(
        self, server: Server, path: str, token: str | None = None, last_event_id: str | None = None,
        method: str = "GET", body: dict | None = None,
    ):
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        headers = {"Accept": "text/event-stream"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = self._response.headers
        self.events: list[tuple[str | None, dict]] = []
        self.comments: list[str] = []
        self.retry: int | None = None

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._response.close()
        self._connection.close()

    def read(self) -> str:
        """The answer of a request that was refused."""
        return self._response.read().decode()

    @property
    def frames(self) -> list[dict]:
        return [frame for _, frame in self.events]

    def next(self) -> dict | None:
        """The next event; nil at the end of the stream. Raises `OSError` or `HTTPException` when it was cut."""
        event_id, data = None, None
        while line := self._response.readline():
            text = line.decode().rstrip("\n")
            if not text:
                if data is not None:
                    self.events.append((event_id, json.loads(data)))
                    return self.events[-1][1]
            elif text.startswith(":"):
                self.comments.append(text[1:].strip())
            else:
                name, _, value = text.partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data":
                    data = value
                elif name == "retry":
                    self.retry = int(value)
        return None

    def until(self, *types: str, seconds: float = PATIENCE) -> dict:
        """Reads up to the first event of one of the types."""
        end = time.monotonic() + seconds
        while (frame := self.next()) is not None:
            if frame.get("type") in types:
                return frame
            assert time.monotonic() < end, f"no {types} within {seconds} s"
        raise AssertionError(f"the stream ended before {types}, after {[f.get('type') for f in self.frames]}")
