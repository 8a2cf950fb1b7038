"""A client of one device: it keeps its place in each thread, comes back after every cut, and sends again what was
not acknowledged. What it sees is recorded; it judges nothing.
"""

import asyncio
import json
import os
import random

import websocket
from link import Link
from recording import Recording
from schedule import DevicePlan, Schedule

# A connection on which nothing came for so many heartbeats is taken for dead.
SILENT_HEARTBEATS = 3


class Place:
    """How much of one thread the device has."""

    def __init__(self):
        self.cursor = 0
        self.last_id: str | None = None

    def take(self, frame: dict) -> bool:
        """False when something before the frame is missing."""
        if frame.get("seq_from", frame["seq"]) > self.cursor + 1:
            return False
        if frame["seq"] > self.cursor:
            self.cursor = frame["seq"]
            self.last_id = frame["event_id"]
        return True

    def replace(self, at: int) -> None:
        # Another connection of the device may have been ahead of the snapshot.
        self.cursor = max(self.cursor, at)


class Connection:
    """One socket of a device."""

    def __init__(self, device: "Device", number: int):
        self.device = device
        self.number = number
        self.link: Link | None = None
        self.is_welcome = False
        self.followed: set[str] = set()
        self.asked: set[str] = set()
        # What the server said it would send again, by thread.
        self.promised: dict[str, int] = {}
        # How often in a row a heartbeat told of events that did not come, by thread.
        self.lagging: dict[str, tuple[int, int]] = {}
        self.heard = asyncio.get_running_loop().time()
        self.ended = asyncio.Event()
        self._kills = len(device.world.kills)
        self._closing: tuple[int | None, str] | None = None
        self._key = device.rng.randbytes(16)
        self._reader = websocket.Reader(self._key)

    async def open(self, port: int) -> None:
        device = self.device
        self.link = await Link.open(port, device.plan.narrow, self._received, self._closed, device.rng)
        device.record.note(device.name, self.number, "open")

    def begin(self, port: int) -> None:
        self.link.write(websocket.handshake("/ws", f"127.0.0.1:{port}", self._key, self.device.token))

    def send(self, frame: dict, **more) -> None:
        if self.link.is_closed:
            return
        self.device.record.note(self.device.name, self.number, "sent", frame=frame, **more)
        self.link.write(websocket.text(frame, self.device.rng.randbytes(4)))

    def resume(self, cursors: dict[str, int], epoch: str | None = None) -> None:
        if cursors:
            self.asked |= set(cursors)
            self.send({"type": "resume", "threads": cursors, "epoch": epoch or self.device.epoch})

    def _received(self, data: bytes) -> None:
        self.heard = asyncio.get_running_loop().time()
        try:
            for opcode, payload in self._reader.feed(data):
                if self.link.is_closed:
                    return
                match opcode:
                    case websocket.TEXT:
                        frame = json.loads(payload)
                        self.device.record.note(self.device.name, self.number, "frame", frame=frame)
                        self.device.received(self, frame)
                    case websocket.PING:
                        self.link.write(websocket.frame(websocket.PONG, payload, os.urandom(4)))
                    case websocket.CLOSE:
                        self._closing = websocket.closing(payload)
                        self.link.write(websocket.frame(websocket.CLOSE, payload[:2], os.urandom(4)))
        except (websocket.ProtocolError, ValueError) as error:
            self.device.record.note(self.device.name, self.number, "malformed", error=str(error))
            self.link.cut("client")

    def _closed(self, by: str) -> None:
        code, reason = self._closing or (None, "")
        # However late the client looks: a stalled one sees it when it reads again.
        if self.device.is_over:
            by = "client"
        if by == "server" and code is None and len(self.device.world.kills) > self._kills:
            by = "kill"
        self.device.record.note(self.device.name, self.number, "closed", by=by, code=code, reason=reason)
        self.ended.set()
        self.device.lost(self)


