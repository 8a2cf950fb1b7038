// The audit of the workspace: concepts with their score, findings with their evidence. What it shows comes from the tool
// `audit`, the same that answers questions in a conversation.

import { announce, copyButton, h, icon } from "./dom.js";

const severities = ["critical", "high", "medium", "low", "info"];
const pageSize = 50;
// Findings in other scopes (fixtures, copies, other people's code) are shown and not counted.
const gating = new Set(["live", "test", "tool"]);

export class AuditPage {
  /** @param onask called with a question that a conversation is to answer */
  constructor({ session, onask }) {
    this.session = session;
    this.onask = onask;
    this.shown = { severity: null, rule: null, count: pageSize };
    this.report = null;
    this.again = h("button", { type: "button", class: "button", onclick: () => this.refresh() }, icon("retry"), "Run again");
    this.content = h("div", { class: "audit-content" });
    this.element = h(
      "div",
      { class: "audit" },
      h(
        "div",
        { class: "audit-head" },
        h("p", { class: "audit-intro" }, "Which implementations stand where one should, with the evidence for each."),
        this.again,
      ),
      this.content,
    );
  }

  show() {
    if (!this.report) this.refresh();
  }

  async refresh() {
    this.again.disabled = true;
    this.content.replaceChildren(h("p", { class: "loading", role: "status" }, "Auditing the workspace"));
    try {
      const { value } = await this.session.request("POST", "/api/tools/audit", {});
      this.report = value;
      this.#draw();
      announce(`The audit is done: ${summary(value)}`);
    } catch (error) {
      const text = error.status === 404 ? "This server's agent has no tool for audits." : error.message;
      this.content.replaceChildren(h("p", { class: "panel-problem", role: "alert" }, text));
    } finally {
      this.again.disabled = false;
    }
  }

  #draw() {
    const { report } = this;
    this.content.replaceChildren(
      ...[heading(report), incomplete(report), concepts(report), this.#findings(report)].filter(Boolean),
    );
  }

  #findings(report) {
    const rules = [...new Set(report.findings.map((finding) => finding.rule))].sort();
    const wanted = report.findings.filter(
      (finding) =>
        (!this.shown.severity || finding.severity === this.shown.severity) && (!this.shown.rule || finding.rule === this.shown.rule),
    );
    const list = h(
      "ul",
      { class: "findings", "aria-label": "Findings" },
      wanted.slice(0, this.shown.count).map((finding) => findingItem(finding, this.onask)),
    );
    const more = wanted.length - this.shown.count;
    return h(
      "section",
      { class: "audit-part", "aria-labelledby": "audit-findings" },
      h(
        "div",
        { class: "audit-part-head" },
        h("h2", { id: "audit-findings", class: "audit-heading" }, `Findings (${wanted.length.toLocaleString("en")})`),
        h(
          "div",
          { class: "audit-filters" },
          this.#filter("Severity", "severity", severities.filter((name) => report.findings.some((one) => one.severity === name))),
          this.#filter("Rule", "rule", rules),
        ),
      ),
      wanted.length ? list : h("p", { class: "audit-empty" }, report.findings.length ? "No finding is of this kind." : "Nothing was found."),
      more > 0 &&
        h(
          "button",
          { type: "button", class: "quiet-button", onclick: () => this.#show({ count: this.shown.count + pageSize }) },
          `Show more (${more.toLocaleString("en")} left)`,
        ),
    );
  }

  #filter(label, key, values) {
    const select = h(
      "select",
      {
        class: "audit-select",
        "aria-label": label,
        onchange: (event) => this.#show({ [key]: event.target.value || null, count: pageSize }, key),
      },
      h("option", { value: "" }, `${label}: all`),
      values.map((value) => h("option", { value, selected: this.shown[key] === value }, value)),
    );
    select.dataset.filter = key;
    return select;
  }

  #show(change, focused) {
    Object.assign(this.shown, change);
    this.#draw();
    if (focused) this.content.querySelector(`[data-filter=${focused}]`).focus();
  }
}

/** One sentence: what is open, by severity. */
export function summary(report) {
  const open = report.findings.filter((finding) => finding.status === "open" && (gating.has(finding.scope) || finding.isIntegrity));
  if (!open.length) return "nothing is open";
  const counts = severities.map((name) => [open.filter((finding) => finding.severity === name).length, name]).filter(([count]) => count);
  return counts.map(([count, name]) => `${count.toLocaleString("en")} ${name}`).join(", ");
}

/** `62.5`, rounded down so that 100 means all; or words when nothing could be measured, which is never 100. */
export function scoreText(score) {
  return typeof score === "number" ? (Math.floor(score * 10 + 1e-9) / 10).toFixed(1) : "not measured";
}

