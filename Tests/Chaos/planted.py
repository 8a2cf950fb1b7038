"""Faults that a server could have, put into recordings of one that has none. The oracle must name each of them.

Each changes what clients were sent, or what the log was read as, in one place; it says whether the recording had such
a place.
"""

import copy
import random
from dataclasses import dataclass
from typing import Callable

from conversation import TERMINAL


@dataclass(frozen=True)
class Planted:
    name: str
    violation: str
    plant: Callable[[dict, random.Random], bool]


PLANTED: list[Planted] = []


def planted(violation: str):
    def register(plant):
        PLANTED.append(Planted(plant.__name__.replace("_", " "), violation, plant))
        return plant
    return register


# -- Places to plant a fault


def frames(facts: dict, fits) -> list[tuple[list, int, dict]]:
    """All frames that devices were sent and that fit: their device's entries, the index in them, the frame."""
    return [
        (entries, index, entry["frame"]) for entries in facts["devices"].values()
        for index, entry in enumerate(entries) if entry["e"] == "frame" and fits(entry["frame"])
    ]


def choose(rng: random.Random, places: list):
    return rng.choice(places) if places else None


def of(*kinds: str):
    return lambda frame: frame["type"] in kinds


def is_event(frame: dict) -> bool:
    return "seq" in frame and "seq_from" not in frame


def is_joined(frame: dict) -> bool:
    return "seq_from" in frame


def with_next(facts: dict) -> list[tuple[list, int, dict]]:
    """Events behind which the next of the thread comes at once, on the same connection."""
    found = []
    for entries, index, frame in frames(facts, is_event):
        if index + 1 < len(entries):
            after = entries[index + 1]
            other = after.get("frame", {})
            if after["e"] == "frame" and after["c"] == entries[index]["c"] and is_event(other) and \
                    other["thread_id"] == frame["thread_id"] and other["seq"] == frame["seq"] + 1:
                found.append((entries, index, frame))
    return found


def inside(facts: dict) -> list[tuple[list, int, dict]]:
    """Events with their neighbours before and behind them."""
    starts = {(id(entries), index) for entries, index, _ in with_next(facts)}
    return [place for place in with_next(facts) if (id(place[0]), place[1] - 1) in starts]


def replace(entries: list, index: int, frame: dict) -> None:
    entries[index] = {**entries[index], "frame": frame}


def change(places: list, rng: random.Random, **members) -> bool:
    """Changes one of the frames; a member may be a function of its old value."""
    if not (place := choose(rng, places)):
        return False
    entries, index, frame = place
    frame = copy.deepcopy(frame)
    for name, value in members.items():
        frame[name] = value(frame[name]) if callable(value) else value
    replace(entries, index, frame)
    return True


# -- What is delivered


@planted("gap")
def an_event_is_dropped(facts, rng):
    if not (place := choose(rng, inside(facts))):
        return False
    del place[0][place[1]]
    return True


@planted("duplicate")
def an_event_comes_twice(facts, rng):
    if not (place := choose(rng, frames(facts, is_event))):
        return False
    place[0].insert(place[1], place[0][place[1]])
    return True


@planted("out_of_order")
def two_events_are_swapped(facts, rng):
    if not (place := choose(rng, inside(facts))):
        return False
    entries, index, _ = place
    entries[index], entries[index + 1] = entries[index + 1], entries[index]
    return True


@planted("foreign")
def an_event_of_another_user_comes(facts, rng):
    return change(frames(facts, is_event), rng, user_id="somebody-else")


@planted("foreign")
def an_event_of_another_thread_comes(facts, rng):
    return change(frames(facts, is_event), rng, thread_id="thread-of-somebody-else")


@planted("event_id_differs")
def a_device_sees_another_event_id(facts, rng):
    return change(frames(facts, is_event), rng, event_id="e-other")


@planted("event_differs")
def a_device_sees_another_text(facts, rng):
    return change(frames(facts, lambda f: is_event(f) and "delta" in f), rng, delta=lambda text: text[:-1])


