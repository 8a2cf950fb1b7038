"""Proves that users are isolated: many users with many devices each, thefts of every id they have, a canary in each
user's text, and a search of every byte that anybody receives.

Usage: isolation.py [--deliveries N] [--seed N] [--users N] [--devices N] [--stop-at-first]

The server under test is the program in $CANON_BINARY. The exit status is 1 when there was a finding.
"""

import argparse
import asyncio
import random
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "Live"))

import thefts_of_services  # noqa: E402
import thefts_of_sessions  # noqa: E402, F401
from audit import audit, check_session  # noqa: E402
from canon_server import Server, new_password, run, secret  # noqa: E402
from evidence import Evidence, Leak  # noqa: E402
from thefts import THEFTS  # noqa: E402
from world import User, World  # noqa: E402

# Nothing here tests limits, and the limits are per user anyway; the runs a user may have open are fewer than all users
# have together, so that counting those of others shows.
CONFIGURATION = """
serve:
  agent:
    kind: external
  authentication:
    access_token_seconds: 86400
    login_attempts: 10000
  limits:
    messages_per_second: 100000
    message_burst: 100000
    connections_per_user: 200
    connection_budget_bytes: 67108864
    open_runs_per_user: 16
    silent_run_seconds: 86400
    drain_seconds: 1
"""

THREADS = 4
STREAMS = 2
BATCH = 100
THIEVES = 3
# A server admits 100 visitors of one address in a quarter of an hour, and these thefts need two each.
VISITS = 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The isolation of users, against the built program.")
    parser.add_argument("--deliveries", type=int, default=60_000, help="how many events devices shall receive")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--devices", type=int, default=6, help="sockets of each user")
    parser.add_argument("--stop-at-first", action="store_true", help="end at the first finding")
    return parser.parse_args()


def start_server(folder: Path) -> tuple[Server, dict[str, str], str, str]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "canon.yaml").write_text(CONFIGURATION)
    server = Server(folder / "server", ["--demo", "--log-level", "warning", "--data-dir", str(data)], {}, None)
    credentials = {"email": "someone@example.org", "password": new_password()}
    added = run(
        "users", "add", credentials["email"], "--password-stdin", "--data-dir", data,
        stdin=credentials["password"] + "\n")
    assert added.status == 0, added
    tokens = []
    for role in ("service", "admin"):
        created = run("tokens", "create", role, "--role", role, "--data-dir", data)
        assert created.status == 0, created
        tokens.append(secret(created.output.strip()))
    return server, credentials, *tokens


async def find_features(world: World, user: User) -> None:
    """What this server has. Only a route that does not exist at all is skipped."""
    world.features |= {"accounts", "visits"}
    thread = await world.make_thread(user)
    probes = {
        "events": await world.call("GET", f"/api/threads/{thread.id}/events", as_user=user),
        "ag-ui": await world.call("POST", "/api/ag-ui", {}, as_user=user),
        "broadcast": await world.call("POST", "/api/broadcast", {}, as_user=user),
    }
    world.features |= {name for name, answer in probes.items() if answer.status != 404}
    key = {"Idempotency-Key": f"probe-{secrets.token_hex(8)}"}
    body = {"thread_id": thread.id, "events": [{"type": "note", "results": {"text": user.canary}}]}
    path = f"/api/users/{user.id}/events"
    answers = [await world.call("POST", path, body, token=world.service, headers=key) for _ in range(2)]
    if answers[1].status == 200 and answers[1].json["results"][0]["status"] == "duplicate":
        world.features.add("idempotency")
    world.evidence.skipped = {"events", "ag-ui", "broadcast", "idempotency"} - world.features


