"""One device of a user: a socket or an event stream, all of whose bytes are searched."""

import asyncio
import json

import aiohttp

from evidence import Evidence

PATIENCE = 30


class Device:
    """A socket. What comes is searched as it comes; events must follow each other without a hole."""

    def __init__(self, user, name: str, evidence: Evidence, session: aiohttp.ClientSession, url: str, checks_ids: bool):
        self.user = user
        self.name = name
        self.evidence = evidence
        # Not for devices that thieves use: they name threads of others, and the answers repeat the names.
        self.checks_ids = checks_ids
        self.cursors: dict[str, int] = {}
        self.closed: tuple[int, str] | None = None
        self.is_leaving = False
        self.broadcasts = 0
        # Where events are kept, when somebody wants to look at them.
        self.record: dict[str, list[dict]] | None = None
        self._session = session
        self._url = url
        self._socket = None
        self._reader = None
        self._answers: list[dict] = []
        self._fences: dict[int, asyncio.Future] = {}
        self._fence = 0
        self._turn = asyncio.Lock()
        self.progress = asyncio.Event()

    def __repr__(self) -> str:
        return f"{self.name} of {self.user}"

    async def open(self, token: str | None = None, query: str = "", protocols=()) -> dict | None:
        """Connects, and returns the welcome; nil when the server closed instead."""
        token = self.user.token if token is None and not query else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.closed, self.is_leaving = None, False
        async with asyncio.timeout(PATIENCE):
            self._socket = await self._session.ws_connect(
                self._url.replace("http", "ws", 1) + "/ws" + query, headers=headers, protocols=protocols,
                max_msg_size=0, decode_text=False)
            message = await self._socket.receive()
        if message.type != aiohttp.WSMsgType.TEXT:
            self.closed = (self._socket.close_code or 1006, str(message.extra or ""))
            return None
        self._note(message.data)
        self._reader = asyncio.create_task(self._read())
        return json.loads(message.data)

    async def close(self) -> None:
        self.is_leaving = True
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    async def send(self, frame: dict) -> None:
        await self._socket.send_str(json.dumps(frame))

    async def ask(self, frame: dict) -> list[dict]:
        """Sends a message, and returns the frames without a number that came before the answer to a ping behind it."""
        async with self._turn:
            self._fence += 1
            fence = self._fences[self._fence] = asyncio.get_running_loop().create_future()
            self._answers = []
            await self.send(frame)
            await self.send({"type": "ping", "payload": {"fence": self._fence}})
            # Not `wait_for`, which in Python 3.11 loses a cancellation that comes together with the answer.
            try:
                async with asyncio.timeout(PATIENCE):
                    return await fence
            except TimeoutError:
                raise AssertionError(f"{self} waited {PATIENCE} s for an answer to {frame}") from None

    async def follow(self, cursors: dict[str, int]) -> list[dict]:
        """Resumes threads after the numbers given."""
        return await self.ask({"type": "resume", "threads": cursors})

    async def reach(self, heads: dict[str, int], seconds: float = PATIENCE) -> None:
        """Waits until the device has every event up to these numbers."""
        try:
            async with asyncio.timeout(seconds):
                while any(self.cursors.get(thread, 0) < head for thread, head in heads.items()):
                    self.progress.clear()
                    if self.closed:
                        raise AssertionError(f"{self} was closed: {self.closed}")
                    await self.progress.wait()
        except TimeoutError:
            raise AssertionError(f"{self} has {self.cursors} and waits for {heads}") from None

    async def wait_closed(self, seconds: float = PATIENCE) -> tuple[int, str]:
        async with asyncio.timeout(seconds):
            await asyncio.shield(self._reader)
        return self.closed

    # -- What comes

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                self._note(message.data)
        self.closed = (self._socket.close_code or 1006, "")
        self.progress.set()
        for fence in self._fences.values():
            if not fence.done():
                fence.set_exception(AssertionError(f"{self} was closed with {self.closed}"))
                fence.exception()
        if not self.is_leaving:
            self.user.lost_devices.append(f"{self} was closed with {self.closed}")

    def _note(self, content: bytes) -> None:
        self.evidence.frames += 1
        self.evidence.search(content, self.user, self.name)
        frame = json.loads(content)
        kind = frame.get("type")
        if "seq" in frame:
            self._event(frame)
        elif kind == "pong" and isinstance(frame.get("payload"), dict) and "fence" in frame["payload"]:
            future = self._fences.pop(frame["payload"]["fence"], None)
            if future and not future.done():
                future.set_result(self._answers)
        elif kind == "broadcast":
            self.broadcasts += 1
            self.progress.set()
        elif kind in ("resumed", "none", "snapshot"):
            # From here on the numbers follow what the server says; what was on its way before it does not count.
            self._must_own(frame["thread_id"], frame)
            self.cursors[frame["thread_id"]] = frame["from"] - 1 if kind == "resumed" else frame["at"]
            self._answers.append(frame)
        else:
            if self.checks_ids:
                self._check_threads(frame)
            if kind not in ("heartbeat", "token_expiring"):
                self._answers.append(frame)

    def _event(self, frame: dict) -> None:
        self.evidence.deliveries += 1
        thread, seq = frame["thread_id"], frame["seq"]
        self._must_own(thread, frame)
        if self.record is not None:
            self.record.setdefault(thread, []).append(frame)
        before = self.cursors.get(thread)
        # The first event of a thread may have any number: it is followed from the message on that named it.
        if before is not None and frame.get("seq_from", seq) != before + 1:
            self.evidence.found(f"{self} received {seq} after {before} in {thread}: {frame}")
        self.cursors[thread] = seq
        self.progress.set()

    def _check_threads(self, frame: dict) -> None:
        named = list(frame.get("heads") or ())
        if isinstance(frame.get("thread_id"), str):
            named.append(frame["thread_id"])
        for thread in named:
            self._must_own(thread, frame)

    def _must_own(self, thread: str, frame: dict) -> None:
        if not self.user.has_had(thread):
            self.evidence.found(f"{self} heard of the thread {thread}, which is none of the user's: {frame}")


