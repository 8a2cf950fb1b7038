"""A recording without fault, made by hand: it has every kind of frame that a device may be sent."""

import copy

from recording import Recording
from schedule import make

USER, EPOCH, THREAD, SEED = "user-1", "epoch-1", "thread-0", 1
CANARY = f"«{SEED}»"


def event(seq: int, kind: str, run: str, **fields) -> dict:
    identity = {"agent_name": "external", "run_id": run}
    return {
        "type": kind, "event_id": f"e-{seq}", "seq": seq, "epoch": EPOCH, "timestamp": 1000.0 + seq, "user_id": USER,
        "thread_id": THREAD, **identity, **fields, "payload": {**fields, **identity}, "data": {**fields, **identity},
    }


def the_log() -> list[dict]:
    """Two runs: one that is answered in five deltas, one that ends with an error."""
    text = [f"{CANARY}{letter}" for letter in "abcde"]
    return [
        event(1, "user_message", "run-1", message_id="u-1", content=f"{CANARY}hello", client_msg_id="m-1"),
        event(2, "agent_started", "run-1"),
        *(event(3 + n, "stream_chunk", "run-1", message_id="a-1", delta=part) for n, part in enumerate(text)),
        event(8, "user_message", "run-2", message_id="u-2", content=f"{CANARY}and now", client_msg_id="m-2"),
        event(9, "agent_completed", "run-1", message_id="a-1", final_response="".join(text)),
        event(10, "agent_started", "run-2"),
        event(11, "agent_error", "run-2", message="It broke."),
    ]


def coalesced(log: list[dict], first: int, last: int) -> dict:
    """What a connection that lagged is sent instead of several deltas."""
    frame = copy.deepcopy(log[last - 1])
    text = "".join(log[seq - 1]["delta"] for seq in range(first, last + 1))
    frame |= {"seq_from": first, "delta": text}
    frame["payload"]["delta"] = frame["data"]["delta"] = text
    return frame


def good() -> dict:
    log = the_log()
    content = "".join(part["delta"] for part in log[2:7])
    messages = [
        _message("u-1", "user", f"{CANARY}hello", "run-1", 1, "completed"),
        _message("u-2", "user", f"{CANARY}and now", "run-2", 8, "completed"),
        _message("a-1", "assistant", content, "run-1", 9, "completed"),
        _message("e-11", "assistant", "It broke.", "run-2", 11, "error"),
    ]
    record = Recording(make(SEED), USER, EPOCH)
    facts = record.facts
    facts |= {"threads": [THREAD], "listed": [THREAD], "canary": CANARY}
    facts["log"] = {THREAD: {"head": 11, "epoch": EPOCH, "events": log, "messages": messages}}
    facts["messages"] = [
        {"client_msg_id": "m-1", "thread": THREAD, "text": f"{CANARY}hello"},
        {"client_msg_id": "m-2", "thread": THREAD, "text": f"{CANARY}and now"},
    ]
    facts["receipts"] = [{
        "t": 1, "thread": THREAD, "run": "run-1", "attempt": 1, "status": 200, "error": None,
        "sent": [{"event_id": f"e-{seq}", "type": "stream_chunk", "delta": log[seq - 1]["delta"]} for seq in (3, 4)],
        "results": [
            {"status": "stored", "seq": 3, "delivered": 1, "reason": None},
            {"status": "duplicate", "seq": 4, "delivered": 0, "reason": None},
        ],
    }]
    _first_device(record, log)
    _second_device(record, log, messages)
    return copy.deepcopy(facts)


def _first_device(record: Recording, log: list[dict]) -> None:
    """Sends the messages, is cut, resumes, and sees everything as it happens."""
    name = "device-0"
    _open(record, name, 0)
    record.note(name, 0, "sent", frame=_sent("m-1", "hello"))
    for frame in [log[0], _ack("m-1", "run-1", False), *log[1:5], _heartbeat(5)]:
        record.note(name, 0, "frame", frame=frame)
    record.note(name, 0, "closed", by="fault", code=None, reason="")
    _open(record, name, 1)
    record.note(name, 1, "sent", frame={"type": "resume", "threads": {THREAD: 5}, "epoch": EPOCH})
    record.note(name, 1, "sent", frame=_sent("m-1", "hello"), again=True)
    resumed = {"type": "resumed", "thread_id": THREAD, "from": 6, "to": 7, "epoch": EPOCH}
    for frame in [resumed, *log[5:7], _ack("m-1", "run-1", True)]:
        record.note(name, 1, "frame", frame=frame)
    record.note(name, 1, "sent", frame=_sent("m-2", "and now"))
    for frame in [log[7], _ack("m-2", "run-2", False), *log[8:], _heartbeat(11)]:
        record.note(name, 1, "frame", frame=frame)
    record.note(name, 1, "end", cursors={THREAD: 11}, unsent=[])


def _second_device(record: Recording, log: list[dict], messages: list[dict]) -> None:
    """Lags, and gets joined deltas and a snapshot; later it looks whether it has all."""
    name = "device-1"
    _open(record, name, 0)
    record.note(name, 0, "sent", frame={"type": "resume", "threads": {THREAD: 0}, "epoch": EPOCH})
    snapshot = {
        "type": "snapshot", "thread_id": THREAD, "at": 8, "epoch": EPOCH, "truncated": False,
        "messages": [message for message in messages if message["seq"] <= 8],
        "open_runs": [
            {"run_id": "run-1", "agent_name": "external", "message_id": "a-1",
             "text": "".join(part["delta"] for part in log[2:7])},
            {"run_id": "run-2", "agent_name": "external", "message_id": None, "text": ""},
        ],
    }
    snapshot["open_run"] = snapshot["open_runs"][1]
    resumed = {"type": "resumed", "thread_id": THREAD, "from": 1, "to": 4, "epoch": EPOCH}
    for frame in [resumed, *log[:3], coalesced(log, 4, 6), _heartbeat(7), snapshot, *log[8:]]:
        record.note(name, 0, "frame", frame=frame)
    record.note(name, 0, "closed", by="server", code=1013, reason="slow_consumer")
    _open(record, name, 1)
    record.note(name, 1, "sent", frame={"type": "resume", "threads": {THREAD: 11}, "epoch": EPOCH})
    record.note(name, 1, "frame", frame={"type": "none", "thread_id": THREAD, "at": 11, "epoch": EPOCH})
    record.note(name, 1, "frame", frame=_heartbeat(11))
    record.note(name, 1, "end", cursors={THREAD: 11}, unsent=[])


def _open(record: Recording, name: str, number: int) -> None:
    record.note(name, number, "open")
    welcome = {"type": "connection_established", "data": {"user_id": USER, "epoch": EPOCH}}
    record.note(name, number, "frame", frame=welcome)


def _sent(identity: str, text: str) -> dict:
    return {
        "type": "user_message", "client_msg_id": identity,
        "data": {"content": f"{CANARY}{text}", "thread_id": THREAD},
    }


def _ack(identity: str, run: str, duplicate: bool) -> dict:
    return {
        "type": "ack", "client_msg_id": identity, "run_id": run, "thread_id": THREAD, "duplicate": duplicate,
        "status": "stored",
    }


def _heartbeat(head: int) -> dict:
    return {"type": "heartbeat", "heads": {THREAD: head}, "data": {}}


def _message(identity: str, role: str, content: str, run: str, seq: int, status: str) -> dict:
    return {
        "id": identity, "role": role, "content": content, "run_id": run, "seq": seq, "timestamp": 1000.0 + seq,
        "status": status,
    }
