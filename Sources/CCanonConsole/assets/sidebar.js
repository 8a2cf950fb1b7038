// The list of conversations, newest first, and the account.

import { h, icon, iconButton, mark } from "./dom.js";
import { menuButton } from "./overlay.js";

const dayMs = 86_400_000;

export class Sidebar {
  /** @param actions `{oncreate, onrename(thread), ondelete(thread), onmore, ondevices, onsignout, onclose}` */
  constructor({ user, actions }) {
    this.actions = actions;
    this.rows = new Map(); // thread id -> {element, update(thread, state)}
    this.groups = h("div", { class: "thread-groups" });
    this.more = h(
      "button",
      { type: "button", class: "quiet-button more-threads", hidden: true, onclick: actions.onmore },
      "Show older conversations",
    );
    const create = h(
      "button",
      { type: "button", class: "button new-conversation", onclick: actions.oncreate },
      icon("plus"),
      "New conversation",
    );
    this.pages = [
      pageLink("audit", "scales", "Audit"),
      pageLink("progress", "steps", "Progress"),
      // Logs are of all users together.
      user?.role === "admin" && pageLink("problems", "pulse", "Problems"),
    ].filter(Boolean);
    this.element = h(
      "aside",
      { class: "sidebar", id: "sidebar", "aria-label": "Conversations and account" },
      h(
        "div",
        { class: "sidebar-head" },
        h("a", { class: "brand", href: "#/", "aria-label": "Canon, new conversation" }, mark(), h("span", {}, "Canon")),
        iconButton("close", "Close the list of conversations", actions.onclose, "sidebar-close"),
      ),
      create,
      this.pages,
      h("nav", { class: "threads", "aria-label": "Conversations" }, this.groups, this.more),
      h("div", { class: "account" }, accountMenu(user, actions)),
    );
  }

  /**
   * @param threads in order, newest first
   * @param state `{current, running: Set of thread ids, hasMore, page: its name, or null}`
   */
  update(threads, { current, running, hasMore, page = null }) {
    for (const link of this.pages) {
      if (link.dataset.page === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const focused = document.activeElement?.closest?.("[data-thread]")?.dataset.thread;
    const sections = new Map();
    for (const thread of threads) {
      const name = age(thread.updated_at * 1_000);
      if (!sections.has(name)) sections.set(name, []);
      sections.get(name).push(this.#row(thread, { current: thread.id === current, running: running.has(thread.id) }));
    }
    for (const id of this.rows.keys()) if (!threads.some((thread) => thread.id === id)) this.rows.delete(id);
    const content = [...sections].map(([name, rows], index) => {
      const id = `threads-${index}`;
      return h("section", { "aria-labelledby": id }, h("h2", { id, class: "thread-group" }, name), h("ul", {}, rows));
    });
    this.groups.replaceChildren(
      ...(content.length ? content : [h("p", { class: "no-threads" }, "Your conversations will be listed here.")]),
    );
    this.more.hidden = !hasMore;
    // A row that moved keeps the focus it had.
    if (focused && !this.element.contains(document.activeElement)) this.rows.get(focused)?.link.focus();
  }

  #row(thread, { current, running }) {
    let row = this.rows.get(thread.id);
    if (!row) {
      row = { title: h("span", { class: "thread-title" }), dot: h("span", { class: "thread-dot" }) };
      row.link = h("a", { class: "thread-link", href: `#/c/${encodeURIComponent(thread.id)}` }, row.title, row.dot);
      const menu = menuButton({
        label: "Rename or delete",
        className: "icon-button thread-menu",
        content: icon("more"),
        entries: () => [
          { label: "Rename", drawing: "pencil", onselect: () => this.actions.onrename(row.thread) },
          { label: "Delete", drawing: "bin", danger: true, onselect: () => this.actions.ondelete(row.thread) },
        ],
      });
      row.menuButton = menu[0];
      row.element = h("li", { class: "thread", "data-thread": thread.id }, row.link, menu);
      this.rows.set(thread.id, row);
    }
    row.thread = thread;
    const title = thread.title || "Untitled";
    row.title.textContent = title;
    row.link.title = title;
    row.menuButton.setAttribute("aria-label", `Rename or delete ${title}`);
    row.dot.replaceChildren(...(running ? [h("span", { class: "visually-hidden" }, "(running)")] : []));
    row.element.classList.toggle("running", running);
    if (current) row.link.setAttribute("aria-current", "page");
    else row.link.removeAttribute("aria-current");
    return row.element;
  }
}

function pageLink(name, drawing, title) {
  return h("a", { class: "page-link", href: `#/${name}`, "data-page": name }, icon(drawing), title);
}

function accountMenu(user, actions) {
  // The address of a visitor is made up, and says nothing to anyone.
  const name = user?.name || (user?.role === "visitor" ? "" : user?.email) || "Visitor";
  const words = { system: ["As the system", "system"], light: ["Light", "sun"], dark: ["Dark", "moon"] };
  return menuButton({
    label: `Account ${name}: appearance and log out`,
    className: "account-button",
    content: [
      h("span", { class: "avatar", "aria-hidden": "true" }, name[0].toUpperCase()),
      h("span", { class: "account-name" }, name),
      icon("more"),
    ],
    entries: () => [
      ...globalThis.canonTheme.choices.map((choice) => ({
        label: words[choice][0],
        drawing: words[choice][1],
        checked: globalThis.canonTheme.get() === choice,
        onselect: () => globalThis.canonTheme.set(choice),
      })),
      { label: "Devices", drawing: "device", onselect: actions.ondevices },
      { label: "Log out", drawing: "leave", onselect: actions.onsignout },
    ],
  });
}

function age(updatedAt) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (updatedAt >= midnight) return "Today";
  if (updatedAt >= midnight - dayMs) return "Yesterday";
  if (updatedAt >= midnight - 7 * dayMs) return "Last 7 days";
  return "Older";
}
