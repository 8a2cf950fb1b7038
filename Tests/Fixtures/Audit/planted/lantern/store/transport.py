"""What a backup writes to."""

from typing import Protocol


class Sink(Protocol):
    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None: ...

    def close(self) -> None: ...


def backup(rows, sink: Sink):
    for row in rows:
        sink.write(row)
    sink.close()
