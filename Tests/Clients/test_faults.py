"""Both clients and the producer over connections that break, against the real server: nothing lost, nothing twice."""

import asyncio
import os
import random

import support  # noqa: F401  (finds the client)
from canon import CanonProducer, RunEnded
from canon_server import LiveTestCase
from devices import NodeDevice, PythonDevice
from faulty_relay import FaultyRelay

WAIT = 90  # seconds in which all must have arrived
CONFIG = """
serve:
  limits: {heartbeat_seconds: 1, message_burst: 1000, messages_per_second: 1000, open_runs_per_user: 100}
"""


async def until(what: str, condition, seconds: float = WAIT):
    """Asks until the condition holds, and returns what it said."""
    end = asyncio.get_running_loop().time() + seconds
    while not (value := condition()):
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        await asyncio.sleep(0.02)
    return value


class FaultTests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.password = self.add_user("user@example.org")
        self.service = self.service_token()
        self.server = self.serve("--agent-kind", "external", config=CONFIG)
        session = self.server.log_in("user@example.org", self.password)
        self.token, self.user = session["access_token"], session["user"]["id"]
        self.seed = int(os.environ.get("CLIENT_TESTS_SEED") or random.SystemRandom().randrange(2**32))
        print(f"CLIENT_TESTS_SEED={self.seed}", flush=True)

    def restart(self) -> None:
        """As after a crash: killed, and started again on the same data."""
        self.server.kill()
        self.server = self.serve("--agent-kind", "external")

    def relay(self, name: str, faults: int) -> FaultyRelay:
        return FaultyRelay((self.seed, name), self.server.port, faults)

    async def write(self, producer: CanonProducer, thread: str, run: str, pieces: list[str]) -> str | None:
        """Writes a run as an agent does. Returns its text, or None when it was ended by someone else."""
        async with producer.run(self.user, thread, run) as writer:
            await writer.thinking("Let me see")
            async with writer.tool("search", query="x") as tool:
                tool.results = ["found"]
            for piece in pieces:
                await writer.delta(piece)
                await asyncio.sleep(0)
            await writer.complete()
            return "".join(pieces)
        return None

    def check(self, device, thread: str, mine: dict[str, str | None]) -> None:
        """A device has the thread's whole log once and in order, and the text the server says it has."""
        answer = self.server.http("GET", f"/api/threads/{thread}/messages", token=self.token).json
        log = device.logs[thread]
        at = 0
        for first, last, frame in log:
            if frame["type"] != "snapshot":
                self.assertEqual(first, at + 1, f"{type(device).__name__}, {thread}: {[entry[:2] for entry in log]}")
            at = last
        self.assertEqual(at, answer["head"])
        stored = {message["run_id"]: message for message in answer["messages"] if message["role"] == "assistant"}
        runs = [frame["run_id"] for _, _, frame in log if frame["type"] == "user_message"]
        self.assertEqual(len(runs), len(set(runs)))
        for run, text in mine.items():
            said = "".join(frame["delta"] for _, _, frame in log if frame["type"] == "stream_chunk" and frame["run_id"] == run)
            endings = [frame["type"] for _, _, frame in log if frame.get("run_id") == run and frame["type"].startswith("agent_") and frame["type"] in ("agent_completed", "agent_error", "agent_cancelled")]
            self.assertEqual(len(endings), 1, run)
            if text is not None:
                self.assertEqual((said, endings), (text, ["agent_completed"]))
                self.assertEqual(stored[run]["content"], text)
            elif said:
                self.assertEqual(stored[run]["content"], said)

    def test_over_connections_that_break_each_message_is_one_run_and_each_event_comes_once(self) -> None:
        asyncio.run(self.break_connections(kill=False))

    def test_a_server_that_is_killed_and_started_again_is_survived(self) -> None:
        asyncio.run(self.break_connections(kill=True))

    async def break_connections(self, kill: bool) -> None:
        rng = random.Random(self.seed)
        threads = [f"thread-{number}" for number in range(3)]
        texts: dict[str, dict[str, str | None]] = {thread: {} for thread in threads}
        expected = 0
        async with (
            self.relay("python", 25) as python_relay, self.relay("node", 25) as node_relay,
            self.relay("producer", 25) as producer_relay,
            PythonDevice(python_relay.url, self.token) as python, NodeDevice(node_relay.url, self.token) as node,
            CanonProducer(producer_relay.url, self.service, rng=lambda: 0.01) as producer,
        ):
            async def converse(device, number: int) -> None:
                """Sends some messages and writes their answers, in threads that the other device uses too."""
                for turn in range(4):
                    thread = rng.choice(threads)
                    await device.follow(thread)
                    run = await device.send(f"question {number}-{turn}", thread, f"message-{number}-{turn}")
                    pieces = [f"{rng.randrange(10**6)} " for _ in range(rng.randrange(20, 120))]
                    self.assertNotIn(run, texts[thread])
                    texts[thread][run] = await self.write(producer, thread, run, pieces)

            conversations = [asyncio.create_task(converse(device, number)) for number, device in enumerate((python, node, python, node))]
            expected = 4 * len(conversations)
            if kill:
                await until("half of the runs", lambda: sum(map(len, texts.values())) >= expected // 2)
                await asyncio.to_thread(self.restart)
                for relay in (python_relay, node_relay, producer_relay):
                    relay.target = self.server.port
            await asyncio.wait_for(asyncio.gather(*conversations), WAIT)
            self.assertEqual(sum(map(len, texts.values())), expected)
            if not kill:
                self.assertNotIn(None, [text for runs in texts.values() for text in runs.values()])
            used = [thread for thread in threads if texts[thread]]
            heads = {}
            for thread in used:
                for device in (python, node):
                    await device.follow(thread)
                answer = await asyncio.to_thread(self.server.http, "GET", f"/api/threads/{thread}/messages", None, self.token)
                heads[thread] = answer.json["head"]
                self.assertEqual(len([message for message in answer.json["messages"] if message["role"] == "user"]), len(texts[thread]))
            for device in (python, node):
                await until(
                    f"all events on {type(device).__name__}",
                    lambda: all(device.logs[thread] and device.logs[thread][-1][1] >= heads[thread] for thread in used),
                )
                for thread in used:
                    await asyncio.to_thread(self.check, device, thread, texts[thread])
            print({name: relay.met for name, relay in (("python", python_relay), ("node", node_relay), ("producer", producer_relay))})
            for relay in (python_relay, node_relay, producer_relay):
                self.assertGreater(sum(relay.met.values()), 3, "too few faults: the test says nothing")

    def test_a_stop_works_before_and_after_a_resume(self) -> None:
        asyncio.run(self.stop_runs())

    async def stop_runs(self) -> None:
        for kind in (PythonDevice, NodeDevice):
            for broken in (False, True):
                name = f"{kind.__name__}-{broken}"
                with self.subTest(name):
                    async with (
                        self.relay(name, 0) as relay, kind(relay.url, self.token) as device,
                        CanonProducer(self.server.url, self.service) as producer,
                    ):
                        thread = name.lower()
                        await device.follow(thread)
                        run = await device.send("count", thread, f"message-{name}")
                        writer = producer.run(self.user, thread, run)
                        await writer.delta("one ")
                        await writer.flush()
                        await until("the first piece", lambda: any(f["type"] == "stream_chunk" for _, _, f in device.logs[thread]))
                        if broken:
                            relay.faults = 10**9
                            relay.break_all()
                            await writer.delta("two ")
                            await writer.flush()
                            await device.stop(run)
                            relay.faults = 0
                        else:
                            await device.stop(run)
                        await until("the end", lambda: device.logs[thread][-1][2]["type"] == "agent_cancelled")
                        with self.assertRaises(RunEnded):
                            await writer.delta("late")
                            await writer.flush()
                        self.assertEqual([last for _, last, _ in device.logs[thread]], list(range(1, len(device.logs[thread]) + 1)))


if __name__ == "__main__":
    import unittest

    unittest.main()
