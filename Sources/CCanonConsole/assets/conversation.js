// What a thread's log means: questions, and runs with their steps and answers. Events in, items out; no DOM, no socket.

/** @typedef {{kind: "question", id, text, state: "waiting" | "sent" | "refused", problem?, at}} Question */
/** @typedef {{kind: "run", id, agent, parent, state: "running" | "completed" | "error" | "cancelled", steps, text,
 *   startedAt, durationMs, live, reason?, problem?}} Run */

const endings = { agent_completed: "completed", agent_error: "error", agent_cancelled: "cancelled" };

export class Conversation {
  constructor(id) {
    this.id = id;
    this.items = [];
    this.loaded = false; // whether the whole log was read once
    this.runs = new Map();
    this.questions = new Map(); // by client message id, else by message id
    this.promised = new Set(); // runs that the server announced and whose first event has not come yet
  }

  /** The ids of the runs that have not ended. */
  get openRuns() {
    const running = this.items.filter((item) => item.kind === "run" && item.state === "running");
    return [...running.map((run) => run.id), ...this.promised];
  }

  /** Says that the log was read to its end: what happens from now on happens before the reader's eyes. */
  finishLoading() {
    this.loaded = true;
    for (const run of this.runs.values()) run.live ||= run.state === "running";
  }

  /** Takes in the server's promise that a run will follow. */
  promise(runId) {
    if (!this.runs.has(runId)) this.promised.add(runId);
  }

  /** The first line of the first question, for a conversation that the server has not named yet. */
  get provisionalTitle() {
    const question = this.items.find((item) => item.kind === "question");
    return question ? question.text.trim().split("\n")[0].slice(0, 80) : "";
  }

  /** A question that is on its way: it stands at the end until the log gives it its place. */
  ask(text, clientMessageId) {
    const question = { kind: "question", id: clientMessageId, text, state: "waiting", at: Date.now() };
    this.questions.set(clientMessageId, question);
    this.items.push(question);
    return question;
  }

  refuse(clientMessageId, problem) {
    const question = this.questions.get(clientMessageId);
    if (question) Object.assign(question, { state: "refused", problem });
    return question;
  }

  withdraw(question) {
    this.items = this.items.filter((item) => item !== question);
    this.questions.delete(question.id);
  }

  /** Takes in one event of the log. @returns the item that changed, or null. */
  apply(event) {
    if (event.type === "user_message") return this.#asked(event);
    if (typeof event.run_id !== "string") return null;
    const run = this.#run(event);
    const at = event.timestamp * 1000;
    skew = Math.min(skew, Date.now() - at);
    const step = readers[event.type];
    if (step) step(run, event, at);
    else if (endings[event.type]) end(run, event, at);
    else if (event.message) run.steps.push({ kind: "note", text: String(event.message) });
    // A sub-agent's run is drawn inside the run that started it.
    let outermost = run;
    while (outermost.parent) outermost = this.runs.get(outermost.parent);
    return outermost;
  }

  /**
   * Everything up to some point, told anew.
   * @param openRuns runs that have not ended: `[{run_id, agent_name?, message_id?, text}]`
   */
  replace(messages, openRuns) {
    const waiting = this.items.filter((item) => item.kind === "question" && item.state !== "sent");
    this.items = [];
    this.runs.clear();
    this.questions.clear();
    for (const message of messages) this.#told(message);
    for (const open of openRuns) {
      const run = this.#run({ run_id: open.run_id, agent_name: open.agent_name, timestamp: Date.now() / 1000 });
      Object.assign(run, { state: "running", text: open.text ?? "", messageId: open.message_id ?? null, live: true });
    }
    for (const question of waiting) {
      this.questions.set(question.id, question);
      this.items.push(question);
    }
  }

  /** Puts messages before all others: those that a snapshot had no room for. */
  prepend(messages) {
    const known = this.items;
    this.items = [];
    for (const message of messages) if (!this.#knows(message)) this.#told(message);
    this.items.push(...known);
  }

  #knows({ role, id, run_id: runId }) {
    return role === "user" ? this.questions.has(id) : this.runs.has(runId ?? id);
  }

