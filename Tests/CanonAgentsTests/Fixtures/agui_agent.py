"""A real AG-UI agent for the tests, with the faults that a real one can have.

Prints the port it listens on, which the system chose, and runs for as long as standard input stays open.

POST /agent              a pydantic-ai agent: calls its tool once, then answers with the tool's result
POST /echo               answers with the request body as JSON
POST /fault/KIND         cut, drop, stall, silent, malformed, error, wrong
POST /status/CODE[/...]  an HTTP error with Retry-After and a body that repeats the key
POST /page               a web page where an event stream is expected
POST /script[/...]       answers with the text of the last message, taken as an event stream
GET  /left               the runs and models whose stalled streams were left by their clients
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel
from pydantic_ai.ui.ag_ui import AGUIAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tethered import tether


async def model(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
    """Asks for the tool with arguments in pieces, then answers with what it returned."""
    for part in messages[-1].parts:
        if isinstance(part, ToolReturnPart):
            yield "The word has "
            yield f"{part.content} letters."
            return
    yield {0: DeltaToolCall(name="count_letters", json_args='{"wo', tool_call_id="call-1")}
    yield {0: DeltaToolCall(json_args='rd": "workspace"}')}


agent = Agent(FunctionModel(stream_function=model))


@agent.tool_plain
def count_letters(word: str) -> int:
    return len(word)


async def run_agent(request: Request) -> Response:
    return await AGUIAdapter.dispatch_request(request, agent=agent)


def sse(event: dict) -> str:
    return f"data: {json.dumps(event)}\n\n"


def opening(body: dict) -> str:
    return (
        sse({"type": "RUN_STARTED", "threadId": body["threadId"], "runId": body["runId"]})
        + sse({"type": "TEXT_MESSAGE_START", "messageId": "m1", "role": "assistant"})
        + sse({"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "delta": "Half an "})
    )


def stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream")


async def echo(request: Request) -> Response:
    body = await request.json()
    body["authorization"] = request.headers.get("authorization")

    async def events() -> AsyncIterator[str]:
        yield sse({"type": "RUN_STARTED", "threadId": body["threadId"], "runId": body["runId"]})
        yield sse({"type": "TEXT_MESSAGE_CHUNK", "messageId": "m1", "role": "assistant", "delta": json.dumps(body)})
        yield sse({"type": "RUN_FINISHED", "threadId": body["threadId"], "runId": body["runId"]})

    return stream(events())


left: set[str] = set()


async def stalled(first: str, who: str) -> AsyncIterator[str]:
    yield first
    try:
        await asyncio.Event().wait()
    finally:
        left.add(who)


async def fault(request: Request) -> Response:
    body = await request.json()
    kind = request.path_params["kind"]
    if kind == "silent":
        await asyncio.Event().wait()

    async def events() -> AsyncIterator[str]:
        yield opening(body)
        if kind == "drop":
            raise ConnectionError("the agent died")
        if kind == "malformed":
            yield 'data: {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1", "del\n\n'
        if kind == "wrong":
            yield sse({"type": "TEXT_MESSAGE_CONTENT", "messageId": "m1"})
        if kind == "error":
            yield sse({"type": "RUN_ERROR", "message": "The database is on fire.", "code": "server_error"})

    return stream(stalled(opening(body), body["runId"]) if kind == "stall" else events())


async def stalled_chat(request: Request) -> Response:
    body = await request.json()
    chunk = {"choices": [{"index": 0, "delta": {"content": "Half an "}, "finish_reason": None}]}
    return stream(stalled(sse(chunk), body["model"]))


async def status(request: Request) -> Response:
    code = int(request.path_params["code"])
    key = request.headers.get("authorization", "")
    headers = {"Retry-After": "17"} if code in (429, 503) else {}
    return JSONResponse({"error": {"message": f"No luck with {key} today."}}, status_code=code, headers=headers)


async def page(request: Request) -> Response:
    return HTMLResponse("<html><body>Welcome</body></html>")


async def script(request: Request) -> Response:
    """Answers with the text of the last message, as it stands: the test writes the stream."""
    body = await request.json()

    async def events() -> AsyncIterator[str]:
        yield body["messages"][-1]["content"]

    return stream(events())


async def departures(request: Request) -> Response:
    return JSONResponse({"left": sorted(left)})


app = Starlette(
    routes=[
        Route("/agent", run_agent, methods=["POST"]),
        Route("/echo", echo, methods=["POST"]),
        Route("/fault/{kind}", fault, methods=["POST"]),
        Route("/stall/chat/completions", stalled_chat, methods=["POST"]),
        Route("/status/{code}", status, methods=["POST"]),
        Route("/status/{code}/chat/completions", status, methods=["POST"]),
        Route("/page", page, methods=["POST"]),
        Route("/script", script, methods=["POST"]),
        Route("/script/chat/completions", script, methods=["POST"]),
        Route("/left", departures),
    ]
)


if __name__ == "__main__":
    tether()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    print(listener.getsockname()[1], flush=True)
    sys.stdout.close()
    server.run(sockets=[listener])
