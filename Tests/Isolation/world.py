"""The users of one server, what they did themselves, and so what must be theirs at the end and nobody else's."""

import asyncio
import json
import random

import aiohttp

from device import Device, EventStream
from evidence import Evidence, new_canary


class Answer:
    """What an HTTP request was answered with."""

    def __init__(self, status: int, body: bytes):
        self.status = status
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def parts(self):
        """What is compared of two answers."""
        try:
            return [self.status, self.json]
        except ValueError:
            return [self.status, self.body.decode(errors="replace")]

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:300]!r}"


class Thread:
    """A conversation as its owner knows it."""

    def __init__(self, identifier: str, title: str | None):
        self.id = identifier
        # Nil: made from the first message, and not compared.
        self.title = title
        # What producers stored: number to event id.
        self.produced: dict[int, str] = {}
        # What the owner wrote: run to text.
        self.messages: dict[str, str] = {}
        self.stopped: set[str] = set()
        # The run that stays open to the end.
        self.open_run: str | None = None
        self.head = 0


class User:
    def __init__(self, name: str, session: dict):
        self.name = name
        self.id = session["user"]["id"]
        self.id_bytes = self.id.encode()
        self.token = session["access_token"]
        self.refresh_token = session["refresh_token"]
        self.canary = new_canary()
        self.canary_bytes = self.canary.encode()
        self.threads: dict[str, Thread] = {}
        self.deleted: set[str] = set()
        self.main: list[Thread] = []
        self.devices: list[Device] = []
        self.streams: list[EventStream] = []
        self.lost_devices: list[str] = []
        self.client_ids: list[str] = []
        self.thief: Device | None = None
        self.thefts = 0

    def __repr__(self) -> str:
        return self.name

    def has_had(self, thread: str) -> bool:
        return thread in self.threads or thread in self.deleted

    @property
    def runs(self) -> list[tuple[Thread, str]]:
        """The runs that nobody has stopped."""
        return [(thread, run) for thread in self.main for run in thread.messages if run not in thread.stopped]


