import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { CanonClient, CanonError } from "../../clients/canon.js";

/** The server's end of one socket, in the hands of the test. */
class SocketDouble {
  static opened = [];

  constructor(url, protocols) {
    Object.assign(this, { url, protocols, readyState: 0, sent: [] });
    SocketDouble.opened.push(this);
  }

  send(text) {
    assert.equal(this.readyState, 1, "sent on a socket that is not open");
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closedWith = code;
    this.readyState = 3;
  }

  establish(epoch = "e1") {
    this.readyState = 1;
    this.say({ type: "connection_established", data: { connection_id: "c1", user_id: "u1", epoch } });
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  drop(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  of(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function event(seq, more = {}) {
  return { type: "stream_chunk", seq, epoch: "e1", thread_id: "t1", run_id: "r1", delta: `${seq}`, ...more };
}

describe("CanonClient", () => {
  let client;
  let log; // every event that the client emitted, as [type, detail]
  let refreshes;
  let randomNumber;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
    SocketDouble.opened = [];
    log = [];
    refreshes = 0;
    randomNumber = 1;
    client = make({ refresh: async () => (refreshes += 1) });
  });

  afterEach(() => {
    client.close();
    mock.timers.reset();
  });

  function make(options) {
    const made = new CanonClient({
      url: "https://canon.example", accessToken: () => "aa.bb?.cc>", WebSocket: SocketDouble,
      random: () => randomNumber, ...options,
    });
    for (const type of ["status", "event", "resumed", "caughtup", "snapshot", "notfound", "threadupdated", "failure", "roundtrip", "goingaway", "broadcast"]) {
      made.addEventListener(type, ({ detail }) => log.push([type, detail]));
    }
    return made;
  }

  const emitted = (type) => log.filter(([name]) => name === type).map(([, detail]) => detail);
  const sequences = () => emitted("event").map(({ seq }) => seq);
  const socket = () => SocketDouble.opened.at(-1);

  async function connect(epoch) {
    client.connect();
    await settle();
    socket().establish(epoch);
  }

  async function follow(head = 0) {
    await connect();
    client.follow("t1");
    if (head === 0) return socket().say({ type: "none", thread_id: "t1", at: 0, epoch: "e1" });
    socket().say({ type: "resumed", thread_id: "t1", from: 1, to: head, epoch: "e1" });
    for (let seq = 1; seq <= head; seq += 1) socket().say(event(seq));
  }

  /** Lets the socket fail and the next one open. */
  async function reconnect(epoch) {
    socket().drop();
    mock.timers.tick(client.status.retryAt - Date.now());
    await settle();
    socket().establish(epoch);
  }

  test("offers the token as a subprotocol, in base64url without padding", async () => {
    client.connect();
    await settle();
    assert.equal(socket().url, "wss://canon.example/ws");
    assert.deepEqual(socket().protocols, ["jwt-auth", "jwt.YWEuYmI_LmNjPg"]);
  });

  test("uses a ticket instead of a token when it is given one", async () => {
    client = make({ ticket: async () => "T-1", url: "ws://127.0.0.1:9/websocket" });
    client.connect();
    await settle();
    assert.equal(socket().url, "ws://127.0.0.1:9/websocket?ticket=T-1");
    assert.deepEqual(socket().protocols, []);
  });

  test("says what is missing when it is made without a socket class or without credentials", () => {
    assert.throws(() => new CanonClient({ url: "ws://a", accessToken: () => "", WebSocket: null }), /WebSocket/);
    assert.throws(() => new CanonClient({ url: "ws://a", WebSocket: SocketDouble }), /accessToken or ticket/);
  });

  test("emits each event once and in order, whatever is repeated", async () => {
    await follow();
    for (const seq of [1, 2, 2, 1, 3]) socket().say(event(seq));
    assert.deepEqual(sequences(), [1, 2, 3]);
    assert.equal(socket().of("resume").length, 1);
  });

  test("opens a thread with its whole log and says when it is there", async () => {
    await follow(3);
    assert.deepEqual(socket().of("resume"), [{ type: "resume", threads: { t1: 0 }, epoch: "e1" }]);
    assert.deepEqual(emitted("resumed"), [{ threadId: "t1", from: 1, to: 3, count: 3, cause: "open" }]);
    assert.deepEqual(log.slice(-2).map(([type]) => type), ["event", "caughtup"]);
  });

  test("asks for what is missing when a number was left out, and asks once", async () => {
    await follow(3);
    for (const seq of [5, 6, 7]) socket().say(event(seq));
    assert.deepEqual(sequences(), [1, 2, 3]);
    assert.deepEqual(socket().of("resume").slice(1), [{ type: "resume", threads: { t1: 3 }, epoch: "e1" }]);
    socket().say({ type: "resumed", thread_id: "t1", from: 4, to: 7, epoch: "e1" });
    for (const seq of [4, 5, 6, 7, 8]) socket().say(event(seq));
    assert.deepEqual(sequences(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(emitted("caughtup").at(-1), { threadId: "t1", from: 4, to: 7, count: 4, cause: "gap" });
  });

  test("counts a coalesced chunk as each of the events it carries", async () => {
    await follow(2);
    socket().say(event(6, { seq_from: 3 }));
    socket().say(event(7));
    assert.deepEqual(sequences(), [1, 2, 6, 7]);
    assert.equal(socket().of("resume").length, 1);
  });

  test("asks again instead of showing text twice when a coalesced chunk overlaps what is known", async () => {
    await follow(4);
    socket().say(event(6, { seq_from: 3 }));
    assert.deepEqual(sequences(), [1, 2, 3, 4]);
    assert.deepEqual(socket().of("resume").at(-1).threads, { t1: 4 });
  });

  test("resumes from the last seen event after a loss", async () => {
    await follow(3);
    await reconnect();
    assert.equal(SocketDouble.opened.length, 2);
    assert.deepEqual(socket().of("resume"), [{ type: "resume", threads: { t1: 3 }, epoch: "e1" }]);
    socket().say({ type: "resumed", thread_id: "t1", from: 4, to: 5, epoch: "e1" });
    socket().say(event(4));
    socket().say(event(5));
    assert.deepEqual(sequences(), [1, 2, 3, 4, 5]);
    assert.deepEqual(emitted("caughtup").at(-1), { threadId: "t1", from: 4, to: 5, count: 2, cause: "reconnect" });
  });

  test("says that nothing was missed", async () => {
    await follow(3);
    await reconnect();
    socket().say({ type: "none", thread_id: "t1", at: 3, epoch: "e1" });
    assert.deepEqual(emitted("caughtup").at(-1), { threadId: "t1", from: 4, to: 3, count: 0, cause: "reconnect" });
  });

  test("does not repeat live events that came before the answer to a resume", async () => {
    await follow(3);
    socket().say({ type: "heartbeat", heads: { t1: 5 } });
    socket().say(event(4));
    socket().say({ type: "resumed", thread_id: "t1", from: 4, to: 5, epoch: "e1" });
    socket().say(event(4));
    socket().say(event(5));
    assert.deepEqual(sequences(), [1, 2, 3, 4, 5]);
    assert.equal(emitted("caughtup").at(-1).count, 1);
  });

  test("sees a loss in the heads of a heartbeat", async () => {
    await follow(3);
    socket().say({ type: "heartbeat", heads: { t1: 3, other: 9 } });
    assert.equal(socket().of("resume").length, 1);
    socket().say({ type: "heartbeat", heads: { t1: 4 } });
    assert.deepEqual(socket().of("resume").at(-1).threads, { t1: 3 });
  });

  test("keeps the cursor of the old epoch until the server has answered, and takes its snapshot", async () => {
    await follow(3);
    await reconnect("e2");
    assert.deepEqual(socket().of("resume"), [{ type: "resume", threads: { t1: 3 }, epoch: "e1" }]);
    socket().say(
      { type: "snapshot", thread_id: "t1", at: 1, messages: [], open_run: { run_id: "r", text: "a" }, epoch: "e2" },
    );
    socket().say(event(2, { epoch: "e2" }));
    assert.deepEqual(
      emitted("snapshot"),
      [{
        threadId: "t1", at: 1, messages: [], openRun: { run_id: "r", text: "a" }, openRuns: [{ run_id: "r", text: "a" }],
        truncated: false, cause: "reconnect",
      }],
    );
    assert.deepEqual(sequences(), [1, 2, 3, 2]);
  });

  test("takes an unasked snapshot, and live events after it", async () => {
    await follow(2);
    const runs = [{ run_id: "r1", agent_name: "a", message_id: "m1", text: "so far" }, { run_id: "r2", text: "" }];
    socket().say({
      type: "snapshot", thread_id: "t1", at: 40, epoch: "e1", messages: [], truncated: true, open_run: runs[0],
      open_runs: runs,
    });
    socket().say(event(41));
    const [{ at, openRuns, truncated, cause }] = emitted("snapshot");
    assert.deepEqual([at, openRuns, truncated, cause], [40, runs, true, "lag"]);
    assert.deepEqual(sequences(), [1, 2, 41]);
    assert.equal(socket().of("resume").length, 1);
  });

  test("ends a replay with a snapshot that comes in its middle, and still sees later losses", async () => {
    await follow(2);
    socket().say({ type: "heartbeat", heads: { t1: 50 } });
    socket().say({ type: "resumed", thread_id: "t1", from: 3, to: 50, epoch: "e1" });
    socket().say(event(3));
    socket().say({ type: "snapshot", thread_id: "t1", at: 60, epoch: "e1", messages: [], truncated: false, open_runs: [] });
    assert.equal(emitted("caughtup").length, 1);
    socket().say({ type: "heartbeat", heads: { t1: 61 } });
    assert.deepEqual(socket().of("resume").at(-1).threads, { t1: 60 });
    assert.equal(emitted("caughtup").length, 1);
  });

  test("asks again when a coalesced chunk comes after a gap", async () => {
    await follow(2);
    socket().say(event(6, { seq_from: 4 }));
    assert.deepEqual(sequences(), [1, 2]);
    assert.deepEqual(socket().of("resume").at(-1).threads, { t1: 2 });
    socket().say({ type: "resumed", thread_id: "t1", from: 3, to: 6, epoch: "e1" });
    socket().say(event(6, { seq_from: 3 }));
    assert.deepEqual(sequences(), [1, 2, 6]);
    assert.deepEqual(emitted("caughtup").at(-1), { threadId: "t1", from: 3, to: 6, count: 4, cause: "gap" });
  });

  test("passes on what is said to everybody", async () => {
    await connect();
    socket().say({ type: "broadcast", event: { message: "Maintenance at noon" }, data: { message: "Maintenance at noon" } });
    assert.deepEqual(emitted("broadcast"), [{ event: { message: "Maintenance at noon" } }]);
  });

  test("sends a message with an id and answers with the run", async () => {
    await connect();
    const sending = client.send("hello", { threadId: "t9", clientMessageId: "m1" });
    assert.deepEqual(socket().of("user_message"), [
      { type: "user_message", payload: { content: "hello", thread_id: "t9" }, client_msg_id: "m1" },
    ]);
    socket().say({ type: "ack", client_msg_id: "m1", thread_id: "t9", run_id: "r9", duplicate: false });
    assert.deepEqual(await sending, { threadId: "t9", runId: "r9", clientMessageId: "m1", duplicate: false });
    socket().say(event(1, { thread_id: "t9" }));
    assert.deepEqual(sequences(), [1]);
  });

  test("sends an unacknowledged message again under the same id, after the resume", async () => {
    await follow(1);
    const sending = client.send("hello", { threadId: "t1", clientMessageId: "m1" });
    await reconnect();
    assert.deepEqual(socket().sent.map(({ type }) => type), ["resume", "user_message"]);
    assert.equal(socket().of("user_message")[0].client_msg_id, "m1");
    socket().say({ type: "ack", client_msg_id: "m1", thread_id: "t1", run_id: "r1", duplicate: true });
    assert.equal((await sending).duplicate, true);
    await reconnect();
    assert.equal(socket().of("user_message").length, 0);
  });

  test("keeps what is written without a connection, and its thread too", async () => {
    client.send("hello", { threadId: "new", clientMessageId: "m1" });
    await connect();
    socket().say({ type: "not_found", thread_id: "new" });
    assert.equal(socket().of("user_message").length, 1);
    socket().say(event(1, { thread_id: "new" }));
    assert.deepEqual(sequences(), [1]);
    assert.deepEqual(emitted("notfound"), []);
  });

  test("asks again on a live socket when an answer is late", async () => {
    await connect();
    client.follow("t1");
    client.send("hello", { threadId: "t2", clientMessageId: "m1" });
    for (let second = 0; second < 7; second += 1) {
      mock.timers.tick(2_000);
      socket().say({ type: "heartbeat", heads: {} });
    }
    assert.equal(socket().of("user_message").length, 2);
    assert.equal(socket().of("resume").length, 2);
    assert.equal(SocketDouble.opened.length, 1);
  });

  test("rejects a message that the server refuses, with its words", async () => {
    await connect();
    const sending = client.send("x", { clientMessageId: "m1" });
    socket().say(
      {
        type: "error_message",
        error_code: "TOO_LONG",
        error_message: "Too long.",
        field: "content",
        client_msg_id: "m1",
      },
    );
    await assert.rejects(
      sending,
      (error) => error instanceof CanonError && error.code === "TOO_LONG" && error.field === "content",
    );
    await reconnect();
    assert.equal(socket().of("user_message").length, 0);
  });

  test("sends a message again when the server says when it will be able to take it", async () => {
    await connect();
    const sending = client.send("x", { clientMessageId: "m1" });
    socket().say({
      type: "error_message", error_code: "UNAVAILABLE", error_message: "The server is stopping.", retry_after_ms: 300,
      client_msg_id: "m1",
    });
    mock.timers.tick(300);
    assert.equal(socket().of("user_message").length, 2);
    socket().say({ type: "ack", client_msg_id: "m1", thread_id: "t", run_id: "r" });
    assert.equal((await sending).runId, "r");
  });

  test("gives a message up that is too long for a frame, and sends the others", async () => {
    await connect();
    const long = client.send("x".repeat(5_000), { clientMessageId: "m1" });
    client.send("short", { clientMessageId: "m2" });
    socket().drop(1009, "message_too_big");
    await assert.rejects(long, (error) => error.code === "TOO_LONG");
    mock.timers.tick(client.status.retryAt - Date.now());
    await settle();
    socket().establish();
    assert.deepEqual(socket().of("user_message").map(({ client_msg_id: id }) => id), ["m2"]);
  });

  test("sends a message again when the rate limit allows it", async () => {
    await connect();
    const sending = client.send("x", { clientMessageId: "m1" });
    socket().say(
      {
        type: "error_message",
        error_code: "RATE_LIMITED",
        error_message: "Slow.",
        retry_after_ms: 700,
        client_msg_id: "m1",
      },
    );
    mock.timers.tick(699);
    assert.equal(socket().of("user_message").length, 1);
    mock.timers.tick(1);
    assert.equal(socket().of("user_message").length, 2);
    socket().say({ type: "ack", client_msg_id: "m1", thread_id: "t", run_id: "r" });
    assert.equal((await sending).runId, "r");
  });

  test("reports an error that belongs to no message, and a frame that is no JSON", async () => {
    await connect();
    socket().say({ type: "error_message", error_code: "FORBIDDEN", error_message: "No." });
    socket().onmessage({ data: "{" });
    assert.deepEqual(emitted("failure").map(({ code }) => code), ["FORBIDDEN", "JSON_PARSE_ERROR"]);
  });

  test("asks for a stop until the run has ended, across a loss", async () => {
    await follow(1);
    client.stop("r1");
    assert.deepEqual(socket().of("stop_agent"), [{ type: "stop_agent", payload: { run_id: "r1" } }]);
    await reconnect();
    assert.equal(socket().of("stop_agent").length, 1);
    socket().say({ type: "resumed", thread_id: "t1", from: 2, to: 2, epoch: "e1" });
    socket().say(event(2, { type: "agent_cancelled" }));
    await reconnect();
    assert.equal(socket().of("stop_agent").length, 0);
  });

  test("asks no more for a stop that was answered", async () => {
    await follow(1);
    client.stop("r1");
    client.stop("r2");
    socket().say({ type: "ack", received_type: "stop_agent", status: "no_open_run", run_ids: [] });
    await reconnect();
    assert.deepEqual(socket().of("stop_agent").map(({ payload }) => payload.run_id), ["r2"]);
  });

  test("forgets a thread that does not exist", async () => {
    await follow(1);
    await reconnect();
    socket().say({ type: "not_found", thread_id: "t1" });
    assert.deepEqual(emitted("notfound"), [{ threadId: "t1" }]);
    await reconnect();
    assert.equal(socket().of("resume").length, 0);
  });

  test("ignores threads that it does not follow, except their news", async () => {
    await connect();
    socket().say(event(1, { thread_id: "foreign" }));
    socket().say({ type: "thread_updated", thread_id: "foreign", head: 4, title: "T" });
    assert.deepEqual(emitted("event"), []);
    assert.deepEqual(emitted("threadupdated"), [{ threadId: "foreign", head: 4, title: "T" }]);
  });

  test("retries at once, then with full jitter under a doubling ceiling of 30 s", async () => {
    await connect();
    mock.timers.tick(5_000);
    socket().drop();
    const delays = [];
    for (let round = 0; round < 10; round += 1) {
      delays.push(client.status.retryAt - Date.now());
      mock.timers.tick(delays.at(-1));
      await settle();
      socket().drop();
    }
    assert.deepEqual(delays, [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    randomNumber = 0.25;
    mock.timers.tick(30_000);
    await settle();
    socket().drop();
    assert.equal(client.status.retryAt - Date.now(), 7_500);
  });

  test("does not retry at once when a connection lived only for a moment", async () => {
    await connect();
    await reconnect();
    socket().drop();
    assert.equal(client.status.retryAt - Date.now(), 500);
  });

  test("tries now when it is told to", async () => {
    await connect();
    await reconnect();
    socket().drop();
    client.connect();
    await settle();
    assert.equal(SocketDouble.opened.length, 3);
  });

  test("comes back when the server said it would be ready", async () => {
    await connect();
    socket().say({ type: "going_away", resume_after_ms: 1_234 });
    socket().drop(1001);
    assert.equal(client.status.retryAt - Date.now(), 1_234);
  });

  test("gives a silent connection up after 20 s", async () => {
    await follow(1);
    mock.timers.tick(19_000);
    socket().say({ type: "heartbeat", heads: {} });
    for (let tick = 0; tick < 9; tick += 1) mock.timers.tick(2_000);
    assert.equal(client.status.state, "connected");
    for (let tick = 0; tick < 2; tick += 1) mock.timers.tick(2_000);
    assert.equal(SocketDouble.opened[0].readyState, 3);
    mock.timers.tick(0);
    await settle();
    assert.equal(SocketDouble.opened.length, 2);
  });

  test("gives a handshake up after 15 s", async () => {
    client.connect();
    await settle();
    for (let tick = 0; tick < 7; tick += 1) mock.timers.tick(2_000);
    assert.equal(socket().readyState, 0);
    mock.timers.tick(2_000);
    assert.equal(socket().readyState, 3);
    await settle();
    assert.equal(SocketDouble.opened.length, 2);
  });

  test("refreshes an expired token and goes on at once", async () => {
    await follow(2);
    socket().drop(1008, "token_expired");
    await settle();
    assert.equal(refreshes, 1);
    socket().establish();
    assert.deepEqual(socket().of("resume")[0].threads, { t1: 2 });
  });

  test("gives up when the refresh is refused, and waits when it only failed", async () => {
    for (const [status, state] of [[401, "refused"], [0, "waiting"]]) {
      client = make({ refresh: () => Promise.reject(Object.assign(new Error("no"), { status })) });
      await connect();
      socket().drop(1008, "token_expired");
      await settle();
      assert.equal(client.status.state, state);
    }
  });

  test("does not refresh for ever", async () => {
    client.connect();
    for (let round = 0; round < 5; round += 1) {
      await settle();
      if (client.status.state === "connecting") socket().drop(1008, "token_expired");
    }
    assert.equal(refreshes, 2);
    assert.deepEqual(client.status, { state: "refused", code: 1008, reason: "token_expired" });
  });

  test("gives up and reports when the server does not know it", async () => {
    for (const reason of ["authentication_failed", "token_revoked", "too_many_connections"]) {
      await connect();
      socket().drop(1008, reason);
      mock.timers.tick(60_000);
      await settle();
      assert.deepEqual(client.status, { state: "refused", code: 1008, reason });
    }
    assert.equal(SocketDouble.opened.length, 3);
  });

  test("re-authenticates a live socket", async () => {
    await connect();
    client.authenticate("new.jwt.x");
    assert.deepEqual(socket().sent, [{ type: "auth", payload: { token: "new.jwt.x" } }]);
  });

  test("measures a round trip", async () => {
    await connect();
    const measuring = client.ping();
    const [{ payload }] = socket().of("ping");
    socket().say({ type: "pong", data: payload, payload });
    assert.ok((await measuring) >= 0);
  });

  test("a ping fails when there is no connection or it is lost", async () => {
    await assert.rejects(client.ping(), /no connection/);
    await connect();
    const measuring = client.ping();
    socket().drop();
    await assert.rejects(measuring, /no connection/);
  });

  test("a closed client opens nothing more", async () => {
    await follow(1);
    client.close();
    assert.equal(socket().closedWith, 1000);
    mock.timers.tick(60_000);
    await settle();
    assert.equal(SocketDouble.opened.length, 1);
    assert.equal(client.status.state, "closed");
  });
});