class Device:
    def __init__(self, world, schedule: Schedule, number: int, user: str, token: str, record: Recording):
        self.world = world
        self.schedule = schedule
        self.plan: DevicePlan = schedule.devices[number]
        self.name = f"device-{number}"
        self.user = user
        self.token = token
        self.record = record
        self.rng = random.Random(f"device {schedule.seed} {number}")
        self.epoch = world.epoch
        self.places: dict[str, Place] = {}
        # By client message id: what is not acknowledged yet.
        self.outbox: dict[str, dict] = {}
        self.runs: dict[str, asyncio.Future] = {}
        self.current: Connection | None = None
        # Where the next connections resume from, whatever came meanwhile; None: from where the device is.
        self.frozen: dict[str, int] | None = None
        # A cut that the next connection is made with: direction, bytes, gentle.
        self.next_cut: tuple[str, int, bool] | None = None
        self.changed = asyncio.Event()
        self._connections = 0
        self._open: set[Connection] = set()
        self._wanted = asyncio.Event()
        self.is_over = False

    # -- Life

    async def run(self) -> None:
        """Keeps one connection, until it is cancelled or over."""
        await asyncio.sleep(self.plan.starts_at)
        while not self.is_over:
            connection = await self.connect()
            if connection is None:
                continue
            self.current = connection
            await connection.ended.wait()
            while self.current is not connection and self.current is not None and not self.current.link.is_closed:
                # A duplicate has taken over.
                connection = self.current
                await connection.ended.wait()
            await asyncio.sleep(self.rng.uniform(0, 0.03))

    async def connect(self) -> Connection | None:
        await self.world.up.wait()
        if self.is_over:
            return None
        connection = Connection(self, self._connections)
        self._connections += 1
        try:
            await connection.open(self.world.port)
        except OSError:
            await asyncio.sleep(0.02)
            return None
        self._open.add(connection)
        if self.next_cut:
            connection.link.arm(*self.next_cut)
            self.next_cut = None
        connection.begin(self.world.port)
        return connection

    def lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        self.changed.set()

    def close(self) -> None:
        self.is_over = True
        for connection in list(self._open):
            connection.link.gentle = True
            connection.link.cut("client")

    def finish(self) -> None:
        """Writes down where the client believes to be."""
        cursors = {thread: place.cursor for thread, place in self.places.items()}
        number = self.current.number if self.current else -1
        self.record.note(self.name, number, "end", cursors=cursors, unsent=sorted(self.outbox))

    def heal(self) -> None:
        self.frozen = self.next_cut = None
        for connection in list(self._open):
            connection.link.heal()

    def watch(self, now: float) -> None:
        """Ends connections on which nothing comes any more."""
        for connection in list(self._open):
            limit = SILENT_HEARTBEATS * self.world.heartbeat
            if not connection.link.is_stalled and now - connection.heard > limit:
                self.record.note(self.name, connection.number, "fault", kind="watchdog")
                connection.link.cut("client")

    # -- Sending

    def send_message(self, identity: str, thread: str, text: str) -> asyncio.Future:
        """Sends a message until it is acknowledged. The future gives its run."""
        frame = {
            "type": "user_message", "client_msg_id": identity, "data": {"content": text, "thread_id": thread},
        }
        self.outbox[identity] = frame
        self.runs.setdefault(identity, asyncio.get_running_loop().create_future())
        if self.is_welcome:
            self.current.send(frame)
            self.current.followed.add(thread)
        return self.runs[identity]

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way: no message, no answer and nothing of a replay."""
        connection = self.current
        return not self.outbox and (not self.is_welcome or not (connection.asked or any(connection.promised.values())))

    @property
    def is_welcome(self) -> bool:
        return self.current is not None and self.current.is_welcome and not self.current.link.is_closed

    def cursor(self, thread: str) -> int:
        return self.places[thread].cursor if thread in self.places else 0

    def cursors(self) -> dict[str, int]:
        if self.frozen is not None:
            return dict(self.frozen)
        if self.plan.eager:
            return {self.schedule.thread(n): self.cursor(self.schedule.thread(n)) for n in range(self.schedule.threads)}
        return {thread: place.cursor for thread, place in self.places.items()}

    # -- Receiving

    def received(self, connection: Connection, frame: dict) -> None:
        if "seq" in frame and "event_id" in frame:
            self._event(connection, frame)
            return
        thread = frame.get("thread_id")
        match frame.get("type"):
            case "connection_established":
                self._welcome(connection)
            case "resumed" | "none":
                connection.followed.add(thread)
                connection.promised[thread] = frame.get("to", 0)
                connection.asked.discard(thread)
                self.places.setdefault(thread, Place())
            case "snapshot":
                connection.followed.add(thread)
                connection.promised.pop(thread, None)
                connection.asked.discard(thread)
                self.places.setdefault(thread, Place()).replace(frame["at"])
            case "not_found":
                connection.asked.discard(thread)
            case "ack" if frame.get("client_msg_id"):
                self.outbox.pop(frame["client_msg_id"], None)
                future = self.runs.get(frame["client_msg_id"])
                if future and not future.done():
                    future.set_result(frame["run_id"])
            case "thread_list":
                for listed in frame["threads"]:
                    self._head(connection, listed["id"], listed["head"])
            case "thread_updated":
                self._head(connection, thread, frame["head"])
            case "heartbeat":
                for thread, head in frame["heads"].items():
                    self._head(connection, thread, head, beat=True)
        self.changed.set()

    def _welcome(self, connection: Connection) -> None:
        connection.is_welcome = True
        # Half of the devices send first and resume then.
        frames = [lambda: connection.resume(self.cursors()), lambda: self._send_outbox(connection)]
        for step in frames if self.rng.random() < 0.5 else reversed(frames):
            step()
        if not self.plan.eager:
            # What was begun while the device was away is announced to nobody: it has to ask.
            connection.send({"type": "list_threads"})

    def _send_outbox(self, connection: Connection) -> None:
        for frame in list(self.outbox.values()):
            connection.send(frame, again=True)
            connection.followed.add(frame["data"]["thread_id"])

    def _event(self, connection: Connection, frame: dict) -> None:
        thread = frame["thread_id"]
        if frame["seq"] >= connection.promised.get(thread, 0):
            connection.promised.pop(thread, None)
        if not self.places.setdefault(thread, Place()).take(frame) and thread not in connection.asked:
            connection.resume({thread: self.cursor(thread)})
        self.changed.set()

    def _head(self, connection: Connection, thread: str, head: int, beat: bool = False) -> None:
        """Goes to get what the server says there is."""
        cursor = self.cursor(thread)
        if head <= cursor or thread in connection.asked:
            connection.lagging.pop(thread, None)
        elif thread not in connection.followed:
            connection.resume({thread: cursor})
        elif beat:
            at, times = connection.lagging.get(thread, (cursor, 0))
            times = times + 1 if at == cursor else 1
            connection.lagging[thread] = (cursor, times)
            # One heartbeat may be ahead of events that are on their way.
            if times > 3:
                connection.lagging.pop(thread)
                connection.resume({thread: cursor})
