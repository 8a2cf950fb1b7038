// One run on the page: its events as a timeline, its answer as it grows, and how it ended.

import { duration, since } from "./conversation.js";
import { copyButton, h, icon } from "./dom.js";
import { MarkdownView, renderLine } from "./markdown-view.js";

const resultPreview = 8_000; // characters of a tool's result shown before "Show all"

export class RunView {
  /** @param onretry called to ask the same question again */
  constructor(run, { onretry }) {
    this.run = run;
    this.onretry = onretry;
    this.timeline = new Timeline();
    this.summary = h("span", { class: "work-summary" });
    this.work = h(
      "details",
      { class: "work", open: run.live }, // what happened long ago is folded away
      h("summary", {}, icon("chevron", "turn"), this.summary),
      this.timeline.element,
    );
    this.prose = new MarkdownView();
    this.foot = h("div", { class: "run-foot" });
    this.element = h(
      "article",
      { class: "run", "data-run": run.id },
      h("h2", { class: "visually-hidden" }, "Answer"),
      this.work,
      this.prose.element,
      this.foot,
    );
    this.update();
  }

  update() {
    const { run } = this;
    this.element.dataset.state = run.state;
    this.element.setAttribute("aria-busy", String(run.state === "running"));
    this.timeline.update(run);
    this.prose.update(run.text);
    this.prose.element.hidden = run.text === "";
    this.tick();
    if (this.drawnState !== run.state) this.#drawEnd();
    this.drawnState = run.state;
  }

  /** Brings the elapsed times up to date. */
  tick() {
    const { run } = this;
    this.work.hidden = run.steps.length === 0 && run.state !== "running";
    this.summary.textContent = summarise(run);
    this.timeline.tick();
  }

  #drawEnd() {
    const { run } = this;
    const parts = [];
    if (run.state === "error") {
      parts.push(
        h(
          "div",
          { class: "problem" },
          icon("warning"),
          h(
            "div",
            {},
            h("p", { class: "problem-text" }, renderLine(run.problem || "The run ended with an error.")),
            run.reason && h("p", { class: "problem-code" }, "Reason: ", h("code", {}, run.reason)),
          ),
          h("button", { type: "button", class: "button", onclick: () => this.onretry(run) }, "Try again"),
        ),
      );
    }
    if (run.state === "cancelled" && run.text) {
      parts.push(h("p", { class: "stopped" }, icon("stop"), "Stopped before the answer was complete."));
    }
    if (run.state !== "running" && run.text) parts.push(copyButton("Copy answer", () => run.text));
    this.foot.replaceChildren(...parts);
  }
}

function summarise(run) {
  const tools = run.steps.filter((step) => step.kind === "tool").length;
  const used = tools ? `, ${tools} ${tools === 1 ? "tool" : "tools"}` : "";
  if (run.state === "running") {
    const elapsed = since(run.startedAt);
    return elapsed < 1_000 ? "Working" : `Working for ${Math.floor(elapsed / 1_000)} s${used}`;
  }
  const verb = { completed: "Finished", error: "Failed", cancelled: "Stopped" }[run.state];
  return run.durationMs === null ? verb : `${verb} after ${duration(run.durationMs)}${used}`;
}

/** The steps of one run; a sub-agent's run is a timeline inside it. */
class Timeline {
  constructor() {
    this.element = h("ol", { class: "timeline" });
    this.rows = [];
    this.end = null;
  }

  update(run) {
    for (const [index, step] of run.steps.entries()) {
      if (!this.rows[index]) {
        this.rows[index] = makeRow(step);
        this.element.insertBefore(this.rows[index].element, this.end);
      }
      this.rows[index].update?.();
    }
    while (this.rows.length > run.steps.length) this.rows.pop().element.remove();
    if (run.state !== "running" && !this.end) {
      this.end = endRow(run);
      this.element.append(this.end);
    }
  }

  tick() {
    for (const row of this.rows) row.tick?.();
  }
}

function row(kind, drawing, ...content) {
  return h(
    "li",
    { class: `step step-${kind}` },
    h("span", { class: "step-icon" }, icon(drawing)),
    h("div", { class: "step-body" }, content),
  );
}

function makeRow(step) {
  switch (step.kind) {
    case "start":
      return { element: row("start", "play", h("span", { class: "step-name" }, "Started"), aside(step.agent)) };
    case "thought": {
      const place = step.total ? `step ${step.number} of ${step.total}` : step.number ? `step ${step.number}` : null;
      return {
        element: row("thought", "thought", h("span", { class: "step-text", dir: "auto" }, renderLine(step.text)), aside(place)),
      };
    }
    case "said":
      return { element: row("thought", "thought", h("span", { class: "step-text", dir: "auto" }, renderLine(step.text))) };
    case "run":
      return new SubRunRow(step.run);
    case "tool":
      return new ToolRow(step);
    default:
      return { element: row("note", "thought", h("span", { class: "step-text", dir: "auto" }, renderLine(step.text))) };
  }
}

