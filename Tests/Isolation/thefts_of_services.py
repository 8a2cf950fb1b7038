"""What only programs and administrators may do: producing events, broadcasts, the inventory."""

import asyncio

from evidence import unknown_like
from thefts import a_thread, needs, theft
from world import User, World

EVENT = {"type": "note", "results": {"text": "forged"}}


@theft
async def produce_with_a_persons_token(world: World, thief: User, victim: User) -> None:
    """A person's token produces nothing, neither for others nor for its own user, and learns nothing."""
    stolen = a_thread(world, victim).id
    answers = []
    for user, thread in (
        (victim.id, stolen), (victim.id, unknown_like(stolen)), (unknown_like(victim.id), stolen),
        (thief.id, thief.main[0].id),
    ):
        answers.append(await world.call(
            "POST", f"/api/users/{user}/events", {"thread_id": thread, "events": [EVENT]}, as_user=thief))
    for answer in answers:
        world.evidence.expect(answer.status == 403, f"events with a person's token were answered {answer}")
        world.evidence.same("events with a person's token", answers[0].parts, answer.parts, [], [])
    nobody = await world.call("POST", f"/api/users/{victim.id}/events", {"thread_id": stolen, "events": [EVENT]})
    world.evidence.expect(nobody.status == 401, f"events without a token were answered {nobody}")


@theft
async def produce_into_a_thread_of_another_user(world: World, thief: User, victim: User) -> None:
    """A program names a user and a thread that is another's: the thread is unknown."""
    stolen = a_thread(world, victim).id
    unknown = unknown_like(stolen)
    answers = [
        await world.call(
            "POST", f"/api/users/{thief.id}/events", {"thread_id": thread, "events": [EVENT]}, token=world.service)
        for thread in (stolen, unknown)
    ]
    world.evidence.same("events into another user's thread", *(answer.parts for answer in answers), [stolen], [unknown])
    world.evidence.expect(answers[0].status == 404, f"events into another user's thread were answered {answers[0]}")


@theft
async def produce_into_a_run_of_another_user(world: World, thief: User, victim: User) -> None:
    if not victim.runs:
        return
    _, stolen = world.random.choice(victim.runs)
    unknown = unknown_like(stolen)
    answers = [
        await world.call(
            "POST", f"/api/users/{thief.id}/events",
            {"thread_id": thief.main[0].id, "run_id": run, "events": [{"type": "agent_completed", "content": "x"}]},
            token=world.service)
        for run in (stolen, unknown)
    ]
    world.evidence.same("events into another user's run", *(answer.parts for answer in answers), [stolen], [unknown])
    reasons = [result["reason"] for result in answers[0].json.get("results", ())]
    world.evidence.expect(reasons == ["unknown_run"], f"events into another user's run were answered {answers[0]}")


@theft
async def produce_under_a_stolen_event_id(world: World, thief: User, victim: User) -> None:
    """An id is taken in the thread that has it and nowhere else."""
    stolen = next(iter(a_thread(world, victim).produced.values()), None)
    own = world.random.choice(thief.main)
    if stolen is None or stolen in own.produced.values():
        return
    event = {"type": "note", "event_id": stolen, "results": {"text": thief.canary}}
    body = {"thread_id": own.id, "events": [event]}
    answer = await world.call("POST", f"/api/users/{thief.id}/events", body, token=world.service)
    world.note_produced(thief, own, [event], answer)


@needs("idempotency")
@theft
async def produce_under_a_stolen_idempotency_key(world: World, thief: User, victim: User) -> None:
    """A key of one user's events says nothing about another's."""
    headers = {"Idempotency-Key": f"key-{world.token(16)}"}
    # `produce` demands that each event is stored.
    await world.produce(victim, a_thread(world, victim), 1, headers=headers)
    await world.produce(thief, a_thread(world, thief), 1, headers=headers)


@theft
async def read_with_a_service_token(world: World, thief: User, victim: User) -> None:
    """A program acts for a user only where the path says so; elsewhere it is a user of its own without threads."""
    stolen = a_thread(world, victim).id
    for path in ("/api/threads/{}", "/api/threads/{}/messages"):
        answers = [
            await world.call("GET", path.format(thread), token=world.service)
            for thread in (stolen, unknown_like(stolen))
        ]
        world.evidence.expect(
            answers[0].parts == answers[1].parts and answers[0].status == 404,
            f"GET {path} with a service token was answered {answers}")
    threads = await world.call("GET", "/api/threads", token=world.service)
    world.evidence.expect(
        threads.status == 200 and threads.json["threads"] == [], f"a service token has the threads {threads}")


@theft
async def look_at_the_inventory(world: World, thief: User, victim: User) -> None:
    answer = await world.call("GET", "/api/manager", as_user=thief)
    world.evidence.expect(answer.status == 403, f"the inventory was shown to a person: {answer}")
    answer = await world.call("GET", "/api/manager")
    world.evidence.expect(answer.status == 401, f"the inventory was shown to nobody in particular: {answer}")
    for path in ("/ws/stats", "/metrics", "/ws/config", "/health"):
        answer = await world.call("GET", path, as_user=thief)
        text = answer.body.decode()
        named = [name for user in world.users for name in (user.id, *user.threads) if name in text]
        world.evidence.expect(not named, f"{path} names {named}")


@theft
async def look_at_the_problems(world: World, thief: User, victim: User) -> None:
    """What logs tell is of all users at once: it is for administrators alone."""
    for method, path in (("GET", "/api/problems"), ("GET", "/api/problems/0123"), ("POST", "/api/problems/0123/resolve")):
        body = {} if method == "POST" else None
        for token, status in ((thief.token, 403), (world.service, 403), (None, 401)):
            answer = await world.call(method, path, body, token=token)
            world.evidence.expect(answer.status == status, f"{method} {path} without the role was answered {answer}")


@needs("broadcast")
@theft
async def broadcast_without_the_role(world: World, thief: User, victim: User) -> None:
    body = {"event": {"type": "notice", "text": "forged"}, "reason": "none"}
    for token, status in ((thief.token, 403), (world.service, 403), (None, 401)):
        answer = await world.call("POST", "/api/broadcast", body, token=token)
        world.evidence.expect(answer.status == status, f"a broadcast without the role was answered {answer}")


async def broadcast_to_all(world: World) -> None:
    """Not a theft: it shows that the broadcasts that never came could have come, and ends every device's count."""
    devices = [device for user in world.users for device in user.devices]
    forged = [device for device in devices if device.broadcasts]
    world.evidence.expect(not forged, f"forged broadcasts came to {forged}")
    body = {"event": {"type": "notice", "text": "to all"}, "reason": "the isolation suite"}
    answer = await world.call("POST", "/api/broadcast", body, token=world.admin)
    world.evidence.expect(answer.status == 200, f"the administrator's broadcast was answered {answer}")
    for device in devices:
        async with asyncio.timeout(30):
            while not device.broadcasts and not device.closed:
                device.progress.clear()
                await device.progress.wait()
