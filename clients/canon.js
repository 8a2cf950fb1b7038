// A thin client for Canon's WebSocket: one ES module, no build, for browsers and for Node 20 or later.
//
//   import { CanonClient } from "./canon.js";
//   const client = new CanonClient({ url: "https://canon.example", accessToken: () => token });
//   client.addEventListener("event", ({ detail }) => console.log(detail.seq, detail.type));
//   client.connect();
//   const { threadId, runId } = await client.send("Where is WebSocketManager defined?");
//
// Node 20 has no global WebSocket: hand one in (`import WebSocket from "ws"`) as the option `WebSocket`.

const backoffBase = 500; // ms
const backoffCap = 30_000; // ms
const handshakeLimit = 15_000; // ms from opening a socket to `connection_established`
const silenceLimit = 20_000; // ms; the server says `heartbeat` every 8 s, so this is two missed ones and a margin
const answerLimit = 10_000; // ms after which an unanswered message or resume is sent again
const stableAfter = 5_000; // ms a connection must live before its loss is retried at once
const watchInterval = 2_000; // ms

/** What the server refused: `code` is its word for programs, `message` its sentence for a person. */
export class CanonError extends Error {
  constructor(code, message, { field, retryAfter } = {}) {
    super(message);
    this.name = "CanonError";
    this.code = code;
    this.field = field;
    this.retryAfter = retryAfter; // ms
  }
}

/**
 * One connection that survives its sockets.
 *
 * It emits, as CustomEvents whose `detail` is described here:
 * - `status`: `{state, retryAt?, attempt?, code?, reason?}`; `state` is one of `idle`, `connecting`, `connected`,
 *   `waiting` (until `retryAt`, ms since 1970), `refused` (given up: `reason` says why), `closed`.
 * - `event`: one event of a followed thread's log, each once and in order, as the server sent it. A `stream_chunk` with a
 *   `seq_from` below its `seq` is the text of several, joined for a client that was too slow.
 * - `resumed`: `{threadId, from, to, count, cause}` before the events of a replay; `cause` is `open`, `reconnect`
 *   or `gap`. `count` is 0 when nothing was missed.
 * - `caughtup`: the same detail, after the last event of that replay.
 * - `snapshot`: `{threadId, at, messages, openRun, openRuns, truncated, cause}`: replaces all that was known of the thread
 *   up to `at`. It also comes unasked, with the `cause` `lag`, when this client read too slowly. `truncated`: the oldest
 *   messages did not fit, and `GET /api/threads/{id}/messages` has them.
 * - `notfound`: `{threadId}`; `threadupdated`: `{threadId, head, title?}` of a thread that is not followed.
 * - `failure`: `{code, message, field?, retryAfter?, requestType?}`: an error that belongs to no message of `send`.
 * - `roundtrip`: `{ms}`; `goingaway`: `{resumeAfter}` in ms; `broadcast`: `{event}`, to everybody who is connected.
 */
export class CanonClient extends EventTarget {
  #options;
  #socket = null;
  #generation = 0; // callbacks of an older socket carry an older number and are ignored
  #status = { state: "idle" };
  #attempt = 0;
  #refreshes = 0;
  #establishedAt = 0;
  #heardAt = 0;
  #openedAt = 0;
  #resumeAfter = null;
  #retryTimer = null;
  #watchTimer = null;
  #epoch = "";
  #threads = new Map(); // id -> {seq, epoch, asked: {at, cause} | null, replay: {from, to, cause} | null}
  #outbox = new Map(); // client_msg_id -> {payload, sentAt, holdUntil, resolve, reject}
  #stops = new Set(); // run ids to stop, until the server has answered or their run ends
  #stopsSent = []; // in the order in which this socket will answer them
  #pings = new Map(); // id -> {at, resolve}