class World:
    def __init__(self, server, random_source: random.Random, evidence: Evidence, service: str, admin: str):
        self.server = server
        self.url = server.url
        self.random = random_source
        self.evidence = evidence
        self.service = service
        self.admin = admin
        self.users: list[User] = []
        self.features: set[str] = set()
        self.credentials: dict[str, str] = {}
        self.produced = 0
        self.session: aiohttp.ClientSession | None = None
        self.sockets: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "World":
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60),
            cookie_jar=aiohttp.DummyCookieJar())
        # A socket is opened on a connection of its own, as browsers do.
        self.sockets = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        return self

    async def __aexit__(self, *_) -> None:
        await self.session.close()
        await self.sockets.close()

    def token(self, length: int = 12) -> str:
        return f"{self.random.getrandbits(length * 4):0{length}x}"

    # -- HTTP

    async def call(
        self, method: str, path: str, body=None, *, as_user: User | None = None, token: str | None = None,
        headers: dict | None = None,
    ) -> Answer:
        """A request. The answer of one that a user sends is searched like everything the user receives."""
        headers = dict(headers or {})
        if token is None and as_user is not None:
            token = as_user.token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        async with self.session.request(method, self.url + path, json=body, headers=headers) as response:
            if response.content_type == "text/event-stream":
                content = await self._stream(response)
            else:
                content = await response.read()
        self.evidence.bodies += 1
        if as_user is not None:
            self.evidence.search(content, as_user, f"{method} {path}")
        return Answer(response.status, content)

    @staticmethod
    async def _stream(response: aiohttp.ClientResponse) -> bytes:
        """What a stream says within half a second; it has no end of its own."""
        content = b""
        try:
            async with asyncio.timeout(0.5):
                async for chunk in response.content.iter_any():
                    content += chunk
        except TimeoutError:
            pass
        return content

    # -- What users do

    def device(self, user: User, name: str, checks_ids: bool = False) -> Device:
        return Device(user, name, self.evidence, self.sockets, self.url, checks_ids)

    async def make_user(self, name: str, session: dict, *, threads: int, devices: int, streams: int) -> User:
        user = User(name, session)
        user.thief = self.device(user, "the thief's device")
        welcome = await user.thief.open()
        assert welcome and welcome["data"]["user_id"] == user.id, welcome
        for _ in range(threads):
            user.main.append(await self.make_thread(user))
        for thread in user.main[:2]:
            thread.open_run = await self.say(user, thread)
        for number in range(devices):
            device = self.device(user, f"device {number}", checks_ids=True)
            await device.open()
            await device.follow({thread.id: 0 for thread in user.main})
            user.devices.append(device)
        for number in range(streams if "events" in self.features else 0):
            stream = EventStream(user, user.main[number % threads].id, self.evidence, self.session, self.url)
            await stream.open()
            user.streams.append(stream)
        self.users.append(user)
        return user

    async def make_thread(self, user: User, identifier: str | None = None) -> Thread:
        identifier = identifier or f"thread_{user.name}_{self.token(16)}"
        title = f"{user.canary} {self.token(6)}"
        # Known before it exists: the devices may hear of it at once.
        thread = user.threads[identifier] = Thread(identifier, title)
        made = await self.call("POST", "/api/threads", {"id": identifier, "title": title}, as_user=user)
        self.evidence.expect(made.status == 201, f"{user} could not make the thread {identifier}: {made}")
        return thread

    async def say(self, user: User, thread: Thread, frame: dict | None = None, device: Device | None = None) -> str:
        """A message of the user; returns its run, which stays open until somebody ends it."""
        text = f"message {self.token(6)} {user.canary}"
        body = {"content": text, "thread_id": thread.id, "client_msg_id": f"cm_{self.token(16)}"} | (frame or {})
        answers = await (device or user.thief).ask({"type": "user_message", "payload": body})
        acks = [answer for answer in answers if answer["type"] == "ack"]
        self.evidence.expect(
            len(acks) == 1 and not acks[0]["duplicate"] and acks[0]["thread_id"] == thread.id,
            f"{user} wrote to the own thread {thread.id} and was answered {answers}")
        run = acks[0]["run_id"] if acks else ""
        thread.messages[run] = text
        user.client_ids.append(body["client_msg_id"])
        return run

    async def stop(self, user: User, thread: Thread, run: str) -> None:
        answers = await user.thief.ask({"type": "stop_agent", "payload": {"run_id": run}})
        thread.stopped.add(run)
        stopped = [answer.get("run_ids") for answer in answers if answer.get("received_type") == "stop_agent"]
        self.evidence.expect(stopped == [[run]], f"{user} stopped the own run {run} and was answered {answers}")

    async def produce(self, user: User, thread: Thread, count: int, run: str | None = None, headers=None) -> Answer:
        """Events of an agent elsewhere, with the user's canary in them."""
        events = [
            {"type": self.random.choice(("tool_completed", "agent_thinking", "note")),
             "event_id": f"evt_{self.token(16)}", "results": {"text": f"{user.canary} {number}"}}
            for number in range(count)
        ]
        body = {"thread_id": thread.id, "events": events} | ({"run_id": run} if run else {})
        answer = await self.call(
            "POST", f"/api/users/{user.id}/events", body, token=self.service, headers=headers)
        self.note_produced(user, thread, events, answer)
        return answer

    def note_produced(self, user: User, thread: Thread, events: list[dict], answer: Answer) -> None:
        if answer.status != 200:
            self.evidence.found(f"events for the thread {thread.id} of {user} were refused: {answer}")
            return
        for event, result in zip(events, answer.json["results"], strict=True):
            if result["status"] != "stored":
                self.evidence.found(f"an event for the thread {thread.id} of {user} was not stored: {result}")
                continue
            thread.produced[result["seq"]] = event["event_id"]
            thread.head = max(thread.head, result["seq"])
            self.produced += 1
