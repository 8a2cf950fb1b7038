"""What was observed while a schedule ran: facts alone, which the oracle judges afterwards."""

import json
import time
from pathlib import Path

from schedule import Schedule


class Recording:
    """Everything in it is JSON, so that a failed schedule can be kept and judged again.

    The entries of a device are in the order in which its client saw them, over all its connections:
    `{"c": connection, "e": kind, "t": seconds, ...}` with the kinds `open`, `sent` (`frame`), `frame` (`frame`),
    `fault` (`kind`), `closed` (`by` fault, client, server or kill; `code`, `reason`) and at last `end`
    (`cursors` of each thread, `unsent` messages).
    """

    def __init__(self, schedule: Schedule, user: str, epoch: str):
        self._began = time.monotonic()
        self.facts = {
            "seed": schedule.seed, "canary": schedule.canary, "user": user, "epoch": epoch,
            "threads": [schedule.thread(n) for n in range(schedule.threads)],
            "schedule": schedule.json, "devices": {}, "messages": [], "receipts": [], "kills": [], "errors": [],
            # What the log was read as at the end: for each thread `head`, `events`, `messages`.
            "log": {}, "listed": [],
        }

    @property
    def now(self) -> float:
        return round(time.monotonic() - self._began, 4)

    def note(self, device: str, connection: int, what: str, /, **more) -> None:
        entry = {"t": self.now, "c": connection, "e": what, **more}
        self.facts["devices"].setdefault(device, []).append(entry)


FIGURES = (
    "events", "connections", "cuts", "kills", "resumes", "snapshots", "coalesced", "slow closes", "retries", "runs",
)


def figures(facts: dict) -> dict[str, int]:
    """What happened in a recording, in numbers. Events are those that reached clients, coalesced ones counted each."""
    count = dict.fromkeys(FIGURES, 0)
    count["kills"] = len(facts["kills"])
    count["retries"] = sum(1 for receipt in facts["receipts"] if receipt["attempt"] > 0)
    for log in facts["log"].values():
        count["runs"] += sum(1 for event in log["events"] if event["type"] == "user_message")
    for entries in facts["devices"].values():
        for entry in entries:
            match entry["e"]:
                case "open":
                    count["connections"] += 1
                case "closed":
                    count["cuts"] += entry["by"] == "fault"
                    count["slow closes"] += entry.get("code") == 1013
                case "sent":
                    count["resumes"] += entry["frame"]["type"] in ("resume", "session_restore")
                    count["retries"] += bool(entry.get("again"))
                case "frame":
                    frame = entry["frame"]
                    if "seq" in frame:
                        width = frame["seq"] - frame.get("seq_from", frame["seq"]) + 1
                        count["events"] += width
                        count["coalesced"] += width > 1
                    count["snapshots"] += frame["type"] == "snapshot"
    return count


def save(facts: dict, violations: list, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"violations": [str(v) for v in violations], **facts}, indent=1, ensure_ascii=False))
