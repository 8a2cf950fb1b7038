import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Conversation, duration, since } from "../../Sources/CCanonConsole/assets/conversation.js";

function play(conversation, ...events) {
  return events.map(
    (event, index) => conversation.apply({ seq: index + 1, timestamp: 100 + index, run_id: "r1", ...event }),
  );
}

const asked = { type: "user_message", message_id: "m1", client_msg_id: "c1", content: "Where?", run_id: undefined };
const started = { type: "agent_started", agent_name: "analyst" };
const executing = { type: "tool_executing", tool_name: "search", tool_args: { query: "x" }, execution_id: "e1" };
const completed = {
  type: "tool_completed",
  tool_name: "search",
  results: ["a"],
  success: true,
  execution_id: "e1",
  duration_ms: 40,
};
const chunk = (delta, id = "a1") => ({ type: "stream_chunk", message_id: id, delta });
const answered = { type: "agent_completed", final_response: "Here.", message_id: "a1", duration_ms: 900 };

describe("Conversation", () => {
  test("reads a question and a run with its steps and its answer", () => {
    const conversation = new Conversation("t1");
    play(
      conversation,
      asked,
      started,
      { type: "agent_thinking", reasoning: "Hm", step_number: 1, total_steps: 2 },
      executing,
      completed,
      chunk("He"),
      chunk("re"),
      answered,
    );
    const [question, run] = conversation.items;
    assert.deepEqual([question.text, question.state], ["Where?", "sent"]);
    assert.deepEqual(run.steps.map((step) => step.kind), ["start", "thought", "tool"]);
    assert.deepEqual([run.steps[2].state, run.steps[2].durationMs, run.steps[2].results], ["completed", 40, ["a"]]);
    assert.deepEqual([run.state, run.text, run.durationMs], ["completed", "Here.", 900]);
    assert.deepEqual(conversation.openRuns, []);
  });

  test("takes the final answer for the answer, even when pieces of it were missed", () => {
    const conversation = new Conversation("t1");
    play(conversation, started, chunk("re"), answered);
    assert.equal(conversation.items[0].text, "Here.");
  });

  test("keeps what was said when a run fails or is stopped", () => {
    for (const [end, state] of [[{ type: "agent_error", reason: "timeout", message: "Late." }, "error"], [{ type: "agent_cancelled" }, "cancelled"]]) {
      const conversation = new Conversation("t1");
      play(conversation, started, executing, chunk("He"), end);
      const [run] = conversation.items;
      assert.deepEqual([run.state, run.text, run.steps[1].state], [state, "He", "abandoned"]);
    }
  });

  test("shows what was said between tools as part of the work", () => {
    const conversation = new Conversation("t1");
    play(conversation, started, chunk("First I look.", "a0"), executing, completed, chunk("Here.", "a1"));
    const [run] = conversation.items;
    assert.deepEqual(run.steps.map((step) => step.kind), ["start", "tool", "said"]);
    assert.equal(run.text, "Here.");
  });

  test("gives a question its place in the log, before those that still wait", () => {
    const conversation = new Conversation("t1");
    conversation.ask("Where?", "c1");
    conversation.ask("And why?", "c2");
    play(
      conversation,
      { ...asked, client_msg_id: "other", message_id: "m0", content: "From my telephone" },
      asked,
      started,
    );
    assert.deepEqual(conversation.items.map((item) => [item.text, item.state]), [
      ["From my telephone", "sent"], ["Where?", "sent"], ["", "running"], ["And why?", "waiting"],
    ]);
  });

  test("shows a question that was asked here once", () => {
    const conversation = new Conversation("t1");
    conversation.ask("Where?", "c1");
    play(conversation, asked);
    assert.equal(conversation.items.length, 1);
  });

  test("marks a question that the server refused, and can withdraw it", () => {
    const conversation = new Conversation("t1");
    const question = conversation.ask("Where?", "c1");
    conversation.refuse("c1", "Too long.");
    assert.deepEqual([question.state, question.problem], ["refused", "Too long."]);
    conversation.withdraw(question);
    assert.deepEqual(conversation.items, []);
  });

  test("counts a promised run as open until it ends", () => {
    const conversation = new Conversation("t1");
    conversation.promise("r1");
    assert.deepEqual(conversation.openRuns, ["r1"]);
    play(conversation, started);
    assert.deepEqual(conversation.openRuns, ["r1"]);
    play(conversation, answered);
    conversation.promise("r1");
    assert.deepEqual(conversation.openRuns, []);
  });

  test("draws a sub-agent's run inside its parent's", () => {
    const conversation = new Conversation("t1");
    const [outer, inner] = play(
      conversation,
      started,
      { ...started, run_id: "r2", parent_run_id: "r1", agent_name: "reader" },
    );
    assert.equal(inner, outer);
    assert.equal(conversation.items.length, 1);
    assert.equal(outer.steps[1].run.agent, "reader");
    assert.deepEqual(conversation.openRuns, ["r1"]);
  });

  test("starts anew from a snapshot and goes on with its open run", () => {
    const conversation = new Conversation("t1");
    play(conversation, asked, started, chunk("old"));
    conversation.ask("Waiting", "c9");
    conversation.replace(
      [
        { id: "m1", role: "user", content: "Where?", timestamp: 1 },
        { id: "a1", role: "assistant", content: "Here.", run_id: "r1", timestamp: 2, status: "completed" },
      ],
      [{ run_id: "r2", agent_name: "analyst", message_id: "a2", text: "Half" }],
    );
    play(conversation, { ...chunk(" done", "a2"), run_id: "r2" });
    assert.deepEqual(conversation.items.map((item) => [item.kind, item.text, item.state]), [
      ["question", "Where?", "sent"], ["run", "Here.", "completed"], ["run", "Half done", "running"],
      ["question", "Waiting", "waiting"],
    ]);
  });

  test("goes on after a snapshot with each open run, and with another message of one", () => {
    const conversation = new Conversation("t1");
    conversation.replace([], [
      { run_id: "r1", message_id: "a1", text: "One" }, { run_id: "r2", message_id: null, text: "" },
    ]);
    assert.deepEqual(conversation.openRuns, ["r1", "r2"]);
    play(conversation, chunk("Two", "a9"), { ...chunk("Zwei", "b1"), run_id: "r2" }, answered);
    const [first, second] = conversation.items;
    assert.deepEqual([first.steps, first.text], [[{ kind: "said", text: "One" }], "Here."]);
    assert.deepEqual([second.text, second.state], ["Zwei", "running"]);
  });

  test("puts what a snapshot had no room for before it, and nothing twice", () => {
    const conversation = new Conversation("t1");
    const message = (number) => [
      { id: `m${number}`, role: "user", content: `Q${number}`, timestamp: number },
      { id: `a${number}`, role: "assistant", content: `A${number}`, run_id: `r${number}`, timestamp: number, status: "completed" },
    ];
    conversation.replace(message(2), []);
    conversation.ask("Waiting", "c9");
    conversation.prepend([...message(1), ...message(2)]);
    assert.deepEqual(conversation.items.map((item) => item.text), ["Q1", "A1", "Q2", "A2", "Waiting"]);
  });

  test("takes joined text for the text of all the pieces", () => {
    const conversation = new Conversation("t1");
    play(conversation, started, chunk("a"), { ...chunk("bcd"), seq_from: 3, seq: 5 }, { ...chunk("e"), seq: 6 });
    assert.equal(conversation.items[0].text, "abcde");
  });

  test("unfolds what happens before the reader's eyes, and nothing older", () => {
    const conversation = new Conversation("t1");
    play(conversation, started, answered);
    play(conversation, { ...started, run_id: "r2" });
    conversation.finishLoading();
    play(conversation, { ...started, run_id: "r3" });
    assert.deepEqual(conversation.items.map((run) => run.live), [false, true, true]);
  });

  test("shows an event of an unknown type by its message, and ignores one without a run", () => {
    const conversation = new Conversation("t1");
    play(conversation, { type: "index_built", message: "214 files" }, { type: "weather", run_id: undefined });
    assert.deepEqual(conversation.items[0].steps, [{ kind: "note", text: "214 files" }]);
  });
});

test("time that passes is measured on the server's clock, whatever this one says", () => {
  const ahead = Date.now() / 1_000 + 3_600;
  play(new Conversation("t1"), { ...started, timestamp: ahead }, { ...executing, timestamp: 1 });
  assert.ok(since(ahead * 1_000) < 1_000);
  assert.ok(Math.abs(since((ahead - 5) * 1_000) - 5_000) < 1_000);
});

test("durations read as a person would say them", () => {
  const cases = {
    0: "< 1 ms",
    1: "1 ms",
    240.4: "240 ms",
    3_200: "3.2 s",
    59_949: "59.9 s",
    59_990: "1 min 0 s",
    125_000: "2 min 5 s",
  };
  for (const [ms, text] of Object.entries(cases)) assert.equal(duration(Number(ms)), text);
});