  /**
   * @param {object} options
   * @param {string} options.url the server (`https://host`) or its socket (`wss://host/ws`)
   * @param {() => string | Promise<string>} [options.accessToken] a JWT that is valid now
   * @param {() => unknown} [options.refresh] called when the server says that the token has expired
   * @param {() => string | Promise<string>} [options.ticket] a single-use ticket; takes the place of `accessToken`
   * @param {typeof WebSocket} [options.WebSocket] the socket class; the global one by default
   * @param {() => number} [options.random] in [0, 1), for the jitter
   */
  constructor({ url, accessToken, refresh, ticket, WebSocket = globalThis.WebSocket, random = Math.random }) {
    super();
    if (!WebSocket) throw new TypeError("CanonClient: there is no global WebSocket here; pass one as an option.");
    if (!accessToken && !ticket) throw new TypeError("CanonClient: pass accessToken or ticket.");
    this.#options = { address: socketAddress(url), accessToken, refresh, ticket, WebSocket, random };
  }

  get status() {
    return this.#status;
  }

  /** The last sequence number seen of a thread; 0 when nothing was. */
  seen(threadId) {
    return this.#threads.get(threadId)?.seq ?? 0;
  }

  /** Opens the connection, or tries again now when it waits for a retry or was refused. */
  connect() {
    if (this.#status.state === "connecting" || this.#status.state === "connected") return;
    globalThis.addEventListener?.("online", this.#online);
    this.#refreshes = 0;
    this.#open();
  }

  /** Closes the connection. Threads and unsent messages are kept for the next `connect`. */
  close() {
    globalThis.removeEventListener?.("online", this.#online);
    this.#drop(1000, "client_closed");
    this.#setStatus({ state: "closed" });
  }

  /** Re-authenticates the open socket with a newer access token, so that it outlives the old one. */
  authenticate(token) {
    this.#transmit({ type: "auth", payload: { token } });
  }

  /**
   * Sends a message. It is kept and sent again, under the same id, until the server has acknowledged it.
   * @returns {Promise<{threadId: string, runId: string, clientMessageId: string, duplicate: boolean}>}
   *   rejected with a CanonError when the server refuses the message.
   */
  send(text, { threadId = newThreadId(), clientMessageId = uniqueId() } = {}) {
    this.#track(threadId);
    return new Promise((resolve, reject) => {
      const entry = { payload: { content: text, thread_id: threadId }, sentAt: 0, holdUntil: 0, resolve, reject };
      this.#outbox.set(clientMessageId, entry);
      this.#post(clientMessageId, entry);
    });
  }

  /** Receives a thread's events after `after`, and then live. 0 gives the whole thread. */
  follow(threadId, { after = 0 } = {}) {
    if (this.#threads.has(threadId)) return;
    this.#track(threadId, after);
    this.#resume([threadId], "open");
  }

  /** Forgets a thread: its events are no longer emitted, and it is not resumed. */
  unfollow(threadId) {
    this.#threads.delete(threadId);
  }

  /** Stops a run, now or as soon as there is a connection. Its end arrives as an event. */
  stop(runId) {
    this.#stops.add(runId);
    if (this.#transmit({ type: "stop_agent", payload: { run_id: runId } })) this.#stopsSent.push(runId);
  }

  /** Measures a round trip. @returns {Promise<number>} milliseconds; rejected when the socket closes first. */
  ping() {
    return new Promise((resolve, reject) => {
      const id = uniqueId();
      if (!this.#transmit({ type: "ping", payload: { id } })) return reject(notConnected());
      this.#pings.set(id, { at: performance.now(), resolve, reject });
    });
  }

  // Opening and losing a socket

  async #open() {
    clearTimeout(this.#retryTimer);
    const generation = ++this.#generation;
    const { address, accessToken, ticket, WebSocket } = this.#options;
    this.#setStatus({ state: "connecting", attempt: this.#attempt });
    let socket;
    try {
      const target = new URL(address);
      let protocols = [];
      if (ticket) target.searchParams.set("ticket", await ticket());
      else protocols = ["jwt-auth", "jwt." + base64URL(await accessToken())];
      if (generation !== this.#generation) return;
      socket = new WebSocket(target.href, protocols);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error?.status === 401) return this.#refuse(1008, "authentication_failed");
      return this.#retry();
    }
    this.#socket = socket;
    this.#openedAt = this.#heardAt = Date.now();
    this.#establishedAt = 0;
    const current = (handler) => (event) => generation === this.#generation && handler(event);
    socket.onmessage = current((event) => this.#receive(event.data));
    socket.onclose = current((event) => this.#lost(event.code, event.reason));
    socket.onerror = () => {}; // a close event follows and decides
    this.#watch();
  }

  async #lost(code, reason = "") {
    const established = this.#establishedAt;
    this.#drop();
    const word = /^[a-z_]*/.exec(reason)[0];
    if (code === 1008 && word === "token_expired" && this.#options.refresh && this.#refreshes < 2) {
      this.#refreshes += 1;
      const generation = this.#generation;
      this.#setStatus({ state: "connecting", attempt: this.#attempt });
      try {
        await this.#options.refresh();
      } catch (error) {
        if (generation !== this.#generation) return;
        return error?.status === 401 ? this.#refuse(code, word) : this.#retry();
      }
      if (generation === this.#generation) this.#open();
    } else if (code === 1008) {
      this.#refuse(code, word || "policy_violation");
    } else {
      if (code === 1009) this.#giveUpLargest();
      if (established && Date.now() - established >= stableAfter) this.#attempt = 0;
      this.#retry(code, reason);
    }
  }

  /** A message was too long for the server: sending it again would end the next connection too. */
  #giveUpLargest() {
    const underWay = [...this.#outbox].filter(([, entry]) => entry.sentAt > 0);
    if (!underWay.length) return;
    const [id, entry] = underWay.reduce((a, b) => (a[1].payload.content.length >= b[1].payload.content.length ? a : b));
    this.#outbox.delete(id);
    entry.reject(new CanonError("TOO_LONG", "The message is larger than the server takes.", { field: "content" }));
  }

  /** Exponential backoff with full jitter; the first retry is immediate unless the server named a time. */
  #retry(code, reason) {
    const ceiling = Math.min(backoffCap, backoffBase * 2 ** (this.#attempt - 1));
    let delay = this.#attempt === 0 ? 0 : Math.round(this.#options.random() * ceiling);
    if (this.#resumeAfter !== null) delay = this.#resumeAfter;
    this.#resumeAfter = null;
    this.#attempt += 1;
    this.#setStatus({ state: "waiting", retryAt: Date.now() + delay, attempt: this.#attempt, code, reason });
    this.#retryTimer = setTimeout(() => this.#open(), delay);
  }

  #refuse(code, reason) {
    this.#setStatus({ state: "refused", code, reason });
  }

  #drop(code, reason) {
    this.#generation += 1;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#watchTimer);
    for (const ping of this.#pings.values()) ping.reject(notConnected());
    this.#pings.clear();
    this.#stopsSent = [];
    for (const thread of this.#threads.values()) thread.asked = thread.replay = null;
    const socket = this.#socket;
    this.#socket = null;
    this.#establishedAt = 0;
    try {
      if (code) socket?.close(code, reason);
      else socket?.close();
    } catch {
      // A socket that never opened may refuse to be closed; it is unreachable from here on either way.
    }
  }

  #online = () => {
    if (this.#status.state === "waiting") this.#open();
  };

  /** Notices a dead socket (no frame for `silenceLimit`) and answers that never came. */
  #watch() {
    clearTimeout(this.#watchTimer);
    const now = Date.now();
    const limit = this.#establishedAt ? silenceLimit : handshakeLimit;
    if (now - (this.#establishedAt ? this.#heardAt : this.#openedAt) > limit) return this.#lost(1006, "silent");
    for (const [id, entry] of this.#outbox) {
      if (now >= entry.holdUntil && now - entry.sentAt > answerLimit) this.#post(id, entry);
    }
    for (const [id, thread] of this.#threads) {
      if (thread.asked && now - thread.asked.at > answerLimit) this.#resume([id], thread.asked.cause);
    }
    this.#watchTimer = setTimeout(() => this.#watch(), watchInterval);
  }

  #setStatus(status) {
    this.#status = status;
    this.#emit("status", status);
  }

  // Sending

  #transmit(message) {
    if (!this.#establishedAt || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #post(id, entry) {
    const sent = this.#transmit({ type: "user_message", payload: entry.payload, client_msg_id: id });
    entry.sentAt = sent ? Date.now() : 0;
  }

  #track(threadId, seq = 0) {
    if (!this.#threads.has(threadId)) {
      this.#threads.set(threadId, { seq, epoch: this.#epoch, asked: null, replay: null });
    }
    return this.#threads.get(threadId);
  }

  /** Asks for what was missed. A cursor means nothing outside its epoch, so there is one message per epoch. */
  #resume(threadIds, cause) {
    const byEpoch = new Map();
    for (const id of threadIds) {
      const thread = this.#threads.get(id);
      if (!byEpoch.has(thread.epoch)) byEpoch.set(thread.epoch, {});
      byEpoch.get(thread.epoch)[id] = thread.seq;
    }
    for (const [epoch, threads] of byEpoch) {
      if (!this.#transmit({ type: "resume", threads, epoch: epoch || this.#epoch })) continue;
      for (const [id, seq] of Object.entries(threads)) {
        const opens = cause === "reconnect" && seq === 0;
        this.#threads.get(id).asked = { at: Date.now(), cause: opens ? "open" : cause };
      }
    }
  }

  // Receiving

  #receive(data) {
    this.#heardAt = Date.now();
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return this.#emit("failure", { code: "JSON_PARSE_ERROR", message: "The server sent a frame that is no JSON." });
    }
    const handler = CanonClient.#handlers[frame?.type];
    if (handler) handler(this, frame);
    else if (Number.isInteger(frame?.seq) && typeof frame.thread_id === "string") this.#accept(frame);
  }

  static #handlers = {
    connection_established: (self, frame) => self.#established(frame.data ?? frame),
    heartbeat: (self, frame) => self.#compareHeads(frame.heads ?? frame.data?.heads ?? {}),
    resumed: (self, frame) => self.#replay(frame),
    none: (self, frame) => self.#nothingMissed(frame),
    snapshot: (self, frame) => self.#replace(frame),
    not_found: (self, frame) => self.#missing(frame.thread_id),
    ack: (self, frame) => self.#acknowledged(frame),
    error_message: (self, frame) => self.#failed(frame),
    pong: (self, frame) => self.#ponged(frame.data ?? {}),
    going_away: (self, frame) => {
      self.#resumeAfter = Math.max(0, frame.resume_after_ms ?? 0);
      self.#emit("goingaway", { resumeAfter: self.#resumeAfter });
    },
    thread_updated: (self, frame) =>
      self.#emit("threadupdated", { threadId: frame.thread_id, head: frame.head, title: frame.title }),
    broadcast: (self, frame) => self.#emit("broadcast", { event: frame.event ?? frame.data ?? {} }),
  };

  #established({ epoch = "" }) {
    this.#establishedAt = Date.now();
    this.#refreshes = 0;
    this.#epoch = epoch;
    this.#setStatus({ state: "connected" });
    if (this.#threads.size) this.#resume([...this.#threads.keys()], "reconnect");
    for (const [id, entry] of this.#outbox) this.#post(id, entry);
    for (const runId of this.#stops) this.stop(runId);
  }

  #accept(event) {
    const thread = this.#threads.get(event.thread_id);
    if (!thread) return;
    if (event.epoch && !thread.epoch) thread.epoch = event.epoch;
    if (event.epoch && event.epoch !== thread.epoch) return this.#repair(event.thread_id, thread);
    if (event.seq <= thread.seq) return;
    // A coalesced chunk counts as each of seq_from...seq; one that overlaps what is known cannot be split.
    if ((event.seq_from ?? event.seq) !== thread.seq + 1) return this.#repair(event.thread_id, thread);
    thread.seq = event.seq;
    if (terminalTypes.has(event.type)) this.#stops.delete(event.run_id);
    this.#emit("event", event);
    this.#finishReplay(event.thread_id, thread);
  }

  #repair(threadId, thread) {
    if (!thread.asked && !thread.replay) this.#resume([threadId], "gap");
  }

  #compareHeads(heads) {
    for (const [id, head] of Object.entries(heads)) {
      const thread = this.#threads.get(id);
      if (thread && head > thread.seq) this.#repair(id, thread);
    }
    this.ping().then((ms) => this.#emit("roundtrip", { ms }), () => {});
  }

  #replay({ thread_id: threadId, from, to, epoch }) {
    const thread = this.#threads.get(threadId);
    if (!thread) return;
    const known = epoch === thread.epoch ? thread.seq : 0; // live events may have come before this answer
    const cause = this.#answered(thread, epoch);
    // The server's range is the authority: it is what follows on this socket.
    thread.seq = Math.max(known, from - 1);
    const first = thread.seq + 1;
    thread.replay = { threadId, from: first, to, count: Math.max(0, to - first + 1), cause };
    this.#emit("resumed", thread.replay);
    this.#finishReplay(threadId, thread);
  }

  #nothingMissed({ thread_id: threadId, at, epoch }) {
    const thread = this.#threads.get(threadId);
    if (!thread) return;
    const known = epoch === thread.epoch ? thread.seq : 0;
    const cause = this.#answered(thread, epoch);
    thread.seq = Math.max(known, at ?? 0);
    const detail = { threadId, from: thread.seq + 1, to: thread.seq, count: 0, cause };
    this.#emit("resumed", detail);
    this.#emit("caughtup", detail);
  }

  #finishReplay(threadId, thread) {
    if (!thread.replay || thread.seq < thread.replay.to) return;
    const detail = thread.replay;
    thread.replay = null;
    this.#emit("caughtup", detail);
  }

  #replace(frame) {
    const { thread_id: threadId, at, messages = [], open_run: openRun = null, truncated = false, epoch } = frame;
    const thread = this.#threads.get(threadId);
    if (!thread) return;
    const cause = this.#answered(thread, epoch, "lag");
    thread.replay = null; // whatever was being brought back is part of it
    thread.seq = at;
    const openRuns = frame.open_runs ?? (openRun ? [openRun] : []);
    this.#emit("snapshot", { threadId, at, messages, openRun, openRuns, truncated, cause });
  }

  #missing(threadId) {
    const thread = this.#threads.get(threadId);
    if (!thread) return;
    thread.asked = null;
    // A thread begins with its first message: one that waits to be sent will make it.
    for (const { payload } of this.#outbox.values()) if (payload.thread_id === threadId) return;
    this.#threads.delete(threadId);
    this.#emit("notfound", { threadId });
  }

  #answered(thread, epoch, unasked = "gap") {
    const cause = thread.asked?.cause ?? unasked;
    thread.asked = null;
    thread.epoch = epoch ?? thread.epoch;
    return cause;
  }

  #acknowledged({ client_msg_id: id, thread_id: threadId, run_id: runId, duplicate = false, received_type: received }) {
    if (received === "stop_agent") return this.#stops.delete(this.#stopsSent.shift());
    const entry = this.#outbox.get(id);
    if (!entry) return;
    this.#outbox.delete(id);
    entry.resolve({ threadId: threadId ?? entry.payload.thread_id, runId, clientMessageId: id, duplicate });
  }

  #failed(frame) {
    const { error_code: code = "ERROR", error_message: message = "The server refused the request." } = frame;
    const extra = { field: frame.field, retryAfter: frame.retry_after_ms, requestType: frame.request_type };
    const entry = this.#outbox.get(frame.client_msg_id);
    if (!entry) return this.#emit("failure", { code, message, ...extra });
    if (code === "RATE_LIMITED" || extra.retryAfter !== undefined) {
      const delay = extra.retryAfter ?? 1_000;
      entry.holdUntil = Date.now() + delay;
      setTimeout(() => this.#outbox.has(frame.client_msg_id) && this.#post(frame.client_msg_id, entry), delay);
      return;
    }
    this.#outbox.delete(frame.client_msg_id);
    entry.reject(new CanonError(code, message, extra));
  }

  #ponged({ id }) {
    const ping = this.#pings.get(id);
    this.#pings.delete(id);
    ping?.resolve(performance.now() - ping.at);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const terminalTypes = new Set(["agent_completed", "agent_error", "agent_cancelled"]);

export function newThreadId() {
  return "thread_" + uniqueId();
}

/** 128 random bits. `crypto.randomUUID` does not exist on a page that came over plain HTTP from another host. */
function uniqueId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function notConnected() {
  return new CanonError("NOT_CONNECTED", "There is no connection to the server.");
}

function socketAddress(url) {
  const address = new URL(url, globalThis.location?.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  if (address.pathname === "/") address.pathname = "/ws";
  return address.href;
}

function base64URL(text) {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
