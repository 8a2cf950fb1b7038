"""The producer's side of a server, as a test scripts it: what it is asked, and what it answers."""

import asyncio
import json

from aiohttp import web


class ScriptedHTTP:
    """Keeps what was posted, stores each event once, and lets a test write the feed of runs line by line."""

    async def __aenter__(self) -> "ScriptedHTTP":
        self.posts: list[tuple[dict, dict]] = []  # headers and body
        self.faults: list[int | str] = []  # for the next posts: a status, `lost` (stored, and no answer), or `cut`
        self.stored: dict[str, dict] = {}  # by event id, in order
        self.refusal: str | None = None
        self.feeds: asyncio.Queue["Feed"] = asyncio.Queue()
        self.feed_status: list[int] = []
        self.users: list[str] = []
        application = web.Application()
        application.router.add_post("/api/users/{user}/events", self._publish)
        application.router.add_get("/api/runs/feed", self._feed)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        await self._runner.cleanup()

    async def _publish(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.posts.append((dict(request.headers), body))
        self.users.append(request.match_info["user"])
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            headers = {"Retry-After": "0.1"} if fault == 429 else {}
            error = "not_found" if fault == 404 else "scripted"
            return web.json_response({"error": error, "message": "Scripted."}, status=fault, headers=headers)
        results = []
        for event in body["events"]:
            if self.refusal:
                results.append({"status": "refused", "seq": None, "delivered": 0, "reason": self.refusal})
                continue
            known = event["event_id"] in self.stored
            self.stored.setdefault(event["event_id"], event)
            seq = list(self.stored).index(event["event_id"]) + 1
            results.append({"status": "duplicate" if known else "stored", "seq": seq, "delivered": 2, "reason": None})
        if fault == "lost":
            request.transport.abort()
        if fault == "cut":  # within the headers
            request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: appl")
            request.transport.close()
        return web.json_response({"results": results})

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        if self.feed_status:
            return web.json_response({"error": "scripted", "message": "Scripted."}, status=self.feed_status.pop(0))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        feed = Feed(request, response)
        await self.feeds.put(feed)
        await feed.over.wait()
        return response


class Feed:
    """One reading of the feed, from the server's side."""

    def __init__(self, request: web.Request, response: web.StreamResponse):
        self.cursor = request.headers.get("Last-Event-ID")
        self.over = asyncio.Event()
        self._request, self._response = request, response

    async def open(self, run: str, cursor: str, text: str = "hello") -> None:
        notice = {
            "type": "run_opened", "user_id": "u1", "thread_id": "t1", "run_id": run, "text": text, "seq": 1, "timestamp": 5.5,
        }
        await self.write(f": a comment\n\nid: {cursor}\ndata: {json.dumps(notice)}\n\n")

    async def write(self, text: str) -> None:
        await self._response.write(text.encode())

    def end(self) -> None:
        self.over.set()

    def break_off(self) -> None:
        self._request.transport.abort()
        self.over.set()
