// The connection on the page: a pill that says how it is, a banner when it broke and what came back.

import { announce, h, icon, iconButton } from "./dom.js";

const patience = 800; // ms that a loss may last before it is shown
const dismissAfter = 10_000; // ms
const named = 2; // conversations beside the one on the page that the banner names
const gatherFor = 250; // ms in which the answers for several conversations become one banner

const refusals = {
  too_many_connections: "Too many connections are open for this account. Close another window, then try again.",
  policy_violation: "The server refused this connection.",
};

export class ConnectionStatus {
  /** @param actions `{onconnect(), isCurrent(threadId), titleOf(threadId)}` */
  constructor(actions) {
    this.actions = actions;
    this.word = h("span", { class: "pill-word" });
    this.pill = h("div", { class: "pill" }, h("span", { class: "pill-dot" }), this.word);
    this.banner = h("div", { class: "banner", hidden: true });
    this.status = { state: "idle" };
    this.shownLoss = false;
    this.roundTrip = null;
    this.replays = [];
    this.clock = setInterval(() => this.#drawPill(), 500);
  }

  dispose() {
    clearInterval(this.clock);
    for (const timer of [this.lossTimer, this.gatherTimer, this.dismissTimer]) clearTimeout(timer);
  }

  update(status) {
    const before = this.status.state;
    this.status = status;
    this.#drawPill();
    if (status.state === "connected") {
      clearTimeout(this.lossTimer);
      this.lossTimer = null;
      if (this.shownLoss) this.#show("good", "check", "Reconnected: nothing was missed.");
      this.shownLoss = false;
    } else if (status.state === "refused") {
      this.#lost();
    } else if (before === "connected") {
      this.lossTimer = setTimeout(() => this.#lost(), patience);
    }
  }

  measured(ms) {
    this.roundTrip = ms;
    this.#drawPill();
  }

  /** Says what a replay brought back, or (with `count` null) that a conversation was loaded anew. */
  caughtUp(detail) {
    if (detail.cause === "open" || detail.count === 0) return;
    this.replays.push(detail);
    clearTimeout(this.gatherTimer);
    this.gatherTimer = setTimeout(() => this.#showReplays(), gatherFor);
  }

  /** Passes on what the operator says to everybody. */
  inform(message) {
    this.#show("note", "warning", message);
  }

  /** Says what went wrong with something that was asked of the server. */
  complain(message) {
    this.#show("bad", "warning", message);
  }

  #showReplays() {
    const replays = this.replays.splice(0);
    if (replays.length) this.#show("good", "check", broughtBack(replays, this.actions));
  }

  #lost() {
    this.lossTimer = null;
    this.shownLoss = this.status.state !== "refused";
    const retry = h(
      "button",
      { type: "button", class: "quiet-button", onclick: () => this.actions.onconnect() },
      icon("retry"),
      "Try now",
    );
    const text = this.shownLoss
      ? "The connection was lost. What you write is kept, and what you miss is brought back."
      : (refusals[this.status.reason] ?? refusals.policy_violation);
    this.#show("bad", "warning", text, retry);
  }

  #show(kind, drawing, text, action = null) {
    clearTimeout(this.dismissTimer);
    const dismiss = iconButton("close", "Dismiss", () => this.#hide());
    this.banner.dataset.kind = kind;
    this.banner.replaceChildren(
      icon(drawing),
      h("span", { class: "banner-text" }, text),
      ...(action ? [action] : [dismiss]),
    );
    this.banner.hidden = false;
    announce(text);
    if (kind === "good") this.#dismissLater();
  }

  /** Waits longer while someone points at the banner or has the focus in it. */
  #dismissLater() {
    this.dismissTimer = setTimeout(() => {
      if (this.banner.matches(":hover, :focus-within")) this.#dismissLater();
      else this.#hide();
    }, dismissAfter);
  }

  #hide() {
    clearTimeout(this.dismissTimer);
    this.banner.hidden = true;
    this.banner.replaceChildren();
  }

  #drawPill() {
    const { state, retryAt } = this.status;
    const seconds = Math.ceil((retryAt - Date.now()) / 1_000);
    const [kind, word] =
      state === "connected" ? ["good", "Connected"]
      : state === "refused" || state === "closed" ? ["bad", "Not connected"]
      : state === "idle" ? ["busy", "Connecting"]
      : navigator.onLine === false && state === "waiting" ? ["bad", "Offline"]
      : state === "waiting" && seconds > 0 ? ["busy", `Reconnecting in ${seconds} s`]
      : ["busy", this.status.attempt ? "Reconnecting" : "Connecting"];
    if (this.word.textContent !== word) this.word.textContent = word;
    this.pill.dataset.kind = kind;
    this.pill.title = state === "connected" && this.roundTrip !== null ? `Round trip ${this.roundTrip.toFixed(1)} ms` : word;
  }
}

/**
 * What resumes brought back, as a sentence.
 * @param replays `[{threadId, from, to, count, cause}]`, one or more; `count` null: a snapshot up to `to`
 */
export function broughtBack(replays, { isCurrent, titleOf }) {
  const word = replays.some(({ cause }) => cause === "reconnect") ? "Reconnected" : "Caught up";
  const current = replays.findLast(({ threadId }) => isCurrent(threadId));
  const others = replays.filter(({ threadId }) => !isCurrent(threadId));
  const parts = [];
  if (current) {
    parts.push(
      current.count === null ? `the conversation was loaded anew (up to ${current.to})`
      : `${events(current.count)} brought back (${range(current)})`,
    );
  }
  for (const other of others.slice(0, named)) {
    const title = `“${titleOf(other.threadId)}”`;
    parts.push(other.count === null ? `${title} loaded anew (up to ${other.to})` : `${events(other.count)} in ${title} (${range(other)})`);
  }
  const rest = others.length - named;
  if (rest > 0) parts.push(`${rest} more ${rest === 1 ? "conversation" : "conversations"} brought up to date`);
  return `${word}: ${parts.join(", ")}`;
}

function events(count) {
  return `${count} ${count === 1 ? "event" : "events"}`;
}

function range({ from, to }) {
  return from === to ? `${from}` : `${from}-${to}`;
}
