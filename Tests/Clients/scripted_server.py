"""A server that says what a test tells it to: for frames that the real one sends only under rare conditions."""

import asyncio
import contextlib
import json

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


class Conversation:
    """One accepted connection, from the server's side."""

    def __init__(self, socket):
        self._socket = socket
        self.headers = socket.request.headers
        self.path = socket.request.path

    async def welcome(self, epoch: str = "e1") -> None:
        await self.say({"type": "connection_established", "data": {"connection_id": "c1", "user_id": "u1", "epoch": epoch}})

    async def say(self, *frames) -> None:
        for frame in frames:
            await self._socket.send(json.dumps(frame))

    async def hear(self, kind: str | None = None) -> dict:
        """The next message, or the next one of a type."""
        while True:
            message = json.loads(await asyncio.wait_for(self._socket.recv(), 10))
            if kind is None or message["type"] == kind:
                return message

    async def silent(self, seconds: float = 0.15) -> None:
        """Asserts that nothing is said for a while."""
        try:
            message = await asyncio.wait_for(self._socket.recv(), seconds)
        except asyncio.TimeoutError:
            return
        raise AssertionError(f"said {message}")

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def break_off(self) -> None:
        self._socket.transport.abort()


class ScriptedServer:
    """`async with ScriptedServer() as server: connection = await server.accept()`."""

    async def __aenter__(self) -> "ScriptedServer":
        self._waiting: asyncio.Queue[Conversation] = asyncio.Queue()
        self.refusals: list[tuple[int, dict]] = []  # answers to the next upgrades
        self._server = await serve(self._accept, "127.0.0.1", 0, process_request=self._refuse)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def accept(self, epoch: str | None = "e1") -> Conversation:
        """The next connection, welcomed unless `epoch` is None."""
        connection = await asyncio.wait_for(self._waiting.get(), 10)
        if epoch is not None:
            await connection.welcome(epoch)
        return connection

    def _refuse(self, connection, request):
        if not self.refusals:
            return None
        status, headers = self.refusals.pop(0)
        response = connection.respond(status, json.dumps({"error": "no", "message": "Not today."}))
        for name, value in headers.items():
            response.headers[name] = value
        return response

    async def _accept(self, socket) -> None:
        await self._waiting.put(Conversation(socket))
        with contextlib.suppress(ConnectionClosed):
            await socket.wait_closed()
