"""Planted faults of every other rule of the oracle: what hardly happens, and must not pass unseen when it does."""

from planted import change, choose, frames, is_event, is_joined, of, planted


def _log(facts: dict) -> dict:
    return next(iter(facts["log"].values()))


def _first(facts: dict, kind: str) -> tuple[list, int, dict] | None:
    return next(iter(frames(facts, of(kind))), None)


def _insert(facts: dict, frame: dict) -> bool:
    """Puts a frame behind the last welcome."""
    place = next(reversed(frames(facts, of("connection_established"))), None)
    if place:
        entries, index, _ = place
        entries.insert(index + 1, {**entries[index], "frame": frame})
    return place is not None


def _change_receipt(facts: dict, before: str, /, **members) -> bool:
    for receipt in facts["receipts"]:
        for result in receipt["results"]:
            if result["status"] == before:
                result |= members
                return True
    return False


def _change_log(facts: dict, **members) -> bool:
    for log in facts["log"].values():
        if log["events"]:
            log["events"][0] = {**log["events"][0], **members}
            return True
    return False


@planted("foreign")
def a_thread_of_somebody_else_is_listed(facts, rng):
    facts["listed"].append("thread-of-somebody-else")
    return True


@planted("foreign")
def a_list_of_threads_has_one_of_somebody_else(facts, rng):
    return _insert(facts, {"type": "thread_list", "threads": [{"id": "thread-of-somebody-else", "head": 1}]})


@planted("foreign")
def a_heartbeat_has_a_thread_of_somebody_else(facts, rng):
    return change(frames(facts, of("heartbeat")), rng, heads=lambda heads: {**heads, "thread-of-somebody-else": 1})


@planted("foreign")
def the_welcome_is_for_somebody_else(facts, rng):
    return change(frames(facts, of("connection_established")), rng,
                   data=lambda data: {**data, "user_id": "somebody-else"})


@planted("foreign")
def the_log_holds_an_event_of_somebody_else(facts, rng):
    return _change_log(facts, user_id="somebody-else")


@planted("foreign")
def the_log_holds_a_text_of_somebody_else(facts, rng):
    return _change_log(facts, content="«999999» not yours")


@planted("foreign")
def a_message_of_somebody_else_is_acknowledged(facts, rng):
    return _insert(facts, {"type": "ack", "client_msg_id": "not-mine", "run_id": "run", "thread_id": facts["threads"][0],
                           "duplicate": False, "status": "stored"})


@planted("wrong_epoch")
def the_log_has_another_epoch(facts, rng):
    _log(facts)["epoch"] = "epoch-other"
    return True


@planted("event_twice_in_log")
def an_event_id_stands_in_the_log_twice(facts, rng):
    log = _log(facts)
    if len(log["events"]) < 2:
        return False
    log["events"][1] = {**log["events"][1], "event_id": log["events"][0]["event_id"]}
    return True


@planted("message_unacknowledged")
def a_message_is_never_acknowledged(facts, rng):
    for entries in facts["devices"].values():
        entries[:] = [entry for entry in entries if not (entry["e"] == "frame" and entry["frame"]["type"] == "ack")]
    return bool(facts["messages"])


@planted("message_unacknowledged")
def a_device_still_waits_for_an_acknowledgement(facts, rng):
    for entries in facts["devices"].values():
        for entry in entries:
            if entry["e"] == "end":
                entry["unsent"] = ["m-9"]
                return True
    return False


@planted("second_run")
def the_log_has_another_run_than_was_acknowledged(facts, rng):
    return _change_log(facts, run_id="run-other")


@planted("message_differs")
def a_message_is_stored_with_another_text(facts, rng):
    return _change_log(facts, content=f"{facts['canary']} something else")


@planted("acknowledgement_differs")
def an_acknowledgement_does_not_say_stored(facts, rng):
    return change(frames(facts, lambda f: f["type"] == "ack" and f.get("client_msg_id")), rng, status="queued")


@planted("producer_failed")
def a_producer_is_answered_with_an_error(facts, rng):
    for receipt in facts["receipts"]:
        receipt |= {"status": 500, "error": {"error": "internal"}}
    return bool(facts["receipts"])


@planted("stored_event_lost")
def a_whole_thread_is_lost(facts, rng):
    threads = {receipt["thread"] for receipt in facts["receipts"] if receipt["status"] == 200}
    if not (thread := choose(rng, sorted(threads & facts["log"].keys()))):
        return False
    del facts["log"][thread]
    return True


@planted("producer_refused")
def a_producer_is_refused_without_reason(facts, rng):
    return _change_receipt(facts, "stored", status="refused", reason="unknown_run")


