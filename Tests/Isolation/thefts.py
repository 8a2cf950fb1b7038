"""What one user can try with the ids of another over the socket and over REST.

Each theft is done twice: with an id that somebody else has, and with one that nobody has. The two answers must be the
same. That nothing happened to the victim is found out at the end, from the victim's side (`audit.py`).
"""

from evidence import unknown_like
from world import User, World

THEFTS: dict[str, object] = {}


def theft(function):
    THEFTS[function.__name__] = function
    return function


def needs(feature: str):
    """For what only some servers have."""
    def mark(function):
        function.feature = feature
        return function
    return mark


async def compare(world: World, thief: User, name: str, make, stolen: list[str]) -> None:
    """Sends what `make` makes of the stolen ids and of unknown ones; the answers must not differ."""
    unknown = [unknown_like(identifier) for identifier in stolen]
    answers = [await thief.thief.ask(make(*ids)) for ids in (stolen, unknown)]
    answers = [_about(answer, ids) for answer, ids in zip(answers, (stolen, unknown), strict=True)]
    world.evidence.same(name, *answers, stolen, unknown)


def _about(answers: list[dict], ids: list[str]) -> list[dict]:
    """Without the announcements of the thief's own threads, which come whenever they come."""
    return [
        answer for answer in answers
        if answer["type"] != "thread_updated" or answer.get("thread_id") in ids
    ]


async def compare_requests(world: World, thief: User, method: str, path: str, stolen: str, body=None) -> None:
    unknown = unknown_like(stolen)
    answers = [
        await world.call(method, path.format(identifier), body, as_user=thief) for identifier in (stolen, unknown)
    ]
    world.evidence.same(f"{method} {path}", *(answer.parts for answer in answers), [stolen], [unknown])
    world.evidence.expect(
        400 <= answers[0].status < 500, f"{method} {path} with a stolen id was answered {answers[0]}")


def a_thread(world: World, victim: User):
    return world.random.choice(victim.main)


# -- Over the socket


