"""A thin client for Canon: one file, no build, Python 3.10 or later.

A user's side, over the WebSocket (needs the package `websockets`, 13 or later):

    async with CanonClient("https://canon.example", token) as client:
        sent = await client.send("Where is WebSocketManager defined?")
        async for event in client.follow(sent.thread_id):
            print(event.seq, event.type, event.get("delta", ""))
            if event.ends(sent.run_id):
                break

A backend's side, over HTTP (needs nothing but the standard library):

    async def answer(run):
        async for piece in agent(run.text):
            await run.delta(piece)

    async with CanonProducer("https://canon.example", service_token) as producer:
        await producer.serve(answer)

`python canon.py URL "text"` asks from a terminal; see `--help`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import inspect
import json
import logging
import os
import random
import re
import secrets
import socket
import ssl
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Union
from urllib.parse import quote, urlencode, urlsplit

BACKOFF_BASE = 0.5  # seconds
BACKOFF_CAP = 30.0  # seconds
HANDSHAKE_LIMIT = 15.0  # seconds from opening a socket to `connection_established`
SILENCE_LIMIT = 20.0  # seconds; the server says `heartbeat` every 8 s, so this is two missed ones and a margin
ANSWER_LIMIT = 10.0  # seconds after which an unanswered message or resume is sent again
STABLE_AFTER = 5.0  # seconds a connection must live before its loss is retried at once
WATCH_INTERVAL = 2.0  # seconds
QUEUE_LIMIT = 10_000  # events of a thread that wait for their reader; those after them are read from the log later

ENDINGS = frozenset({"agent_completed", "agent_error", "agent_cancelled"})

log = logging.getLogger("canon")

Token = Union[str, Callable[[], Union[str, Awaitable[str]]]]


class CanonError(Exception):
    """What the server refused: `code` is its word for programs, the text its sentence for a person."""

    def __init__(self, code: str, message: str, *, field: str | None = None, retry_after: float | None = None):
        super().__init__(message)
        self.code = code
        self.field = field
        self.retry_after = retry_after  # seconds

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.code})"


class CanonRefused(CanonError):
    """The server does not want this client: trying again would not help. `code` is such as `token_revoked`."""


class RunEnded(CanonError):
    """A producer's event came too late: the run was stopped or has ended, and takes no more."""


def backoff(attempt: int, rng: Callable[[], float] = random.random) -> float:
    """Seconds to wait before a retry: full jitter under a doubling ceiling; the first retry is immediate."""
    return 0.0 if attempt == 0 else rng() * min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt - 1, 16))


def new_thread_id() -> str:
    return "thread_" + secrets.token_hex(16)


# What a thread's reader is given


class Event:
    """One event of a thread's log, as the server sent it: `event["delta"]` reads a member of the frame."""

    __slots__ = ("frame",)

    def __init__(self, frame: dict[str, Any]):
        self.frame = frame

    @property
    def type(self) -> str:
        return self.frame["type"]

    @property
    def thread_id(self) -> str:
        return self.frame["thread_id"]

    @property
    def run_id(self) -> str | None:
        return self.frame.get("run_id")

    @property
    def epoch(self) -> str:
        """The log in which `seq` counts; another one says that the store was replaced."""
        return self.frame.get("epoch", "")

    @property
    def seq(self) -> int:
        return self.frame["seq"]

    @property
    def seq_from(self) -> int:
        """The first event this one stands for: less than `seq` when a slow reader's text was joined."""
        return self.frame.get("seq_from", self.seq)

    def ends(self, run_id: str | None) -> bool:
        """Whether this is the last event of the run, or a snapshot in which the run is over."""
        return self.type in ENDINGS and self.run_id == run_id

    def get(self, name: str, default: Any = None) -> Any:
        return self.frame.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.frame[name]

    def __repr__(self) -> str:
        return f"<{self.thread_id} {self.seq} {self.type}>"


class Snapshot(Event):
    """Replaces all that was known of the thread up to `seq`. It comes when the log no longer has what was missed, when
    the store was replaced, and unasked when this client read too slowly. `cause` is `open`, `reconnect`, `gap` or `lag`."""

    __slots__ = ("cause",)

    def __init__(self, frame: dict[str, Any], cause: str):
        super().__init__(frame)
        self.cause = cause

    @property
    def seq(self) -> int:
        return self.frame["at"]

    @property
    def seq_from(self) -> int:
        return 1

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.frame.get("messages") or []

    @property
    def open_runs(self) -> list[dict[str, Any]]:
        """Runs without an ending: `{run_id, agent_name, message_id, text}`."""
        return open_runs(self.frame)

    @property
    def truncated(self) -> bool:
        """Whether the oldest messages did not fit; `GET /api/threads/{id}/messages` has them."""
        return bool(self.frame.get("truncated"))

    def ends(self, run_id: str | None) -> bool:
        return all(run["run_id"] != run_id for run in self.open_runs)


def open_runs(frame: Mapping[str, Any]) -> list[dict[str, Any]]:
    return frame.get("open_runs") or ([frame["open_run"]] if frame.get("open_run") else [])


@dataclass(frozen=True)
class Sent:
    """The server's receipt for a message: it is stored, and `run_id` answers it."""

    thread_id: str
    run_id: str
    client_msg_id: str
    duplicate: bool  # whether an earlier try had been stored already


