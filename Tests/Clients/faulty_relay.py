"""A TCP relay that breaks, after a schedule made from a seed."""

import asyncio
import contextlib
import random


class FaultyRelay:
    """Relays to `target`, a port of this machine. While it has faults left, each connection meets one of them: it is cut
    after some bytes in one direction, it stalls and is then cut, or it is refused. Then it is a good relay."""

    def __init__(self, seed: object, target: int, faults: int):
        self._rng = random.Random(str(seed))
        self.target = target
        self.faults = faults
        self.met: dict[str, int] = {}

    async def __aenter__(self) -> "FaultyRelay":
        self._tasks: set[asyncio.Task] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        self.break_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _fault(self) -> str | None:
        if self.faults <= 0:
            return None
        self.faults -= 1
        fault = self._rng.choices(["cut-down", "cut-up", "stall", "refuse"], [6, 2, 1, 2])[0]
        self.met[fault] = self.met.get(fault, 0) + 1
        return fault

    def break_all(self) -> None:
        """Cuts every connection there is now."""
        for task in list(self._tasks):
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        far_writer = None
        try:
            fault = self._fault()
            if fault == "refuse":
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            down = self._rng.randrange(400, 30_000) if fault in ("cut-down", "stall") else None
            up = self._rng.randrange(300, 2_000) if fault == "cut-up" else None
            relays = [
                asyncio.create_task(self._relay(reader, far_writer, up)),
                asyncio.create_task(self._relay(far_reader, writer, down)),
            ]
            try:
                await asyncio.wait(relays, return_when=asyncio.FIRST_COMPLETED)
                if fault == "stall":
                    await asyncio.sleep(self._rng.uniform(0.1, 0.8))
            finally:
                for relay in relays:
                    relay.cancel()
                await asyncio.gather(*relays, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is down, or the relay is torn down
        finally:
            for end in (writer, far_writer):
                if end:
                    with contextlib.suppress(OSError):
                        end.transport.abort()
            self._tasks.discard(task)

    @staticmethod
    async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> None:
        """Ends at the end of the stream or after `limit` bytes, in the middle of whatever is being said."""
        left = limit
        while data := await reader.read(4_096 if left is None else min(4_096, left)):
            writer.write(data)
            await writer.drain()
            if left is not None:
                left -= len(data)
                if left <= 0:
                    return
