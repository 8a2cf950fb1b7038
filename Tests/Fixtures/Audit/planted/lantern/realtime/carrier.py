"""What a line needs of a transport."""

from typing import Protocol


class Carrier(Protocol):
    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None: ...

    def close(self) -> None: ...
