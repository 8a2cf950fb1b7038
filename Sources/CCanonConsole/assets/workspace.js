// The page of someone who is signed in: conversations on the left, one of them in the middle, one connection for all.

import { AuditPage } from "./audit.js";
import { CanonClient, newThreadId } from "./canon.js";
import { Composer } from "./composer.js";
import { ConnectionStatus } from "./connection-status.js";
import { Conversation } from "./conversation.js";
import { announceEnd, ConversationView } from "./conversation-view.js";
import { showDevices } from "./devices.js";
import { announce, h, iconButton } from "./dom.js";
import { askText, confirmAction } from "./overlay.js";
import { ProblemsPage } from "./problems.js";
import { ProgressPage } from "./progress.js";
import { Sidebar } from "./sidebar.js";
import { ThreadList } from "./thread-list.js";

const narrow = matchMedia("(max-width: 52rem)");
const endings = new Set(["agent_completed", "agent_error", "agent_cancelled"]);
// What else than a conversation can stand in the middle, by the first part of its path: `#/audit`. A page has an `element`, and
// `show(rest)` is called with the rest of the path whenever it is gone to.
const pages = {
  audit: { title: "Audit", make: (workspace) => new AuditPage(workspace) },
  progress: { title: "Progress", make: (workspace) => new ProgressPage(workspace) },
  problems: { title: "Problems", make: (workspace) => new ProblemsPage(workspace) },
};
const examples = [
  ["Give me an overview of this workspace", "Languages, folders and entry points"],
  ["What can you do?", "The questions it understands, such as where a name is defined"],
  ["Run an audit", "Which classes stand where one should, and who uses them"],
  ["Search for TODO", "Every place that says so, with its line"],
  ["Read the file README.md", "A whole file, or some of its lines"],
];