function heading(report) {
  const live = report.scopes.live ?? { files: 0 };
  const facts = [
    `Python ${report.python}`,
    `${live.files.toLocaleString("en")} live file${live.files === 1 ? "" : "s"}`,
    report.commit && `commit ${report.commit.slice(0, 10)}${report.dirty ? " with changes" : ""}`,
    `rules ${report.tool.ruleSet.slice(0, 8)}`,
  ].filter(Boolean);
  return h(
    "div",
    { class: "audit-summary" },
    h(
      "div",
      { class: "audit-score" },
      h("span", { class: "audit-score-value" }, scoreText(report.score.overall)),
      h("span", { class: "audit-score-name" }, typeof report.score.overall === "number" ? "of 100" : "score"),
    ),
    h(
      "div",
      {},
      h("p", { class: "audit-summary-line" }, `Open: ${summary(report)}.`),
      report.score.cap && h("p", { class: "audit-note" }, `Capped at ${report.score.cap.limit}: ${report.score.cap.reason}.`),
      h("p", { class: "audit-note" }, facts.join(" · ")),
    ),
  );
}

function incomplete(report) {
  if (!report.incomplete.length) return null;
  return h(
    "details",
    { class: "audit-gap" },
    h("summary", {}, icon("warning"), `${report.incomplete.length} place${report.incomplete.length === 1 ? "" : "s"} could not be looked at`),
    evidenceList(report.incomplete.slice(0, 50)),
  );
}

function concepts(report) {
  if (!report.score.concepts.length) return null;
  return h(
    "section",
    { class: "audit-part", "aria-labelledby": "audit-concepts" },
    h("h2", { id: "audit-concepts", class: "audit-heading" }, "Concepts"),
    h("ul", { class: "concepts" }, [...report.score.concepts].sort((a, b) => (a.score ?? 101) - (b.score ?? 101)).map(conceptItem)),
  );
}

function conceptItem(concept) {
  const measured = typeof concept.score === "number";
  return h(
    "li",
    { class: "concept" },
    h(
      "div",
      { class: "concept-head" },
      h("h3", { class: "concept-name" }, concept.name),
      h("span", { class: `concept-score ${measured && concept.score === 100 ? "good" : measured ? "bad" : ""}` }, scoreText(concept.score)),
    ),
    measured && h("meter", { class: "concept-meter", min: "0", max: "100", low: "50", high: "90", optimum: "100", value: String(concept.score ?? 0), "aria-label": `Score of ${concept.name}` }),
    h("code", { class: "concept-symbol" }, concept.canonical),
    h(
      "p",
      { class: "audit-note" },
      `${number(concept.implementations, "implementation")}; ${concept.bound.toLocaleString("en")} of ${number(concept.consumers, "consumer")} bound to it`,
      concept.owner ? ` · ${concept.owner}` : "",
    ),
    concept.implementationSymbols?.length > 1 &&
      h(
        "details",
        {},
        h("summary", {}, "Implementations"),
        h("ul", { class: "symbols" }, concept.implementationSymbols.map((symbol) => h("li", {}, h("code", {}, symbol)))),
      ),
    concept.unbound?.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `Consumers that use something else (${concept.unbound.length.toLocaleString("en")})`),
        h("ul", { class: "symbols" }, concept.unbound.slice(0, 100).map((symbol) => h("li", {}, h("code", {}, symbol)))),
      ),
  );
}

function findingItem(finding, onask) {
  const place = finding.line > 0 ? `${finding.path}:${finding.line}` : finding.path;
  const tags = [finding.status !== "open" && finding.status, finding.confidence === "review" && "to review", finding.scope !== "live" && finding.scope];
  return h(
    "li",
    { class: "finding", "data-rule": finding.rule },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: `severity ${finding.severity}` }, finding.severity),
        h("span", { class: "finding-text" }, `${finding.message}.`),
        h("span", { class: "finding-rule" }, finding.rule, tags.filter(Boolean).map((tag) => h("span", { class: "finding-tag" }, tag))),
        h("code", { class: "finding-place" }, place),
      ),
      h(
        "div",
        { class: "finding-body" },
        finding.suggestion && h("p", {}, "Use ", h("code", {}, finding.suggestion), " instead."),
        evidenceList(finding.evidence),
        finding.placeCount > 1 && h("p", { class: "audit-note" }, `${number(finding.placeCount, "place")} in all.`),
        h(
          "div",
          { class: "finding-actions" },
          h("button", { type: "button", class: "quiet-button", onclick: () => onask(`Explain the rule ${finding.rule}`) }, "Explain the rule"),
          h("button", { type: "button", class: "quiet-button", onclick: () => onask(`Show me ${place}`) }, "Show the code"),
          copyButton("Copy the fingerprint", () => finding.fingerprint),
        ),
      ),
    ),
  );
}

function evidenceList(evidence) {
  return h(
    "ol",
    { class: "evidence" },
    evidence.map(({ path, line, text }) =>
      h("li", {}, h("code", { class: "evidence-place" }, line > 0 ? `${path}:${line}` : path), h("code", { class: "evidence-text" }, text)),
    ),
  );
}

function number(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
