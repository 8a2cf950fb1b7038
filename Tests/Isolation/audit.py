"""The end, from each user's side: everything that is the user's is there once, and nothing was done to it by others."""

from world import Thread, User, World

# A connection follows a bounded number of threads.
THREADS_A_DEVICE = 100


async def audit(world: World, user: User) -> None:
    heads = await check_list(world, user)
    for thread in user.main:
        thread.head = heads.get(thread.id, 0)
    for device in user.devices:
        await device.reach({thread.id: thread.head for thread in user.main})
        await device.ask({"type": "connect"})
    for stream in user.streams:
        await stream.reach(heads.get(stream.thread, 0))
    for lost in user.lost_devices:
        world.evidence.found(lost)
    names = list(user.threads)
    for start in range(0, len(names), THREADS_A_DEVICE):
        await check_logs(world, user, {name: heads.get(name, 0) for name in names[start : start + THREADS_A_DEVICE]})
    await check_session(world, user)


async def check_session(world: World, user: User) -> None:
    """Nobody else has ended it."""
    me = await world.call("GET", "/auth/me", as_user=user)
    world.evidence.expect(me.status == 200 and me.json["id"] == user.id, f"the session of {user} ended: {me}")
    renewed = await world.call("POST", "/auth/refresh", {"refresh_token": user.refresh_token}, as_user=user)
    world.evidence.expect(
        renewed.status == 200 and renewed.json["user"]["id"] == user.id, f"{user} cannot refresh: {renewed}")


async def check_list(world: World, user: User) -> dict[str, int]:
    """The list of threads; returns their heads."""
    heads: dict[str, int] = {}
    cursor = ""
    while True:
        page = await world.call("GET", f"/api/threads?limit=200{cursor}", as_user=user)
        assert page.status == 200, page
        for shown in page.json["threads"]:
            thread = user.threads.get(shown["id"])
            if thread is None:
                world.evidence.found(f"{user} has a thread that the user did not make: {shown}")
                continue
            heads[shown["id"]] = shown["head"]
            if thread.title is not None and shown["title"] != thread.title:
                world.evidence.found(f"the thread {thread.id} of {user} is called {shown['title']!r}")
            left = set(thread.messages) - thread.stopped
            if set(shown["open_runs"]) != left:
                world.evidence.found(f"the open runs of {thread.id} of {user} are {shown['open_runs']}, not {left}")
        if not page.json["next"]:
            break
        cursor = f"&before={page.json['next']}"
    missing = set(user.threads) - set(heads)
    world.evidence.expect(not missing, f"{user} has lost the threads {missing}")
    return heads


async def check_logs(world: World, user: User, heads: dict[str, int]) -> None:
    device = world.device(user, "the auditing device")
    device.record = {}
    await device.open()
    await device.follow({name: 0 for name in heads})
    await device.reach(heads)
    await device.close()
    for name in heads:
        check_log(world, user, user.threads[name], device.record.get(name, []))


def check_log(world: World, user: User, thread: Thread, log: list[dict]) -> None:
    """Everything the user and the user's producers wrote, once, and nothing else."""
    found = world.evidence.found
    if [event["seq"] for event in log] != list(range(1, len(log) + 1)):
        found(f"the log of {thread.id} of {user} has holes: {[event['seq'] for event in log]}")
    ids = {event["event_id"] for event in log}
    if len(ids) != len(log):
        found(f"the log of {thread.id} of {user} has an event twice")
    for seq, identifier in thread.produced.items():
        if seq > len(log) or log[seq - 1]["event_id"] != identifier:
            found(f"event {seq} of {thread.id} of {user} is not {identifier}")
    messages: dict[str, str] = {}
    cancelled: set[str] = set()
    for event in log:
        if event["seq"] in thread.produced:
            continue
        run = event.get("run_id")
        if event["type"] == "user_message":
            messages[run] = event["content"]
        elif event["type"] == "agent_cancelled":
            cancelled.add(run)
        elif event["type"] != "agent_started" or run not in thread.messages:
            found(f"nobody wrote this into {thread.id} of {user}: {event}")
    if messages != thread.messages:
        found(f"the messages of {thread.id} of {user} are {messages}, not {thread.messages}")
    if cancelled != thread.stopped:
        found(f"the cancelled runs of {thread.id} of {user} are {cancelled}, not {thread.stopped}")