export class Workspace {
  /** @param onended called when the server no longer knows the session */
  constructor({ session, onended }) {
    this.session = session;
    this.onended = onended;
    this.conversations = new Map(); // thread id -> Conversation
    this.drafts = new Map(); // thread id, or null for a new one -> unsent text
    this.current = null; // the Conversation on the page; null is a new one
    this.page = null; // the name of the page that stands in its place
    this.made = {}; // pages that were shown, by their names
    this.view = null;
    this.threads = new ThreadList(session, () => this.#drawThreads());
    this.client = new CanonClient({
      url: location.origin,
      accessToken: () => session.accessToken(),
      refresh: () => session.renew(),
    });
    this.#build();
    this.#listen();
  }

  start() {
    this.client.connect();
    this.threads.refresh().catch((error) => this.connection.complain(error.message));
    this.#navigate();
  }

  dispose() {
    this.abort.abort();
    this.client.close();
    this.connection.dispose();
    this.view?.dispose();
    this.threads.dispose();
    this.element.remove();
  }

  #build() {
    this.sidebar = new Sidebar({
      user: this.session.user,
      actions: {
        oncreate: () => this.#goto("#/"),
        onrename: (thread) => this.#rename(thread),
        ondelete: (thread) => this.#delete(thread),
        onmore: () => this.threads.more().catch((error) => this.connection.complain(error.message)),
        ondevices: () => showDevices(this.session),
        onsignout: () => this.session.signOut(),
        onclose: () => this.#toggleSidebar(false),
      },
    });
    this.connection = new ConnectionStatus({
      onconnect: () => this.client.connect(),
      isCurrent: (threadId) => this.current?.id === threadId,
      titleOf: (threadId) => this.threads.get(threadId)?.title || "Untitled",
    });
    this.composer = new Composer({ onsend: (text) => this.#send(text), onstop: () => this.#stop() });
    this.heading = h("h1", { class: "title", tabindex: "-1" });
    this.opener = iconButton("menu", "Conversations", () => this.#toggleSidebar(true), "sidebar-open");
    this.opener.setAttribute("aria-controls", "sidebar");
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Messages" });
    this.dock = h("div", { class: "dock" }, this.composer.element);
    this.main = h(
      "main",
      { class: "main", id: "main", tabindex: "-1" },
      h("header", { class: "bar" }, this.opener, this.heading, this.connection.pill),
      this.connection.banner,
      this.scroller,
      this.dock,
    );
    this.scrim = h("div", { class: "scrim", onclick: () => this.#toggleSidebar(false) });
    this.element = h("div", { class: "workspace" }, this.sidebar.element, this.scrim, this.main);
    this.#toggleSidebar(false);
  }

  #listen() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    on(this.client, "status", ({ detail }) => this.#statusChanged(detail));
    on(this.client, "event", ({ detail }) => this.#received(detail));
    on(this.client, "caughtup", ({ detail }) => {
      this.#loaded(detail.threadId);
      this.connection.caughtUp(detail);
    });
    on(this.client, "snapshot", ({ detail }) => this.#replaced(detail));
    on(this.client, "notfound", ({ detail }) => this.#missing(detail.threadId));
    on(this.client, "threadupdated", ({ detail }) => this.threads.touched(detail));
    on(this.client, "failure", ({ detail }) => {
      // A server that does not renew a live socket closes it in time, and the next one has the new token.
      if (detail.requestType !== "auth") this.connection.complain(detail.message);
    });
    on(this.client, "broadcast", ({ detail }) => {
      if (typeof detail.event.message === "string") this.connection.inform(detail.event.message);
    });
    on(this.client, "roundtrip", ({ detail }) => this.connection.measured(detail.ms));
    on(this.session, "renewed", ({ detail }) => this.client.authenticate(detail));
    on(window, "hashchange", () => this.#navigate());
    on(narrow, "change", () => this.#toggleSidebar(false));
    on(document, "keydown", (event) => this.#keydown(event));
  }

  // The connection

  #statusChanged(status) {
    const ended = ["authentication_failed", "token_revoked", "token_expired"];
    if (status.state === "refused" && ended.includes(status.reason)) return this.onended();
    this.connection.update(status);
  }

  #received(event) {
    const conversation = this.conversations.get(event.thread_id);
    if (!conversation) return;
    const item = conversation.apply(event);
    if (!conversation.loaded) return;
    if (conversation === this.current && item) this.view.changed(item);
    this.#afterChange(conversation);
    if (!endings.has(event.type) || item?.id !== event.run_id) return;
    if (conversation === this.current) announceEnd(item);
    this.threads.refreshSoon();
  }

  #loaded(threadId) {
    const conversation = this.conversations.get(threadId);
    if (!conversation || conversation.loaded) return;
    conversation.finishLoading();
    if (conversation === this.current) this.#show(conversation);
  }

  #replaced({ threadId, at, messages, openRuns, truncated, cause }) {
    const conversation = this.conversations.get(threadId);
    if (!conversation) return;
    conversation.replace(messages, openRuns);
    if (truncated) this.#loadOlder(conversation);
    if (conversation.loaded) {
      if (conversation === this.current) this.view.reset();
      this.#afterChange(conversation);
    }
    this.#loaded(threadId);
    this.connection.caughtUp({ threadId, from: 1, to: at, count: null, cause });
  }

  /** A snapshot had no room for the oldest messages. */
  async #loadOlder(conversation) {
    try {
      const path = `/api/threads/${encodeURIComponent(conversation.id)}/messages`;
      const { messages } = await this.session.request("GET", path);
      conversation.prepend(messages);
      if (conversation === this.current) this.view?.reset();
    } catch (error) {
      this.connection.complain(`Older messages could not be loaded. ${error.message}`);
    }
  }

  #missing(threadId) {
    this.threads.remove(threadId);
    const conversation = this.conversations.get(threadId);
    this.conversations.delete(threadId);
    if (!conversation || conversation !== this.current) return;
    this.#goto("#/");
    announce("This conversation does not exist any more.");
  }

  // Moving between conversations

  #goto(hash) {
    if (location.hash === hash || (hash === "#/" && location.hash === "")) this.#navigate();
    else location.hash = hash;
  }

  #navigate() {
    const match = /^#\/c\/(.+)$/.exec(location.hash);
    const [, name, rest] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(location.hash) ?? [];
    if (!this.page) this.drafts.set(this.current?.id ?? null, this.composer.text);
    this.#toggleSidebar(false);
    if (Object.hasOwn(pages, name ?? "")) return this.#showPage(name, rest ?? "");
    this.#leavePage();
    if (match) this.#open(decodeURIComponent(match[1]));
    else this.#show(null);
    this.composer.text = this.drafts.get(this.current?.id ?? null) ?? "";
    // On a touch screen the focus would bring up the keyboard.
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  #showPage(name, rest) {
    const { title, make } = pages[name];
    this.made[name] ??= make({ session: this.session, onask: (question) => this.#askNew(question) });
    this.made[name].show(rest);
    if (this.page === name) return;
    this.#show(null);
    this.page = name;
    this.main.classList.remove("is-empty");
    this.main.classList.add("is-page");
    this.scroller.replaceChildren(this.made[name].element);
    this.scroller.setAttribute("aria-label", title);
    this.heading.textContent = title;
    document.title = `${title} · Canon`;
    this.#drawThreads();
    this.heading.focus();
  }

  #leavePage() {
    if (!this.page) return;
    this.page = null;
    this.main.classList.remove("is-page");
    this.scroller.setAttribute("aria-label", "Messages");
  }

  /** A question from a page, in a conversation of its own. */
  #askNew(question) {
    history.pushState(null, "", "#/");
    this.#navigate();
    this.#send(question);
  }

  #open(threadId) {
    let conversation = this.conversations.get(threadId);
    if (!conversation) {
      conversation = new Conversation(threadId);
      this.conversations.set(threadId, conversation);
      this.client.follow(threadId);
    }
    this.#show(conversation);
  }

  #show(conversation) {
    this.view?.dispose();
    this.view = null;
    this.current = conversation;
    this.main.classList.toggle("is-empty", conversation === null);
    if (!conversation) {
      this.scroller.replaceChildren(this.#welcome());
    } else if (!conversation.loaded) {
      this.scroller.replaceChildren(h("p", { class: "loading", role: "status" }, "Loading the conversation"));
    } else {
      this.view = new ConversationView(conversation, this.scroller, {
        onretry: (run) => this.#askAgain(run),
        onresend: (question) => {
          conversation.withdraw(question);
          this.#send(question.text);
        },
        ondiscard: (question) => {
          conversation.withdraw(question);
          this.view.changed();
          this.composer.text = question.text;
          this.composer.focus();
        },
      });
      this.scroller.replaceChildren(this.view.element);
      this.dock.prepend(this.view.jump);
      this.view.toEnd(false);
    }
    this.#afterChange(conversation);
    this.#drawThreads();
  }

  #welcome() {
    const items = examples.map(([question, note]) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "example", onclick: () => this.#send(question) },
          h("span", { class: "example-question" }, question),
          h("span", { class: "example-note" }, note),
        ),
      ),
    );
    return h(
      "div",
      { class: "welcome" },
      h("p", { class: "welcome-title" }, "What would you like to know?"),
      h("p", { class: "welcome-text" }, "Canon reads this workspace with its own tools and shows each step it takes."),
      h("ul", { class: "examples", "aria-label": "Examples" }, items),
    );
  }

  // Messages

  #send(text) {
    let conversation = this.current;
    if (!conversation) {
      conversation = new Conversation(newThreadId());
      conversation.finishLoading(); // its log begins with this message
      this.conversations.set(conversation.id, conversation);
      history.pushState(null, "", `#/c/${conversation.id}`);
      this.drafts.delete(null);
      this.#show(conversation);
    }
    const clientMessageId = crypto.getRandomValues(new Uint32Array(4)).join("-");
    conversation.ask(text, clientMessageId);
    this.view.changed();
    this.view.toEnd(false);
    this.#afterChange(conversation);
    this.composer.focus();
    this.client.send(text, { threadId: conversation.id, clientMessageId }).then(
      ({ runId, duplicate }) => {
        if (runId && !duplicate) conversation.promise(runId);
        this.#afterChange(conversation);
        if (this.threads.get(conversation.id)) this.threads.refreshSoon();
        else this.threads.refresh().catch(() => this.threads.refreshLater());
      },
      (error) => {
        const question = conversation.refuse(clientMessageId, error.message);
        if (conversation === this.current) this.view.changed(question);
        announce(`The message was not sent. ${error.message}`);
      },
    );
  }

  #askAgain(run) {
    const items = this.current.items;
    const question = items.slice(0, items.indexOf(run)).findLast((item) => item.kind === "question");
    if (question) this.#send(question.text);
  }

  #stop() {
    for (const runId of this.current?.openRuns ?? []) this.client.stop(runId);
  }

  #keydown(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    if (this.element.classList.contains("sidebar-shown")) this.#toggleSidebar(false);
    else if (this.current?.openRuns.length) this.#stop();
  }

  // The list

  async #rename(thread) {
    const title = await askText(
      { title: "Rename the conversation", label: "Name", value: thread.title ?? "", action: "Rename" },
    );
    if (title) await this.threads.rename(thread.id, title).catch((error) => this.connection.complain(error.message));
    this.#afterChange(this.current);
  }

  async #delete(thread) {
    const sure = await confirmAction({
      title: "Delete the conversation?",
      text: `“${thread.title || "Untitled"}” and its events will be gone for good.`,
      action: "Delete",
    });
    if (!sure) return;
    try {
      await this.threads.delete(thread.id);
    } catch (error) {
      return this.connection.complain(error.message);
    }
    this.client.unfollow(thread.id);
    this.conversations.delete(thread.id);
    announce("The conversation was deleted.");
    if (this.current?.id === thread.id) this.#goto("#/");
  }

  /** Brings the title, the composer and the list in line with what is known of a conversation. */
  #afterChange(conversation) {
    if (conversation === this.current && !this.page) {
      const known = conversation && this.threads.get(conversation.id)?.title;
      const title = known || conversation?.provisionalTitle || "New conversation";
      if (this.heading.textContent !== title) this.heading.textContent = title;
      document.title = `${title} · Canon`;
      const running = (conversation?.openRuns.length ?? 0) > 0;
      if (running !== this.composer.running) this.composer.setRunning(running);
    }
    const running = (conversation?.openRuns.length ?? 0) > 0;
    if (conversation && running !== this.threads.isRunning(conversation.id)) {
      this.threads.setRunning(conversation.id, running);
    }
  }

  #drawThreads() {
    this.sidebar.update(this.threads.sorted(), {
      current: this.current?.id,
      page: this.page,
      running: this.threads.running,
      hasMore: this.threads.hasMore,
    });
    if (this.current) {
      const title = this.threads.get(this.current.id)?.title;
      if (title && this.heading.textContent !== title) this.#afterChange(this.current);
    }
  }

  /** On a narrow screen the list lies over the conversation, which is out of reach meanwhile. */
  #toggleSidebar(shown) {
    const was = this.element.classList.contains("sidebar-shown");
    const over = narrow.matches;
    this.element.classList.toggle("sidebar-shown", over && shown);
    this.sidebar.element.inert = over && !shown;
    this.main.inert = over && shown;
    this.opener.setAttribute("aria-expanded", String(shown));
    if (over && shown) this.sidebar.element.querySelector(".new-conversation").focus();
    else if (was) this.opener.focus();
  }
}
