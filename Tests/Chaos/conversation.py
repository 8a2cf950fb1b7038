"""What a conversation is, read from the events of its log: the tests' own reading, not the server's."""

TERMINAL = {"agent_completed": "completed", "agent_error": "error", "agent_cancelled": "cancelled"}
MESSAGE_MEMBERS = ("id", "role", "content", "run_id", "seq", "status")


def messages(events: list[dict]) -> list[dict]:
    """The user's messages and the answers that ended, in order. `events` begin with the thread's first."""
    found = []
    for event in events:
        if event["type"] == "user_message":
            found.append(_message(event, "user", event.get("content", event.get("message", "")), "completed"))
        elif status := TERMINAL.get(event["type"]):
            found.append(_answer(event, status, events))
    return found


def _answer(event: dict, status: str, events: list[dict]) -> dict:
    if status == "completed" and isinstance(event.get("final_response"), str):
        return _message(event, "assistant", event["final_response"], status)
    deltas = [other for other in events if _is_delta(other, event.get("run_id")) and other["seq"] < event["seq"]]
    text = "".join(other.get("delta", "") for other in deltas)
    explanation = next(
        (event[name] for name in ("error_message", "error", "message") if isinstance(event.get(name), str)), "")
    last = deltas[-1].get("message_id") if deltas else None
    return _message(event, "assistant", text or explanation, status, last)


def _message(event: dict, role: str, content: str, status: str, identity: str | None = None) -> dict:
    return {
        "id": event.get("message_id") or identity or event["event_id"], "role": role, "content": content,
        "run_id": event.get("run_id"), "seq": event["seq"], "status": status,
    }


def _is_delta(event: dict, run: str | None) -> bool:
    return event["type"] == "stream_chunk" and event.get("run_id") == run


def open_runs(events: list[dict]) -> dict[str, str]:
    """The text so far of each run that has not ended, by run."""
    texts: dict[str, str] = {}
    for event in events:
        run = event.get("run_id")
        if event["type"] == "user_message":
            texts[run] = ""
        elif event["type"] in TERMINAL:
            texts.pop(run, None)
        elif run in texts and event["type"] == "stream_chunk":
            texts[run] += event.get("delta", "")
    return texts