@planted("not_in_log")
def an_event_was_delivered_and_not_stored(facts, rng):
    logs = [log for log in facts["log"].values() if log["events"]]
    if not (log := choose(rng, logs)):
        return False
    last = log["events"].pop()
    log["head"] -= 1
    return bool(frames(facts, lambda f: f.get("event_id") == last["event_id"]))


@planted("not_asked_for")
def events_come_unasked(facts, rng):
    for entries in facts["devices"].values():
        opened = {entry["c"] for entry in entries if entry["e"] == "open"}
        for number in opened:
            mine = [index for index, entry in enumerate(entries) if entry["c"] == number]
            events = [index for index in mine if "seq" in entries[index].get("frame", {})]
            if not events:
                continue
            quiet = ("resume", "session_restore", "user_message", "resumed", "none", "snapshot", "not_found", "ack")
            drop = {i for i in mine if entries[i].get("frame", {}).get("type") in quiet and "seq" not in
                    entries[i]["frame"]}
            entries[:] = [entry for index, entry in enumerate(entries) if index not in drop]
            return True
    return False


@planted("wrong_epoch")
def an_event_has_another_epoch(facts, rng):
    return change(frames(facts, is_event), rng, epoch="epoch-other")


@planted("wrong_epoch")
def a_restart_changes_the_epoch(facts, rng):
    welcomes = frames(facts, of("connection_established"))
    return change(welcomes[-1:], rng, data=lambda data: {**data, "epoch": "epoch-other"})


@planted("not_converged")
def a_device_misses_the_end(facts, rng):
    for entries in facts["devices"].values():
        events = [entry for entry in entries if "seq" in entry.get("frame", {})]
        if not events:
            continue
        last = max(events, key=lambda entry: entry["frame"]["seq"])["frame"]
        # Neither by itself nor in a snapshot.
        entries[:] = [
            entry for entry in entries
            if entry.get("frame", {}).get("thread_id") != last["thread_id"] or entry["e"] != "frame"
            or entry["frame"].get("seq", entry["frame"].get("at", 0)) < last["seq"]
        ]
        return True
    return False


# -- Joined deltas


@planted("coalesced_text")
def a_joined_text_lacks_a_part(facts, rng):
    return change(frames(facts, is_joined), rng, delta=lambda text: text[1:])


@planted("gap")
def joined_deltas_begin_too_late(facts, rng):
    return change(frames(facts, is_joined), rng, seq_from=lambda seq: seq + 1)


@planted("overlap")
def joined_deltas_begin_too_early(facts, rng):
    return change(frames(facts, lambda f: is_joined(f) and f["seq_from"] > 3), rng, seq_from=lambda seq: seq - 1)


@planted("coalesced_range")
def other_events_are_joined_with_deltas(facts, rng):
    return change(frames(facts, is_joined), rng, seq_from=1)


# -- Snapshots


@planted("snapshot_stale")
def an_old_snapshot_comes(facts, rng):
    return change(frames(facts, of("snapshot")), rng, at=1, messages=lambda m: m[:1], open_runs=[], open_run=None)


@planted("snapshot_ahead")
def a_snapshot_is_ahead_of_the_log(facts, rng):
    return change(frames(facts, of("snapshot")), rng, at=lambda at: at + 1000)


@planted("snapshot_differs")
def a_snapshot_lacks_a_message(facts, rng):
    return change(frames(facts, lambda f: f["type"] == "snapshot" and f["messages"]), rng, messages=lambda m: m[1:])


@planted("snapshot_differs")
def a_snapshot_has_less_text_of_an_open_run(facts, rng):
    with_text = frames(facts, lambda f: f["type"] == "snapshot" and any(run["text"] for run in f["open_runs"]))
    return change(with_text, rng, open_runs=lambda runs: [{**run, "text": run["text"][:-1]} for run in runs])


@planted("gap")
def a_snapshot_skips_an_event(facts, rng):
    for entries, index, frame in frames(facts, of("snapshot")):
        for behind in range(index + 1, len(entries)):
            other = entries[behind].get("frame", {})
            if "seq" in other and other["thread_id"] == frame["thread_id"] and entries[behind]["c"] == entries[index]["c"]:
                del entries[behind]
                return True
    return False


# -- Answers to a resume


