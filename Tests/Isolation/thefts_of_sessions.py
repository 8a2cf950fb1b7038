"""Tickets, tokens and sessions: what is a key to somebody's conversations."""

import asyncio
import base64
import json

from evidence import unknown_like
from thefts import needs, theft
from world import User, World


async def new_ticket(world: World, user: User) -> str:
    answer = await world.call("POST", "/api/websocket/ticket", {"ttl_seconds": 60}, as_user=user)
    world.evidence.expect(answer.status == 200, f"{user} was given no ticket: {answer}")
    return answer.json["ticket_id"]


async def admits(world: World, user: User, ticket: str) -> tuple[str | None, tuple[int, str] | None]:
    """Whom a socket with this ticket belongs to, or how it was closed."""
    device = world.device(user, "a device with a ticket")
    welcome = await device.open(token="", query=f"?ticket={ticket}")
    await device.close()
    return (welcome["data"]["user_id"], None) if welcome else (None, device.closed)


@theft
async def look_at_a_stolen_ticket(world: World, thief: User, victim: User) -> None:
    ticket = await new_ticket(world, victim)
    seen = await world.call("GET", f"/api/websocket/ticket/{ticket}/validate", as_user=thief)
    world.evidence.expect(seen.parts == [200, {"valid": True}], f"a stolen ticket was described as {seen}")
    mine = await world.call("GET", f"/api/websocket/ticket/{ticket}/validate", as_user=victim)
    world.evidence.expect(mine.json.get("user_id") == victim.id, f"the own ticket was described as {mine}")
    # 403 and not 404, as the platform's clients have it. Who knows the 256 bits of a ticket knows that it is one.
    gone = await world.call("DELETE", f"/api/websocket/ticket/{ticket}", as_user=thief)
    world.evidence.expect(gone.status == 403, f"a stolen ticket was deleted: {gone}")
    world.evidence.expect(
        await admits(world, victim, ticket) == (victim.id, None), f"the ticket of {victim} is of no use any more")


@theft
async def use_a_used_ticket(world: World, thief: User, victim: User) -> None:
    ticket = await new_ticket(world, victim)
    both = await asyncio.gather(admits(world, victim, ticket), admits(world, victim, ticket))
    world.evidence.expect(
        sorted(name or "" for name, _ in both) == ["", victim.id], f"two uses of one ticket ended so: {both}")
    used = await admits(world, thief, ticket)
    unknown = await admits(world, thief, unknown_like(ticket))
    world.evidence.same("a used ticket", list(used), list(unknown), [], [])
    world.evidence.expect(used[0] is None, f"a used ticket admitted {used}")
    if "events" in world.features:
        path = f"/api/threads/{victim.main[0].id}/events?ticket="
        answers = [await world.call("GET", path + name) for name in (ticket, unknown_like(ticket))]
        world.evidence.same("a used ticket at a stream", *(answer.parts for answer in answers), [], [])
        world.evidence.expect(answers[0].status == 401, f"a used ticket opened a stream: {answers[0]}")


@theft
async def use_a_used_ticket_beside_an_own_token(world: World, thief: User, victim: User) -> None:
    """A ticket goes before a token, and one that does not hold is not rescued by the other."""
    ticket = await new_ticket(world, victim)
    await admits(world, victim, ticket)
    device = world.device(thief, "a device with a used ticket")
    welcome = await device.open(token=thief.token, query=f"?ticket={ticket}")
    await device.close()
    world.evidence.expect(welcome is None, f"a used ticket beside a token was answered {welcome}")


@theft
async def make_a_ticket_for_somebody_else(world: World, thief: User, victim: User) -> None:
    claims = {"user_id": victim.id, "account": victim.id, "email": victim.name}
    answer = await world.call("POST", "/api/v1/auth/generate-ticket", claims, as_user=thief)
    world.evidence.expect(
        answer.status == 200 and answer.json["user_id"] == thief.id, f"a ticket for somebody else: {answer}")
    await world.call("DELETE", f"/api/websocket/ticket/{answer.json['ticket_id']}", as_user=thief)
    answer = await world.call(
        "POST", "/api/websocket/ticket", {"permissions": ["read", "broadcast", "events:publish"]}, as_user=thief)
    world.evidence.expect(answer.status == 403, f"a ticket with more permissions than its maker: {answer}")


def forged(token: str, claims: dict) -> str:
    """A token with other claims under the signature it had."""
    header, body, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | claims
    body = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return f"{header}.{body}.{signature}"


