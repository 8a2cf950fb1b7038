"""The two clients behind one interface, so that each test holds for both."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import support  # noqa: F401  (finds the client)
from canon import CanonClient, Snapshot

# What a device has of a thread: events as `(seq_from, seq, frame)`, and snapshots as the same with the number they are at.
Log = list[tuple[int, int, dict]]


class PythonDevice:
    """clients/canon.py"""

    def __init__(self, url: str, token: str):
        self.logs: dict[str, Log] = {}
        self._client = CanonClient(url, token, connect_options={"proxy": None}, rng=lambda: 0.005)
        self._readers: list[asyncio.Task] = []

    async def __aenter__(self) -> "PythonDevice":
        self._client.connect()
        return self

    async def __aexit__(self, *_) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        await self._client.close()

    async def follow(self, thread: str) -> None:
        if thread not in self.logs:
            self.logs[thread] = []
            self._readers.append(asyncio.create_task(self._read(thread)))

    async def _read(self, thread: str) -> None:
        async for event in self._client.follow(thread):
            first = 1 if isinstance(event, Snapshot) else event.seq_from
            self.logs[thread].append((first, event.seq, event.frame))

    async def send(self, text: str, thread: str, message_id: str) -> str:
        return (await self._client.send(text, thread=thread, client_msg_id=message_id)).run_id

    async def stop(self, run: str) -> None:
        self._readers.append(asyncio.create_task(self._client.stop(run)))


class NodeDevice:
    """clients/canon.js, in Node.js 22 or later, which has a WebSocket of its own."""

    def __init__(self, url: str, token: str):
        self.logs: dict[str, Log] = {}
        self._environment = {**os.environ, "CLIENT_URL": url, "CLIENT_TOKEN": token}
        self._answers: dict[str, asyncio.Future] = {}

    async def __aenter__(self) -> "NodeDevice":
        self._process = await asyncio.create_subprocess_exec(
            node(), str(Path(__file__).parent / "node_device.mjs"), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, env=self._environment, limit=16 * 1024 * 1024,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_) -> None:
        self._command(op="close")
        await asyncio.wait_for(self._process.wait(), 20)
        await self._reader

    def _command(self, **command) -> None:
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _read(self) -> None:
        async for line in self._process.stdout:
            said = json.loads(line)
            if said["kind"] == "event":
                event = said["detail"]
                self.logs[event["thread_id"]].append((event.get("seq_from", event["seq"]), event["seq"], event))
            elif said["kind"] == "snapshot":
                self.logs[said["detail"]["threadId"]].append((1, said["detail"]["at"], {"type": "snapshot", **said["detail"]}))
            elif said["kind"] == "sent":
                self._answers.pop(said["id"]).set_result(said["run"])
            elif said["kind"] == "refused":
                self._answers.pop(said["id"]).set_exception(AssertionError(f"refused: {said}"))

    async def follow(self, thread: str) -> None:
        if thread not in self.logs:
            self.logs[thread] = []
            self._command(op="follow", thread=thread)

    async def send(self, text: str, thread: str, message_id: str) -> str:
        self.logs.setdefault(thread, [])
        answer = self._answers[message_id] = asyncio.get_running_loop().create_future()
        self._command(op="send", text=text, thread=thread, id=message_id)
        return await answer

    async def stop(self, run: str) -> None:
        self._command(op="stop", run=run)


def node() -> str:
    """The Node.js of the machine, or the one in the tests' environment when that is too old to have a WebSocket."""
    own = Path(os.environ.get("CANON_TEST_VENV", "")) / "bin/node"
    found = str(own) if own.exists() else shutil.which("node")
    if not found:
        raise AssertionError("there is no Node.js; Scripts/test puts one into the tests' environment")
    return found
