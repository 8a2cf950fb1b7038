"""What is measured, and how the numbers of one run become a table."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from servers import BENCHMARKS, CLIENT_CORE, ENVIRONMENT, SERVER_CORE, Canon, Echo, Failure, Uvicorn

WS_LOAD = BENCHMARKS / ".build/release/ws-load"
LOG_BENCH = BENCHMARKS / ".build/release/log-bench"
MIB = 1 << 20


@dataclass
class Plan:
    """How much is done: `--quick` only shows that everything works."""

    repetitions: int = 3
    seconds: float = 5
    idle: int = 10_000
    stall_seconds: float = 60
    subscribers: int = 1000
    resumed_events: int = 10_000

    @staticmethod
    def quick() -> "Plan":
        return Plan(
            repetitions=1, seconds=1, idle=500, stall_seconds=3, subscribers=100, resumed_events=1000)


@dataclass
class Results:
    """Lines of the table in the order in which they first came."""

    rows: dict[tuple[str, str, str], list[dict]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, what: str, server: str, unit: str, value: float, result: dict) -> None:
        self.rows.setdefault((what, server, unit), []).append({"value": value, **result})
        print(f"  {what}, {server}: {number(value)} {unit}", file=sys.stderr, flush=True)

    def table(self) -> str:
        lines = [
            "| What | Server | Median | Least … most | p50 | p99 | Server's core |", "|---|---|--:|--:|--:|--:|--:|",
        ]
        for (what, server, unit), runs in self.rows.items():
            values = [run["value"] for run in runs]
            spread = f"{number(min(values))} … {number(max(values))}" if len(values) > 1 else ""
            lines.append(
                f"| {what} | {server} | {number(statistics.median(values))} {unit} | {spread} "
                f"| {latency(runs, 'p50_us')} | {latency(runs, 'p99_us')} | {core(runs)} |"
            )
        return "\n".join(lines)


def number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def middle(runs: list[dict], name: str) -> float | None:
    values = [run[name] for run in runs if run.get(name) is not None]
    return statistics.median(values) if values else None


def latency(runs: list[dict], name: str) -> str:
    value = middle(runs, name)
    if value is None:
        return ""
    return f"{value:,.0f} µs" if value < 10_000 else f"{value / 1000:,.1f} ms"


def core(runs: list[dict]) -> str:
    value = middle(runs, "server_cpu")
    return "" if value is None else f"{value:.0%}"


class Bench:
    def __init__(self, plan: Plan, only: set[str]):
        self.plan = plan
        self.only = only
        self.results = Results()

    # Each group of rows has a name for `--only`.
    def groups(self) -> dict:
        return {
            "echo": self.echo, "ping": self.ping, "fan": self.fan, "publish": self.publish, "log": self.log,
            "latency": self.latency, "follow-fan": self.follow_fan, "resume": self.resume, "idle": self.idle,
            "stall": self.stall,
        }

    def run(self) -> None:
        for name, group in self.groups().items():
            if not self.only or name in self.only:
                print(f"{name}:", file=sys.stderr, flush=True)
                group()

    # MARK: rows

    def echo(self) -> None:
        for in_flight in (1, 16):
            for _ in range(self.plan.repetitions):
                for kind in (Echo, Uvicorn):
                    with kind() as server:
                        found = self.load("echo", server, "--in-flight", in_flight)
                    self.results.add(
                        f"echo, 64 connections, {in_flight} in flight", server.name, "/s", found["received_per_s"], found)

    def ping(self) -> None:
        with Canon(users=64) as server:
            for in_flight in (1, 16):
                for _ in range(self.plan.repetitions):
                    found = self.load("ping", server, "--in-flight", in_flight)
                    self.results.add(
                        f"`ping` with envelope, 64 users, {in_flight} in flight", server.name, "/s",
                        found["received_per_s"], found)

    def fan(self) -> None:
        count = self.plan.subscribers
        for window in (1, 8):
            for _ in range(self.plan.repetitions):
                for kind in (Echo, Uvicorn):
                    with kind(fans_out=True) as server:
                        found = self.load(
                            "fan", server, "--subscribers", count, "--window", window, path=server.fan_path)
                    self.results.add(
                        f"fan-out 1 → {count:,}, {window} under way", server.name, "deliveries/s",
                        found["received_per_s"], found)

    def publish(self) -> None:
        for producers, batch in ((1, 1), (64, 1), (8, 100)):
            for _ in range(self.plan.repetitions):
                with Canon(users=8) as server:
                    found = self.follow(
                        server, "--threads", 8, "--followers", 0, "--producers", producers, "--batch", batch)
                self.results.add(
                    f"durable publishes, {producers} producer{'s' * (producers > 1)}, {batch} a request", server.name,
                    "events/s", found["stored_per_s"], receipts(found))

    def log(self) -> None:
        for writers, batch in ((1, 1), (64, 1), (8, 100)):
            for _ in range(self.plan.repetitions):
                folder = Path(tempfile.mkdtemp(prefix="bench-", dir=BENCHMARKS / ".build"))
                try:
                    found = self.program(
                        SERVER_CORE, LOG_BENCH, "--folder", folder / "data", "--writers", writers, "--batch", batch,
                        "--seconds", self.plan.seconds)
                finally:
                    shutil.rmtree(folder)
                self.results.add(
                    f"the event log alone, {writers} writer{'s' * (writers > 1)}, {batch} an append", "in process",
                    "events/s", found["stored_per_s"], found)

    def latency(self) -> None:
        for _ in range(self.plan.repetitions):
            with Canon(users=16) as server:
                found = self.follow(
                    server, "--threads", 16, "--followers", 1, "--producers", 64, "--rate", 2000)
            self.results.add(
                "durable publish to receive at 2,000/s", server.name, "events/s", found["received_per_s"], found)

    def follow_fan(self) -> None:
        count = self.plan.subscribers
        for _ in range(self.plan.repetitions):
            with Canon(users=1) as server:
                found = self.follow(server, "--threads", 1, "--followers", count, "--producers", 2, "--batch", 4)
            self.results.add(
                f"durable publish to {count:,} followers", server.name, "deliveries/s", found["received_per_s"], found)

    def resume(self) -> None:
        with Canon(users=1) as server:
            found = self.program(
                CLIENT_CORE, WS_LOAD, "resume", "--port", server.port, "--pid", server.pid, "--users", server.users,
                "--service-token", server.service_token, "--events", self.plan.resumed_events)
        found.pop("p50_us", None), found.pop("p99_us", None), found.pop("server_cpu", None)
        self.results.add(
            f"resume of {self.plan.resumed_events:,} events", server.name, "ms", found["median_ms"] or 0, found)

    def idle(self) -> None:
        count = self.plan.idle
        for make in (lambda: Canon(users=count), Echo, Uvicorn):
            with make() as server:
                # A few connections first, so that what a server loads once is not put on the account of each.
                self.load("idle", server, "--connections", 16, seconds=0.5)
                found = self.load("idle", server, "--connections", count, seconds=10 if count >= 5000 else 1)
            found.pop("server_cpu")
            self.results.add(
                f"memory per idle connection at {count:,}", server.name, "bytes", found["bytes_per_connection"], found)

    def stall(self) -> None:
        """Without and with a stalled reader in turns, on one server whose caches a first run at full rate has filled: of the
        database's writer, and with a stalled reader also those of the readers."""
        seconds = self.plan.stall_seconds
        # One and the same reader stalls for the whole time: the server's patience is set longer than that.
        stalled_reader = ("--stalled", 1, "--stall-seconds", 600)
        full = ("--producers", 8, "--batch", 10)
        for rate, name in ((None, "full rate"), (2000, "2,000/s")):
            load = full if rate is None else ("--producers", 64, "--rate", rate)
            with Canon(users=1) as server:
                self.follow(server, "--threads", 1, "--followers", 8, *stalled_reader, *full, seconds=seconds)
                for _ in range(self.plan.repetitions):
                    found = [
                        self.follow(server, "--threads", 1, "--followers", 8, *stalled, *load, seconds=seconds)
                        for stalled in ((), stalled_reader)
                    ]
                    for what, run in zip(("no stalled reader,", "one stalled reader beside"), found):
                        self.results.add(f"{name}: {what} 8 followers", server.name, "events/s", run["stored_per_s"], run)
                    for what, run in zip(("none stalled", "one stalled"), found):
                        self.results.add(
                            f"{name}: memory grown in {seconds:g} s, {what}", server.name, "MiB",
                            run["memory_growth"] / MIB, {})
                    self.results.add(
                        f"{name}: p99 of the others with / without", server.name, "×",
                        found[1]["p99_us"] / found[0]["p99_us"], {})

    # MARK: running

    def load(self, mode: str, server, *arguments, path: str | None = None, seconds: float | None = None) -> dict:
        users = ["--users", server.users] if isinstance(server, Canon) else []
        return self.program(
            CLIENT_CORE, WS_LOAD, mode, "--port", server.port, "--pid", server.pid, "--path", path or server.echo_path,
            "--seconds", seconds or self.plan.seconds, "--warmup", min(1.0, self.plan.seconds / 2), *users, *arguments)

    def follow(self, server, *arguments, seconds: float | None = None) -> dict:
        return self.load("follow", server, "--service-token", server.service_token, *arguments, seconds=seconds)

    def program(self, core: str, *command) -> dict:
        """Runs a program on one core and reads its line of JSON. Faults are told at the end of the table."""
        command = ["taskset", "-c", core, *map(str, command)]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        if not done.stdout.strip():
            raise Failure(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if done.returncode != 0:
            faults = {
                name: found[name] for name in ("wrong", "lost", "failed_connections", "ended_connections", "errors")
                if found.get(name)
            }
            if not faults:
                # Its figures are right, and still it did not end as it should.
                faults = {"exit": done.returncode, "stderr": done.stderr[-500:]}
            self.results.faults.append(f"{' '.join(command[3:])}: {json.dumps(faults)}")
            print(f"  FAULT: {self.results.faults[-1]}", file=sys.stderr, flush=True)
        return found


def receipts(found: dict) -> dict:
    """For a row without followers: the time to the receipt stands for the time to the event."""
    return {**found, "p50_us": found.get("receipt_p50_us"), "p99_us": found.get("receipt_p99_us")}
