"""What counts as a leak, and where everything that was received is searched for one."""

import json
import re
import secrets

# No character of it is ever escaped in JSON, so a search of the bytes finds it wherever it stands.
CANARY = re.compile(rb"cny[0-9a-f]{16}x")
USER = re.compile(rb'"user_id":"([^"]*)"')

# Members that differ between any two answers; only their presence and kind are compared.
VOLATILE = {
    "timestamp", "created_at", "updated_at", "started_at", "event_id", "run_id", "run_ids", "message_id", "id",
    "client_msg_id", "connection_id", "expires_at", "messageId", "runId",
}


def new_canary() -> str:
    return f"cny{secrets.token_hex(8)}x"


class Leak(AssertionError):
    """Ends the run at the first finding, when that is asked for."""


class Evidence:
    """Counts what was seen, and keeps what must not have been."""

    def __init__(self, stop_at_first: bool):
        self.stop_at_first = stop_at_first
        # Ends the run from wherever the finding was made; set once there is something to end.
        self.stop = lambda: None
        self.findings: list[str] = []
        self.foreign_canaries = 0
        self.deliveries = 0
        self.frames = 0
        self.bodies = 0
        self.searched_bytes = 0
        self.comparisons = 0
        self.operations: dict[str, int] = {}
        self.skipped: set[str] = set()

    def found(self, what: str) -> None:
        self.findings.append(what)
        if self.stop_at_first:
            self.stop()
            raise Leak(what)

    def search(self, content: bytes, user, place: str) -> None:
        """Everything that a user receives passes here: it may hold no text and no id of somebody else."""
        self.searched_bytes += len(content)
        for canary in CANARY.findall(content):
            if canary != user.canary_bytes:
                self.foreign_canaries += 1
                self.found(f"{place} of {user} received text of somebody else: {content[:600]!r}")
                break
        for name in USER.findall(content):
            if name != user.id_bytes:
                self.found(f"{place} of {user} received something of the user {name!r}: {content[:600]!r}")
                break

    def same(self, operation: str, stolen, unknown, stolen_ids: list[str], unknown_ids: list[str]) -> None:
        """The answer for a stolen id must be the one for an id that nobody has."""
        self.comparisons += 1
        ours, theirs = shape(stolen, stolen_ids), shape(unknown, unknown_ids)
        if ours != theirs:
            self.found(f"{operation}: a stolen id is answered {stolen}, an unknown one {unknown}")

    def expect(self, condition: bool, what: str) -> None:
        self.comparisons += 1
        if not condition:
            self.found(what)


def shape(answer, ids: list[str]) -> str:
    """An answer without what is different each time: ids become their place in the list, times become their kind."""
    text = json.dumps(_stable(answer), sort_keys=True)
    for number, identifier in enumerate(ids):
        text = text.replace(identifier, f"<{number}>")
    return text


def _stable(value, name: str = ""):
    if name in VOLATILE and not isinstance(value, dict):
        return type(value).__name__
    if isinstance(value, dict):
        return {key: _stable(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_stable(item) for item in value]
    return value


def unknown_like(identifier: str) -> str:
    """An id of the same form that nobody has."""
    tail = secrets.token_hex(8)
    return identifier[: -len(tail)] + tail if len(identifier) > len(tail) else tail
