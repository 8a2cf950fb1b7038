// The problems that service logs told of: the list by urgency, and one of them with its history. For administrators; what the
// server shows is the memory of `canon logs`, with personal data masked.

import { announce, copyButton, h, icon } from "./dom.js";
import { timeline } from "./timeline.js";

const pageSize = 50;
const states = ["new", "regressed", "known", "unknown", "resolved"];

export class ProblemsPage {
  constructor({ session }) {
    this.session = session;
    this.listed = null; // the list as it was last read
    this.wanted = ""; // the fingerprint that is looked at; empty for the list
    this.asked = 0; // the number of the newest question, so that a late answer to an older one is not drawn
    this.shown = { state: "open", service: "", count: pageSize };
    this.again = h("button", { type: "button", class: "button", onclick: () => this.refresh() }, icon("retry"), "Refresh");
    this.intro = h("p", { class: "audit-intro" });
    this.content = h("div", { class: "audit-content" });
    this.element = h("div", { class: "audit problems" }, h("div", { class: "audit-head" }, this.intro, this.again), this.content);
  }

  /** @param fingerprint empty for the list */
  show(fingerprint) {
    this.wanted = fingerprint;
    this.refresh();
  }

  refresh() {
    this.intro.replaceChildren(
      this.wanted ? h("a", { href: "#/problems", class: "problems-back" }, "All problems") : "What service logs told of, the most urgent first.",
    );
    const drawn = this.wanted ? this.content.dataset.problem === this.wanted : this.content.dataset.problem === "";
    if (!drawn) this.content.replaceChildren(h("p", { class: "loading", role: "status" }, "Reading the problems"));
    return this.#ask("GET", this.wanted ? path(this.wanted) : "/api/problems");
  }

  async #ask(method, address, body) {
    const question = ++this.asked;
    this.again.disabled = true;
    let answer = null;
    let problem = null;
    try {
      answer = await this.session.request(method, address, body);
    } catch (error) {
      problem = error;
    }
    if (question !== this.asked) return null;
    this.again.disabled = false;
    if (problem) this.#complain(problem, method);
    else this.#draw(answer);
    return answer;
  }

  #complain(error, method) {
    const text = h("p", { class: "panel-problem", role: "alert" }, error.message);
    // What was read stays when something could not be changed.
    this.content.querySelector(".panel-problem")?.remove();
    if (method === "POST") return this.content.querySelector(".problem-actions").after(text);
    delete this.content.dataset.problem;
    this.content.replaceChildren(text);
  }

  #draw(answer) {
    this.content.dataset.problem = this.wanted;
    if (this.wanted) return this.content.replaceChildren(...problemParts(answer, (change, body) => this.#change(answer, change, body)));
    this.listed = answer;
    this.content.replaceChildren(...this.#list(answer));
  }

  async #change({ problem }, change, body) {
    const answer = await this.#ask("POST", `${path(problem.fingerprint)}/${change}`, body);
    if (!answer) return;
    announce(change === "resolve" ? "The problem is resolved." : "The problem is open again.");
    this.content.querySelector(".problem-name").focus();
  }

  #list({ problems, total }) {
    if (!problems.length) {
      return [h("p", { class: "audit-empty" }, "The memory holds no problem. The next run of `canon logs` will tell.")];
    }
    const { state, service, count } = this.shown;
    const services = [...new Set(problems.map((problem) => problem.service).filter(Boolean))].sort();
    const wanted = problems.filter(
      (problem) => (state === "" || (state === "open" ? problem.state !== "resolved" : problem.state === state)) && (!service || problem.service === service),
    );
    const more = wanted.length - count;
    return [
      h("p", { class: "problems-summary" }, summary(problems)),
      h(
        "section",
        { class: "audit-part", "aria-labelledby": "problems-list" },
        h(
          "div",
          { class: "audit-part-head" },
          h("h2", { id: "problems-list", class: "audit-heading" }, `Problems (${wanted.length.toLocaleString("en")})`),
          h(
            "div",
            { class: "audit-filters" },
            this.#filter("State", "state", [["open", "State: not resolved"], ["", "State: all"], ...states.map((name) => [name, name])]),
            this.#filter("Service", "service", [["", "Service: all"], ...services.map((name) => [name, name])]),
          ),
        ),
        wanted.length
          ? h("ul", { class: "findings", "aria-label": "Problems" }, wanted.slice(0, count).map(problemRow))
          : h("p", { class: "audit-empty" }, "No problem is of this kind."),
        more > 0 &&
          h(
            "button",
            { type: "button", class: "quiet-button", onclick: () => this.#narrow({ count: count + pageSize }) },
            `Show more (${more.toLocaleString("en")} left)`,
          ),
        total > problems.length &&
          h("p", { class: "audit-note" }, `Of ${total.toLocaleString("en")} problems the ${problems.length.toLocaleString("en")} most urgent are listed.`),
      ),
    ];
  }

  #filter(label, key, choices) {
    const select = h(
      "select",
      { class: "audit-select", "aria-label": label, "data-filter": key, onchange: (event) => this.#narrow({ [key]: event.target.value, count: pageSize }, key) },
      choices.map(([value, name]) => h("option", { value, selected: this.shown[key] === value }, name)),
    );
    return select;
  }

  #narrow(change, focused) {
    Object.assign(this.shown, change);
    this.content.replaceChildren(...this.#list(this.listed));
    if (focused) this.content.querySelector(`[data-filter=${focused}]`).focus();
  }
}

