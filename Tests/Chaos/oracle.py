"""Judges a recording. Pure functions: the same facts give the same violations, and nothing is asked of a server.

The truth is the log as it was read at the end. Every device must have got exactly that, whatever happened to it: each
number once and in order on every connection, from where the server itself said that it would go on.
"""

from dataclasses import dataclass

import conversation
from stream import Stream
from truth import Truth


@dataclass(frozen=True)
class Violation:
    name: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.name} ({self.place}): {self.detail}"


def judge(facts: dict) -> list[Violation]:
    found: list[Violation] = []

    def blame(name: str, place: str, detail: str) -> None:
        found.append(Violation(name, place, detail))

    for error in facts["errors"]:
        blame("not_finished", "schedule", error)
    truth = Truth(facts)
    _check_log(truth, facts, blame)
    _check_messages(truth, facts, blame)
    _check_receipts(truth, facts, blame)
    for device, entries in facts["devices"].items():
        _check_device(truth, device, entries, blame)
    return found


# -- The log


def _check_log(truth: Truth, facts: dict, blame) -> None:
    for thread in facts["listed"]:
        if thread not in facts["threads"]:
            blame("foreign", thread, "the user has a thread that nobody made")
    for thread, log in truth.threads.items():
        if log.epoch != facts["epoch"]:
            blame("wrong_epoch", thread, f"the log is of epoch {log.epoch}, it was {facts['epoch']}")
        numbers = [event["seq"] for event in log.read]
        if numbers != list(range(log.floor + 1, log.head + 1)):
            blame("log_hole", thread, f"the log to {log.head} was read as {_ranges(numbers)}")
        names = [event["event_id"] for event in log.read]
        for name in {name for name in names if names.count(name) > 1}:
            blame("event_twice_in_log", thread, f"{name} stands in the log more than once")
        for event in log.read:
            if event.get("user_id") != facts["user"] or event.get("thread_id") != thread:
                blame("foreign", f"{thread} {event['seq']}", "the log holds an event of another user or thread")
            if not _is_own(event, facts["canary"]):
                blame("foreign", f"{thread} {event['seq']}", "the log holds a text of another user")
        _check_runs(thread, log, blame)
        if log.is_whole:
            derived = conversation.messages(log.up_to(log.head))
            served = [{name: message.get(name) for name in conversation.MESSAGE_MEMBERS} for message in log.messages]
            if served != derived:
                blame("conversation_differs", thread, _difference(served, derived))


def _is_own(event: dict, canary: str) -> bool:
    return all(canary in event[name] for name in ("delta", "content") if event.get(name))


def _check_runs(thread: str, log, blame) -> None:
    runs: dict[str, list[dict]] = {}
    for event in log.known():
        if event.get("run_id"):
            runs.setdefault(event["run_id"], []).append(event)
    for run, events in runs.items():
        ends = [event["seq"] for event in events if event["type"] in conversation.TERMINAL]
        if len(ends) > 1:
            blame("second_terminal", f"{thread} {run}", f"the run ends at {ends}")
        if not ends and log.has_no_gaps:
            blame("no_terminal", f"{thread} {run}", f"the run has no end after {events[-1]['seq']}")
        if ends and events[-1]["seq"] > ends[0] and len(ends) == 1:
            blame("event_after_terminal", f"{thread} {run}", f"ended at {ends[0]}, goes on to {events[-1]['seq']}")


# -- What was acknowledged


def _check_messages(truth: Truth, facts: dict, blame) -> None:
    acknowledgements: dict[str, list[dict]] = {}
    for entries in facts["devices"].values():
        for entry in entries:
            frame = entry.get("frame", {})
            if entry["e"] == "frame" and frame.get("type") == "ack" and frame.get("client_msg_id"):
                acknowledgements.setdefault(frame["client_msg_id"], []).append(frame)
    for message in facts["messages"]:
        identity = message["client_msg_id"]
        answers = acknowledgements.pop(identity, [])
        stored = [
            event for log in truth.threads.values() for event in log.known()
            if event["type"] == "user_message" and event.get("client_msg_id") == identity
        ]
        if len(stored) > 1:
            blame("message_twice", identity, f"stored at {[event['seq'] for event in stored]}")
        if not answers:
            blame("message_unacknowledged", identity, "it was sent until the end of the schedule")
            continue
        runs = {answer["run_id"] for answer in answers}
        firsts = sum(not answer["duplicate"] for answer in answers)
        if len(runs) > 1 or firsts > 1:
            blame("second_run", identity, f"acknowledged {firsts} times as new, with the runs {sorted(runs)}")
        if not stored:
            if all(log.has_no_gaps for log in truth.threads.values()):
                blame("acknowledged_message_lost", identity, "it was acknowledged and is not in the log")
            continue
        event = stored[0]
        if event.get("run_id") not in runs:
            blame("second_run", identity, f"the log has run {event.get('run_id')}, acknowledged was {sorted(runs)}")
        if (event["thread_id"], event["content"]) != (message["thread"], message["text"]):
            blame("message_differs", identity, "thread or text in the log is not what was sent")
        if any(answer["thread_id"] != message["thread"] or answer.get("status") != "stored" for answer in answers):
            blame("acknowledgement_differs", identity, f"{answers}")
    for identity in acknowledgements:
        blame("foreign", identity, "an acknowledgement of a message that this user did not send")


