// What the page of problems says, and how it counts over time.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changeText, moment, place, summary } from "../../Sources/CCanonConsole/assets/problems.js";
import { timelineBars } from "../../Sources/CCanonConsole/assets/timeline.js";

const hour = 3_600_000;
const at = (hours) => new Date(Date.parse("2025-09-15T00:00:00Z") + hours * hour).toISOString();

describe("The timeline of a problem", () => {
  test("holds every entry once, in bars of equal length, whatever the span", () => {
    for (const [first, last] of [[0, 0], [0, 23], [5, 77], [3, 76], [0, 72], [0, 143], [0, 144], [7, 9_000], [0, 200_000]]) {
      const hours = [...new Set([first, Math.floor((first + last) / 2), last])].map((one, index) => ({ start: at(one), count: index + 1 }));
      const bars = timelineBars(hours);
      assert.ok(bars.length >= 1 && bars.length <= 72, `${bars.length} bars of ${first} to ${last}`);
      assert.equal(bars.reduce((sum, { count }) => sum + count, 0), hours.reduce((sum, { count }) => sum + count, 0));
      assert.ok(bars.every(({ hours }) => hours === bars[0].hours));
      // The newest hour is in the last bar, and each count in the bar whose time it has.
      assert.ok(bars.at(-1).count > 0);
      for (const one of hours) {
        const bar = bars.findLast(({ start }) => Date.parse(start) <= Date.parse(one.start));
        assert.ok(bar.count >= one.count, `${one.start} is not in ${JSON.stringify(bar)}`);
      }
    }
  });

  test("does not stretch an hour over the whole width, and is empty without times", () => {
    assert.equal(timelineBars([{ start: at(3), count: 4 }]).length, 24);
    assert.deepEqual(timelineBars([]), []);
  });
});

describe("What is said of a problem", () => {
  test("names the states there are, and how many problems are in each", () => {
    const states = ["known", "new", "resolved", "known", "regressed"];
    assert.equal(summary(states.map((state) => ({ state }))), "1 new, 1 regressed, 2 known, 1 resolved");
  });

  test("tells who changed it and why", () => {
    assert.equal(changeText({ state: "new", source: "run" }), "Seen for the first time.");
    assert.equal(changeText({ state: "resolved", source: "person", revision: "r-2" }), "Resolved in r-2, said by a person.");
    assert.equal(changeText({ state: "known", source: "person" }), "Reopened, said by a person.");
    assert.equal(changeText({ state: "known", source: "run", reason: "it had only been rare" }), "Open again: it had only been rare.");
    assert.equal(changeText({ state: "regressed", source: "run", reason: "back after its fix" }), "Came back: back after its fix.");
  });

  test("gives times to the minute and places as far as they are known", () => {
    assert.equal(moment("2025-09-16T00:46:21Z"), "2025-09-16 00:46 UTC");
    assert.equal(place({ file: "shop/pricing.py", line: 12, function: "price" }), "shop/pricing.py:12 in price");
    assert.equal(place({ file: "shop/pricing.py" }), "shop/pricing.py");
  });
});