function path(fingerprint) {
  return `/api/problems/${encodeURIComponent(fingerprint)}`;
}

/** `2 new, 1 regressed, 5 resolved`: how many problems are in each state. */
export function summary(problems) {
  const counts = states.map((state) => [problems.filter((problem) => problem.state === state).length, state]).filter(([count]) => count);
  return counts.map(([count, state]) => `${count.toLocaleString("en")} ${state}`).join(", ");
}

function problemRow(problem) {
  return h(
    "li",
    { class: "finding" },
    h(
      "a",
      { class: "problem-row", href: `#/problems/${problem.fingerprint}` },
      h("span", { class: `severity ${problem.priority.toLowerCase()}` }, problem.priority),
      h("span", { class: "finding-text" }, problem.title),
      h(
        "span",
        { class: "finding-rule" },
        stateTag(problem.state),
        [problem.service, `${problem.count.toLocaleString("en")}×`, problem.last && `last ${moment(problem.last)}`].filter(Boolean).join(" · "),
      ),
      problem.code && h("code", { class: "finding-place" }, place(problem.code)),
    ),
  );
}

function stateTag(state) {
  return h("span", { class: "problem-state", "data-state": state }, state);
}

/** `shop/pricing.py:12 in price` */
export function place({ file, line, function: name }) {
  return `${file}${line ? `:${line}` : ""}${name ? ` in ${name}` : ""}`;
}