class Following:
    """The events of one thread: `async for event in client.follow(thread)`."""

    def __init__(self, client: CanonClient, thread_id: str, state: _Thread):
        self._client, self._thread_id, self._state = client, thread_id, state
        self._queue: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._over = False
        self._failure: CanonError | None = None

    def __aiter__(self) -> Following:
        return self

    async def __anext__(self) -> Event:
        # Nothing is awaited once an event was taken, so that a cancellation loses none.
        while not self._queue:
            if self._failure:
                raise self._failure
            if self._over:
                raise StopAsyncIteration
            if self._state.behind:
                self._client._catch_up(self._thread_id, self._state)
            self._ready.clear()
            await self._ready.wait()
        event = self._queue.popleft()
        self._state.delivered = (event.epoch, event.seq)
        return event

    async def __aenter__(self) -> Following:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops receiving. A later `follow` of the thread goes on after the last event that was read."""
        self._end(None)
        self._queue.clear()
        self._client._forget(self._thread_id, self)

    def _put(self, event: Event) -> None:
        self._queue.append(event)
        self._ready.set()

    def _end(self, failure: CanonError | None) -> None:
        self._over, self._failure = True, failure
        self._ready.set()


@dataclass
class _Thread:
    cursor: int  # the last event received
    epoch: str
    delivered: tuple[str, int]  # epoch and number of the last event that was read
    follower: Callable[[], Following | None] = lambda: None  # a weak reference: an abandoned reader costs nothing
    asked_at: float | None = None
    cause: str = "open"
    replay: dict[str, Any] | None = None
    behind: bool = False  # the reader is too slow: what comes is dropped here and read from the log later


@dataclass
class _Entry:
    payload: dict[str, Any]
    done: asyncio.Future[Sent]
    sent_at: float = 0.0  # 0: not on this socket
    hold_until: float = 0.0


@dataclass
class _Stop:
    done: asyncio.Future[str]
    run_id: str


class CanonClient:
    """One connection of one user that survives its sockets.

    Each message becomes one run however often it has to be sent, and each event of a followed thread arrives once and in
    order, whatever happens to the connection. `CanonRefused` comes out of every waiting call when the server says that
    it will not have this client.

    :param url: the server (`https://host`) or its socket (`wss://host/ws`).
    :param token: an access token, or a function (also `async`) that gives one that is valid now. It is asked before each
        connection, and again when the server says that the token has expired.
    :param ticket: a function (also `async`) that gives a single-use ticket; it takes the place of `token`.
    :param on_notice: called with what is no event of a thread, as `(name, details)`: `status`, `resumed` (what a resume
        brings back: `{thread_id, from, to, count, cause}`), `caught_up`, `thread_updated`, `broadcast`, `going_away`,
        `failure`.
    :param connect_options: handed to `websockets.connect`, such as `{"ssl": context}` or `{"proxy": None}`.
    """

    def __init__(
        self, url: str, token: Token | None = None, *, ticket: Token | None = None,
        on_notice: Callable[[str, dict[str, Any]], None] | None = None,
        connect_options: Mapping[str, Any] | None = None, rng: Callable[[], float] = random.random,
    ):
        if not token and not ticket:
            raise ValueError("CanonClient needs a token or a ticket.")
        self._address = socket_address(url)
        self._token, self._ticket = token, ticket
        self._on_notice = on_notice
        self._options = dict(connect_options or {})
        self._rng = rng
        self.state = "idle"  # idle, connecting, connected, waiting, refused, closed
        self._failure: CanonError | None = None
        self._task: asyncio.Task[None] | None = None
        self._established = asyncio.Event()
        self._outgoing: asyncio.Queue[str] | None = None  # of the open socket
        self._epoch = ""
        self._attempt = 0
        self._renewals = 0
        self._resume_after: float | None = None
        self._heard_at = 0.0
        self._threads: dict[str, _Thread] = {}
        self._outbox: dict[str, _Entry] = {}
        self._stops: dict[str, _Stop] = {}
        self._stops_sent: deque[str] = deque()  # in the order in which the open socket will answer them

    # Living

    async def __aenter__(self) -> CanonClient:
        self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def connect(self) -> None:
        """Starts connecting, and never waits. Needs a running event loop."""
        if self._task is None or self._task.done():
            self._failure = None
            self._attempt = self._renewals = 0
            self._task = asyncio.get_running_loop().create_task(self._run(), name="canon")

    async def connected(self) -> None:
        """Waits for the connection. Raises `CanonRefused` when the server will not have this client."""
        while not self._established.is_set():
            self._check()
            waiting = asyncio.ensure_future(self._established.wait())
            assert self._task
            await _first(waiting, self._task)
        self._check()

    async def close(self) -> None:
        """Closes the connection. Calls that wait for an answer raise `CanonError` with the code `CLOSED`."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._set_state("closed")
        self._fail(CanonError("CLOSED", "The client was closed."))

    # What a program asks for

    async def send(self, text: str, *, thread: str | None = None, client_msg_id: str | None = None) -> Sent:
        """Sends a message, again and again under the same id, until the server has stored it.

        :param thread: the conversation; a new one by default.
        :param client_msg_id: gives the message an id that outlives this process. Sending it again answers with the run
            of the first time. When a call is cancelled, its message may have been stored; this finds out.
        :raises CanonError: the server refuses the message, with its code.
        """
        self._check()
        message_id = client_msg_id or secrets.token_hex(16)
        if message_id in self._outbox:
            raise ValueError(f"The message {message_id} is on its way already.")
        entry = _Entry({"content": text, "thread_id": thread or new_thread_id()}, self._future())
        self._outbox[message_id] = entry
        try:
            self._post(message_id, entry)
            return await entry.done
        finally:
            self._outbox.pop(message_id, None)

    def follow(self, thread: str, *, after: int | None = None, epoch: str | None = None) -> Following:
        """A thread's events after the number `after`, and then live, each once and in order.

        Without `after` it goes on where an earlier `follow` of this client was left, or begins with the first event. A
        thread has one reader: a second `follow` takes the place of the first, which ends. To go on in another process,
        keep the `seq` and `epoch` of the last event.

        :raises CanonError: while reading, with the code `NOT_FOUND` when the user has no such thread.
        """
        self._check()
        known = self._threads.get(thread)
        if known and (previous := known.follower()):
            previous._end(None)
        if after is not None:
            position = (epoch or "", after)
        else:
            position = known.delivered if known else ("", 0)
        state = _Thread(cursor=position[1], epoch=position[0] or self._epoch, delivered=position)
        following = Following(self, thread, state)
        state.follower = weakref.ref(following)
        self._threads[thread] = state
        self._resume([thread], "open")
        return following

    async def ask(self, text: str, *, thread: str | None = None, client_msg_id: str | None = None) -> AsyncIterator[Event]:
        """Sends a message and gives the events of its run, up to the last one."""
        sent = await self.send(text, thread=thread, client_msg_id=client_msg_id)
        async with self.follow(sent.thread_id) as events:
            async for event in events:
                if event.run_id == sent.run_id or isinstance(event, Snapshot):
                    yield event
                if event.ends(sent.run_id):
                    return

    async def stop(self, run: str) -> str:
        """Stops a run, from whatever device it was begun, as soon as there is a connection.

        :returns: `stopping`, or `no_open_run` when it had ended already.
        """
        self._check()
        entry = self._stops.setdefault(run, _Stop(self._future(), run))
        if not self._stops_sent.count(run):
            self._post_stop(run)
        return await asyncio.shield(entry.done)

    def seen(self, thread: str) -> tuple[str, int]:
        """The epoch and number of the last event that was read of a thread; `("", 0)` when none was."""
        state = self._threads.get(thread)
        return state.delivered if state else ("", 0)

    def authenticate(self, token: str) -> None:
        """Renews the open connection's session with a newer token, so that it outlives the old one."""
        self._transmit({"type": "auth", "payload": {"token": token}})

    # Opening and losing a socket

    async def _run(self) -> None:
        try:
            while True:
                started = time.monotonic()
                self._set_state("connecting", attempt=self._attempt)
                code, reason, retry_after = await self._session()
                if self._established.is_set() and time.monotonic() - started >= STABLE_AFTER:
                    self._attempt = 0
                self._drop()
                delay = self._delay(code, reason, retry_after)
                self._set_state("waiting", delay=delay, code=code, reason=reason)
                await asyncio.sleep(delay)
        except CanonError as failure:
            self._drop()
            self._set_state("refused", code=failure.code, reason=str(failure))
            self._fail(failure)
        except asyncio.CancelledError:
            self._drop()
            raise
        except Exception as error:  # what the caller's own functions raised
            self._drop()
            self._set_state("refused", code="FAILED", reason=str(error))
            failure = CanonError("FAILED", f"The connection was given up: {type(error).__name__}: {error}")
            failure.__cause__ = error
            self._fail(failure)

    async def _session(self) -> tuple[int, str, float | None]:
        """Opens a socket and reads it to its end. Returns the close code, its reason and how long to wait, if said."""
        try:
            from websockets.asyncio.client import connect
            from websockets.exceptions import InvalidHandshake, InvalidStatus
        except ImportError as error:
            raise CanonRefused("NO_WEBSOCKETS", "CanonClient needs websockets 13 or later: pip install websockets") from error
        address, headers = self._address, {}
        try:
            if self._ticket:
                address += ("&" if "?" in address else "?") + urlencode({"ticket": await _value(self._ticket)})
            elif self._token:
                headers["Authorization"] = f"Bearer {await _value(self._token)}"
        except OSError as error:  # the program that gives tokens cannot be reached now
            return 1006, str(error), None
        options = {"open_timeout": HANDSHAKE_LIMIT, "close_timeout": 2, "ping_interval": None, "max_size": None} | self._options
        try:
            connection = await connect(address, additional_headers=headers, **options)
        except InvalidStatus as error:
            return self._refused_upgrade(error.response)
        except ssl.SSLCertVerificationError as error:
            raise CanonRefused("TLS", f"The server's certificate is not trusted: {error}") from error
        except (OSError, EOFError, InvalidHandshake, asyncio.TimeoutError) as error:
            return 1006, str(error), None
        try:
            await self._converse(connection)
        finally:
            await connection.close()
        return connection.close_code or 1006, connection.close_reason or "", None

    @staticmethod
    def _refused_upgrade(response: Any) -> tuple[int, str, float | None]:
        status, body = response.status_code, bytes(response.body or b"")
        if status not in (408, 425, 429) and status < 500:
            raise CanonRefused(f"HTTP_{status}", _message_of(body) or f"The server answered the upgrade with {status}.")
        return 1006, f"HTTP {status}", _seconds(response.headers.get("Retry-After"))

    async def _converse(self, connection: Any) -> None:
        from websockets.exceptions import ConnectionClosed

        self._outgoing = asyncio.Queue()
        self._heard_at = time.monotonic()
        helpers = [asyncio.create_task(self._write(connection, self._outgoing)), asyncio.create_task(self._watch(connection))]
        try:
            while True:
                text = await connection.recv()
                self._heard_at = time.monotonic()
                self._receive(text)
        except ConnectionClosed:
            pass
        finally:
            self._outgoing = None
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    @staticmethod
    async def _write(connection: Any, outgoing: asyncio.Queue[str]) -> None:
        while True:
            await connection.send(await outgoing.get())

    async def _watch(self, connection: Any) -> None:
        """Notices a dead socket (no frame for `SILENCE_LIMIT`) and answers that never came."""
        opened = time.monotonic()
        while True:
            await asyncio.sleep(WATCH_INTERVAL)
            now = time.monotonic()
            established = self._established.is_set()
            if now - (self._heard_at if established else opened) > (SILENCE_LIMIT if established else HANDSHAKE_LIMIT):
                connection.transport.abort()  # nobody is there to answer a close frame
                return
            for message_id, entry in self._outbox.items():
                if now >= entry.hold_until and now - entry.sent_at > ANSWER_LIMIT:
                    self._post(message_id, entry)
            for thread_id, thread in self._threads.items():
                if thread.asked_at is not None and now - thread.asked_at > ANSWER_LIMIT:
                    self._resume([thread_id], thread.cause)

    def _delay(self, code: int, reason: str, retry_after: float | None) -> float:
        """Seconds until the next attempt. Raises when there should be none."""
        word = (re.match(r"[a-z_]*", reason) or [""])[0]
        if code == 1008:
            if word == "token_expired" and (self._ticket or callable(self._token)) and self._renewals < 2:
                self._renewals += 1
                return 0.0
            raise CanonRefused(word or "policy_violation", f"The server closed the connection: {reason or code}.")
        if code == 1009:
            self._give_up_largest()
        delay = backoff(self._attempt, self._rng) if retry_after is None else retry_after
        if self._resume_after is not None:
            delay, self._resume_after = self._resume_after, None
        self._attempt += 1
        return delay

    def _give_up_largest(self) -> None:
        """A message was too long for the server: sending it again would end the next connection too."""
        under_way = [(len(entry.payload["content"]), entry) for entry in self._outbox.values() if entry.sent_at]
        if under_way:
            largest = max(under_way, key=lambda pair: pair[0])[1]
            _reject(largest.done, CanonError("TOO_LONG", "The message is larger than the server takes.", field="content"))

    def _drop(self) -> None:
        """Forgets what belonged to the socket."""
        self._outgoing = None
        self._established.clear()
        self._stops_sent.clear()
        for thread in self._threads.values():
            thread.asked_at = thread.replay = None

    def _fail(self, failure: CanonError) -> None:
        """Ends every call that waits."""
        self._failure = failure
        for waiting in [*self._outbox.values(), *self._stops.values()]:
            _reject(waiting.done, failure)
        self._stops.clear()
        for thread in self._threads.values():
            if follower := thread.follower():
                follower._end(None if failure.code == "CLOSED" else failure)

    def _check(self) -> None:
        if self._failure:
            raise self._failure
        if self._task is None:
            raise CanonError("NOT_CONNECTED", "Call connect() first, or use the client with `async with`.")

    def _set_state(self, state: str, **details: Any) -> None:
        self.state = state
        self._notify("status", {"state": state, **details})

    def _notify(self, name: str, details: dict[str, Any]) -> None:
        log.debug("%s %s", name, details)
        if self._on_notice:
            self._on_notice(name, details)

    @staticmethod
    def _future() -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    # Sending

    def _transmit(self, message: dict[str, Any]) -> bool:
        if self._outgoing is None or not self._established.is_set():
            return False
        self._outgoing.put_nowait(json.dumps(message, ensure_ascii=False))
        return True

    def _post(self, message_id: str, entry: _Entry) -> None:
        if entry.done.done():
            return
        sent = self._transmit({"type": "user_message", "payload": entry.payload, "client_msg_id": message_id})
        entry.sent_at = time.monotonic() if sent else 0.0

    def _post_stop(self, run: str) -> None:
        if self._transmit({"type": "stop_agent", "payload": {"run_id": run}}):
            self._stops_sent.append(run)

    def _resume(self, thread_ids: Sequence[str], cause: str) -> None:
        """Asks for what was missed. A cursor means nothing outside its epoch, so there is one message per epoch."""
        by_epoch: dict[str, dict[str, int]] = {}
        for thread_id in thread_ids:
            thread = self._threads[thread_id]
            by_epoch.setdefault(thread.epoch or self._epoch, {})[thread_id] = thread.cursor
        for epoch, cursors in by_epoch.items():
            if not self._transmit({"type": "resume", "threads": cursors, "epoch": epoch}):
                continue
            for thread_id in cursors:
                self._threads[thread_id].asked_at, self._threads[thread_id].cause = time.monotonic(), cause

    # Receiving

    def _receive(self, text: str | bytes) -> None:
        try:
            frame = json.loads(text)
            kind = frame["type"]
        except (ValueError, TypeError, KeyError):
            self._notify("failure", {"code": "JSON_PARSE_ERROR", "message": "The server sent a frame that is no JSON object."})
            return
        if handler := self._handlers.get(kind):
            handler(self, frame)
        elif isinstance(frame.get("seq"), int) and isinstance(frame.get("thread_id"), str):
            self._accept(frame)

    def _welcomed(self, frame: dict[str, Any]) -> None:
        self._epoch = (frame.get("data") or frame).get("epoch", "")
        self._renewals = 0
        self._established.set()
        self._set_state("connected")
        followed = [thread_id for thread_id, thread in self._threads.items() if thread.follower() and not thread.behind]
        self._resume(followed, "reconnect")
        for message_id, entry in self._outbox.items():
            self._post(message_id, entry)
        for run in self._stops:
            self._post_stop(run)

    def _followed(self, thread_id: Any) -> tuple[_Thread, Following] | None:
        thread = self._threads.get(thread_id)
        follower = thread.follower() if thread else None
        return (thread, follower) if thread and follower else None

    def _accept(self, frame: dict[str, Any]) -> None:
        if not (followed := self._followed(frame["thread_id"])):
            return
        thread, follower = followed
        if thread.behind:
            return
        event = Event(frame)
        if event.epoch and not thread.epoch:
            thread.epoch = event.epoch
        if event.epoch and event.epoch != thread.epoch:
            return self._repair(event.thread_id, thread)
        if event.seq <= thread.cursor:
            return
        # A joined chunk counts as each of seq_from...seq; one that overlaps what is known cannot be split.
        if event.seq_from != thread.cursor + 1:
            return self._repair(event.thread_id, thread)
        if len(follower._queue) >= QUEUE_LIMIT:
            thread.behind, thread.asked_at, thread.replay = True, None, None
            return
        thread.cursor = event.seq
        follower._put(event)
        self._finish_replay(thread)

    def _catch_up(self, thread_id: str, thread: _Thread) -> None:
        thread.behind = False
        self._resume([thread_id], "lag")

    def _repair(self, thread_id: str, thread: _Thread) -> None:
        if thread.asked_at is None and thread.replay is None and not thread.behind:
            self._resume([thread_id], "gap")

    def _heartbeat(self, frame: dict[str, Any]) -> None:
        for thread_id, head in (frame.get("heads") or (frame.get("data") or {}).get("heads") or {}).items():
            followed = self._followed(thread_id)
            if followed and head > followed[0].cursor:
                self._repair(thread_id, followed[0])

    def _resumed(self, frame: dict[str, Any]) -> None:
        """`resumed`: from...to follow. `none`: nothing was missed up to `at`."""
        if not (followed := self._followed(frame.get("thread_id"))) or followed[0].behind:
            return
        thread, _ = followed
        last = frame["to"] if frame["type"] == "resumed" else frame.get("at", 0)
        first = frame["from"] if frame["type"] == "resumed" else last + 1
        known = thread.cursor if frame.get("epoch") == thread.epoch else 0  # live events may have come before this answer
        thread.asked_at = None
        thread.epoch = frame.get("epoch", thread.epoch)
        # The server's range is the authority: it is what follows on this socket.
        thread.cursor = max(known, first - 1)
        first = thread.cursor + 1
        thread.replay = {
            "thread_id": frame["thread_id"], "from": first, "to": last, "count": max(0, last - first + 1),
            "cause": thread.cause,
        }
        self._notify("resumed", thread.replay)
        self._finish_replay(thread)

    def _finish_replay(self, thread: _Thread) -> None:
        if thread.replay and thread.cursor >= thread.replay["to"]:
            replay, thread.replay = thread.replay, None
            self._notify("caught_up", replay)

    def _replace(self, frame: dict[str, Any]) -> None:
        if not (followed := self._followed(frame.get("thread_id"))) or followed[0].behind:
            return
        thread, follower = followed
        cause = thread.cause if thread.asked_at is not None else "lag"
        # Whatever was being brought back is part of it.
        thread.asked_at = thread.replay = None
        thread.cursor, thread.epoch = frame["at"], frame.get("epoch", thread.epoch)
        follower._put(Snapshot({**frame, "epoch": thread.epoch}, cause))

    def _missing(self, frame: dict[str, Any]) -> None:
        thread_id = frame.get("thread_id")
        if not (followed := self._followed(thread_id)):
            return
        followed[0].asked_at = None
        # A thread begins with its first message: one that waits to be sent will make it.
        if any(entry.payload["thread_id"] == thread_id for entry in self._outbox.values()):
            return
        followed[1]._end(CanonError("NOT_FOUND", f"There is no thread {thread_id}."))
        self._forget(thread_id, followed[1])

    def _forget(self, thread_id: str, following: Following) -> None:
        thread = self._threads.get(thread_id)
        if thread and thread.follower() is following:
            thread.follower = lambda: None
            thread.asked_at = thread.replay = None

    def _acknowledged(self, frame: dict[str, Any]) -> None:
        if frame.get("received_type") == "stop_agent":
            run = self._stops_sent.popleft() if self._stops_sent else None
            if stop := self._stops.pop(run, None) if run else None:
                if not stop.done.done():
                    stop.done.set_result(frame.get("status", "stopping"))
            return
        entry = self._outbox.get(frame.get("client_msg_id"))
        if entry and not entry.done.done():
            thread = frame.get("thread_id") or entry.payload["thread_id"]
            entry.done.set_result(
                Sent(thread, frame.get("run_id", ""), frame["client_msg_id"], bool(frame.get("duplicate")))
            )

    def _refusal(self, frame: dict[str, Any]) -> None:
        code = frame.get("error_code", "ERROR")
        delay = frame.get("retry_after_ms")
        message = frame.get("error_message", "The server refused the request.")
        message_id = frame.get("client_msg_id")
        entry = self._outbox.get(message_id)
        if not entry:
            details = {"code": code, "message": message, "request_type": frame.get("request_type")}
            log.warning("canon: %s (%s)", message, code)
            self._notify("failure", details)
        elif delay is None and code != "RATE_LIMITED":
            _reject(entry.done, CanonError(code, message, field=frame.get("field")))
        else:
            seconds = (delay if delay is not None else 1_000) / 1_000
            entry.hold_until = time.monotonic() + seconds
            asyncio.get_running_loop().call_later(seconds, self._post_if_waiting, message_id, entry)

    def _post_if_waiting(self, message_id: str, entry: _Entry) -> None:
        if self._outbox.get(message_id) is entry:
            self._post(message_id, entry)

    def _leaving(self, frame: dict[str, Any]) -> None:
        self._resume_after = max(0, frame.get("resume_after_ms") or 0) / 1_000
        self._notify("going_away", {"resume_after": self._resume_after})

    _handlers: dict[str, Callable[[CanonClient, dict[str, Any]], None]] = {
        "connection_established": _welcomed,
        "heartbeat": _heartbeat,
        "resumed": _resumed,
        "none": _resumed,
        "snapshot": _replace,
        "not_found": _missing,
        "ack": _acknowledged,
        "error_message": _refusal,
        "going_away": _leaving,
        "thread_updated": lambda self, frame: self._notify("thread_updated", frame),
        "broadcast": lambda self, frame: self._notify("broadcast", frame),
    }


