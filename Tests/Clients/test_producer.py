"""CanonProducer of clients/canon.py against a server that answers as it is told to."""

import asyncio
import unittest

import support  # noqa: F401  (finds the client)
from canon import CanonError, CanonProducer, CanonRefused, RunEnded
from scripted_http import ScriptedHTTP


class ProducerTestCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.server = await self.enterAsyncContext(ScriptedHTTP())
        self.producer = await self.enterAsyncContext(
            CanonProducer(self.server.url, "cst_secret", patience=3, rng=lambda: 0.01)
        )

    def types(self) -> list[str]:
        return [event["type"] for event in self.server.stored.values()]


class PublishTests(ProducerTestCase):
    async def test_events_are_stored_with_a_token_a_key_and_ids(self) -> None:
        receipts = await self.producer.publish("u/1 x", "t1", "r1", [{"type": "stream_chunk", "delta": "a"}, {"type": "note", "event_id": "mine"}])
        [(headers, body)] = self.server.posts
        self.assertEqual(self.server.users, ["u/1 x"])
        self.assertEqual(headers["Authorization"], "Bearer cst_secret")
        self.assertTrue(headers["Idempotency-Key"])
        self.assertEqual((body["thread_id"], body["run_id"]), ("t1", "r1"))
        self.assertEqual(body["events"][1]["event_id"], "mine")
        self.assertTrue(body["events"][0]["event_id"])
        self.assertEqual([(r.status, r.seq, r.delivered, r.reason) for r in receipts], [("stored", 1, 2, None), ("stored", 2, 2, None)])

    async def test_a_request_whose_answer_was_lost_is_sent_again_with_the_same_key_and_body(self) -> None:
        for fault in ("lost", "cut", 500, 503, 429):
            with self.subTest(fault):
                self.server.posts.clear()
                self.server.faults = [fault]
                [receipt] = await self.producer.publish("u", "t", "r", [{"type": "note"}])
                self.assertIn(receipt.status, ("stored", "duplicate"))
                first, second = self.server.posts
                self.assertEqual(first[1], second[1])
                self.assertEqual(first[0]["Idempotency-Key"], second[0]["Idempotency-Key"])
        self.assertEqual(len(self.server.stored), 5)

    async def test_a_refused_request_is_an_error_with_the_servers_words_and_is_not_repeated(self) -> None:
        for status, kind in ((401, CanonRefused), (403, CanonRefused), (404, CanonError), (422, CanonError)):
            self.server.posts.clear()
            self.server.faults = [status]
            with self.assertRaisesRegex(kind, "Scripted") as raised:
                await self.producer.publish("u", "t", "r", [{"type": "note"}])
            self.assertEqual((raised.exception.code, len(self.server.posts)), ("not_found" if status == 404 else "scripted", 1))

    async def test_a_server_that_cannot_be_reached_is_given_up_after_a_while(self) -> None:
        producer = CanonProducer("http://127.0.0.1:1", "cst", patience=0.2, rng=lambda: 0.05)
        with self.assertRaises(CanonError) as raised:
            await producer.publish("u", "t", "r", [{"type": "note"}])
        self.assertEqual(raised.exception.code, "UNAVAILABLE")
        producer.close()

    async def test_many_events_go_in_several_requests_each_with_its_own_key(self) -> None:
        receipts = await self.producer.publish("u", "t", "r", [{"type": "note", "n": n} for n in range(250)], key="k")
        self.assertEqual([len(body["events"]) for _, body in self.server.posts], [100, 100, 50])
        self.assertEqual([headers["Idempotency-Key"] for headers, _ in self.server.posts], ["k", "k-1", "k-2"])
        self.assertEqual([receipt.seq for receipt in receipts], list(range(1, 251)))
        self.server.posts.clear()
        await self.producer.publish("u", "t", "r", [{"type": "note", "text": "x" * 200_000} for _ in range(3)])
        self.assertEqual([len(body["events"]) for _, body in self.server.posts], [1, 1, 1])


