// What the console says of resumes, of devices and of delivery.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { broughtBack } from "../../Sources/CCanonConsole/assets/connection-status.js";
import { deliveryFigures, deviceName, deviceRows } from "../../Sources/CCanonConsole/assets/devices.js";

describe("What a resume brought back", () => {
  const page = { isCurrent: (id) => id === "t1", titleOf: (id) => `Title ${id}` };
  const replay = (threadId, from, to, more = {}) => ({ threadId, from, to, count: to - from + 1, cause: "reconnect", ...more });

  test("is told with its range", () => {
    assert.equal(broughtBack([replay("t1", 4, 6)], page), "Reconnected: 3 events brought back (4-6)");
    assert.equal(broughtBack([replay("t1", 4, 4, { cause: "gap" })], page), "Caught up: 1 event brought back (4)");
  });

  test("is told for other conversations by their titles, and for many by their number", () => {
    assert.equal(
      broughtBack([replay("t2", 1, 2), replay("t1", 4, 6), replay("t3", 7, 7)], page),
      "Reconnected: 3 events brought back (4-6), 2 events in “Title t2” (1-2), 1 event in “Title t3” (7)",
    );
    assert.equal(
      broughtBack(["t2", "t3", "t4", "t5"].map((id) => replay(id, 1, 1)), page),
      "Reconnected: 1 event in “Title t2” (1), 1 event in “Title t3” (1), 2 more conversations brought up to date",
    );
  });

  test("says when it was a snapshot", () => {
    const anew = { count: null };
    assert.equal(
      broughtBack([replay("t1", 1, 40, anew), replay("t2", 1, 9, anew)], page),
      "Reconnected: the conversation was loaded anew (up to 40), “Title t2” loaded anew (up to 9)",
    );
    assert.equal(
      broughtBack([replay("t1", 1, 40, { count: null, cause: "lag" })], page),
      "Caught up: the conversation was loaded anew (up to 40)",
    );
  });
});

describe("Devices", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";

  test("are named by browser and system", () => {
    assert.equal(deviceName(chrome), "Chrome on Linux");
    assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"), "Safari on iOS");
    assert.equal(deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0"), "Edge on Windows");
    assert.equal(deviceName("Python/3.11 websockets/15.0.1"), "Python");
    assert.equal(deviceName("x".repeat(100)), "x".repeat(40));
    assert.equal(deviceName(undefined), "Unknown device");
  });

  test("are listed with this one first, then the newest", () => {
    const now = 10_000_000_000;
    const rows = deviceRows([
      { connection_id: "a", connected_at: now / 1_000 - 7_200, delivered: 1, received: 0, follows: 1, lagging: true, user_agent: chrome },
      { connection_id: "b", connected_at: now / 1_000 - 120, delivered: 1_200, received: 3, follows: 2, lagging: false },
      { connection_id: "c", connected_at: now / 1_000 - 9_000_000, delivered: 5, received: 1, follows: 0, current: true },
    ], now);
    assert.deepEqual(rows.map((row) => row.isCurrent), [true, false, false]);
    assert.deepEqual(rows.map((row) => row.details), [
      "connected 104 days ago · 0 conversations · 5 frames received · 1 sent",
      "connected 2 min ago · 2 conversations · 1,200 frames received · 3 sent",
      "connected 2 h ago · 1 conversation · 1 frame received · 0 sent · reads slowly",
    ]);
  });
});

describe("Delivery figures", () => {
  const byName = (stats) => Object.fromEntries(deliveryFigures(stats).map((figure) => [figure.name, figure]));

  test("come from the delivery of the statistics, and from the counters of a server that has none", () => {
    const delivery = { delivered: 9, replayed: 4, coalesced: 3, snapshots: 2, dropped: 0, refused: 1 };
    const figures = byName({ active_connections: 2, active_users: 1, open_runs: 0, delivery, counters: { events_delivered: 1 } });
    assert.deepEqual(Object.values(figures).map(({ value }) => value), [2, 1, 0, 9, 4, 3, 2, 0, 1]);
    const older = byName({ active_connections: 2, active_users: 1, open_runs: 0, counters: { events_delivered: 7, events_dropped: 0 } });
    assert.deepEqual(Object.keys(older), ["Connections", "Users", "Open runs", "Delivered", "Dropped"]);
    assert.equal(older.Delivered.value, 7);
  });

  test("mark a loss", () => {
    const stats = (dropped) => ({ active_connections: 0, active_users: 0, open_runs: 0, delivery: { dropped } });
    assert.equal(byName(stats(0)).Dropped.isBad, false);
    assert.equal(byName(stats(2)).Dropped.isBad, true);
  });
});
