"""Carries out the faults of a schedule on a device."""

import asyncio

from device import Connection, Device
from schedule import Fault


async def strike(device: Device, fault: Fault) -> None:
    connection = device.current
    if fault.kind.startswith("cut_handshake"):
        device.next_cut = (fault.kind.removeprefix("cut_handshake_"), fault.count, fault.gentle)
        if connection:
            connection.link.cut("fault")
        return
    if connection is None or connection.link.is_closed:
        return
    link = connection.link
    device.record.note(device.name, connection.number, "fault", kind=fault.kind)
    match fault.kind:
        case "cut_in" | "cut_out":
            link.arm(fault.kind.removeprefix("cut_"), fault.count, fault.gentle)
        case "half_open":
            link.go_dead()
            await asyncio.sleep(fault.seconds)
            link.cut("fault")
        case "dead":
            link.go_dead()
        case "delay":
            link.delay(fault.seconds)
            await asyncio.sleep(4 * fault.seconds)
            link.delay(0)
        case "dribble":
            link.dribble(True)
            await asyncio.sleep(fault.seconds)
            link.dribble(False)
        case "stall":
            link.stall()
            await asyncio.sleep(fault.seconds)
            link.unstall()
            device.record.note(device.name, connection.number, "fault", kind="stall_ended")
        case "duplicate":
            await _duplicate(device, connection, fault)
        case "storm":
            await _storm(device, fault)
        case _:
            _reread(device, connection, fault)


async def _duplicate(device: Device, connection: Connection, fault: Fault) -> None:
    second = await device.connect()
    if second is None:
        return
    device.current = second
    await asyncio.sleep(fault.seconds)
    connection.link.gentle = fault.gentle
    connection.link.cut("fault")


async def _storm(device: Device, fault: Fault) -> None:
    device.frozen = device.cursors()
    for _ in range(fault.count):
        connection = device.current
        if connection and not connection.link.is_closed:
            connection.link.gentle = fault.gentle
            connection.link.cut("fault")
        await asyncio.sleep(fault.seconds + 0.02)
    device.frozen = None


def _reread(device: Device, connection: Connection, fault: Fault) -> None:
    if not connection.is_welcome or not device.places:
        return
    thread, place = sorted(device.places.items())[fault.count % len(device.places)]
    match fault.kind:
        case "rewind":
            connection.resume({thread: max(0, place.cursor - fault.count)})
        case "beyond":
            connection.resume({thread: place.cursor + 100_000})
        case "foreign_epoch":
            connection.resume({thread: place.cursor}, epoch="an-epoch-of-another-store")
        case "restore" if place.last_id:
            connection.asked.add(thread)
            connection.send({"type": "session_restore", "thread_id": thread, "lastMessageId": place.last_id})
