"""The log as it was read when all was quiet: what every device is compared with."""


class ThreadLog:
    def __init__(self, read: dict, witnessed: dict[int, dict]):
        self.head: int = read["head"]
        self.epoch: str = read["epoch"]
        self.messages: list[dict] = read["messages"]
        self.read: list[dict] = read["events"]
        # Retention may have removed the beginning before the end of the schedule.
        self.floor = self.read[0]["seq"] - 1 if self.read else self.head
        self._events = {event["seq"]: event for event in self.read}
        for seq, event in witnessed.items():
            if seq <= self.floor:
                self._events.setdefault(seq, event)
        self._numbers = {event["event_id"]: seq for seq, event in self._events.items()}
        self.is_whole = self.floor == 0
        self.has_no_gaps = all(seq in self._events for seq in range(1, self.head + 1))

    def at(self, seq: int) -> dict | None:
        return self._events.get(seq)

    def number_of(self, event_id: str) -> int | None:
        return self._numbers.get(event_id)

    def known(self) -> list[dict]:
        return [self._events[seq] for seq in sorted(self._events)]

    def up_to(self, seq: int) -> list[dict]:
        return [event for event in self.known() if event["seq"] <= seq]

    def end_of(self, run: str) -> int | None:
        ends = ("agent_completed", "agent_error", "agent_cancelled")
        return next((e["seq"] for e in self.known() if e.get("run_id") == run and e["type"] in ends), None)


class Truth:
    def __init__(self, facts: dict):
        self.user: str = facts["user"]
        self.epoch: str = facts["epoch"]
        self.canary: str = facts["canary"]
        self.names: list[str] = facts["threads"]
        witnessed: dict[str, dict[int, dict]] = {}
        for entries in facts["devices"].values():
            for entry in entries:
                frame = entry.get("frame", {})
                if entry["e"] == "frame" and "seq" in frame and frame.get("seq_from", frame["seq"]) == frame["seq"]:
                    witnessed.setdefault(frame.get("thread_id"), {}).setdefault(frame["seq"], frame)
        self.threads = {
            thread: ThreadLog(read, witnessed.get(thread, {})) for thread, read in facts["log"].items()
        }