@planted("refused_but_stored")
def an_event_is_refused_and_stored(facts, rng):
    return _change_receipt(facts, "stored", status="refused", reason="run_ended")


@planted("producer_refused")
def a_first_attempt_is_called_a_duplicate(facts, rng):
    for receipt in facts["receipts"]:
        receipt["attempt"] = 0
    return _change_receipt(facts, "stored", status="duplicate")


@planted("stored_event_lost")
def a_receipt_names_a_number_behind_the_end(facts, rng):
    return _change_receipt(facts, "stored", seq=100_000)


@planted("malformed")
def a_frame_is_no_json(facts, rng):
    for entries in facts["devices"].values():
        entries.insert(1, {"t": 0, "c": 0, "e": "malformed", "error": "Expecting value"})
    return True


@planted("not_finished")
def a_device_has_no_end(facts, rng):
    for entries in facts["devices"].values():
        entries[:] = [entry for entry in entries if entry["e"] not in ("end", "closed")]
    return True


@planted("promise_broken")
def a_resume_is_not_carried_out(facts, rng):
    for entries in facts["devices"].values():
        for index, entry in enumerate(entries):
            if entry.get("frame", {}).get("type") != "resumed" or entry["e"] != "frame":
                continue
            ends = [e for e in entries if e["e"] == "end" and e["c"] == entry["c"]]
            if ends:
                entries[:] = [*entries[: index + 1], ends[0]]
                return True
    return False


@planted("unanswered")
def a_resume_is_not_answered(facts, rng):
    for entries in facts["devices"].values():
        ends = {entry["c"] for entry in entries if entry["e"] == "end"}
        answers = [index for index, entry in enumerate(entries) if entry["c"] in ends and entry["e"] == "frame"
                   and entry["frame"]["type"] in ("none", "resumed")]
        closed = {entry["c"] for index, entry in enumerate(entries) if entry["e"] == "closed"}
        if answers and not closed & ends:
            del entries[answers[-1]]
            return True
    return False


@planted("before_welcome")
def a_frame_comes_before_the_welcome(facts, rng):
    if not (place := _first(facts, "connection_established")):
        return False
    entries, index, _ = place
    entries.insert(index, {**entries[index], "frame": {"type": "system_message", "data": {}}})
    return True


@planted("unknown_frame")
def a_frame_of_no_known_type_comes(facts, rng):
    return _insert(facts, {"type": "surprise"})


@planted("coalesced_range")
def joined_deltas_end_before_they_begin(facts, rng):
    return change(frames(facts, is_event), rng, seq_from=10_000)


@planted("coalesced_text")
def the_text_of_joined_deltas_differs_inside(facts, rng):
    return change(frames(facts, is_joined), rng, payload=lambda payload: {**payload, "delta": "other"})


@planted("coalesced_text")
def joined_deltas_have_another_text(facts, rng):
    other = "other"
    return change(frames(facts, is_joined), rng, delta=other, payload=lambda p: {**p, "delta": other},
                   data=lambda d: {**d, "delta": other})


@planted("event_differs")
def joined_deltas_are_of_another_run(facts, rng):
    return change(frames(facts, is_joined), rng, run_id="run-other")


@planted("answer_unasked")
def nothing_missed_is_said_twice(facts, rng):
    if not (place := _first(facts, "none")):
        return False
    place[0].insert(place[1], place[0][place[1]])
    return True


@planted("answer_unasked")
def a_resume_is_answered_twice(facts, rng):
    if not (place := _first(facts, "resumed")):
        return False
    place[0].insert(place[1], place[0][place[1]])
    return True


@planted("answer_unasked")
def not_found_comes_unasked(facts, rng):
    return _insert(facts, {"type": "not_found", "thread_id": facts["threads"][0]}) and _insert(
        facts, {"type": "not_found", "thread_id": facts["threads"][0]})


@planted("snapshot_differs")
def a_snapshot_names_no_open_run(facts, rng):
    return change(frames(facts, lambda f: f["type"] == "snapshot" and f.get("open_run")), rng, open_run=None)


@planted("head_ahead")
def a_list_of_threads_is_ahead_of_the_log(facts, rng):
    return _insert(facts, {"type": "thread_list", "threads": [{"id": facts["threads"][0], "head": 100_000}]})


@planted("heartbeat_missing")
def heartbeats_stop(facts, rng):
    for entries, index, frame in frames(facts, of("heartbeat")):
        connection = entries[index]["c"]
        if not any(entry["e"] == "fault" and entry["c"] == connection for entry in entries[:index]):
            entries[index] = {**entries[index], "t": entries[index]["t"] + 11}
            return True
    return False
