// The user's conversations as the server lists them, kept fresh.

const pageSize = 50;
const quietFor = 600; // ms without news before the list is read again

export class ThreadList {
  #session;
  #onchange;
  #threads = new Map();
  #next = null;
  #timer = null;

  constructor(session, onchange) {
    this.#session = session;
    this.#onchange = onchange;
    this.running = new Set(); // ids of threads with an open run
  }

  dispose() {
    clearTimeout(this.#timer);
  }

  get hasMore() {
    return this.#next !== null;
  }

  get(id) {
    return this.#threads.get(id);
  }

  sorted() {
    return [...this.#threads.values()].sort((a, b) => b.updated_at - a.updated_at);
  }

  /** Reads the newest page. Older ones that were read before stay. */
  async refresh() {
    const page = await this.#session.request("GET", `/api/threads?limit=${pageSize}`);
    const complete = page.next === null || page.next === undefined;
    if (complete) {
      const present = new Set(page.threads.map((thread) => thread.id));
      for (const id of this.#threads.keys()) if (!present.has(id)) this.#threads.delete(id);
    }
    if (complete || this.#threads.size <= pageSize) this.#next = page.next ?? null;
    this.#take(page.threads);
  }

  async more() {
    const page = await this.#session.request(
      "GET",
      `/api/threads?limit=${pageSize}&before=${encodeURIComponent(this.#next)}`,
    );
    this.#next = page.next ?? null;
    this.#take(page.threads);
  }

  refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh().catch(() => this.refreshLater()), quietFor);
  }

  /** After a failure: the connection tells of the next change, and this is for when it cannot. */
  refreshLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh().catch(() => {}), 20 * quietFor);
  }

  /** News of a thread that is not followed. */
  touched({ threadId, head, title }) {
    const thread = this.#threads.get(threadId);
    if (thread) {
      Object.assign(thread, { head, updated_at: Date.now() / 1_000 }, title ? { title } : {});
      this.#onchange();
    }
    this.refreshSoon();
  }

  isRunning(id) {
    return this.running.has(id);
  }

  setRunning(id, running) {
    if (running) this.running.add(id);
    else this.running.delete(id);
    this.#onchange();
  }

  async rename(id, title) {
    await this.#session.request("PATCH", path(id), { title });
    Object.assign(this.#threads.get(id) ?? {}, { title });
    this.#onchange();
  }

  async delete(id) {
    await this.#session.request("DELETE", path(id));
    this.remove(id);
  }

  remove(id) {
    this.#threads.delete(id);
    this.running.delete(id);
    this.#onchange();
  }

  #take(threads) {
    for (const thread of threads) {
      this.#threads.set(thread.id, thread);
      if (thread.open_runs?.length) this.running.add(thread.id);
      else this.running.delete(thread.id);
    }
    this.#onchange();
  }
}

function path(id) {
  return `/api/threads/${encodeURIComponent(id)}`;
}