@theft
async def forge_a_token(world: World, thief: User, victim: User) -> None:
    token = forged(thief.token, {"sub": victim.id})
    answer = await world.call("GET", "/auth/me", as_user=thief, token=token)
    world.evidence.expect(answer.status == 401, f"a forged token was answered {answer}")
    device = world.device(thief, "a device with a forged token")
    welcome = await device.open(token=token)
    await device.close()
    world.evidence.expect(welcome is None, f"a forged token opened a socket: {welcome}")


async def new_visitor(world: World) -> User:
    answer = await world.call("POST", "/auth/demo")
    assert answer.status == 200, answer
    return User(f"guest-{world.token(4)}", answer.json)


async def is_logged_in(world: World, token: str) -> bool:
    return (await world.call("GET", "/auth/me", token=token)).status == 200


@needs("visits")
@theft
async def refresh_with_a_stolen_token(world: World, thief: User, victim: User) -> None:
    """The second use of a refresh token ends its own family and no other."""
    guest, bystander = await new_visitor(world), await new_visitor(world)
    socket = world.device(bystander, "a bystander's device")
    await socket.open()
    first = await world.call("POST", "/auth/refresh", {"refresh_token": guest.refresh_token})
    world.evidence.expect(first.status == 200, f"{guest} could not refresh: {first}")
    world.evidence.expect(first.json["user"]["id"] == guest.id, f"the refresh of {guest} was answered {first}")
    stolen = await world.call("POST", "/auth/refresh", {"refresh_token": guest.refresh_token}, token=thief.token)
    world.evidence.expect(stolen.status == 401, f"a used refresh token was answered {stolen}")
    world.evidence.expect(
        not await is_logged_in(world, first.json["access_token"]), "the family of a reused token goes on")
    world.evidence.expect(await is_logged_in(world, bystander.token), "a reused token ended the session of another")
    renewed = await world.call("POST", "/auth/refresh", {"refresh_token": bystander.refresh_token})
    world.evidence.expect(renewed.status == 200, f"a reused token ended the family of another: {renewed}")
    world.evidence.expect(socket.closed is None, f"a reused token closed a device of another: {socket.closed}")
    await socket.close()


@needs("visits")
@theft
async def log_out_beside_others(world: World, thief: User, victim: User) -> None:
    """A log-out ends the session of its token and no other, and that token is good for nothing any more."""
    guest, bystander = await new_visitor(world), await new_visitor(world)
    sockets = [world.device(guest, "a guest's device"), world.device(bystander, "a bystander's device")]
    for socket in sockets:
        await socket.open()
    # A forged log-out of somebody else must end nothing.
    await world.call("POST", "/auth/logout", token=forged(guest.token, {"sub": bystander.id, "jti": "x"}))
    world.evidence.expect(await is_logged_in(world, bystander.token), "a forged token logged somebody else out")
    out = await world.call("POST", "/auth/logout", {"user_id": bystander.id}, token=guest.token)
    world.evidence.expect(out.status == 200, f"the log-out was answered {out}")
    world.evidence.expect(not await is_logged_in(world, guest.token), f"{guest} is still logged in after the log-out")
    code = await sockets[0].wait_closed()
    world.evidence.expect(code[0] == 1008, f"the device of {guest} was closed with {code}")
    world.evidence.expect(await is_logged_in(world, bystander.token), "a log-out ended the session of another")
    renewed = await world.call("POST", "/auth/refresh", {"refresh_token": bystander.refresh_token})
    world.evidence.expect(renewed.status == 200, f"a log-out ended the family of another: {renewed}")
    world.evidence.expect(sockets[1].closed is None, f"a log-out closed a device of another: {sockets[1].closed}")
    await sockets[1].close()


@needs("accounts")
@theft
async def log_one_of_two_sessions_out(world: World, thief: User, victim: User) -> None:
    """Two log-ins of one person are two sessions: the end of one is not the end of the other."""
    sessions = [(await world.call("POST", "/auth/login", world.credentials)).json for _ in range(2)]
    users = [User("the account", session) for session in sessions]
    sockets = [world.device(user, "a device of one session") for user in users]
    for socket in sockets:
        await socket.open()
    await world.call("POST", "/auth/logout", token=users[0].token)
    await sockets[0].wait_closed()
    world.evidence.expect(await is_logged_in(world, users[1].token), "a log-out ended another session of the account")
    # Whoever closes both does it in one turn: an answer to a ping comes after it.
    try:
        await sockets[1].ask({"type": "connect"})
    except AssertionError as error:
        world.evidence.found(f"a log-out closed a device of another session: {error}")
    await sockets[1].close()
    await world.call("POST", "/auth/logout", token=users[1].token)