@theft
async def resume_with_a_stolen_cursor(world: World, thief: User, victim: User) -> None:
    thread = a_thread(world, victim)
    seq = world.random.choice((0, thread.head // 2, thread.head, thread.head + 1000))
    await compare(
        world, thief, "resume", lambda identifier: {"type": "resume", "threads": {identifier: seq}}, [thread.id])


@theft
async def resume_own_and_stolen_threads_together(world: World, thief: User, victim: User) -> None:
    own = a_thread(world, thief)
    # What the thief has seen is resumed again from the number the device has.
    seq = thief.thief.cursors.get(own.id, 0)
    stolen = a_thread(world, victim).id
    answers = await thief.thief.ask({"type": "resume", "threads": {own.id: seq, stolen: 0}})
    kinds = {answer["thread_id"]: answer["type"] for answer in answers if answer["type"] != "thread_updated"}
    world.evidence.expect(
        kinds.get(stolen) == "not_found" and kinds.get(own.id) in ("resumed", "none", "snapshot"),
        f"resume of an own and a stolen thread was answered {answers}")
    thief.thief.cursors.setdefault(own.id, seq)


@theft
async def restore_a_stolen_session(world: World, thief: User, victim: User) -> None:
    thread = a_thread(world, victim)
    markers = [*thread.produced.values(), *thread.messages] or ["evt_none_0000000000000000"]
    marker = world.random.choice(markers)
    await compare(
        world, thief, "session_restore",
        lambda identifier, marker: {
            "type": "session_restore", "payload": {"thread_id": identifier, "lastMessageId": marker}},
        [thread.id, marker])


@theft
async def look_a_stolen_marker_up_in_an_own_thread(world: World, thief: User, victim: User) -> None:
    markers = list(a_thread(world, victim).produced.values())
    if not markers:
        return
    # On a device of its own, because an unknown marker makes the whole thread come again. In a thread without events
    # every marker is answered the same, until the first one is stored between the two questions.
    filled = [thread for thread in thief.main if thread.head > 0]
    if not filled:
        return
    own = min(filled, key=lambda thread: thread.head)
    answers = []
    stolen = world.random.choice(markers)
    unknown = unknown_like(stolen)
    for marker in (stolen, unknown):
        device = world.device(thief, "a restoring device")
        await device.open()
        answer = await device.ask(
            {"type": "session_restore", "payload": {"thread_id": own.id, "lastMessageId": marker}})
        answers.append([
            {"type": frame["type"], "from": frame.get("from")} for frame in answer if frame["type"] != "thread_updated"
        ])
        await device.close()
    world.evidence.same("session_restore with a stolen marker", *answers, [stolen], [unknown])


@theft
async def stop_a_stolen_run(world: World, thief: User, victim: User) -> None:
    runs = victim.runs
    if not runs:
        return
    _, run = world.random.choice(runs)
    await compare(
        world, thief, "stop_agent", lambda identifier: {"type": "stop_agent", "payload": {"run_id": identifier}}, [run])


@theft
async def stop_the_runs_of_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    thread = victim.main[0]
    await compare(
        world, thief, "stop_agent of a thread",
        lambda identifier: {"type": "stop_agent", "payload": {"thread_id": identifier}}, [thread.id])


@theft
async def rename_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    await compare(
        world, thief, "rename_thread",
        lambda identifier: {"type": "rename_thread", "payload": {"thread_id": identifier, "title": "mine now"}},
        [a_thread(world, victim).id])


@theft
async def delete_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    await compare(
        world, thief, "delete_thread",
        lambda identifier: {"type": "delete_thread", "payload": {"thread_id": identifier}},
        [a_thread(world, victim).id])


@theft
async def read_and_follow_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    for kind in ("get_thread_history", "switch_thread"):
        await compare(
            world, thief, kind, lambda identifier, kind=kind: {"type": kind, "payload": {"thread_id": identifier}},
            [a_thread(world, victim).id])


@theft
async def list_threads(world: World, thief: User, victim: User) -> None:
    answers = await thief.thief.ask({"type": "list_threads"})
    lists = [answer["threads"] for answer in answers if answer["type"] == "thread_list"]
    foreign = [thread["id"] for threads in lists for thread in threads if thread["id"] not in thief.threads]
    world.evidence.expect(len(lists) == 1 and not foreign, f"{thief} was listed the threads {foreign}: {answers}")


@theft
async def claim_to_be_somebody_else(world: World, thief: User, victim: User) -> None:
    own = world.random.choice(thief.main)
    run = victim.runs[0][1] if victim.runs else "run_chat_0"
    claims = {"user_id": victim.id, "run_id": run, "userId": victim.id}
    mine = await world.say(thief, own, claims)
    world.evidence.expect(mine != run, f"{thief} was given the run {run} of {victim}")
    await world.stop(thief, own, mine)


@theft
async def send_under_a_stolen_client_message_id(world: World, thief: User, victim: User) -> None:
    if not victim.client_ids:
        return
    # An id that the thief has used before is the thief's own by now.
    stolen = next((name for name in reversed(victim.client_ids) if name not in thief.client_ids), None)
    if stolen is None:
        return
    own = world.random.choice(thief.main)
    # `say` demands an own run in the own thread, and no duplicate.
    await world.stop(thief, own, await world.say(thief, own, {"client_msg_id": stolen}))


@theft
async def make_a_twin_of_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    """A thread with the id of somebody else's is an own thread, in everything that is done to it."""
    bait = await world.make_thread(victim)
    kept = await world.say(victim, bait)
    await world.produce(victim, bait, 3, kept)
    twin = thief.threads[bait.id] = type(bait)(bait.id, None)
    device = world.device(thief, "a device with a twin")
    await device.open()
    device.cursors[bait.id] = 0
    run = await world.say(thief, twin, device=device)
    await world.produce(thief, twin, 2, run)
    await device.reach({twin.id: twin.head})
    answers = await device.ask({"type": "get_thread_history", "payload": {"thread_id": twin.id}})
    texts = [message["content"] for answer in answers for message in answer.get("messages", ())]
    world.evidence.expect(texts == [twin.messages[run]], f"the history of the twin of {thief} is {texts}")
    # Read from the log and not from what was live.
    fresh = world.device(thief, "a second device with a twin")
    await fresh.open()
    await fresh.follow({twin.id: 0})
    await fresh.reach({twin.id: twin.head})
    messages = await world.call("GET", f"/api/threads/{twin.id}/messages", as_user=thief)
    world.evidence.expect(
        messages.status == 200 and [message["content"] for message in messages.json["messages"]] == texts,
        f"the messages of the twin of {thief} are {messages}")
    if "events" in world.features:
        # What it says is searched like everything the thief receives.
        stream = await world.call("GET", f"/api/threads/{twin.id}/events?after=0", as_user=thief)
        world.evidence.expect(
            stream.status == 200 and stream.body.count(b"\ndata:") == twin.head,
            f"the event stream of the twin of {thief} is {stream}")
    twin.title = f"twin {thief.canary}"
    await device.ask({"type": "rename_thread", "payload": {"thread_id": twin.id, "title": twin.title}})
    # Without a run: what is open in this thread, which must be the thief's own alone.
    stopped = await device.ask({"type": "stop_agent", "payload": {"thread_id": twin.id}})
    twin.stopped.add(run)
    world.evidence.expect(
        [answer.get("run_ids") for answer in stopped if answer["type"] == "ack"] == [[run]],
        f"{thief} stopped the runs of the twin and was answered {stopped}")
    if world.random.random() < 0.7:
        gone = await world.call("DELETE", f"/api/threads/{twin.id}", as_user=thief)
        world.evidence.expect(gone.status == 204, f"{thief} could not delete the own twin: {gone}")
        del thief.threads[twin.id]
        thief.deleted.add(twin.id)
        # What is left of it on its devices may still come.
    await device.close()
    await fresh.close()
    shown = await world.call("GET", f"/api/threads/{bait.id}", as_user=victim)
    world.evidence.expect(
        shown.status == 200 and shown.json["title"] == bait.title and shown.json["open_runs"] == [kept],
        f"after the twin of {thief}, the thread of {victim} is {shown}")
    await world.stop(victim, bait, kept)


@theft
async def authenticate_as_somebody_else_on_a_live_socket(world: World, thief: User, victim: User) -> None:
    device = world.device(thief, "a device with a stolen token")
    await device.open()
    answers = await device.ask({"type": "auth", "payload": {"token": victim.token}})
    refused = [answer for answer in answers if answer.get("error_code") == "FORBIDDEN"]
    world.evidence.expect(len(refused) == 1, f"auth with a stolen token was answered {answers}")
    for token in (world.service, world.admin):
        answers = await device.ask({"type": "auth", "payload": {"token": token}})
        world.evidence.expect(
            any(answer.get("error_code") == "FORBIDDEN" for answer in answers),
            f"auth with a service token on a person's socket was answered {answers}")
    answers = await device.ask({"type": "connect"})
    names = [answer["data"].get("user_id") for answer in answers if answer["type"] == "system_message"]
    world.evidence.expect(names == [thief.id], f"after auth with a stolen token, the device of {thief} is {answers}")
    answers = await device.ask({"type": "resume", "threads": {a_thread(world, victim).id: 0}})
    world.evidence.expect(
        [answer["type"] for answer in answers if answer["type"] != "thread_updated"] == ["not_found"],
        f"after auth with a stolen token, resume was answered {answers}")
    await device.close()


# -- Over REST


@theft
async def read_a_stolen_thread_over_http(world: World, thief: User, victim: User) -> None:
    stolen = a_thread(world, victim).id
    await compare_requests(world, thief, "GET", "/api/threads/{}", stolen)
    await compare_requests(world, thief, "GET", "/api/threads/{}/messages", stolen)


@theft
async def change_a_stolen_thread_over_http(world: World, thief: User, victim: User) -> None:
    stolen = a_thread(world, victim).id
    await compare_requests(world, thief, "PUT", "/api/threads/{}", stolen, {"title": "mine now"})
    await compare_requests(world, thief, "PATCH", "/api/threads/{}", stolen, {"title": "mine now"})
    await compare_requests(world, thief, "DELETE", "/api/threads/{}", stolen)


@theft
async def page_with_a_stolen_list_cursor(world: World, thief: User, victim: User) -> None:
    first = await world.call("GET", "/api/threads?limit=1", as_user=victim)
    cursor = first.json["next"] if first.status == 200 else None
    if not cursor:
        return
    page = await world.call("GET", f"/api/threads?limit=200&before={cursor}", as_user=thief)
    foreign = [thread["id"] for thread in page.json["threads"] if thread["id"] not in thief.threads]
    world.evidence.expect(page.status == 200 and not foreign, f"{thief} paged to the threads {foreign}")


@needs("events")
@theft
async def stream_a_stolen_thread(world: World, thief: User, victim: User) -> None:
    thread = a_thread(world, victim)
    await compare_requests(world, thief, "GET", "/api/threads/{}/events", thread.id)
    await compare_requests(world, thief, "GET", f"/api/threads/{{}}/events?after={thread.head // 2}", thread.id)


@needs("ag-ui")
@theft
async def run_in_a_stolen_thread_over_ag_ui(world: World, thief: User, victim: User) -> None:
    """The thread of a run over AG-UI is scoped like any other: a stolen id makes an own thread."""
    bait = await world.make_thread(victim)
    kept = await world.say(victim, bait)
    twin = thief.threads[bait.id] = type(bait)(bait.id, None)
    text = f"over AG-UI {thief.canary}"
    body = {
        "threadId": twin.id, "runId": kept, "state": {}, "tools": [], "context": [], "forwardedProps": {},
        "messages": [{"id": f"m_{world.token()}", "role": "user", "content": text}],
    }
    answer = await world.call("POST", "/api/ag-ui", body, as_user=thief)
    world.evidence.expect(answer.status in (200, 409, 422), f"a run in a twin over AG-UI was answered {answer}")
    shown = await world.call("GET", f"/api/threads/{twin.id}", as_user=thief)
    for run in shown.json["open_runs"] if shown.status == 200 else ():
        twin.messages[run] = text
        world.evidence.expect(run != kept, f"{thief} was given the run {run} of {victim}")
        await world.stop(thief, twin, run)
    if shown.status != 200:
        del thief.threads[twin.id]
    shown = await world.call("GET", f"/api/threads/{bait.id}", as_user=victim)
    world.evidence.expect(
        shown.status == 200 and shown.json["open_runs"] == [kept],
        f"after a run of {thief} over AG-UI, the thread of {victim} is {shown}")
    await world.stop(victim, bait, kept)
