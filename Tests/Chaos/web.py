"""HTTP/1.1 requests over connections that are kept, as little of it as the tests need."""

import asyncio
import json


class Lost(Exception):
    """The connection ended before the answer was whole. Whether the request was carried out is not known."""


class Web:
    """One connection at a time to the server of a world."""

    def __init__(self, world):
        self._world = world
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, body=None, token: str | None = None, headers: dict | None = None,
        loses_answer: bool = False,
    ) -> tuple[int, dict]:
        """Status and JSON of the answer. Raises `Lost`; always, when the answer is to be lost."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._world.port}", f"Content-Length: {len(data)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if token:
            lines.append(f"Authorization: Bearer {token}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            reader, writer = await self._connected()
            writer.write("\r\n".join([*lines, "", ""]).encode() + data)
            if loses_answer:
                await writer.drain()
                # The server has the request and works on it; nobody waits for the answer.
                await asyncio.sleep(0.005)
                raise Lost("as planned")
            return await asyncio.wait_for(self._answer(reader), 20)
        except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            raise Lost(f"{type(error).__name__}: {error}") from None
        except Lost:
            self.close()
            raise

    async def _connected(self):
        if self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing():
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._world.port, limit=1 << 24)
        return self._streams

    @staticmethod
    async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        return status, json.loads(body) if body else {}

    def close(self) -> None:
        if self._streams:
            self._streams[1].transport.abort()
            self._streams = None