/** `2025-09-16 00:46 UTC`, from RFC 3339 in UTC. */
export function moment(text) {
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

// One problem

function problemParts(details, onchange) {
  const { problem } = details;
  return [
    h(
      "div",
      { class: "problem-head" },
      h("span", { class: `severity ${problem.priority.toLowerCase()}` }, problem.priority),
      stateTag(problem.state),
      h("h2", { class: "problem-name", tabindex: "-1" }, problem.title),
    ),
    actions(details, onchange),
    facts(details),
    part("problem-timeline", "Timeline", timeline(details.hours)),
    details.samples.length > 0 && part("problem-samples", "Samples", details.samples.map(sample)),
    details.revisions.length > 0 && part("problem-revisions", "Revisions", revisionTable(details.revisions)),
    part(
      "problem-history",
      "History",
      details.changes.length
        ? h("ol", { class: "problem-changes" }, [...details.changes].reverse().map(changeItem))
        : h("p", { class: "audit-note" }, "Nothing has been noted since the memory keeps a history."),
    ),
  ].filter(Boolean);
}

function part(id, title, ...content) {
  return h("section", { class: "audit-part", "aria-labelledby": id }, h("h3", { id, class: "audit-heading" }, title), content);
}

function actions({ problem, revisions }, onchange) {
  const copy = copyButton("Copy the fingerprint", () => problem.fingerprint);
  if (problem.isResolved) {
    return h(
      "div",
      { class: "problem-actions" },
      h("button", { type: "button", class: "button", onclick: () => onchange("reopen", {}) }, "Reopen"),
      copy,
    );
  }
  const input = h("input", {
    id: "problem-revision", class: "input", maxlength: "200", autocomplete: "off", spellcheck: "false", list: "problem-revision-names",
    "aria-describedby": "problem-revision-note",
  });
  const onsubmit = (event) => {
    event.preventDefault();
    onchange("resolve", input.value.trim() ? { revision: input.value.trim() } : {});
  };
  return h(
    "form",
    { class: "problem-actions", onsubmit },
    h("label", { class: "label", for: "problem-revision" }, "Revision with the fix"),
    input,
    h("datalist", { id: "problem-revision-names" }, revisions.map(({ name }) => h("option", { value: name }))),
    h("button", { class: "button primary" }, "Resolve"),
    copy,
    h(
      "p",
      { id: "problem-revision-note", class: "audit-note" },
      "Seen on a newer revision than this one, the problem is reported as returned. Leave it empty when the entries name no revision.",
    ),
  );
}

function facts({ problem, exception, environment, instances, alsoLoggedAs, aliases }) {
  const where = [
    environment.environment, environment.project && `project ${environment.project}`, environment.location,
    environment.host && `host ${environment.host}`,
  ].filter(Boolean);
  const all = [
    ["Fingerprint", problem.fingerprint],
    ["Fixed", problem.isResolved && fixText(problem)],
    ["Severity", problem.severity],
    ["Count", problem.count.toLocaleString("en")],
    ["Seen", problem.first && problem.last && (problem.first === problem.last ? moment(problem.first) : `${moment(problem.first)} to ${moment(problem.last)}`)],
    ["Service", problem.service],
    ["Logger", problem.logger],
    ["Environment", where.join(", ")],
    ["Instances", instances > 0 && instances.toLocaleString("en")],
    ["Code", problem.code && place(problem.code)],
    ["Frames", exception?.frames.join(" → ")],
    ["Message", problem.template !== problem.title && problem.template],
    ...alsoLoggedAs.map(({ template }) => ["Also logged as", template]),
    ["Formerly", aliases.join(", ")],
  ];
  return h(
    "dl",
    { class: "problem-facts" },
    all.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

function fixText({ resolvedBy, resolvedIn }) {
  const by = resolvedBy === "person" ? "said by a person" : "seen by its absence";
  return resolvedIn ? `in ${resolvedIn}, ${by}` : by;
}

function sample({ text, time, revision, insertId }) {
  const from = [time, revision, insertId && `insertId ${insertId}`].filter(Boolean).join(" · ");
  return h("figure", { class: "problem-sample" }, h("figcaption", { class: "audit-note" }, from), h("pre", { tabindex: "0" }, text));
}

function revisionTable(revisions) {
  const rows = revisions.map(({ name, count, first, last }) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, count.toLocaleString("en")), h("td", {}, first ? moment(first) : ""), h("td", {}, last ? moment(last) : "")),
  );
  return h(
    "div",
    { class: "problem-table", tabindex: "0", role: "region", "aria-label": "Table of revisions" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ["Revision", "Count", "First", "Last"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows),
    ),
  );
}

function changeItem(change) {
  return h("li", {}, h("time", { datetime: change.at }, moment(change.at)), h("span", {}, changeText(change)));
}

/** What happened, in words. */
export function changeText({ state, source, revision, reason }) {
  const fix = revision ? `Resolved in ${revision}` : "Resolved";
  const what = { new: "Seen for the first time", regressed: "Came back", known: source === "person" ? "Reopened" : "Open again", resolved: fix, unknown: "Unclear" }[state];
  return `${what}${source === "person" ? ", said by a person" : ""}${reason ? `: ${reason}` : ""}.`;
}
