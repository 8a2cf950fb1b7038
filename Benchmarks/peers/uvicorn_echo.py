"""The peer of the benchmarks: what a Python service does with a WebSocket when nothing is in its way.

A raw ASGI application, without a framework, so that uvicorn and websockets are measured and nothing else. `/` sends
every text message back, `/fan` passes it on to all other connections.
"""

members = set()


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    fans_out = scope["path"] == "/fan"
    if fans_out:
        members.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            answer = {"type": "websocket.send", "text": message["text"]}
            if not fans_out:
                await send(answer)
                continue
            for member in list(members):
                if member is not send:
                    await member(answer)
    finally:
        members.discard(send)