class EventStream:
    """A thread followed over server-sent events."""

    def __init__(self, user, thread: str, evidence: Evidence, session: aiohttp.ClientSession, url: str):
        self.user = user
        self.thread = thread
        self.evidence = evidence
        self.cursor = 0
        self._progress = asyncio.Event()
        self._session = session
        self._url = url
        self._task = None

    def __repr__(self) -> str:
        return f"the event stream of {self.user} for {self.thread}"

    async def open(self) -> None:
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def reach(self, head: int) -> None:
        """Waits until the stream has told every event up to this number."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self.cursor < head and not self._task.done():
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            pass
        if self.cursor != head:
            self.evidence.found(f"{self} has {self.cursor} events of {head}")

    async def _read(self) -> None:
        try:
            async with self._session.get(
                f"{self._url}/api/threads/{self.thread}/events", params={"after": "0"},
                headers={"Authorization": f"Bearer {self.user.token}"}, timeout=aiohttp.ClientTimeout(total=None),
            ) as response:
                async for line in response.content:
                    self.evidence.search(line, self.user, "the event stream")
                    if line.startswith(b"data:"):
                        self._event(json.loads(line[5:]))
        finally:
            self._progress.set()

    def _event(self, frame: dict) -> None:
        self.evidence.frames += 1
        if "seq" not in frame:
            return
        self.evidence.deliveries += 1
        if frame["thread_id"] != self.thread or frame.get("seq_from", frame["seq"]) != self.cursor + 1:
            self.evidence.found(f"{self} received {frame['seq']} after {self.cursor}: {frame}")
        self.cursor = frame["seq"]
        self._progress.set()
