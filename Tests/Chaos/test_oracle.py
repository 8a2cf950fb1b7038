"""The oracle is only worth what it finds: every planted fault, and nothing in recordings that have none."""

import asyncio
import copy
import os
import random
import tempfile
import unittest
from pathlib import Path

import oracle
import sample
import schedule
import planted_more  # noqa: F401  (registers more of them)
from planted import PLANTED
from play import Play
from world import World


class PlantedFaultTests(unittest.TestCase):
    def names(self, facts: dict) -> set[str]:
        return {violation.name for violation in oracle.judge(facts)}

    def test_a_good_recording_has_no_violation(self) -> None:
        self.assertEqual([str(violation) for violation in oracle.judge(sample.good())], [])

    def test_every_planted_fault_is_named(self) -> None:
        for fault in PLANTED:
            for seed in range(5):
                with self.subTest(fault.name, seed=seed):
                    facts = sample.good()
                    self.assertTrue(fault.plant(facts, random.Random(seed)), "the sample has no place for it")
                    self.assertIn(fault.violation, self.names(facts))

    def test_judging_changes_nothing(self) -> None:
        facts = sample.good()
        before = copy.deepcopy(facts)
        oracle.judge(facts)
        self.assertEqual(facts, before)

    def test_an_error_frame_and_an_unfinished_script_are_violations(self) -> None:
        facts = sample.good()
        facts["errors"].append("the script did not end")
        facts["devices"]["device-0"].insert(2, {
            "t": 0, "c": 0, "e": "frame", "frame": {"type": "error_message", "error_code": "UNAVAILABLE"}})
        self.assertEqual(self.names(facts), {"not_finished", "unexpected_error"})

    def test_a_truncated_snapshot_is_the_end_of_the_conversation(self) -> None:
        for keep, expected in ((1, set()), (2, {"snapshot_differs"})):
            facts = sample.good()
            snapshot = next(
                entry["frame"] for entry in facts["devices"]["device-1"] if
                entry.get("frame", {}).get("type") == "snapshot")
            self.assertEqual(len(snapshot["messages"]), 2)
            # Nothing is missing in a snapshot that says that something is.
            snapshot |= {"truncated": True, "messages": snapshot["messages"][-keep:]}
            self.assertEqual(self.names(facts), expected)


class ScheduleTests(unittest.TestCase):
    def test_a_seed_gives_one_schedule(self) -> None:
        self.assertEqual(schedule.make(42), schedule.make(42))
        self.assertNotEqual(schedule.make(42), schedule.make(43))

    def test_every_kind_of_fault_is_drawn(self) -> None:
        schedules = [schedule.make(seed) for seed in range(1000)]
        drawn = {fault.kind for one in schedules for fault in one.faults}
        self.assertEqual(drawn, set(schedule.FAULTS))
        self.assertEqual({len(one.devices) for one in schedules}, {1, 2, 3, 4})
        self.assertEqual({one.threads for one in schedules}, {1, 2, 3})
        self.assertTrue(any(schedule.kills(batch) for batch in range(schedule.KILL_EVERY)))


@unittest.skipUnless(os.environ.get("CANON_BINARY"), "needs the built program in CANON_BINARY")
class RecordedRunTests(unittest.TestCase):
    """The same faults in recordings of the program itself, each in as many as have a place for it."""

    def test_every_planted_fault_is_named_in_recordings_of_the_program(self) -> None:
        recordings = asyncio.run(self.record(range(12)))
        found: dict[str, int] = {}
        for fault in PLANTED:
            for facts in recordings:
                changed = copy.deepcopy(facts)
                if not fault.plant(changed, random.Random(facts["seed"])):
                    continue
                with self.subTest(fault.name, seed=facts["seed"]):
                    names = {violation.name for violation in oracle.judge(changed)}
                    self.assertIn(fault.violation, names)
                found[fault.name] = found.get(fault.name, 0) + 1
        self.assertGreaterEqual(len(found), 25, f"the recordings are too poor: {found}")

    async def record(self, seeds) -> list[dict]:
        with tempfile.TemporaryDirectory(prefix="canon-chaos-") as folder:
            world = World(Path(folder))
            try:
                await world.start()
                recordings = await asyncio.gather(*(Play(world, schedule.make(seed)).run() for seed in seeds))
            finally:
                await world.stop()
        good = [facts for facts in recordings if not oracle.judge(facts)]
        self.assertGreaterEqual(len(good), len(recordings) // 2, "most recordings have violations of their own")
        return good


if __name__ == "__main__":
    unittest.main()
