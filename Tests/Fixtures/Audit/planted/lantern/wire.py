"""Lines of text over TCP: `member command rest`."""

import asyncio

from lantern.realtime.line import Line


async def serve(rooms, members, host="127.0.0.1", port=7000):
    async def greet(reader, writer):
        member = (await reader.readline()).decode().strip()
        await members.arrive(member, Line(member, writer))
        try:
            async for row in reader:
                await answer(rooms, member, row.decode())
        finally:
            members.leave(member)

    server = await asyncio.start_server(greet, host, port)
    async with server:
        await server.serve_forever()


async def answer(rooms, member, row):
    command, _, rest = row.strip().partition(" ")
    room, _, text = rest.partition(" ")
    if command == "say":
        await rooms.say(room, member, text)
    elif command == "join":
        rooms.join(room, member)
