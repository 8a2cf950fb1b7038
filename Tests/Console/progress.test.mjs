// What the page of progress says, and where its line goes, without a browser.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "./document-double.mjs";
import { chartRuns } from "../../Sources/CCanonConsole/assets/history-chart.js";
import { measured, trend } from "../../Sources/CCanonConsole/assets/progress.js";

const sample = (position, value) => ({ position, value, text: `${position}` });
const state = (implementations, bound, consumers) =>
  consumers ? { standing: "measured", implementations, bound, consumers, score: (100 / implementations) * (bound / consumers) } : { standing: "no consumer", implementations, bound, consumers };

describe("The line", () => {
  test("has a gap where nothing was measured", () => {
    const runs = chartRuns([sample(0, 1), sample(1, 2), sample(2, null), sample(3, null), sample(4, 3)], 100);
    assert.deepEqual(runs.map((run) => run.map(({ text }) => text)), [["0", "1"], ["4"]]);
  });

  test("goes from edge to edge by the position of the commit, and never out of the drawing", () => {
    const [run] = chartRuns([sample(0, 0), sample(5, 100), sample(20, 250)], 100);
    assert.equal(run[0].x, 8);
    assert.equal(run[2].x, 632);
    assert.equal(run[1].x, 8 + 624 / 4);
    assert.deepEqual(run.map(({ y }) => y), [140, 10, 10]);
  });

  test("of one commit is a point", () => {
    assert.deepEqual(chartRuns([sample(0, 50)], 100), [[{ x: 8, y: 75, text: "0" }]]);
  });
});

describe("What is said", () => {
  test("what was not measured is never 0 %, and 0 is", () => {
    assert.equal(measured(state(1, 0, 0)), "not measured: no consumer");
    assert.equal(measured(state(3, 0, 11)), "0.0 %");
  });

  test("of a trend", () => {
    const now = state(1, 4, 4);
    assert.equal(trend({ now, before: state(2, 1, 4), direction: "better" }), "Better: it was 12.5 % (1/2 × 1/4).");
    assert.equal(trend({ now, before: now, direction: "same" }), "Still the same, as measured.");
    assert.equal(trend({ now: state(2, 4, 4), before: state(1, 2, 4), direction: "same" }), "The same: it was 50.0 % (1/1 × 2/4).");
    assert.equal(trend({ now, direction: "unknown" }), "No earlier commit could be measured.");
  });
});