def is_awaited(entries, index):
    """Whether more was asked about the thread of a frame, on its connection and before it, than was answered."""
    thread, connection = entries[index]["frame"]["thread_id"], entries[index]["c"]
    waiting = 0
    for entry in entries[:index]:
        frame = entry.get("frame", {})
        if entry.get("c") != connection:
            continue
        if entry["e"] == "sent":
            asked = frame["threads"] if frame["type"] == "resume" else {}
            if thread in asked or frame["type"] == "session_restore" and frame["thread_id"] == thread:
                waiting += 1
        elif frame.get("type") in ("resumed", "none", "snapshot") and frame["thread_id"] == thread:
            waiting = max(0, waiting - 1)
    return waiting > 0


@planted("resumed_range")
def a_resume_begins_too_late(facts, rng):
    return change(frames(facts, lambda f: f["type"] == "resumed" and f["from"] < f["to"]), rng,
                   **{"from": lambda seq: seq + 1})


@planted("resumed_range")
def a_resume_promises_more_than_there_is(facts, rng):
    return change(frames(facts, of("resumed")), rng, to=lambda seq: seq + 1000)


@planted("resumed_range")
def a_resume_promises_less_than_was_sent_before(facts, rng):
    for entries in facts["devices"].values():
        for index, entry in enumerate(entries):
            frame = entry.get("frame", {})
            # While another request waits, nobody can tell which of them was answered.
            if "seq" in frame and frame["seq"] > 2 and not is_awaited(entries, index):
                again = {"type": "resume", "threads": {frame["thread_id"]: 0}, "epoch": facts["epoch"]}
                old = {"type": "resumed", "thread_id": frame["thread_id"], "from": 1, "to": 2, "epoch": facts["epoch"]}
                entries[index + 1:index + 1] = [
                    {**entry, "e": "sent", "frame": again}, {**entry, "frame": old}]
                return True
    return False


@planted("none_wrong")
def nothing_missed_at_the_wrong_place(facts, rng):
    return change(frames(facts, of("none")), rng, at=lambda at: at + 1)


@planted("answer_unasked")
def an_answer_comes_twice(facts, rng):
    places = frames(facts, of("resumed", "none"))
    if not (place := choose(rng, places)):
        return False
    place[0].insert(place[1], place[0][place[1]])
    return True


@planted("not_found_wrong")
def a_thread_is_not_found_any_more(facts, rng):
    for entries in facts["devices"].values():
        had: set[str] = set()
        for index, entry in enumerate(entries):
            frame = entry.get("frame", {})
            if "seq" in frame:
                had.add(frame["thread_id"])
            if frame.get("type") == "none" and frame["thread_id"] in had:
                replace(entries, index, {"type": "not_found", "thread_id": frame["thread_id"]})
                return True
    return False


# -- Heads


@planted("head_ahead")
def a_head_is_ahead_of_the_log(facts, rng):
    heartbeats = frames(facts, lambda f: f["type"] == "heartbeat" and f["heads"])
    return change(heartbeats, rng, heads=lambda heads: {thread: head + 1000 for thread, head in heads.items()})


@planted("head_behind")
def a_head_is_behind_what_was_sent(facts, rng):
    heartbeats = frames(facts, lambda f: f["type"] == "heartbeat" and any(head > 1 for head in f["heads"].values()))
    return change(heartbeats, rng, heads=lambda heads: {thread: 0 for thread in heads})


@planted("head_missing")
def a_heartbeat_does_not_know_a_followed_thread(facts, rng):
    heartbeats = frames(facts, lambda f: f["type"] == "heartbeat" and f["heads"])
    return change(heartbeats, rng, heads={})


@planted("lost_until_resumed")
def events_are_announced_and_never_come(facts, rng):
    for entries, index, frame in frames(facts, of("heartbeat")):
        connection = entries[index]["c"]
        if frame["heads"] and not any(entry["e"] == "fault" and entry["c"] == connection for entry in entries):
            thread, head = max(frame["heads"].items(), key=lambda item: item[1])
            log = facts["log"][thread]
            if head < log["head"]:
                ahead = {**entries[index], "frame": {**frame, "heads": {thread: log["head"]}}}
                entries[index + 1:index + 1] = [ahead] * 5
                return True
    return False


# -- What was acknowledged