# A backend's side


@dataclass(frozen=True)
class Receipt:
    """What became of one event: `stored`, `duplicate` (a retry: it was stored before) or `refused` with a reason."""

    status: str
    seq: int | None
    delivered: int  # connections that follow the thread
    reason: str | None


@dataclass(frozen=True)
class OpenedRun:
    """A user's message that waits for an answer."""

    user_id: str
    thread_id: str
    run_id: str
    text: str
    seq: int
    timestamp: float


class CanonProducer:
    """Writes the events of a backend's agents, with a service token (`canon tokens create NAME --role service`).

    It speaks HTTP through `http.client` in threads of its own: the standard library reads the protocol, no package is
    added to the backend, and the threads the backend uses for itself are never the ones that wait here.

    :param agent_name: who the events are said to be from; the token's name by default.
    :param patience: seconds for which a call is tried again while the server cannot be reached.
    """

    batch_events = 100
    batch_bytes = 256 * 1024

    def __init__(
        self, url: str, token: str, *, agent_name: str | None = None, patience: float = 60.0,
        ssl_context: ssl.SSLContext | None = None, rng: Callable[[], float] = random.random,
    ):
        self._http = _HTTP(url, token, ssl_context)
        self._agent_name = agent_name
        self._patience = patience
        self._rng = rng

    async def __aenter__(self) -> CanonProducer:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    async def publish(
        self, user: str, thread: str, run: str | None, events: Sequence[Mapping[str, Any]], *, key: str | None = None
    ) -> list[Receipt]:
        """Stores events in a user's conversation, once, however often the request has to be sent.

        :param events: `{"type": ..., ...}` each; an `event_id` is added where there is none.
        :param key: the `Idempotency-Key`. Give one that outlives this process to repeat a call after a crash; then give
            the events their `event_id` too.
        :raises CanonError: the server refuses the request, or cannot be reached for `patience` seconds.
        """
        key = key or secrets.token_hex(16)
        stamped = [event if event.get("event_id") else {"event_id": "evt_" + secrets.token_hex(12), **event} for event in events]
        receipts: list[Receipt] = []
        for number, batch in enumerate(self._batches(stamped)):
            body = {"thread_id": thread, "run_id": run, "events": batch}
            if self._agent_name:
                body["agent_name"] = self._agent_name
            path = f"/api/users/{quote(user, safe='')}/events"
            answer = await self._post(path, body, {"Idempotency-Key": key if number == 0 else f"{key}-{number}"})
            receipts += [
                Receipt(result["status"], result.get("seq"), result.get("delivered") or 0, result.get("reason"))
                for result in answer["results"]
            ]
        return receipts

    def run(self, user: str | OpenedRun, thread: str = "", run: str = "", *, text: str = "") -> RunWriter:
        """Writes one run: `async with producer.run(opened) as run: await run.delta("...")`."""
        if isinstance(user, OpenedRun):
            return RunWriter(self, user)
        return RunWriter(self, OpenedRun(user, thread, run, text, 0, 0.0))

    async def runs(self, *, cursor: str | None = None) -> AsyncIterator[OpenedRun]:
        """The messages that wait for an answer of this backend, each once: the open runs first, then new ones.

        Needs a server whose `agent.kind` is `external`. One process of the backend reads it: each reader gets them all.

        :raises CanonRefused: the token is not accepted, or the server has no such feed.
        """
        seen: dict[str, None] = {}
        attempt = 0
        while True:
            headers = {"Last-Event-ID": cursor} if cursor else {}
            # A stream that lives for a while ends as all do; one that ends at once is a reason to wait.
            started = time.monotonic()
            retry_after = None
            try:
                async with contextlib.aclosing(self._http.stream("/api/runs/feed", headers)) as stream:
                    async for event_id, data in stream:
                        cursor = event_id or cursor
                        notice = json.loads(data)
                        if notice.get("type") != "run_opened" or notice["run_id"] in seen:
                            continue
                        seen[notice["run_id"]] = None
                        if len(seen) > QUEUE_LIMIT:
                            del seen[next(iter(seen))]
                        yield OpenedRun(
                            notice["user_id"], notice["thread_id"], notice["run_id"], notice.get("text") or "",
                            notice.get("seq") or 0, notice.get("timestamp") or 0.0,
                        )
            except _Refusal as refusal:
                if not refusal.is_temporary:
                    raise refusal.error("The server has no feed of runs.") from None
                retry_after = refusal.retry_after
            except (OSError, http.client.HTTPException) as error:
                log.debug("feed of runs broken off: %s", error)
            if time.monotonic() - started >= STABLE_AFTER:
                attempt = 0
            await asyncio.sleep(backoff(attempt, self._rng) if retry_after is None else retry_after)
            attempt += 1

    async def serve(self, answer: Callable[[RunWriter], Awaitable[None]], *, limit: int = 100) -> None:
        """Answers every run with `answer(run)`, up to `limit` at a time, until it is cancelled.

        When `answer` returns, the run completes with the text it said; when it raises, the run ends in an error. When
        this is cancelled, open runs stay open, and the next start gets them again.
        """
        tasks: set[asyncio.Task[None]] = set()
        slots = asyncio.Semaphore(limit)

        async def write(opened: OpenedRun) -> None:
            try:
                async with self.run(opened) as run:
                    await answer(run)
            except Exception:
                log.exception("the agent failed in run %s", opened.run_id)
            finally:
                slots.release()

        try:
            async for opened in self.runs():
                await slots.acquire()
                task = asyncio.create_task(write(opened))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        deadline = time.monotonic() + self._patience
        attempt = 0
        data = json.dumps(body, ensure_ascii=False).encode()
        while True:
            try:
                return json.loads(await self._http.request("POST", path, data, headers))
            except _Refusal as refusal:
                problem: CanonError = refusal.error()
                if not refusal.is_temporary:
                    raise problem from None
            # An answer that was cut off within its headers looks like one without a body, and is no JSON (ValueError).
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = CanonError("UNAVAILABLE", f"The server cannot be reached: {error or type(error).__name__}.")
            delay = backoff(attempt, self._rng) if problem.retry_after is None else problem.retry_after
            if time.monotonic() + delay > deadline:
                raise problem
            await asyncio.sleep(delay)
            attempt += 1

    @classmethod
    def _batches(cls, events: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
        batch: list[Mapping[str, Any]] = []
        size = 0
        for event in events:
            length = len(json.dumps(event, ensure_ascii=False).encode())
            if batch and (len(batch) >= cls.batch_events or size + length > cls.batch_bytes):
                yield batch
                batch, size = [], 0
            batch.append(event)
            size += length
        if batch:
            yield batch


class RunWriter:
    """Writes the events of one run, in order. What is said while a request is under way goes together into the next.

    Each call raises `RunEnded` once the server has refused an event because the run is over (the user stopped it). As a
    context manager it completes the run, ends it with an error when its body raises, and takes `RunEnded` for a normal
    end. When its task is cancelled, the run stays open.
    """

    def __init__(self, producer: CanonProducer, opened: OpenedRun):
        self._producer = producer
        self.opened = opened
        self.user_id, self.thread_id, self.run_id = opened.user_id, opened.thread_id, opened.run_id
        self.text = opened.text  # what the user wrote
        self.message_id = "msg_agent_" + secrets.token_hex(12)
        self.receipts: list[Receipt] = []
        self._said: list[str] = []
        self._waiting: list[dict[str, Any]] = []
        self._sender: asyncio.Task[None] | None = None
        self._failure: CanonError | None = None
        self._ended = False

    async def started(self, agent: str, task: str = "") -> None:
        """Names the agent at work. The server itself has said already that the run began."""
        await self.event("agent_started", agent_name=agent, task_description=task, status="started", message=f"{agent} started")

    async def thinking(self, reasoning: str) -> None:
        await self.event("agent_thinking", reasoning=reasoning, thought=reasoning, message=reasoning)

    @contextlib.asynccontextmanager
    async def tool(self, name: str, **arguments: Any) -> AsyncIterator[Tool]:
        """`async with run.tool("search", query=q) as tool: tool.results = await search(q)`"""
        tool = Tool(name, arguments)
        await self.event(
            "tool_executing", tool_name=name, execution_id=tool.execution_id, tool_args=arguments, parameters=arguments,
            status="executing", message=f"Running {name}",
        )
        started, success = time.monotonic(), False
        try:
            yield tool
            success = tool.success
        finally:
            duration = round((time.monotonic() - started) * 1_000)
            if sys.exc_info()[0] is not asyncio.CancelledError:
                await self.event(
                    "tool_completed", tool_name=name, execution_id=tool.execution_id, results=tool.results,
                    result=tool.results, success=success, duration_ms=duration, execution_time_ms=duration,
                    status="completed" if success else "failed", message=f"{name} {'finished' if success else 'failed'}",
                )

    async def delta(self, text: str) -> None:
        """The next piece of the answer's text."""
        if text:
            self._said.append(text)
            await self.event("stream_chunk", message_id=self.message_id, delta=text)

    async def complete(self, answer: str | None = None) -> None:
        """Ends the run with its answer: by default the text of all pieces."""
        answer = "".join(self._said) if answer is None else answer
        await self._end(
            "agent_completed", message_id=self.message_id, final_response=answer, message=answer, status="completed",
            success=True, result={"final_response": answer},
        )

    async def fail(self, message: str, reason: str = "agent_failed") -> None:
        """Ends the run with an error. `message` is for the user, `reason` a word for programs."""
        await self._end("agent_error", reason=reason, message=message, error=message, error_message=message, status="error", success=False)

    async def event(self, kind: str, **fields: Any) -> None:
        """Any other event. Returns when there is room to go on, which is before the event is stored; see `flush`."""
        if self._failure:
            raise self._failure
        if self._ended:
            raise RunEnded("run_ended", "The run was ended here already.")
        self._waiting.append({"type": kind, **fields})
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())
        if len(self._waiting) >= CanonProducer.batch_events:
            await self.flush()

    async def flush(self) -> None:
        """Waits until every event is stored. Raises what went wrong."""
        while self._sender and not self._sender.done():
            await asyncio.shield(self._sender)
        if self._failure:
            raise self._failure

    async def _end(self, kind: str, **fields: Any) -> None:
        await self.event(kind, **fields)
        self._ended = True
        await self.flush()

    async def _send(self) -> None:
        while self._waiting and not self._failure:
            events, self._waiting = self._waiting, []
            try:
                receipts = await self._producer.publish(self.user_id, self.thread_id, self.run_id, events)
            except CanonError as error:
                gone = error.code == "not_found"  # the conversation was deleted meanwhile
                self._failure = RunEnded("thread_deleted", "There is no such conversation any more.") if gone else error
                return
            self.receipts += receipts
            if refused := next((receipt for receipt in receipts if receipt.status == "refused"), None):
                self._failure = RunEnded(refused.reason or "refused", f"The run takes no more events: {refused.reason}.")

    async def __aenter__(self) -> RunWriter:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if kind is None:
            with contextlib.suppress(RunEnded):
                await (self.flush() if self._ended else self.complete())
        elif issubclass(kind, RunEnded):
            return True
        elif issubclass(kind, Exception) and not self._ended and not self._failure:
            # What went wrong inside is for the backend's own log, not for its users.
            with contextlib.suppress(CanonError):
                await self.fail(f"The agent failed ({kind.__name__}). Try again.")
        return False


