"""A TCP connection to the server whose every byte goes through the faults that are in force on it."""

import asyncio
import random
import socket
import struct


class Link(asyncio.Protocol):
    """Stands where a faulty network would: `receive` gets the bytes that came through, `closed` is called once.

    It is no separate relay, so that a cut after k bytes is one: the client has seen exactly k bytes, or the server's
    kernel was given exactly k.
    """

    def __init__(self, receive, closed, rng: random.Random):
        self._receive = receive
        self._closed = closed
        self._rng = rng
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self.is_closed = False
        # Bytes that still pass before the connection is cut; None: no cut.
        self.cut_in: int | None = None
        self.cut_out: int | None = None
        self.gentle = False
        self._is_dead = False
        self._is_stalled = False
        self._delay = 0.0
        self._due = 0.0
        # What is on its way and late.
        self._late = 0
        self._dribbling = False
        self._outgoing = bytearray()
        self._is_dribbling_now = False

    @classmethod
    async def open(cls, port: int, narrow: bool, receive, closed, rng: random.Random) -> "Link":
        """Raises `OSError` when nobody listens."""
        link = cls(receive, closed, rng)
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if narrow:
                # The segment size decides how much the server's own kernel buffers on loopback.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
            await link._loop.sock_connect(connection, ("127.0.0.1", port))
            await link._loop.create_connection(lambda: link, sock=connection)
        except BaseException:
            connection.close()
            raise
        return link

    # -- Faults

    @property
    def is_stalled(self) -> bool:
        return self._is_stalled

    def arm(self, direction: str, count: int, gentle: bool) -> None:
        """Cuts the connection when `count` more bytes have passed in the direction."""
        self.gentle = gentle
        if count == 0:
            self.cut("fault")
        elif direction == "in":
            self.cut_in = count
        else:
            self.cut_out = count

    def cut(self, by: str) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        transport = self._transport
        if transport is not None:
            if not self.gentle and not transport.is_closing():
                # No time to linger: the peer gets a reset, and loses what it has not read.
                transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        self._closed(by)

    def go_dead(self) -> None:
        """From now on nothing passes in either direction, and neither side is told."""
        self._is_dead = True

    def stall(self) -> None:
        if not self.is_closed and not self._is_stalled:
            self._is_stalled = True
            self._transport.pause_reading()

    def unstall(self) -> None:
        if self._is_stalled and not self.is_closed:
            self._is_stalled = False
            self._transport.resume_reading()

    def delay(self, seconds: float) -> None:
        self._delay = seconds

    def dribble(self, on: bool) -> None:
        self._dribbling = on

    # -- Bytes

    def connection_made(self, transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._is_dead or self.is_closed:
            return
        now = self._loop.time()
        if self._delay or self._late:
            # Late, but never before what came earlier: timers of one moment have no order.
            self._due = max(self._due + 1e-6, now + self._delay * self._rng.random())
            self._late += 1
            self._loop.call_at(self._due, self._arrive, data)
        else:
            self._pass_in(data)

    def _arrive(self, data: bytes) -> None:
        self._late -= 1
        self._pass_in(data)

    def _pass_in(self, data: bytes) -> None:
        if self.is_closed or self._is_dead:
            return
        if self.cut_in is None:
            self._receive(data)
            return
        passed = data[: self.cut_in]
        self.cut_in -= len(passed)
        if passed:
            self._receive(passed)
        if self.cut_in == 0:
            self.cut("fault")

    def write(self, data: bytes) -> None:
        if self.is_closed or self._is_dead:
            return
        if self._dribbling or self._outgoing:
            self._outgoing += data
            if not self._is_dribbling_now:
                self._is_dribbling_now = True
                self._drip()
        else:
            self._pass_out(data)

    def _drip(self) -> None:
        if self.is_closed or self._is_dead:
            return
        size = self._rng.randrange(1, 40) if self._dribbling else len(self._outgoing)
        piece = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        self._pass_out(piece)
        self._is_dribbling_now = bool(self._outgoing)
        if self._outgoing:
            self._loop.call_later(0.001, self._drip)

    def _pass_out(self, data: bytes) -> None:
        if self.is_closed:
            return
        if self.cut_out is None:
            self._transport.write(data)
            return
        passed = data[: self.cut_out]
        self.cut_out -= len(passed)
        if passed:
            self._transport.write(passed)
        if self.cut_out == 0:
            self.cut("fault")

    def heal(self) -> None:
        """No fault is in force any more. A connection that was dead is given up."""
        self.cut_in = self.cut_out = None
        self._delay = 0.0
        self._dribbling = False
        self.unstall()
        if self._is_dead:
            self.cut("fault")

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_closed:
            # What was delayed on its way has arrived before the end.
            if self._late and not self._is_dead:
                self._loop.call_at(self._due + 1e-6, self._end)
            elif self._is_dead:
                # Nobody hears of it: the watchdog must notice.
                pass
            else:
                self._end()

    def _end(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._closed("server")
