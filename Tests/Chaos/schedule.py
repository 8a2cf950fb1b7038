"""What will happen to one user and that user's devices, as a value made from a seed alone.

The same seed gives the same schedule on every machine; only the moments at which bytes arrive differ from run to run.
"""

import dataclasses
import random
from dataclasses import dataclass

# Schedules that share a server at the same time. A kill of that server strikes all of them.
BATCH = 32
# Every so-manieth batch has its server killed.
KILL_EVERY = 4

# The kinds of faults, with how often each is drawn.
FAULTS = {
    "cut_in": 7,  # the connection is reset after exactly so many more bytes came from the server
    "cut_out": 6,  # ... went to the server
    "cut_handshake_in": 3,  # the same, counted from the first byte of the next connection
    "cut_handshake_out": 3,
    "half_open": 2,  # nothing passes in either direction, then a reset
    "dead": 1,  # nothing passes, and only the client's own watchdog ends it
    "delay": 4,  # what comes arrives late
    "dribble": 4,  # what goes out arrives in pieces of a few bytes
    "stall": 5,  # the client stops reading for a while
    "duplicate": 5,  # a second connection before the first one is closed
    "storm": 4,  # connections in a row, all of which resume from the same cursor
    "rewind": 3,  # resumes from an earlier number on a connection that is well
    "beyond": 1,  # ... from a number that the log has not reached
    "foreign_epoch": 1,
    "restore": 2,  # `session_restore` with the id of an event that was seen
}


@dataclass(frozen=True)
class Fault:
    at: float
    device: int
    kind: str
    count: int  # bytes of a cut, connections of a storm, events of a rewind
    seconds: float
    gentle: bool  # a cut that ends with FIN instead of RST


@dataclass(frozen=True)
class Burst:
    pause: float
    sizes: tuple[int, ...]  # characters of each event's text
    is_text: bool  # deltas of the answer; else events of several types
    loses_answer: bool  # the producer's connection breaks before the answer, so it sends the burst again


@dataclass(frozen=True)
class Message:
    at: float
    device: int
    thread: int
    size: int
    # Other devices that send the same message with the same id.
    echoes: tuple[int, ...]
    bursts: tuple[Burst, ...]
    ending: str  # completed, joined, error, stopped, raced


@dataclass(frozen=True)
class DevicePlan:
    # A narrow device has small buffers, so that the server's fill up when it does not read.
    narrow: bool
    # An eager device resumes every thread; another only those that it has heard of.
    eager: bool
    starts_at: float


@dataclass(frozen=True)
class Schedule:
    seed: int
    devices: tuple[DevicePlan, ...]
    threads: int
    messages: tuple[Message, ...]
    faults: tuple[Fault, ...]

    @property
    def json(self) -> dict:
        return dataclasses.asdict(self)

    @property
    def canary(self) -> str:
        """Stands in every text of the schedule, and in no other's."""
        return f"«{self.seed}»"

    def thread(self, number: int) -> str:
        # The same names for all users: what one of them has must not reach another under the same name.
        return f"thread-{number}"


def make(seed: int) -> Schedule:
    rng = random.Random(f"schedule {seed}")
    devices = tuple(
        DevicePlan(rng.random() < 0.4, rng.random() < 0.7, rng.choice((0, 0, 0, 0.1, 0.3)))
        for _ in range(rng.choice((1, 2, 2, 3, 3, 4)))
    )
    threads = rng.choice((1, 1, 2, 3))
    is_flood = rng.random() < 0.12
    messages = tuple(_message(rng, len(devices), threads, is_flood and n == 0) for n in range(rng.choice((1, 2, 2, 3))))
    end = max(m.at + sum(b.pause for b in m.bursts) for m in messages) + 0.2
    faults = [_fault(rng, len(devices), end) for _ in range(rng.choice((0, 1, 2, 3, 4, 6)))]
    if is_flood:
        slow = rng.choice([n for n, device in enumerate(devices) if device.narrow] or [0])
        devices = tuple(dataclasses.replace(d, narrow=True) if n == slow else d for n, d in enumerate(devices))
        faults.append(Fault(messages[0].at + 0.05, slow, "stall", 0, rng.uniform(0.5, 1.5), False))
    return Schedule(seed, devices, threads, messages, tuple(sorted(faults, key=lambda fault: fault.at)))


def kills(batch: int) -> list[float]:
    """Seconds from the start of a batch at which its server is killed; most batches have none."""
    if batch % KILL_EVERY != KILL_EVERY - 1:
        return []
    rng = random.Random(f"kills {batch}")
    return sorted(rng.uniform(0.1, 1.2) + 1.5 * n for n in range(rng.choice((1, 1, 2))))


def _message(rng: random.Random, devices: int, threads: int, is_flood: bool) -> Message:
    device = rng.randrange(devices)
    others = [other for other in range(devices) if other != device]
    echoes = tuple(rng.sample(others, 1)) if others and rng.random() < 0.25 else ()
    if is_flood:
        bursts = tuple(
            Burst(rng.uniform(0, 0.1), _flood_sizes(rng), True, False) for _ in range(rng.choice((2, 3, 4)))
        )
    else:
        bursts = tuple(_burst(rng) for _ in range(rng.choice((0, 1, 2, 3, 5))))
    endings = ("completed",) * 4 + ("joined", "error", "stopped", "raced")
    size = rng.choice((1, 10, 10, 200, 3000))
    return Message(
        rng.uniform(0, 0.5), device, rng.randrange(threads), size, echoes, bursts, rng.choice(endings),
    )


def _flood_sizes(rng: random.Random) -> tuple[int, ...]:
    if rng.random() < 0.5:
        return tuple(rng.randrange(10_000, 20_000) for _ in range(4))
    return tuple(rng.randrange(100, 900) for _ in range(60))


def _burst(rng: random.Random) -> Burst:
    count = rng.choice((1, 1, 3, 8, 20))
    largest = rng.choice((4, 4, 40, 40, 400, 6000 if count < 8 else 400))
    sizes = tuple(rng.randrange(1, largest + 1) for _ in range(count))
    return Burst(rng.choice((0, 0, 0.02, 0.15)), sizes, rng.random() < 0.75, rng.random() < 0.15)


def _fault(rng: random.Random, devices: int, end: float) -> Fault:
    kind = rng.choices(list(FAULTS), list(FAULTS.values()))[0]
    match kind:
        case "cut_in":
            # Most often within the first frames, and half of those within a header or shortly after it.
            count = rng.choice((rng.randrange(0, 16), rng.randrange(0, 2000), rng.randrange(0, 20_000)))
        case "cut_out":
            count = rng.choice((rng.randrange(0, 16), rng.randrange(0, 300)))
        case "cut_handshake_in":
            count = rng.choice((rng.randrange(0, 130), rng.randrange(0, 1500)))
        case "cut_handshake_out":
            count = rng.choice((rng.randrange(0, 700), rng.randrange(0, 1100)))
        case "storm":
            count = rng.randrange(3, 9)
        case _:
            count = rng.randrange(0, 30)
    seconds = {
        "half_open": rng.uniform(0.05, 0.8), "delay": rng.uniform(0.01, 0.2), "stall": rng.uniform(0.05, 0.8),
        "duplicate": rng.uniform(0, 0.4), "storm": rng.uniform(0, 0.03), "dribble": rng.uniform(0.05, 0.3),
    }.get(kind, 0.0)
    return Fault(rng.uniform(0, end), rng.randrange(devices), kind, count, seconds, rng.random() < 0.3)