class Suite:
    def __init__(self, world: World, deliveries: int):
        self.world = world
        self.deliveries = deliveries
        self.started = time.monotonic()
        self.visits = VISITS
        self.deck: list[str] = []
        self.rounds = 0
        self.is_over = asyncio.Event()

    @property
    def is_done(self) -> bool:
        # Every theft at least twice, whatever the number of deliveries.
        return self.world.evidence.deliveries >= self.deliveries and self.rounds > 2

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for user in self.world.users:
                group.create_task(self.load(user))
            for _ in range(THIEVES):
                group.create_task(self.steal())
            group.create_task(self.progress())

    # -- Traffic

    async def load(self, user: User) -> None:
        """Producers write into the user's threads, and now and then a device comes back with an old cursor."""
        source = self.world.random
        while not self.is_over.is_set():
            thread = source.choice(user.main)
            await self.world.produce(user, thread, source.randint(BATCH // 2, BATCH), thread.open_run)
            # At most one batch is under way for each user, so that devices keep up whatever the machine.
            for device in user.devices:
                await device.reach({thread.id: thread.head})
            if source.random() < 0.1:
                await self.come_back(user)
            # In a short run the thefts need longer than the deliveries: let them have the machine.
            if self.world.evidence.deliveries >= self.deliveries:
                await asyncio.sleep(0.2)

    async def come_back(self, user: User) -> None:
        source = self.world.random
        device = source.choice(user.devices)
        cursors = {thread.id: max(0, thread.head - source.randint(0, 200)) for thread in user.main}
        await device.close()
        await device.open()
        await device.follow(cursors)

    # -- Thefts

    def draw(self) -> str:
        """Every kind as often as every other, in an order of the seed."""
        if not self.deck:
            self.deck = list(THEFTS)
            self.world.random.shuffle(self.deck)
            self.rounds += 1
        return self.deck.pop()

    def may(self, name: str) -> bool:
        feature = getattr(THEFTS[name], "feature", None)
        if feature == "visits":
            self.visits -= 1
            return self.visits >= 0
        return feature is None or feature in self.world.features

    async def steal(self) -> None:
        while not self.is_done:
            name = self.draw()
            if self.may(name):
                thief, victim = self.world.random.sample(self.world.users, 2)
                operations = self.world.evidence.operations
                operations[name] = operations.get(name, 0) + 1
                try:
                    await THEFTS[name](self.world, thief, victim)
                except Leak:
                    raise
                except Exception as error:
                    raise AssertionError(f"{name} by {thief} against {victim}: {type(error).__name__}: {error}") from error
            # Long runs are for deliveries; thefts go on beside them.
            await asyncio.sleep(0 if self.rounds <= 3 else 0.05)
        self.is_over.set()

    async def progress(self) -> None:
        while not self.is_over.is_set():
            try:
                async with asyncio.timeout(10):
                    await self.is_over.wait()
            except TimeoutError:
                print(self.line(), flush=True)

    def line(self) -> str:
        evidence = self.world.evidence
        seconds = time.monotonic() - self.started
        return (
            f"{seconds:5.0f} s: {evidence.deliveries} deliveries ({evidence.deliveries / seconds:.0f}/s), "
            f"{sum(evidence.operations.values())} thefts, {evidence.comparisons} checks, "
            f"foreign canaries {evidence.foreign_canaries}, findings {len(evidence.findings)}")


async def prove(options: argparse.Namespace, evidence: Evidence, started) -> None:
    evidence.stop = asyncio.current_task().cancel
    server, credentials, service, admin = started
    async with World(server, random.Random(options.seed), evidence, service, admin) as world:
        world.credentials = credentials
        bystander = User("bystander", await asyncio.to_thread(server.visitor))
        await find_features(world, bystander)
        print(f"skipped, because this server has no such route: {', '.join(sorted(evidence.skipped)) or 'nothing'}")
        shape = {"threads": THREADS, "devices": options.devices, "streams": STREAMS}
        # One of them has an account, which is another role than a visitor's.
        person = (await world.call("POST", "/auth/login", credentials)).json
        await world.make_user("person", person, **shape)
        for number in range(1, options.users):
            await world.make_user(f"visitor-{number}", await asyncio.to_thread(server.visitor), **shape)
        suite = Suite(world, options.deliveries)
        await suite.run()
        if "broadcast" in world.features:
            await thefts_of_services.broadcast_to_all(world)
        for user in world.users:
            await audit(world, user)
        await check_session(world, bystander)
        print(suite.line())
        for user in world.users:
            for device in (*user.devices, user.thief, *user.streams):
                await device.close()


def main() -> int:
    options = arguments()
    options.seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    print(f"isolation: seed {options.seed}, {options.users} users with {options.devices} sockets each", flush=True)
    evidence = Evidence(options.stop_at_first)
    folder = Path(tempfile.mkdtemp(prefix="canon-isolation-"))
    started = start_server(folder)
    try:
        asyncio.run(prove(options, evidence, started))
    except (Leak, asyncio.CancelledError):
        # The finding is in the evidence already.
        pass
    except Exception as error:
        causes = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
        for cause in causes:
            if not isinstance(cause, Leak):
                evidence.findings.append(f"the suite could not go on: {type(cause).__name__}: {cause}")
    finally:
        started[0].close()
        shutil.rmtree(folder, ignore_errors=True)
    for name, count in sorted(evidence.operations.items()):
        print(f"  {count:6} {name}")
    for finding in evidence.findings[:20]:
        print(f"FOUND: {finding[:2000]}")
    print(
        f"isolation: seed {options.seed}, {sum(evidence.operations.values())} operations, "
        f"{evidence.comparisons} checks, {evidence.frames} frames and {evidence.bodies} answers searched, "
        f"{evidence.deliveries} deliveries, foreign canaries {evidence.foreign_canaries}, "
        f"{len(evidence.findings)} findings")
    return 1 if evidence.findings else 0


if __name__ == "__main__":
    sys.exit(main())