@dataclass
class Tool:
    """A tool at work: set `results` before its block ends."""

    name: str
    arguments: dict[str, Any]
    results: Any = None
    success: bool = True
    execution_id: str = field(default_factory=lambda: "tool_" + secrets.token_hex(8))


# HTTP


class _Refusal(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, body: bytes, retry_after: float | None):
        self.status, self.body, self.retry_after = status, body, retry_after
        self.is_temporary = status in (408, 425, 429) or status >= 500

    def error(self, not_found: str = "") -> CanonError:
        code = "HTTP_ERROR"
        with contextlib.suppress(ValueError, AttributeError):
            code = str(json.loads(self.body).get("error") or code)
        message = _message_of(self.body) or f"The server answered {self.status}."
        if self.status == 404 and not_found:
            return CanonRefused("NOT_SUPPORTED", f"{not_found} {message}")
        kind = CanonRefused if self.status in (401, 403) else CanonError
        return kind(code, message, retry_after=self.retry_after)


class _HTTP:
    """Requests with a Bearer token, over connections that are kept open between them."""

    timeout = 30.0  # seconds without a byte of an answer
    silence = 40.0  # seconds without a byte of a stream; the server writes a comment every 15 s

    def __init__(self, url: str, token: str, context: ssl.SSLContext | None):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no http or https URL.")
        self._parts, self._token = parts, token
        self._context = context or (ssl.create_default_context() if parts.scheme == "https" else None)
        self._prefix = parts.path.rstrip("/")
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="canon")
        self._idle: list[http.client.HTTPConnection] = []
        self._closed = False

    def close(self) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        while self._idle:
            self._idle.pop().close()

    async def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._request, method, path, body, headers)

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        while True:
            try:
                connection, kept = self._idle.pop(), True
            except IndexError:
                connection, kept = self._connection(self.timeout), False
            try:
                connection.request(method, self._prefix + path, body, self._headers(headers))
                response = connection.getresponse()
                data = response.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                # The server may have closed an idle connection. What is sent here may be sent twice.
                if not kept:
                    raise
        if response.will_close or self._closed:
            connection.close()
        else:
            self._idle.append(connection)
        if response.status >= 300:
            raise _Refusal(response.status, data, _seconds(response.getheader("Retry-After")))
        return data

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._context:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)
        return http.client.HTTPConnection(host, port, timeout=timeout)

    async def stream(self, path: str, headers: dict[str, str]) -> AsyncIterator[tuple[str | None, str]]:
        """The events of a `text/event-stream` (HTML Living Standard §9.2) as `(id, data)`, until the stream ends."""
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
        connection = self._connection(self.silence)
        opened: list[socket.socket] = []

        def put(item: bytes | BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody reads any more
                loop.call_soon_threadsafe(lines.put_nowait, item)

        def read() -> None:
            try:
                connection.connect()
                opened.append(connection.sock)
                connection.request("GET", self._prefix + path, headers={**self._headers(headers), "Accept": "text/event-stream"})
                response = connection.getresponse()
                if response.status != 200:
                    raise _Refusal(response.status, response.read(), _seconds(response.getheader("Retry-After")))
                while line := response.readline():
                    put(line)
                put(None)
            except Exception as error:
                put(error)
            finally:
                connection.close()

        threading.Thread(target=read, name="canon-stream", daemon=True).start()
        try:
            event_id, data = None, []
            while (item := await lines.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                line = item.decode().rstrip("\r\n")
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line and data:
                    yield event_id, "\n".join(data)
                    data = []
                elif name == "id":
                    event_id = value
                elif name == "data":
                    data.append(value)
        finally:
            for stream in opened:  # wakes the thread up
                with contextlib.suppress(OSError):
                    stream.shutdown(socket.SHUT_RDWR)


# Small things


def socket_address(url: str) -> str:
    """`wss://host/ws` of `https://host`."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if not scheme or not parts.hostname:
        raise ValueError(f"{url!r} is no http, https, ws or wss URL.")
    return parts._replace(scheme=scheme, path=parts.path if parts.path not in ("", "/") else "/ws").geturl()


async def _value(source: Token) -> str:
    value = source() if callable(source) else source
    return await value if inspect.isawaitable(value) else value


async def _first(*waiting: asyncio.Future[Any]) -> None:
    """Waits for the first of several, and cancels the first of them when it is another one."""
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting[0].cancel()


def _reject(future: asyncio.Future[Any], error: CanonError) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # whoever waited may have been cancelled; that is no reason for a warning


def _message_of(body: bytes) -> str:
    with contextlib.suppress(ValueError, AttributeError):
        return str(json.loads(body).get("message") or "")
    return ""


def _seconds(text: str | None) -> float | None:
    """The value of `Retry-After` when it is a number; a date is rare, and the backoff does as well."""
    with contextlib.suppress(TypeError, ValueError):
        return max(0.0, float(text or ""))
    return None


# The command line


async def _ask(arguments: argparse.Namespace) -> int:
    status = 1
    async with CanonClient(arguments.url, arguments.token) as client:
        said = False
        async for event in client.ask(arguments.text, thread=arguments.thread):
            if isinstance(event, Snapshot):
                print(f"\n[{len(event.messages)} messages; the text above is not whole]", file=sys.stderr)
            elif event.type == "stream_chunk":
                said = True
                print(event.get("delta", ""), end="", flush=True)
            elif event.type == "tool_executing":
                print(f"[{event.get('tool_name')}]", file=sys.stderr)
            elif event.type in ENDINGS:
                status = 0 if event.type == "agent_completed" else 1
                print("" if said else event.get("final_response", ""))
                if status:
                    print(event.get("message", event.type), file=sys.stderr)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="canon.py", description="Asks a Canon server and prints the answer as it comes. Exit status 0: answered; 1: not."
    )
    parser.add_argument("url", help="the server, such as https://canon.example")
    parser.add_argument("text", help="the message")
    parser.add_argument("--token", default=os.environ.get("CANON_TOKEN"), help="an access token; else $CANON_TOKEN, which no list of processes shows")
    parser.add_argument("--thread", help="the id of a conversation to go on with")
    arguments = parser.parse_args()
    if not arguments.token:
        parser.error("there is no token: set CANON_TOKEN or give --token")
    try:
        return asyncio.run(_ask(arguments))
    except (CanonError, ValueError) as error:
        print(f"canon.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
