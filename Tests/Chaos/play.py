"""Runs one schedule against a world and gives its recording."""

import asyncio
import json
import random

import faults
from device import Device
from link import Link
from recording import Recording
from schedule import Burst, Message, Schedule
from web import Lost, Web

# How long a device may take, after the last fault, until it has everything; and how long a schedule may take in all.
# A loss must be visible within 10 s.
SETTLING_SECONDS = 10
SCRIPT_SECONDS = 60

# Quotes, escapes and letters of several bytes are a part of every text.
_WORDS = "".join(random.Random(0).choices("abcdefghij \n\"\\é中😀", k=50_000))


class Play:
    def __init__(self, world, schedule: Schedule):
        self.world = world
        self.schedule = schedule
        self.rng = random.Random(f"play {schedule.seed}")
        self.devices: list[Device] = []
        self.record: Recording | None = None
        self.user = self.token = ""

    async def run(self) -> dict:
        self.user, self.token = await self._again(lambda web: self.world.visitor(web))
        self.record = Recording(self.schedule, self.user, self.world.epoch)
        self.devices = [
            Device(self.world, self.schedule, number, self.user, self.token, self.record)
            for number in range(len(self.schedule.devices))
        ]
        lives = [asyncio.create_task(device.run()) for device in self.devices]
        try:
            steps = [self._message(number, message) for number, message in enumerate(self.schedule.messages)]
            strikes = [asyncio.create_task(self._fault(fault)) for fault in self.schedule.faults]
            watch = asyncio.create_task(self._watch())
            try:
                async with asyncio.timeout(SCRIPT_SECONDS):
                    await asyncio.gather(*steps)
                    # A stalled device holds its own messages; nothing else waits for a fault.
                    await asyncio.wait(strikes) if strikes else None
            except TimeoutError:
                self.record.facts["errors"].append(f"the script did not end within {SCRIPT_SECONDS} s")
            for device in self.devices:
                device.heal()
            await self._read_log()
            # While one settles, another may lose its connection.
            for _ in range(3):
                await asyncio.gather(*(self._settle(device) for device in self.devices))
                if all(device.is_settled for device in self.devices):
                    break
            for device in self.devices:
                device.finish()
        finally:
            for task in [*lives, *strikes, watch]:
                task.cancel()
            for device in self.devices:
                device.close()
            await asyncio.gather(*lives, *strikes, watch, return_exceptions=True)
        for task in strikes:
            if not task.cancelled() and task.exception():
                raise task.exception()
        return self.record.facts

    async def _fault(self, fault) -> None:
        await asyncio.sleep(fault.at)
        await faults.strike(self.devices[fault.device], fault)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.25)
            for device in self.devices:
                device.watch(loop.time())

    async def _settle(self, device: Device) -> None:
        """Waits until the device has everything, by its own means, and the answers to what it asked."""
        heads = {thread: log["head"] for thread, log in self.record.facts["log"].items()}
        try:
            async with asyncio.timeout(SETTLING_SECONDS):
                while not device.is_settled or any(device.cursor(thread) < head for thread, head in heads.items()):
                    device.changed.clear()
                    await device.changed.wait()
        except TimeoutError:
            pass

    # -- What the user and the agent do

    async def _message(self, number: int, message: Message) -> None:
        await asyncio.sleep(message.at)
        identity = f"m-{self.schedule.seed}-{number}"
        thread = self.schedule.thread(message.thread)
        text = self._text(message.size)
        self.record.facts["messages"].append({"client_msg_id": identity, "thread": thread, "text": text})
        sent = [
            self.devices[device].send_message(identity, thread, text) for device in (message.device, *message.echoes)
        ]
        run = await sent[0]
        said = ""
        for index, burst in enumerate(message.bursts):
            await asyncio.sleep(burst.pause)
            events = self._events(burst, f"{number}-{index}")
            said += "".join(event.get("delta", "") for event in events)
            if not await self._publish(thread, run, f"{identity}-{index}", events, burst.loses_answer):
                return await self._acknowledged(sent)
        await self._end(message, number, thread, run, said)
        await self._acknowledged(sent)

    @staticmethod
    async def _acknowledged(sent: list[asyncio.Future]) -> None:
        await asyncio.gather(*sent)

    def _text(self, size: int) -> str:
        start = self.rng.randrange(len(_WORDS) // 2)
        return f"{self.schedule.canary}{_WORDS[start:start + size]}"

    def _events(self, burst: Burst, name: str) -> list[dict]:
        events = []
        for index, size in enumerate(burst.sizes):
            event = {"event_id": f"e-{self.schedule.seed}-{name}-{index}"}
            kind = "stream_chunk" if burst.is_text else self.rng.choice(("agent_thinking", "tool_executing", "note"))
            if kind == "stream_chunk":
                event |= {"type": kind, "message_id": f"answer-{name.split('-')[0]}", "delta": self._text(size)}
            else:
                event |= {"type": kind, "message": self._text(size)}
            events.append(event)
        return events

    async def _publish(self, thread: str, run: str, key: str, events: list[dict], loses_answer: bool) -> bool:
        """Publishes until there is an answer. False when the run took not all of it."""
        body = {"thread_id": thread, "run_id": run, "events": events}
        path = f"/api/users/{self.user}/events"
        web = Web(self.world)
        attempt = 0
        try:
            while True:
                await self.world.up.wait()
                try:
                    status, answer = await web.request(
                        "POST", path, body, self.world.producer_token, {"Idempotency-Key": key},
                        loses_answer=loses_answer and attempt == 0)
                    break
                except Lost:
                    attempt += 1
                    await asyncio.sleep(0.02)
        finally:
            web.close()
        results = answer.get("results", [])
        self.record.facts["receipts"].append({
            "t": self.record.now, "thread": thread, "run": run, "attempt": attempt, "status": status, "sent": events,
            "results": results, "error": None if status == 200 else answer,
        })
        return status == 200 and all(result["status"] != "refused" for result in results)

    async def _end(self, message: Message, number: int, thread: str, run: str, said: str) -> None:
        ending = {"event_id": f"e-{self.schedule.seed}-{number}-end"}
        match message.ending:
            # An event has a largest size; a longer answer is what its deltas say.
            case "completed" if len(json.dumps(said)) < 100_000:
                ending |= {"type": "agent_completed", "message_id": f"answer-{number}", "final_response": said}
            case "completed" | "joined":
                ending |= {"type": "agent_completed", "status": "completed"}
            case _:
                ending |= {"type": "agent_error", "reason": "planned", "message": self._text(20)}
        tasks = []
        if message.ending in ("stopped", "raced"):
            tasks.append(self._stop(self.rng.choice(self.devices), thread, run))
        if message.ending != "stopped":
            tasks.append(self._publish(thread, run, f"m-{self.schedule.seed}-{number}-end", [ending], False))
        await asyncio.gather(*tasks)

    async def _stop(self, device: Device, thread: str, run: str) -> None:
        """Asks from a device until the log has the end of the run."""
        web = Web(self.world)
        try:
            while True:
                if device.is_welcome:
                    device.current.send({"type": "stop_agent", "run_id": run, "thread_id": thread})
                await asyncio.sleep(0.1)
                await self.world.up.wait()
                try:
                    status, answer = await web.request("GET", f"/api/threads/{thread}", token=self.token)
                except Lost:
                    continue
                if status == 200 and run not in answer["open_runs"]:
                    return
                # A device that is cut for good must not hold the schedule: any device can stop a run.
                device = self.rng.choice(self.devices)
        finally:
            web.close()

    # -- The truth

    async def _again(self, ask):
        """Asks over HTTP until the server is there to answer."""
        web = Web(self.world)
        try:
            while True:
                await self.world.up.wait()
                try:
                    return await ask(web)
                except Lost:
                    await asyncio.sleep(0.05)
        finally:
            web.close()

    async def _read_log(self) -> None:
        """Reads each thread from the start, on a connection without faults."""
        facts = self.record.facts
        listed = await self._again(lambda web: web.request("GET", "/api/threads", token=self.token))
        facts["listed"] = sorted(thread["id"] for thread in listed[1]["threads"])
        for thread in facts["listed"]:
            answer = await self._again(
                lambda web: web.request("GET", f"/api/threads/{thread}/messages", token=self.token))
            facts["log"][thread] = {
                "head": answer[1]["head"], "epoch": answer[1]["epoch"], "messages": answer[1]["messages"], "events": [],
            }
        if not facts["log"]:
            return
        for _ in range(5):
            reader = Device(self.world, self.schedule, 0, self.user, self.token, Recording(self.schedule, "", ""))
            reader.plan = type(reader.plan)(narrow=False, eager=True, starts_at=0)
            life = asyncio.create_task(reader.run())
            await self._settle(reader)
            life.cancel()
            reader.close()
            reader.finish()
            entries = reader.record.facts["devices"].get(reader.name, [])
            if all(reader.cursor(thread) >= log["head"] for thread, log in facts["log"].items()):
                break
        else:
            facts["errors"].append("the log could not be read to its end on a connection without faults")
        for entry in entries:
            frame = entry.get("frame", {})
            if entry["e"] == "frame" and "seq" in frame and frame.get("thread_id") in facts["log"]:
                facts["log"][frame["thread_id"]]["events"].append(frame)