def _check_receipts(truth: Truth, facts: dict, blame) -> None:
    for receipt in facts["receipts"]:
        thread, run = receipt["thread"], receipt["run"]
        if receipt["status"] != 200 or len(receipt["results"]) != len(receipt["sent"]):
            blame("producer_failed", f"{thread} {run}", f"{receipt['status']} {receipt['error'] or receipt['results']}")
            continue
        log = truth.threads.get(thread)
        if log is None:
            blame("stored_event_lost", thread, "events were stored in a thread that is not there")
            continue
        for sent, result in zip(receipt["sent"], receipt["results"]):
            _check_receipt(log, f"{thread} {sent['event_id']}", run, receipt, sent, result, blame)


def _check_receipt(log, place: str, run: str, receipt: dict, sent: dict, result: dict, blame) -> None:
    if result["status"] == "refused":
        if result["reason"] != "run_ended" or log.end_of(run) is None:
            blame("producer_refused", place, f"refused with {result['reason']}; the run's end: {log.end_of(run)}")
        if log.number_of(sent["event_id"]) is not None:
            blame("refused_but_stored", place, f"it stands at {log.number_of(sent['event_id'])}")
        return
    if result["status"] == "duplicate" and receipt["attempt"] == 0:
        blame("producer_refused", place, "a first attempt was answered as a duplicate")
    event = log.at(result["seq"])
    if event is None:
        if log.has_no_gaps:
            blame("stored_event_lost", place, f"{result['status']} as {result['seq']}, the log ends at {log.head}")
        return
    if event["event_id"] != sent["event_id"] or event.get("run_id") != run:
        blame("stored_event_lost", place, f"{result['status']} as {result['seq']}, which is {event['event_id']}")
        return
    changed = [name for name, value in sent.items() if event.get(name) != value]
    if changed:
        blame("stored_event_differs", place, f"not as the producer sent it: {changed}")


# -- Devices


def _check_device(truth: Truth, device: str, entries: list[dict], blame) -> None:
    streams: dict[int, Stream] = {}
    cursors: dict[str, int] = {}
    for entry in entries:
        number = entry["c"]
        stream = streams.get(number)
        if stream is None:
            stream = streams[number] = Stream(truth, f"{device} connection {number}", cursors, blame)
        match entry["e"]:
            case "sent":
                stream.sent(entry["frame"])
            case "frame":
                stream.received(entry["frame"], entry["t"])
            case "fault":
                stream.disturbed()
            case "closed":
                stream.closed(entry)
            case "malformed":
                blame("malformed", stream.place, entry["error"])
            case "end":
                _check_end(truth, device, entry, stream, cursors, blame)
    if not entries or entries[-1]["e"] not in ("end", "closed"):
        blame("not_finished", device, "the recording has no end")


def _check_end(truth: Truth, device: str, entry: dict, stream: Stream, cursors: dict[str, int], blame) -> None:
    for thread, log in truth.threads.items():
        if cursors.get(thread, 0) != log.head:
            blame(
                "not_converged", f"{device} {thread}",
                f"it has everything up to {cursors.get(thread, 0)} of {log.head}; the client says "
                f"{entry['cursors'].get(thread, 0)}")
    if entry["unsent"]:
        blame("message_unacknowledged", device, f"{entry['unsent']}")
    stream.ended()


def _ranges(numbers: list[int]) -> str:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first}…{last}" if first != last else f"{first}" for first, last in ranges) or "nothing"


def _difference(served: list, derived: list) -> str:
    for index, (one, other) in enumerate(zip(served, derived)):
        if one != other:
            names = [name for name in other if one.get(name) != other[name]]
            return f"message {index}: {names}: {[one.get(n) for n in names]!r:.200} instead of " \
                   f"{[other[n] for n in names]!r:.200}"
    return f"{len(served)} messages instead of {len(derived)}"
