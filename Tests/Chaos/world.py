"""The server under test: one process on one data folder, which can be killed and started again."""

import asyncio
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "Live"))

import canon_server  # noqa: E402  (of the live tests)
from web import Web  # noqa: E402

# Small, so that short schedules reach what takes minutes with the defaults.
LIMITS = {
    "heartbeat_seconds": 1, "connection_budget_bytes": 16_384, "connections_per_user": 500, "open_runs_per_user": 500,
    "messages_per_second": 100_000, "message_burst": 100_000, "drain_seconds": 0,
    # Those of later versions; a setting that the program does not know is left out.
    "retention_events": 150,
}


class World:
    heartbeat = LIMITS["heartbeat_seconds"]

    def __init__(self, folder: Path):
        self._folder = folder
        self._starts = 0
        self.up = asyncio.Event()
        self.port = 0
        self.epoch = ""
        self.producer_token = ""
        self._visitors = 0
        self.server: canon_server.Server | None = None
        self.peak_kilobytes = 0
        self.troubles: list[str] = []
        # When it was killed, on the monotonic clock.
        self.kills: list[float] = []

    # -- Life

    async def start(self) -> None:
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        known = await asyncio.to_thread(lambda: canon_server.run("config", "--reference").output)
        limits = [f"    {name}: {value}" for name, value in LIMITS.items() if f"`limits.{name}`" in known]
        (data / "canon.yaml").write_text(
            # Each visitor comes from an address of its own; see `visitor`.
            "serve:\n  trusted_proxies: [127.0.0.1]\n  limits:\n" + "\n".join(limits) + "\n")
        created = await asyncio.to_thread(
            canon_server.run, "tokens", "create", "chaos", "--role", "service", "--data-dir", data)
        if created.status != 0:
            raise RuntimeError(f"no service token: {created}")
        self.producer_token = canon_server.secret(created.output.strip())
        await self._serve()
        web = Web(self)
        status, answer = await web.request("GET", "/api/manager", token=self.producer_token)
        web.close()
        if status != 200:
            raise RuntimeError(f"GET /api/manager: {status} {answer}")
        self.epoch = answer["epoch"]

    async def _serve(self) -> None:
        self._starts += 1
        arguments = [
            "--data-dir", str(self._folder / "data"), "--demo", "--agent-kind", "external", "--durability", "process",
            "--log-level", "warning",
        ]
        self.server = await asyncio.to_thread(
            canon_server.Server, self._folder / f"server-{self._starts}", arguments, {}, None)
        self.port = self.server.port
        self.up.set()

    async def kill(self) -> None:
        """kill -9, and a new process on the same data folder."""
        self.up.clear()
        self.kills.append(time.monotonic())
        self._look()
        await asyncio.to_thread(self.server.kill)
        self._read_log()
        await self._serve()

    @property
    def has_died(self) -> bool:
        return self.up.is_set() and self.server.process.poll() is not None

    async def stop(self) -> None:
        if self.server is None:
            return
        self._look()
        if self.has_died:
            self.troubles.append(
                f"the server ended by itself with {self.server.process.returncode}: {self.server.errors[-3000:]}")
            return
        try:
            await asyncio.to_thread(self.server.close)
        except AssertionError as error:
            self.troubles.append(str(error))
        self._read_log()

    def _look(self) -> None:
        try:
            status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        except OSError:
            return
        if match := re.search(r"VmHWM:\s+(\d+) kB", status):
            self.peak_kilobytes = max(self.peak_kilobytes, int(match[1]))

    def _read_log(self) -> None:
        """Whatever a client does, the server has no reason to call it an error of its own."""
        for line in self.server.errors.splitlines():
            if '"severity":"ERROR"' in line or '"severity":"CRITICAL"' in line:
                self.troubles.append(f"the server's log: {line[:500]}")

    # -- People

    async def visitor(self, web: Web) -> tuple[str, str]:
        """Id and access token of a new user."""
        self._visitors += 1
        number = self._visitors
        # An address may bring a hundred visitors in a quarter of an hour; the tests need thousands.
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        status, answer = await web.request("POST", "/auth/demo", headers={"X-Forwarded-For": address})
        if status != 200:
            raise RuntimeError(f"POST /auth/demo: {status} {answer}")
        return answer["user"]["id"], answer["access_token"]
