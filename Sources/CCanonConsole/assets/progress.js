// How the workspace stands: each concept over the commits, the verdict on each closed issue, and what to do next. What it shows
// comes from the tool `status`, the same that answers in a conversation.

import { scoreText } from "./audit.js";
import { announce, copyButton, h, icon } from "./dom.js";
import { historyChart } from "./history-chart.js";

const spans = [["30d", "30 days"], ["90d", "90 days"], ["365d", "a year"], ["3650d", "ten years"]];

export class ProgressPage {
  constructor({ session }) {
    this.session = session;
    this.report = null;
    this.since = "90d";
    this.asked = 0; // the number of the newest question, so that a late answer to an older one is not drawn
    this.again = h("button", { type: "button", class: "button", onclick: () => this.refresh() }, icon("retry"), "Measure again");
    this.span = h(
      "select",
      { class: "audit-select", "aria-label": "Since", onchange: (event) => this.#choose(event.target.value) },
      spans.map(([value, text]) => h("option", { value, selected: value === this.since }, `Before the last commit: ${text}`)),
    );
    this.content = h("div", { class: "audit-content" });
    this.element = h(
      "div",
      { class: "audit progress" },
      h(
        "div",
        { class: "audit-head" },
        h("p", { class: "audit-intro" }, "What was called done, and what the commits say of it."),
        h("div", { class: "audit-filters" }, this.span, this.again),
      ),
      this.content,
    );
  }

  show() {
    if (!this.report) this.refresh();
  }

  async refresh() {
    const question = ++this.asked;
    this.again.disabled = true;
    if (!this.report) this.content.replaceChildren(h("p", { class: "loading", role: "status" }, "Reading the commits"));
    try {
      const { value } = await this.session.request("POST", "/api/tools/status", { since: this.since });
      if (question !== this.asked) return;
      this.report = value;
      this.#draw(value);
      announce("The commits are measured.");
    } catch (error) {
      if (question !== this.asked) return;
      this.report = null;
      const text = error.status === 404 ? "This server's agent has no tool for the status." : error.message;
      this.content.replaceChildren(h("p", { class: "panel-problem", role: "alert" }, text));
    } finally {
      if (question === this.asked) this.again.disabled = false;
    }
  }

  #choose(since) {
    this.since = since;
    this.refresh();
  }

  #draw(report) {
    this.content.replaceChildren(
      ...[heading(report), next(report), verdicts(report), concepts(report), notes(report), absent(report)].filter(Boolean),
    );
  }
}

/** `62.5 %`, or why there is no score: what was not measured is never 0. */
export function measured(concept) {
  return typeof concept.score === "number" ? `${scoreText(concept.score)} %` : `not measured: ${concept.standing}`;
}

/** What became of a concept, in words. */
export function trend({ now, before, direction }) {
  if (!before) return "No earlier commit could be measured.";
  const was = typeof before.score === "number" ? `${measured(before)} (${fraction(before)})` : measured(before);
  if (direction === "same") return fraction(before) === fraction(now) ? "Still the same, as measured." : `The same: it was ${was}.`;
  return `${{ better: "Better", worse: "Worse", unknown: "Before" }[direction]}: it was ${was}.`;
}

function fraction({ implementations, bound, consumers }) {
  return `1/${implementations} × ${bound}/${consumers}`;
}

function heading(report) {
  const { findings } = report;
  const facts = [
    report.commit && `commit ${report.commit.slice(0, 10)}${report.dirty ? " with changes" : ""}`,
    report.history && `${report.history.samples.length} of ${report.history.window.commits.toLocaleString("en")} commits measured`,
    `rules ${report.tool.ruleSet.slice(0, 8)}`,
  ].filter(Boolean);
  const open = findings.open
    ? `${findings.open.toLocaleString("en")} finding${findings.open === 1 ? "" : "s"} open, ${findings.gating.toLocaleString("en")} at ${findings.gate} or above.`
    : "No finding is open.";
  return h(
    "div",
    { class: "audit-summary" },
    h(
      "div",
      { class: "audit-score" },
      h("span", { class: "audit-score-value" }, scoreText(report.score)),
      h("span", { class: "audit-score-name" }, typeof report.score === "number" ? "of 100" : "score"),
    ),
    h("div", {}, h("p", { class: "audit-summary-line" }, open), h("p", { class: "audit-note" }, facts.join(" · "))),
  );
}

function part(id, title, ...content) {
  return h("section", { class: "audit-part", "aria-labelledby": id }, h("h2", { id, class: "audit-heading" }, title), content);
}

function next({ actions }) {
  if (!actions.length) return null;
  const items = actions.map(({ priority, what, command }) =>
    h(
      "li",
      { class: "progress-action" },
      h("span", { class: `severity ${priority.toLowerCase()}` }, priority),
      h("span", { class: "progress-what" }, what),
      command && h("span", { class: "progress-command" }, h("code", {}, command), copyButton("Copy", () => command)),
    ),
  );
  return part("progress-next", "Next", h("ol", { class: "findings progress-actions" }, items));
}