class RunTests(ProducerTestCase):
    async def test_a_run_has_its_steps_in_order_and_completes_with_what_was_said(self) -> None:
        async with self.producer.run("u", "t", "r") as run:
            await run.started("planner")
            await run.thinking("hm")
            async with run.tool("search", query="x") as tool:
                tool.results = [1, 2]
            for piece in ("a", "", "b"):
                await run.delta(piece)
        events = list(self.server.stored.values())
        self.assertEqual(self.types(), ["agent_started", "agent_thinking", "tool_executing", "tool_completed", "stream_chunk", "stream_chunk", "agent_completed"])
        self.assertEqual((events[2]["tool_args"], events[3]["results"], events[3]["success"]), ({"query": "x"}, [1, 2], True))
        self.assertEqual(events[2]["execution_id"], events[3]["execution_id"])
        self.assertEqual(events[-1]["final_response"], "ab")
        self.assertEqual(len({event["message_id"] for event in events[4:]}), 1)

    async def test_the_first_piece_is_sent_at_once_and_those_after_it_together(self) -> None:
        async with self.producer.run("u", "t", "r") as run:
            for number in range(500):
                await run.delta(f"{number} ")
        self.assertEqual(self.server.posts[0][1]["events"][0]["delta"], "0 ")
        self.assertLess(len(self.server.posts), 60)
        deltas = [event["delta"] for event in self.server.stored.values() if event["type"] == "stream_chunk"]
        self.assertEqual(deltas, [f"{number} " for number in range(500)])

    async def test_pieces_stay_in_order_when_answers_are_lost(self) -> None:
        self.server.faults = ["lost", 503, "cut", "lost", 500]
        async with self.producer.run("u", "t", "r") as run:
            for number in range(50):
                await run.delta(f"{number} ")
                await asyncio.sleep(0.001)
        self.assertEqual("".join(e.get("delta", "") for e in self.server.stored.values()), "".join(f"{n} " for n in range(50)))

    async def test_a_run_that_was_stopped_ends_its_writer_quietly(self) -> None:
        reached = False
        async with self.producer.run("u", "t", "r") as run:
            await run.delta("a")
            await run.flush()
            self.server.refusal = "run_ended"
            await run.delta("b")
            with self.assertRaises(RunEnded):
                await run.flush()
            await run.delta("c")
            reached = True
        self.assertFalse(reached)
        self.assertEqual(self.types(), ["stream_chunk"])

    async def test_an_agent_that_fails_ends_its_run_with_an_error_that_gives_nothing_away(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            async with self.producer.run("u", "t", "r") as run:
                async with run.tool("divide"):
                    1 / 0
        events = list(self.server.stored.values())
        self.assertEqual(self.types(), ["tool_executing", "tool_completed", "agent_error"])
        self.assertEqual((events[1]["success"], events[2]["reason"]), (False, "agent_failed"))
        self.assertNotIn("division by zero", str(events))

    async def test_a_run_whose_task_is_cancelled_stays_open(self) -> None:
        async def agent() -> None:
            async with self.producer.run("u", "t", "r") as run:
                await run.delta("a")
                await run.flush()
                async with run.tool("wait"):
                    await asyncio.sleep(60)

        task = asyncio.create_task(agent())
        while "tool_executing" not in self.types():
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.assertEqual(self.types(), ["stream_chunk", "tool_executing"])

    async def test_a_conversation_that_was_deleted_ends_the_writer(self) -> None:
        async with self.producer.run("u", "t", "r") as run:
            self.server.faults = [404]
            await run.delta("a")
            with self.assertRaises(RunEnded):
                await run.flush()


class FeedTests(ProducerTestCase):
    async def feed(self):
        return await asyncio.wait_for(self.server.feeds.get(), 5)

    async def test_runs_come_once_whatever_the_feed_repeats_and_go_on_after_the_last_cursor(self) -> None:
        runs = self.producer.runs()
        reading = asyncio.create_task(runs.__anext__())
        feed = await self.feed()
        self.assertIsNone(feed.cursor)
        await feed.open("r1", "c1", "Zeile 1\nÜ")
        first = await reading
        self.assertEqual((first.user_id, first.thread_id, first.run_id, first.text, first.seq, first.timestamp), ("u1", "t1", "r1", "Zeile 1\nÜ", 1, 5.5))
        reading = asyncio.create_task(runs.__anext__())
        await feed.open("r1", "c1")
        await feed.write('id: c2\ndata: {"type":"run_opened","run_id":"half')
        feed.break_off()
        feed = await self.feed()
        self.assertEqual(feed.cursor, "c1")
        await feed.open("r1", "c1")
        await feed.open("r2", "c2")
        self.assertEqual((await asyncio.wait_for(reading, 5)).run_id, "r2")
        reading = asyncio.create_task(runs.__anext__())
        feed.end()
        feed = await self.feed()
        self.assertEqual(feed.cursor, "c2")
        await feed.open("r3", "c3")
        self.assertEqual((await asyncio.wait_for(reading, 5)).run_id, "r3")
        await runs.aclose()

    async def test_a_feed_that_is_refused_says_so_and_one_that_is_not_ready_is_asked_again(self) -> None:
        self.server.feed_status = [503, 500]
        runs = self.producer.runs()
        reading = asyncio.create_task(runs.__anext__())
        await (await self.feed()).open("r1", "c1")
        self.assertEqual((await asyncio.wait_for(reading, 5)).run_id, "r1")
        await runs.aclose()
        for status, code in ((404, "NOT_SUPPORTED"), (401, "scripted"), (403, "scripted")):
            self.server.feed_status = [status]
            with self.assertRaises(CanonRefused) as raised:
                await asyncio.wait_for(self.producer.runs().__anext__(), 5)
            self.assertEqual(raised.exception.code, code)

    async def test_every_run_is_answered_and_one_that_fails_does_not_hold_up_the_others(self) -> None:
        async def answer(run) -> None:
            if run.text == "fail":
                raise ValueError("inside")
            await run.delta(run.text.upper())

        with self.assertLogs("canon", "ERROR"):
            serving = asyncio.create_task(self.producer.serve(answer, limit=2))
            feed = await self.feed()
            for number, text in enumerate(["a", "fail", "b", "c"]):
                await feed.open(f"r{number}", f"c{number}", text)
            while sum(kind in ("agent_completed", "agent_error") for kind in self.types()) < 4:
                await asyncio.sleep(0.005)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        answers = sorted(event.get("final_response", "") for event in self.server.stored.values() if event["type"].startswith("agent_"))
        self.assertEqual(answers, ["", "A", "B", "C"])


if __name__ == "__main__":
    unittest.main()
