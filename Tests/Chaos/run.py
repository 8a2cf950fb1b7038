"""Runs fault schedules by the thousand and prints what came of them.

Each job has a server of its own and plays one batch after the other; the schedules of a batch share the server at the
same time, as different users.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import queue
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import oracle
import recording
import schedule
from play import Play
from world import World

ROOT = Path(__file__).parents[2]
FAILURES = ROOT / ".build/chaos"
# A batch that is not through by then never will be: everything in it has a deadline of its own.
BATCH_SECONDS = 180


async def play_one(world: World, seed: int, keep: Path | None) -> dict:
    result = {"seed": seed, "violations": [], "figures": {}}
    began = time.monotonic()
    play = Play(world, schedule.make(seed))
    try:
        async with asyncio.timeout(BATCH_SECONDS):
            facts = await play.run()
        facts["kills"] = [moment for moment in world.kills if moment >= began]
        violations = oracle.judge(facts)
        result["figures"] = recording.figures(facts)
        result["violations"] = [str(violation) for violation in violations]
        if violations or keep:
            recording.save(facts, violations, (FAILURES if violations else keep) / f"{seed}.json")
    except Exception:
        # A test that breaks has not passed.
        result["violations"] = [f"broken: {traceback.format_exc(limit=-4)}"]
    return result


async def play_batch(world: World, seeds: list[int], keep: Path | None) -> list[dict]:
    kills = asyncio.create_task(kill_as_planned(world, schedule.kills(seeds[0] // schedule.BATCH)))
    try:
        return await asyncio.gather(*(play_one(world, seed, keep) for seed in seeds))
    finally:
        await asyncio.gather(kills)


async def kill_as_planned(world: World, moments: list[float]) -> None:
    began = time.monotonic()
    for moment in moments:
        await asyncio.sleep(max(0, began + moment - time.monotonic()))
        await world.kill()


def next_batch(tasks) -> list[int] | None:
    try:
        # All are there from the start; this is for those that are still on their way through the pipe.
        return tasks.get(timeout=1)
    except queue.Empty:
        return None


async def work(tasks, results, keep: Path | None) -> None:
    folder = Path(tempfile.mkdtemp(prefix="canon-chaos-"))
    world = World(folder)
    try:
        await world.start()
        while seeds := await asyncio.to_thread(next_batch, tasks):
            for result in await play_batch(world, seeds, keep):
                results.put(result)
            if world.has_died:
                break
    except Exception:
        world.troubles.append(traceback.format_exc())
    finally:
        await world.stop()
        results.put({"troubles": world.troubles, "kills": len(world.kills), "peak": world.peak_kilobytes})
        shutil.rmtree(folder, ignore_errors=True)


def worker(tasks, results, keep: Path | None) -> None:
    # Ctrl-C is the parent's to hear; it tells its workers with SIGTERM, on which they stop their servers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def until_told() -> None:
        job = asyncio.create_task(work(tasks, results, keep))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, job.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await job

    asyncio.run(until_told())


def batches(first: int, count: int) -> list[list[int]]:
    """Seeds of one batch stay together, so that a schedule meets the same kills when it is run alone."""
    found: dict[int, list[int]] = {}
    for seed in range(first, first + count):
        found.setdefault(seed // schedule.BATCH, []).append(seed)
    return list(found.values())


class Report:
    def __init__(self, count: int):
        self.count = count
        self.began = time.monotonic()
        self.figures: Counter = Counter()
        self.passed = 0
        self.failed: dict[int, list[str]] = {}
        self.troubles: list[str] = []
        self.kills = 0
        self.peak = 0

    def add(self, result: dict) -> None:
        if "seed" not in result:
            self.troubles += result["troubles"]
            self.kills += result["kills"]
            self.peak = max(self.peak, result["peak"])
            return
        self.figures.update(result["figures"])
        if result["violations"]:
            self.failed[result["seed"]] = result["violations"]
        else:
            self.passed += 1
        if sys.stderr.isatty():
            done = self.passed + len(self.failed)
            print(f"\r{done} of {self.count} schedules, {len(self.failed)} failed", end="", file=sys.stderr)

    def print(self) -> None:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        seconds = time.monotonic() - self.began
        for seed, violations in sorted(self.failed.items())[:20]:
            print(f"\nseed {seed} failed; its recording is {(FAILURES / str(seed)).relative_to(ROOT)}.json")
            for violation in violations[:6]:
                print(f"  {violation}")
            if len(violations) > 6:
                print(f"  and {len(violations) - 6} more")
            print(f"  again: make chaos SEEDS=1 FROM={seed}")
        for trouble in self.troubles[:20]:
            print(f"\nserver: {trouble}")
        rows = [("schedules", self.passed + len(self.failed)), ("events delivered", self.figures["events"])]
        rows += [(name, self.figures[name]) for name in recording.FIGURES if name not in ("events", "kills")]
        rows += [("kills", self.kills), ("server's peak memory, MiB", self.peak // 1024), ("failures", len(self.failed))]
        print()
        for name, value in rows:
            print(f"{name:<28}{value:>12,}")
        print(f"{'seconds':<28}{seconds:>12.1f}   ({(self.passed + len(self.failed)) / seconds:.1f} schedules/s)")
        if self.failed:
            names = Counter(violation.split(" ")[0].rstrip(":") for v in self.failed.values() for violation in v)
            print("violations: " + ", ".join(f"{name} {count}" for name, count in names.most_common()))
            print("failed seeds: " + " ".join(map(str, sorted(self.failed))))
        missing = self.count - self.passed - len(self.failed)
        print(f"chaos: {self.passed} passed, {len(self.failed) + missing + bool(self.troubles)} failed")

    @property
    def is_good(self) -> bool:
        return not self.failed and not self.troubles and self.passed == self.count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many schedules")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--jobs", type=int, default=0, help="servers at the same time; 0: one for each core")
    parser.add_argument("--keep", type=Path, help="a folder for the recordings of all schedules")
    parser.add_argument("--judge", type=Path, nargs="+", help="judge recordings again and run nothing")
    options = parser.parse_args()
    if options.judge:
        return judge_again(options.judge)
    if options.seeds < 1 or options.first < 0 or options.jobs < 0:
        parser.error("SEEDS is at least 1, FROM and JOBS are at least 0")
    work_list = batches(options.first, options.seeds)
    jobs = min(options.jobs or multiprocessing.cpu_count(), len(work_list))
    context = multiprocessing.get_context("spawn")
    tasks, results = context.Queue(), context.Queue()
    for seeds in work_list:
        tasks.put(seeds)
    workers = [context.Process(target=worker, args=(tasks, results, options.keep)) for _ in range(jobs)]
    for process in workers:
        process.start()
    report = Report(options.seeds)
    try:
        collect(workers, results, report)
    except KeyboardInterrupt:
        report.troubles.append("interrupted")
        for process in workers:
            process.terminate()
    for process in workers:
        process.join()
    report.print()
    return 0 if report.is_good else 1


def collect(workers: list, results, report: Report) -> None:
    finished = 0
    while finished < len(workers):
        try:
            result = results.get(timeout=2)
        except queue.Empty:
            if not any(process.is_alive() for process in workers) and results.empty():
                report.troubles.append("a job ended without a word; see above")
                break
            continue
        finished += "seed" not in result
        report.add(result)


def judge_again(paths: list[Path]) -> int:
    bad = 0
    for path in paths:
        for violation in oracle.judge(json.loads(path.read_text())):
            bad = 1
            print(f"{path.stem}: {violation}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