function aside(text) {
  return text ? h("span", { class: "step-aside" }, text) : null;
}

function endRow(run) {
  const [kind, drawing, word] = {
    completed: ["done", "check", "Finished"],
    error: ["failed", "cross", "Failed"],
    cancelled: ["stopped", "stop", "Stopped"],
  }[run.state];
  return row(
    kind,
    drawing,
    h("span", { class: "step-name" }, word),
    aside(run.durationMs === null ? null : duration(run.durationMs)),
  );
}

class SubRunRow {
  constructor(run) {
    this.run = run;
    this.timeline = new Timeline();
    this.element = row(
      "agent",
      "agent",
      h("span", { class: "step-name" }, run.agent ?? "Agent"),
      this.timeline.element,
    );
  }

  update() {
    this.timeline.update(this.run);
  }

  tick() {
    this.timeline.tick();
  }
}

const toolWords = { running: "running", completed: "done", failed: "failed", abandoned: "not finished" };

class ToolRow {
  constructor(tool) {
    this.tool = tool;
    this.symbol = h("span", { class: "step-icon" });
    this.time = h("span", { class: "step-aside" });
    this.result = h("div", { class: "tool-part" });
    const args = argumentPairs(tool.args);
    const details = h(
      "details",
      { class: "tool" },
      h(
        "summary",
        {},
        h("span", { class: "step-name tool-name" }, tool.name),
        h("span", { class: "tool-args" }, args.map(([, value]) => oneLine(value)).join(", ")),
        this.time,
        icon("chevron", "turn"),
      ),
      h("div", { class: "tool-body" }, args.length > 0 && argumentList(args), this.result),
    );
    this.element = h("li", { class: "step step-tool" }, this.symbol, h("div", { class: "step-body" }, details));
  }

  update() {
    if (this.drawnState === this.tool.state) return;
    this.drawnState = this.tool.state;
    this.element.dataset.state = this.tool.state;
    const drawing = { running: "tool", completed: "check", failed: "cross", abandoned: "stop" }[this.tool.state];
    this.symbol.replaceChildren(
      this.tool.state === "running" ? h("span", { class: "spinner" }) : icon(drawing),
      h("span", { class: "visually-hidden" }, `Tool ${toolWords[this.tool.state]}: `),
    );
    const finished = this.tool.state === "completed" || this.tool.state === "failed";
    if (finished) this.result.replaceChildren(...resultParts(this.tool));
    this.tick();
  }

  tick() {
    const { state, durationMs, startedAt } = this.tool;
    const elapsed = since(startedAt);
    if (state === "running") this.time.textContent = elapsed >= 1_000 ? `${Math.floor(elapsed / 1_000)} s` : "running";
    else if (durationMs !== null && durationMs !== undefined) this.time.textContent = duration(durationMs);
    else this.time.textContent = toolWords[state];
  }
}

function argumentPairs(args) {
  if (args === null || args === undefined || args === "") return [];
  if (typeof args !== "object" || Array.isArray(args)) return [["input", args]];
  return Object.entries(args);
}

function argumentList(args) {
  return h(
    "div",
    { class: "tool-part" },
    h("h3", { class: "tool-label" }, "Arguments"),
    h("dl", { class: "arguments" }, args.map(([name, value]) => [h("dt", {}, name), h("dd", {}, display(value))])),
  );
}

function resultParts(tool) {
  const text = display(tool.results ?? "");
  const label = h(
    "div",
    { class: "tool-label-line" },
    h("h3", { class: "tool-label" }, tool.state === "failed" ? "Error" : "Result"),
    text && copyButton("Copy", () => text),
  );
  if (!text) return [label, h("p", { class: "empty-result" }, "Nothing was returned.")];
  const body = h(
    "pre",
    { class: "result", tabindex: "0", role: "region", "aria-label": "Result" },
    text.slice(0, resultPreview),
  );
  if (text.length <= resultPreview) return [label, body];
  const all = h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      onclick: () => {
        body.textContent = text;
        body.focus();
        all.remove();
      },
    },
    `Show all ${text.length.toLocaleString("en")} characters`,
  );
  return [label, body, all];
}

function display(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function oneLine(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(/\s+/g, " ").slice(0, 120);
}