function verdicts({ claims }) {
  if (!claims) return null;
  const rows = claims.verdicts.map((claim) =>
    h(
      "li",
      { class: "finding" },
      h(
        "details",
        {},
        h(
          "summary",
          {},
          h("span", { class: `severity ${claim.outcome}` }, claim.outcome),
          h("span", { class: "finding-text" }, `${claim.id} ${claim.title}`.trim()),
          h("span", { class: "finding-rule" }, `${claim.verdict} · ${claim.concept}`),
        ),
        h(
          "div",
          { class: "finding-body" },
          h("ul", { class: "progress-evidence" }, claim.evidence.map((line) => h("li", {}, line))),
          h("p", {}, `Next: ${claim.nextAction}`),
        ),
      ),
    ),
  );
  const open = claims.openIssues ? ` ${claims.openIssues.toLocaleString("en")} more ${claims.openIssues === 1 ? "is" : "are"} open.` : "";
  return part(
    "progress-verdicts",
    `Closed issues (${claims.verdicts.length.toLocaleString("en")})`,
    rows.length ? h("ul", { class: "findings", "aria-label": "Verdicts" }, rows) : h("p", { class: "audit-empty" }, "Nothing was claimed of a closed issue."),
    h("p", { class: "audit-note" }, `${claims.deployed ? `Deployed: ${claims.deployed}.` : "Nobody said what was deployed."}${open}`),
  );
}

function concepts(report) {
  if (!report.concepts.length) return null;
  return part("progress-concepts", "Concepts", h("ul", { class: "progress-concepts" }, report.concepts.map((concept) => conceptItem(concept, report.history))));
}

function conceptItem(concept, history) {
  const { now } = concept;
  const style = now.score === 100 ? "good" : "bad";
  return h(
    "li",
    { class: "concept" },
    h("div", { class: "concept-head" }, h("h3", { class: "concept-name" }, now.name), h("span", { class: `concept-score ${style}` }, measured(now))),
    h("p", { class: "audit-note" }, `${now.implementations} implementation${now.implementations === 1 ? "" : "s"}, ${now.bound} of ${now.consumers} consumers bound, ${now.lines.toLocaleString("en")} lines. ${trend(concept)}`),
    history && history.samples.length > 1 && drawing(now.name, history),
    history && history.samples.length > 1 && table(now.name, history),
  );
}

function sampleOf(sample, name) {
  return sample.concepts.find((concept) => concept.name === name);
}

function drawing(name, history) {
  const samples = history.samples.map((sample) => {
    const one = sampleOf(sample, name);
    const value = typeof one?.score === "number" ? one.score : null;
    return { position: sample.position, value, text: `${sample.commit.time.slice(0, 10)} ${sample.commit.id.slice(0, 12)}: ${one ? measured(one) : "not read"}` };
  });
  const known = samples.filter(({ value }) => value !== null);
  const label = `Score of ${name} at ${known.length} commits${known.length ? `, from ${scoreText(known[0].value)} to ${scoreText(known.at(-1).value)} %` : ""}. The table below says each.`;
  const days = [history.samples[0], history.samples.at(-1)].map((sample) => sample.commit.time.slice(0, 10));
  return historyChart(samples, 100, label, [days[0], "score, 0 to 100 %", days[1]]);
}

function table(name, history) {
  const columns = ["Day", "Commit", "Score", "Implementations", "Paths", "Bound", "Lines", "Fan-in"];
  const rows = history.samples.map((sample) => {
    const one = sampleOf(sample, name);
    const head = [sample.commit.time.slice(0, 10), sample.commit.id.slice(0, 12)];
    if (!one) return [...head, `not read: ${sample.problem ?? ""}`, "", "", "", "", ""];
    if (one.standing === "no canonical object") return [...head, measured(one), "", "", "", "", ""];
    return [...head, measured(one), one.implementations, one.importPaths, `${one.bound}/${one.consumers}`, one.lines, one.fanIn];
  });
  return h(
    "details",
    { class: "progress-samples" },
    h("summary", {}, `Every sample (${rows.length})`),
    h(
      "div",
      { class: "problem-table", tabindex: "0", role: "region", "aria-label": `Samples of ${name}` },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
        h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, String(cell)))))),
      ),
    ),
  );
}

function notes({ history }) {
  if (!history) return null;
  const unread = history.samples.filter((sample) => sample.problem || sample.unread.length);
  const lines = [
    ...history.detectorChanges.map(({ commit, changes, leftOut }) =>
      `${commit.id.slice(0, 12)} (${commit.time.slice(0, 10)}) changed what the project's own audit counts: ${changes.join(", ")}.` +
      (leftOut.length ? ` These figures leave out ${leftOut.length} live file${leftOut.length === 1 ? "" : "s"}, such as ${leftOut[0]}.` : ""),
    ),
    ...unread.map((sample) => `${sample.commit.id.slice(0, 12)}: ${sample.problem ?? `${sample.unread[0].path}: ${sample.unread[0].text}`}`),
  ];
  if (!lines.length) return null;
  return part("progress-notes", "Before you believe it", h("ul", { class: "progress-evidence" }, lines.map((line) => h("li", {}, line))));
}

function absent({ absent }) {
  if (!absent.length) return null;
  return part("progress-absent", "Not there", h("ul", { class: "progress-evidence" }, absent.map(({ reason, remedy }) => h("li", {}, `${reason}: ${remedy}`))));
}