  #told({ role, id, run_id: runId, content, status, timestamp }) {
    if (role === "user") return this.#asked({ message_id: id, content, timestamp });
    const run = this.#run({ run_id: runId ?? id, timestamp });
    const state = { error: "error", cancelled: "cancelled" }[status] ?? "completed";
    Object.assign(run, { state, text: content, messageId: id });
  }

  #asked({ client_msg_id: clientId, message_id: messageId, content, timestamp }) {
    const known = this.questions.get(clientId) ?? this.questions.get(messageId);
    const question = known ?? { kind: "question", id: clientId ?? messageId };
    Object.assign(question, { text: content, state: "sent", problem: undefined, at: timestamp * 1000 });
    this.questions.set(question.id, question);
    if (known) this.items = this.items.filter((item) => item !== known);
    this.#insert(question);
    return question;
  }

  #run({ run_id: id, parent_run_id: parent = null, agent_name: agent = null, timestamp }) {
    let run = this.runs.get(id);
    if (!run) {
      run = {
        kind: "run", id, agent, parent, state: "running", steps: [], text: "", messageId: null,
        startedAt: timestamp * 1000, durationMs: null, live: this.loaded,
      };
      this.promised.delete(id);
      this.runs.set(id, run);
      const outer = parent && this.runs.get(parent);
      if (outer) outer.steps.push({ kind: "run", run });
      else {
        run.parent = null;
        this.#insert(run);
      }
    }
    run.agent ??= agent;
    return run;
  }

  /** Puts an item of the log before the questions that are still on their way. */
  #insert(item) {
    const first = this.items.findIndex(
      (other) => other.kind === "question" && other.state !== "sent" && other !== item,
    );
    this.items.splice(first < 0 ? this.items.length : first, 0, item);
  }
}

const readers = {
  agent_started(run, event, at) {
    run.startedAt = at;
    run.steps.push({ kind: "start", agent: event.agent_name });
  },
  agent_thinking(run, event) {
    const { reasoning, thought, message, step_number: number, total_steps: total } = event;
    run.steps.push({ kind: "thought", text: String(reasoning ?? thought ?? message ?? ""), number, total });
  },
  tool_executing(run, event, at) {
    run.steps.push({
      kind: "tool", id: event.execution_id, name: String(event.tool_name ?? "tool"),
      args: event.tool_args ?? event.parameters ?? {}, state: "running", startedAt: at, results: null, durationMs: null,
    });
  },
  tool_completed(run, event) {
    let tool = run.steps.find((step) => step.kind === "tool" && step.id === event.execution_id);
    if (!tool) {
      tool = { kind: "tool", id: event.execution_id, name: String(event.tool_name ?? "tool"), args: {} };
      run.steps.push(tool);
    }
    tool.state = event.success === false ? "failed" : "completed";
    tool.results = event.results ?? event.result ?? null;
    tool.durationMs = event.duration_ms ?? null;
  },
  stream_chunk(run, event) {
    if (run.messageId !== null && run.messageId !== event.message_id) {
      // What was said before the last tools is part of the work; the answer is the newest message.
      if (run.text.trim()) run.steps.push({ kind: "said", text: run.text });
      run.text = "";
    }
    run.messageId = event.message_id;
    run.text += event.delta ?? "";
  },
};

function end(run, event, at) {
  run.state = endings[event.type];
  run.durationMs = event.duration_ms ?? Math.max(0, at - run.startedAt);
  if (run.state === "completed") {
    run.text = event.final_response ?? run.text;
  } else {
    run.reason = event.reason ?? null;
    run.problem = event.message ?? event.error ?? null;
  }
  for (const step of run.steps) if (step.kind === "tool" && step.state === "running") step.state = "abandoned";
}

// How far this clock is ahead of the server's, in ms: the smallest difference ever seen between an event's time and its
// arrival. Old events that are read again only make larger ones.
let skew = Infinity;

/** Milliseconds since a moment of the server's clock. */
export function since(at) {
  return Math.max(0, Date.now() - at - (Number.isFinite(skew) ? skew : 0));
}

/** < 1 ms, 240 ms, 3.2 s, 2 min 5 s. */
export function duration(ms) {
  if (ms < 1) return "< 1 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
