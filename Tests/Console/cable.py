"""A TCP relay between the browser and the server that can be cut, like a cable."""

import asyncio
import threading
from urllib.parse import urlsplit


class Cable:
    """Relays `url` (the browser's side) to the server until `cut()`, and again after `mend()`."""

    def __init__(self, server_url: str):
        parts = urlsplit(server_url)
        self._target = (parts.hostname, parts.port or 80)
        self._whole = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._accept, "127.0.0.1", 0))
        # The same host name as the server's: a cookie and an origin check must see no other site.
        self.url = f"http://{parts.hostname}:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Breaks every connection and refuses new ones."""
        self._whole = False
        self._run(self._break())

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._server.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _break(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._relay(reader, far_writer), self._relay(far_reader, writer))
        self._writers -= {writer, far_writer}

    @staticmethod
    async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
