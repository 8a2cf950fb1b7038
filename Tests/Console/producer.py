"""An agent outside of the server: it writes the events of a run, one by one, when a test tells it to.

A server with `--agent-kind external` leaves a run open until such a program ends it, so a test decides what happens
when, and nothing depends on how fast a machine is.
"""

import json
import urllib.error
import urllib.request
import uuid


class Producer:
    """Writes into one run.

    `url` is the server's, `token` a service token, `user` the account whose conversation `thread` holds `run`.
    """

    def __init__(self, url: str, token: str, user: str, thread: str, run: str):
        self._address = f"{url}/api/users/{user}/events"
        self._token = token
        self._thread = thread
        self._run = run
        self._message = f"msg_{uuid.uuid4().hex}"

    def think(self, reasoning: str) -> int:
        return self._publish("agent_thinking", reasoning=reasoning)

    def begin_tool(self, execution: str, tool: str, **arguments) -> int:
        return self._publish("tool_executing", execution_id=execution, tool_name=tool, tool_args=arguments)

    def end_tool(self, execution: str, tool: str, results: str, duration_ms: int) -> int:
        return self._publish(
            "tool_completed",
            execution_id=execution, tool_name=tool, results=results, success=True, duration_ms=duration_ms,
        )

    def say(self, delta: str) -> int:
        return self._publish("stream_chunk", message_id=self._message, delta=delta)

    def complete(self, answer: str) -> int:
        return self._publish("agent_completed", message_id=self._message, final_response=answer)

    def fail(self, reason: str, message: str) -> int:
        return self._publish("agent_error", reason=reason, message=message)

    def _publish(self, kind: str, **fields) -> int:
        """Stores one event. Returns its number in the conversation."""
        body = {"thread_id": self._thread, "run_id": self._run, "events": [{"type": kind, **fields}]}
        answer = post(self._address, body, {"Authorization": f"Bearer {self._token}", "Idempotency-Key": uuid.uuid4().hex})
        [receipt] = answer["results"]
        assert receipt["status"] == "stored", receipt
        return receipt["seq"]


def account_id(url: str, email: str, password: str) -> str:
    return post(f"{url}/auth/login", {"email": email, "password": password}, {})["user"]["id"]


def post(address: str, body: dict, headers: dict) -> dict:
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{address}: {error.code} {error.read().decode(errors='replace')}") from error
