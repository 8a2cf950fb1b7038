"""clients/canon.py against a server that says what it is told to: each rule of the protocol, one at a time."""

import asyncio
import unittest

import support  # noqa: F401  (finds the client)
from canon import CanonClient, CanonError, CanonRefused, Snapshot
from scripted_server import ScriptedServer

import canon


def event(seq: int, **more) -> dict:
    return {"type": "stream_chunk", "seq": seq, "epoch": "e1", "thread_id": "t1", "run_id": "r1", "delta": f"{seq} "} | more


def events(first: int, last: int, **more) -> list[dict]:
    return [event(seq, **more) for seq in range(first, last + 1)]


def resumed(first: int, last: int, **more) -> dict:
    return {"type": "resumed", "thread_id": "t1", "from": first, "to": last, "epoch": "e1"} | more


def snapshot(at: int, **more) -> dict:
    return {
        "type": "snapshot", "thread_id": "t1", "at": at, "epoch": "e1", "truncated": False, "open_run": None, "open_runs": [],
        "messages": [{"id": "m1", "role": "user", "content": "Hi", "run_id": None, "seq": 1, "timestamp": 1, "status": "sent"}],
    } | more


async def take(following, count: int) -> list:
    return [await asyncio.wait_for(following.__anext__(), 5) for _ in range(count)]


class ClientTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.server = await self.enterAsyncContext(ScriptedServer())
        self.notices: list[tuple[str, dict]] = []

    async def client(self, token="token", **options) -> CanonClient:
        options = {"rng": lambda: 0.0} | options
        client = CanonClient(
            self.server.url, token, on_notice=lambda *notice: self.notices.append(notice), connect_options={"proxy": None}, **options
        )
        return await self.enterAsyncContext(client)

    def noticed(self, name: str) -> list[dict]:
        return [details for kind, details in self.notices if kind == name]

    async def following(self, head: int = 0, **options):
        """A client that follows t1 and has read it up to `head`."""
        client = await self.client(**options)
        connection = await self.server.accept()
        await asyncio.wait_for(client.connected(), 5)
        reader = client.follow("t1")
        self.assertEqual(await connection.hear(), {"type": "resume", "threads": {"t1": 0}, "epoch": "e1"})
        if head:
            await connection.say(resumed(1, head), *events(1, head))
            await take(reader, head)
        else:
            await connection.say({"type": "none", "thread_id": "t1", "at": 0, "epoch": "e1"})
        return client, connection, reader

    # Reading

    async def test_each_event_comes_once_and_in_order_whatever_is_repeated(self) -> None:
        _, connection, reader = await self.following()
        await connection.say(*(event(seq) for seq in (1, 2, 2, 1, 3)))
        self.assertEqual([e.seq for e in await take(reader, 3)], [1, 2, 3])
        await connection.silent()

    async def test_a_number_that_was_left_out_is_asked_for_once(self) -> None:
        _, connection, reader = await self.following(3)
        await connection.say(*events(5, 7))
        self.assertEqual((await connection.hear())["threads"], {"t1": 3})
        await connection.silent()
        await connection.say(resumed(4, 7), *events(4, 8))
        self.assertEqual([e.seq for e in await take(reader, 5)], [4, 5, 6, 7, 8])
        self.assertEqual(self.noticed("caught_up")[-1] | {"thread_id": ""}, {"thread_id": "", "from": 4, "to": 7, "count": 4, "cause": "gap"})

    async def test_a_joined_chunk_counts_as_each_of_the_events_it_stands_for(self) -> None:
        _, connection, reader = await self.following(2)
        await connection.say(event(6, seq_from=3, delta="3 4 5 6 "), event(7))
        joined, single = await take(reader, 2)
        self.assertEqual((joined.seq_from, joined.seq, joined["delta"]), (3, 6, "3 4 5 6 "))
        self.assertEqual((single.seq_from, single.seq), (7, 7))
        await connection.silent()

    async def test_a_joined_chunk_that_overlaps_what_is_known_is_asked_for_again(self) -> None:
        _, connection, reader = await self.following(4)
        await connection.say(event(6, seq_from=3))
        self.assertEqual((await connection.hear())["threads"], {"t1": 4})
        await connection.say(resumed(5, 6), event(6, seq_from=5))
        self.assertEqual([(e.seq_from, e.seq) for e in await take(reader, 1)], [(5, 6)])

    async def test_a_joined_chunk_after_a_gap_is_asked_for_again(self) -> None:
        _, connection, reader = await self.following(2)
        await connection.say(event(6, seq_from=4))
        self.assertEqual((await connection.hear())["threads"], {"t1": 2})
        await connection.say(resumed(3, 6), event(6, seq_from=3))
        self.assertEqual([(e.seq_from, e.seq) for e in await take(reader, 1)], [(3, 6)])

    async def test_an_unasked_snapshot_replaces_what_was_known_and_live_events_go_on_after_it(self) -> None:
        _, connection, reader = await self.following(2)
        run = {"run_id": "r1", "agent_name": "a", "message_id": "m", "text": "so far"}
        await connection.say(snapshot(40, open_run=run, open_runs=[run], truncated=True), event(41))
        replacement, live = await take(reader, 2)
        self.assertIsInstance(replacement, Snapshot)
        self.assertEqual((replacement.seq, replacement.cause, replacement.truncated), (40, "lag", True))
        self.assertEqual(replacement.open_runs, [run])
        self.assertFalse(replacement.ends("r1"))
        self.assertTrue(replacement.ends("r0"))
        self.assertEqual(live.seq, 41)
        await connection.silent()

    async def test_a_snapshot_in_the_middle_of_a_replay_ends_it_and_later_losses_are_still_seen(self) -> None:
        _, connection, reader = await self.following(2)
        await connection.say({"type": "heartbeat", "heads": {"t1": 50}})
        await connection.hear("resume")
        await connection.say(resumed(3, 50), event(3), snapshot(60))
        self.assertEqual([e.seq for e in await take(reader, 2)], [3, 60])
        await connection.say({"type": "heartbeat", "heads": {"t1": 61}})
        self.assertEqual((await connection.hear())["threads"], {"t1": 60})
        self.assertEqual(self.noticed("caught_up")[1:], [])

    async def test_a_snapshot_answers_a_cursor_of_a_foreign_epoch(self) -> None:
        _, connection, reader = await self.following(3)
        connection.break_off()
        connection = await self.server.accept("e2")
        self.assertEqual(await connection.hear(), {"type": "resume", "threads": {"t1": 3}, "epoch": "e1"})
        await connection.say(snapshot(1, epoch="e2"), event(2, epoch="e2"))
        replacement, live = await take(reader, 2)
        self.assertEqual((replacement.seq, replacement.epoch, replacement.cause), (1, "e2", "reconnect"))
        self.assertEqual((live.seq, live.epoch), (2, "e2"))
        connection.break_off()
        connection = await self.server.accept("e2")
        self.assertEqual(await connection.hear(), {"type": "resume", "threads": {"t1": 2}, "epoch": "e2"})

    async def test_an_event_of_a_foreign_epoch_is_not_taken_for_the_next_one(self) -> None:
        _, connection, _ = await self.following(3)
        await connection.say(event(4, epoch="e2"))
        self.assertEqual((await connection.hear())["threads"], {"t1": 3})

    async def test_the_heads_of_a_heartbeat_reveal_a_loss(self) -> None:
        _, connection, _ = await self.following(3)
        await connection.say({"type": "heartbeat", "heads": {"t1": 3, "other": 9}})
        await connection.silent()
        await connection.say({"type": "heartbeat", "data": {"heads": {"t1": 4}}})
        self.assertEqual((await connection.hear())["threads"], {"t1": 3})

    async def test_a_lost_connection_is_resumed_from_the_last_event(self) -> None:
        _, connection, reader = await self.following(3)
        connection.break_off()
        connection = await self.server.accept()
        self.assertEqual(await connection.hear(), {"type": "resume", "threads": {"t1": 3}, "epoch": "e1"})
        await connection.say(resumed(4, 5), *events(4, 5))
        self.assertEqual([e.seq for e in await take(reader, 2)], [4, 5])
        self.assertEqual(self.noticed("resumed")[-1]["cause"], "reconnect")

    async def test_live_events_before_the_answer_to_a_resume_are_not_repeated(self) -> None:
        _, connection, reader = await self.following(3)
        await connection.say({"type": "heartbeat", "heads": {"t1": 5}})
        await connection.hear("resume")
        await connection.say(event(4), resumed(4, 5), *events(4, 6))
        self.assertEqual([e.seq for e in await take(reader, 3)], [4, 5, 6])

    async def test_a_thread_that_does_not_exist_is_an_error_of_its_reader_alone(self) -> None:
        client, connection, reader = await self.following(1)
        other = client.follow("t2")
        await connection.hear("resume")
        await connection.say({"type": "not_found", "thread_id": "t2"}, event(2))
        with self.assertRaises(CanonError) as raised:
            await take(other, 1)
        self.assertEqual(raised.exception.code, "NOT_FOUND")
        self.assertEqual([e.seq for e in await take(reader, 1)], [2])

    async def test_a_thread_whose_first_message_is_on_its_way_is_waited_for(self) -> None:
        client = await self.client()
        sending = asyncio.create_task(client.send("hello", thread="new", client_msg_id="m1"))
        await asyncio.sleep(0)
        reader = client.follow("new")
        connection = await self.server.accept()
        self.assertEqual([(await connection.hear())["type"] for _ in range(2)], ["resume", "user_message"])
        await connection.say(
            {"type": "not_found", "thread_id": "new"}, {"type": "ack", "client_msg_id": "m1", "thread_id": "new", "run_id": "r"},
            event(1, thread_id="new"),
        )
        self.assertEqual([e.seq for e in await take(reader, 1)], [1])
        self.assertEqual((await sending).run_id, "r")

    async def test_a_reader_that_stops_and_follows_again_misses_nothing_and_reads_nothing_twice(self) -> None:
        client, connection, reader = await self.following(2)
        await connection.say(*events(3, 6))
        self.assertEqual([e.seq for e in await take(reader, 1)], [3])
        reader.close()
        self.assertEqual(client.seen("t1"), ("e1", 3))
        again = client.follow("t1")
        self.assertEqual((await connection.hear())["threads"], {"t1": 3})
        await connection.say(resumed(4, 6), *events(4, 6))
        self.assertEqual([e.seq for e in await take(again, 3)], [4, 5, 6])

    async def test_a_second_reader_of_a_thread_takes_the_place_of_the_first(self) -> None:
        client, connection, reader = await self.following(2)
        second = client.follow("t1")
        await connection.hear("resume")
        with self.assertRaises(StopAsyncIteration):
            await take(reader, 1)
        await connection.say({"type": "none", "thread_id": "t1", "at": 2, "epoch": "e1"}, event(3))
        self.assertEqual([e.seq for e in await take(second, 1)], [3])

    async def test_a_cancelled_read_loses_no_event(self) -> None:
        _, connection, reader = await self.following()
        for seq in range(1, 30):
            reading = asyncio.create_task(reader.__anext__())
            await asyncio.sleep(0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await connection.say(event(seq))
            self.assertEqual([e.seq for e in await take(reader, 1)], [seq])

    async def test_a_reader_that_falls_behind_gets_the_rest_from_the_log(self) -> None:
        self.addCleanup(setattr, canon, "QUEUE_LIMIT", canon.QUEUE_LIMIT)
        canon.QUEUE_LIMIT = 4
        _, connection, reader = await self.following()
        await connection.say(*events(1, 20))
        while len(reader._queue) < 4:
            await asyncio.sleep(0.005)
        await connection.say({"type": "heartbeat", "heads": {"t1": 20}})
        await connection.silent()
        reading = asyncio.create_task(take(reader, 8))
        self.assertEqual((await connection.hear())["threads"], {"t1": 4})
        await connection.say(resumed(5, 8), *events(5, 8))
        self.assertEqual([e.seq for e in await reading], list(range(1, 9)))

    async def test_an_abandoned_reader_is_not_resumed(self) -> None:
        client, connection, reader = await self.following(2)
        del reader
        connection.break_off()
        connection = await self.server.accept()
        await connection.silent()
        self.assertEqual(client.seen("t1"), ("e1", 2))

    # Sending

    async def test_a_message_is_sent_again_under_its_id_until_it_is_acknowledged(self) -> None:
        client, connection, _ = await self.following(1)
        sending = asyncio.create_task(client.send("hello", thread="t1"))
        first = await connection.hear("user_message")
        self.assertEqual(first["payload"], {"content": "hello", "thread_id": "t1"})
        connection.break_off()
        connection = await self.server.accept()
        self.assertEqual((await connection.hear())["type"], "resume")
        self.assertEqual(await connection.hear("user_message"), first)
        await connection.say({"type": "ack", "client_msg_id": first["client_msg_id"], "thread_id": "t1", "run_id": "r1", "duplicate": True})
        sent = await sending
        self.assertEqual((sent.thread_id, sent.run_id, sent.duplicate), ("t1", "r1", True))
        connection.break_off()
        connection = await self.server.accept()
        await connection.hear("resume")
        await connection.silent()

    async def test_a_message_is_sent_again_when_the_limit_allows_it_or_the_server_is_able_to(self) -> None:
        for code in ("RATE_LIMITED", "UNAVAILABLE"):
            with self.subTest(code):
                client = await self.client()
                connection = await self.server.accept()
                sending = asyncio.create_task(client.send("hello"))
                first = await connection.hear("user_message")
                await connection.say({"type": "error_message", "error_code": code, "error_message": "Slow.", "retry_after_ms": 300, "client_msg_id": first["client_msg_id"]})
                await connection.silent(0.2)
                self.assertEqual(await connection.hear(), first)
                await connection.say({"type": "ack", "client_msg_id": first["client_msg_id"], "thread_id": "t", "run_id": "r"})
                self.assertEqual((await sending).run_id, "r")
                await client.close()

    async def test_a_refused_message_is_an_error_with_the_servers_words_and_is_not_sent_again(self) -> None:
        client = await self.client()
        connection = await self.server.accept()
        sending = asyncio.create_task(client.send("x", client_msg_id="m1"))
        await connection.hear("user_message")
        await connection.say({"type": "error_message", "error_code": "TOO_LONG", "error_message": "Too long.", "field": "content", "client_msg_id": "m1"})
        with self.assertRaisesRegex(CanonError, "Too long") as raised:
            await sending
        self.assertEqual((raised.exception.code, raised.exception.field), ("TOO_LONG", "content"))
        connection.break_off()
        await (await self.server.accept()).silent()

    async def test_a_message_that_is_too_long_for_a_frame_is_given_up_and_the_others_are_sent(self) -> None:
        client = await self.client()
        connection = await self.server.accept()
        long = asyncio.create_task(client.send("x" * 5_000))
        short = asyncio.create_task(client.send("short", client_msg_id="m2"))
        await connection.hear()
        await connection.close(1009, "message_too_big")
        with self.assertRaises(CanonError) as raised:
            await long
        self.assertEqual(raised.exception.code, "TOO_LONG")
        connection = await self.server.accept()
        self.assertEqual((await connection.hear())["client_msg_id"], "m2")
        await connection.say({"type": "ack", "client_msg_id": "m2", "thread_id": "t", "run_id": "r"})
        await short

    async def test_a_cancelled_send_is_not_sent_again(self) -> None:
        client = await self.client()
        connection = await self.server.accept()
        sending = asyncio.create_task(client.send("x"))
        await connection.hear("user_message")
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        self.assertTrue(sending.cancelled())
        connection.break_off()
        await (await self.server.accept()).silent()

    async def test_a_stop_is_asked_for_until_it_is_answered(self) -> None:
        client = await self.client()
        connection = await self.server.accept()
        stops = [asyncio.create_task(client.stop(run)) for run in ("r1", "r2")]
        for run in ("r1", "r2"):
            self.assertEqual(await connection.hear(), {"type": "stop_agent", "payload": {"run_id": run}})
        await connection.say({"type": "ack", "received_type": "stop_agent", "status": "no_open_run", "run_ids": []})
        self.assertEqual(await stops[0], "no_open_run")
        connection.break_off()
        connection = await self.server.accept()
        self.assertEqual((await connection.hear())["payload"], {"run_id": "r2"})
        await connection.say({"type": "ack", "received_type": "stop_agent", "status": "stopping", "run_ids": ["r2"]})
        self.assertEqual(await stops[1], "stopping")

    # Closing

    async def test_the_server_says_when_to_come_back(self) -> None:
        client, connection, _ = await self.following(1)
        await connection.say({"type": "going_away", "resume_after_ms": 250})
        await connection.close(1001)
        again = await self.server.accept()
        await again.hear("resume")
        self.assertEqual([status["delay"] for status in self.noticed("status") if status["state"] == "waiting"], [0.25])

    async def test_an_expired_token_is_replaced_and_the_client_goes_on(self) -> None:
        tokens = iter(["first", "second"])

        async def token() -> str:
            return next(tokens)

        _, connection, _ = await self.following(2, token=token)
        self.assertEqual(connection.headers["Authorization"], "Bearer first")
        await connection.close(1008, "token_expired")
        connection = await self.server.accept()
        self.assertEqual(connection.headers["Authorization"], "Bearer second")
        self.assertEqual((await connection.hear())["threads"], {"t1": 2})

    async def test_tokens_are_not_replaced_for_ever(self) -> None:
        client = await self.client(token=lambda: "old")
        for _ in range(3):
            await (await self.server.accept(None)).close(1008, "token_expired")
        with self.assertRaises(CanonRefused) as raised:
            await asyncio.wait_for(client.connected(), 5)
        self.assertEqual(raised.exception.code, "token_expired")

    async def test_a_client_the_server_will_not_have_gives_up_and_says_why_everywhere(self) -> None:
        for reason in ("authentication_failed", "token_revoked", "too_many_connections", "token_expired"):
            with self.subTest(reason):
                client, connection, reader = await self.following(1)
                sending = asyncio.create_task(client.send("x"))
                await connection.hear("user_message")
                await connection.close(1008, reason)
                for waiting in (sending, asyncio.create_task(reader.__anext__())):
                    with self.assertRaises(CanonRefused) as raised:
                        await asyncio.wait_for(waiting, 5)
                    self.assertEqual(raised.exception.code, reason)
                with self.assertRaises(CanonRefused):
                    await client.send("again")
                self.assertEqual(client.state, "refused")

    async def test_an_upgrade_that_is_refused_for_good_is_not_tried_again_and_another_one_is(self) -> None:
        self.server.refusals = [(503, {"Retry-After": "0.2"})]
        client = await self.client()
        await self.server.accept()
        await asyncio.wait_for(client.connected(), 5)
        self.assertEqual([s["delay"] for s in self.noticed("status") if s["state"] == "waiting"], [0.2])
        self.server.refusals = [(400, {})]
        client = await self.client()
        with self.assertRaisesRegex(CanonRefused, "Not today"):
            await asyncio.wait_for(client.connected(), 5)

    async def test_a_silent_connection_is_given_up(self) -> None:
        for name, value in (("SILENCE_LIMIT", 0.4), ("HANDSHAKE_LIMIT", 0.4), ("WATCH_INTERVAL", 0.05)):
            self.addCleanup(setattr, canon, name, getattr(canon, name))
            setattr(canon, name, value)
        await self.client()
        unwelcome = await self.server.accept(None)
        silent = await self.server.accept()  # the first one was never welcomed
        current = await self.server.accept()  # the second one said nothing more
        for given_up in (unwelcome, silent):
            await asyncio.wait_for(given_up._socket.wait_closed(), 5)
        self.assertIsNone(current._socket.close_code, "the third one is used")

    async def test_unanswered_messages_and_resumes_are_sent_again_on_the_same_connection(self) -> None:
        for name, value in (("ANSWER_LIMIT", 0.2), ("WATCH_INTERVAL", 0.05)):
            self.addCleanup(setattr, canon, name, getattr(canon, name))
            setattr(canon, name, value)
        client = await self.client()
        connection = await self.server.accept()
        await asyncio.wait_for(client.connected(), 5)
        reader = client.follow("t1")
        sending = asyncio.create_task(client.send("x", client_msg_id="m1"))
        said = [(await connection.hear())["type"] for _ in range(4)]
        self.assertEqual(sorted(said), ["resume", "resume", "user_message", "user_message"])
        await client.close()
        with self.assertRaises(CanonError):
            await sending
        with self.assertRaises(StopAsyncIteration):
            await take(reader, 1)

    async def test_a_closed_client_says_good_bye_and_ends_its_readers(self) -> None:
        client, connection, reader = await self.following(1)
        await client.close()
        with self.assertRaises(StopAsyncIteration):
            await take(reader, 1)
        await asyncio.wait_for(connection._socket.wait_closed(), 5)
        self.assertEqual(connection._socket.close_code, 1000)

    def test_retries_are_spread_under_a_doubling_ceiling(self) -> None:
        self.assertEqual(
            [canon.backoff(attempt, lambda: 1.0) for attempt in range(10)], [0, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
        )
        self.assertEqual(canon.backoff(3, lambda: 0.25), 0.5)

    def test_addresses(self) -> None:
        self.assertEqual(canon.socket_address("https://host"), "wss://host/ws")
        self.assertEqual(canon.socket_address("http://host:8080/"), "ws://host:8080/ws")
        self.assertEqual(canon.socket_address("ws://host/websocket"), "ws://host/websocket")
        with self.assertRaisesRegex(ValueError, "no http"):
            canon.socket_address("host:80")


if __name__ == "__main__":
    unittest.main()