def without(log: dict, event: dict) -> None:
    """As if the event had never been stored: those behind it get its place."""
    log["events"] = [
        {**other, "seq": other["seq"] - (other["seq"] > event["seq"])} for other in log["events"] if other != event
    ]
    log["head"] -= 1


@planted("acknowledged_message_lost")
def an_acknowledged_message_is_lost(facts, rng):
    for log in facts["log"].values():
        for event in log["events"]:
            if event["type"] == "user_message":
                without(log, event)
                return True
    return False


@planted("message_twice")
def a_retry_is_stored_again(facts, rng):
    for log in facts["log"].values():
        for event in log["events"]:
            if event["type"] == "user_message":
                log["events"].append({**event, "seq": log["head"] + 1, "event_id": "e-again"})
                log["head"] += 1
                return True
    return False


@planted("second_run")
def a_retry_starts_a_second_run(facts, rng):
    return change(frames(facts, lambda f: f["type"] == "ack" and f.get("duplicate")), rng, run_id="run-second")


@planted("second_run")
def two_sendings_are_both_new(facts, rng):
    retried = frames(facts, lambda f: f["type"] == "ack" and f.get("duplicate"))
    answered = {f["client_msg_id"] for _, _, f in frames(facts, lambda f: f["type"] == "ack" and
                                                          f.get("duplicate") is False)}
    return change([place for place in retried if place[2]["client_msg_id"] in answered], rng, duplicate=False)


@planted("stored_event_lost")
def a_stored_event_of_a_producer_is_lost(facts, rng):
    for receipt in facts["receipts"]:
        for sent, result in zip(receipt["sent"], receipt["results"]):
            for event in facts["log"].get(receipt["thread"], {"events": []})["events"]:
                if result["status"] == "stored" and event["event_id"] == sent["event_id"]:
                    without(facts["log"][receipt["thread"]], event)
                    return True
    return False


@planted("stored_event_lost")
def a_receipt_has_the_wrong_number(facts, rng):
    for receipt in facts["receipts"]:
        for result in receipt["results"]:
            if result["status"] == "stored" and result["seq"] > 1:
                result["seq"] -= 1
                return True
    return False


@planted("stored_event_differs")
def a_producers_text_is_changed(facts, rng):
    for receipt in facts["receipts"]:
        for sent, result in zip(receipt["sent"], receipt["results"]):
            if result["status"] == "stored" and "delta" in sent:
                sent["delta"] += "!"
                return True
    return False


# -- The log itself


@planted("log_hole")
def a_number_is_missing_in_the_log(facts, rng):
    for log in facts["log"].values():
        if len(log["events"]) > 2:
            del log["events"][len(log["events"]) // 2]
            return True
    return False


@planted("no_terminal")
def a_run_has_no_end(facts, rng):
    for log in facts["log"].values():
        if log["events"] and log["events"][-1]["type"] in TERMINAL:
            log["events"][-1] = {**log["events"][-1], "type": "note"}
            return True
    return False


@planted("second_terminal")
def a_run_ends_twice(facts, rng):
    for log in facts["log"].values():
        for event in log["events"]:
            if event["type"] in TERMINAL:
                log["events"].append({**event, "seq": log["head"] + 1, "event_id": "e-second-end"})
                log["head"] += 1
                return True
    return False


@planted("event_after_terminal")
def a_run_goes_on_after_its_end(facts, rng):
    for log in facts["log"].values():
        for event in log["events"]:
            if event["type"] in TERMINAL:
                late = {**event, "type": "note", "seq": log["head"] + 1, "event_id": "e-late"}
                log["events"].append(late)
                log["head"] += 1
                return True
    return False


@planted("conversation_differs")
def a_message_of_the_conversation_is_changed(facts, rng):
    for log in facts["log"].values():
        if log["messages"]:
            log["messages"][-1] = {**log["messages"][-1], "content": "something else"}
            return True
    return False


@planted("unexpected_close")
def the_server_drops_a_connection(facts, rng):
    for entries in facts["devices"].values():
        for entry in entries:
            if entry["e"] == "closed":
                entry |= {"by": "server", "code": 1011, "reason": "internal_error"}
                return True
    return False
